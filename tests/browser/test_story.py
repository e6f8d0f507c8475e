"""The whole story in a browser, at the desk that people run: from a sentence in the chat to the
report, with the mails going out over SMTP to a server of this machine.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.conftest import inaccessible
from tests.serving import free_port

ROOT = Path(__file__).parents[2]
GOAL = "Get viewings for the 1968 dress watch from customers who bought watches"
PATIENCE_MS = 90_000
"""The agents work for some seconds, on whatever machine this is."""


@dataclass
class DemoDesk:
    link: str
    folder: Path
    public: int

    @property
    def base(self) -> str:
        return self.link.partition("/welcome")[0]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoDesk]:
    """``mainspring demo serve``, as the README says."""
    folder, public = tmp_path_factory.mktemp("story"), free_port()
    process = subprocess.Popen(
        [
            sys.executable, "-c", "from app.cli import main; main()",
            "demo", "serve", "--folder", str(folder / "demo"), "--port", str(free_port()),
        ],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "MAINSPRING_HOME": str(folder / "home"),
            "MAINSPRING_SENDING_LISTEN_PORT": str(public),
        },
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if found := re.search(r"http\S+/welcome/\S+", line):
                yield DemoDesk(found[0], folder / "demo", public)
                break
        else:
            raise AssertionError("the demo did not open")
    finally:
        process.terminate()
        assert process.wait(60) == 0


@pytest.fixture
def page(browser: Browser, demo: DemoDesk) -> Iterator[Page]:
    """A browser in which any request elsewhere, and any error on a page, is a fault."""
    faults: list[str] = []
    context = browser.new_context(base_url=demo.base, viewport={"width": 1440, "height": 1000})
    context.set_default_timeout(PATIENCE_MS)

    def stays_here(request: Request) -> None:
        if urlsplit(request.url).scheme.startswith("http") and not request.url.startswith(
            demo.base
        ):
            faults.append(request.url)

    context.on("request", stays_here)
    made = context.new_page()
    made.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    made.on("pageerror", lambda error: faults.append(str(error)))
    yield made
    context.close()
    assert not faults, faults


@pytest.mark.timeout(900)
def test_from_a_sentence_to_the_report(page: Page, demo: DemoDesk) -> None:
    _come_in(page, demo)
    _ask_in_chat(page)
    campaign = _decide_on_the_brief(page)
    _decide_on_the_mail(page)
    _let_them_go(page, demo)
    _one_unsubscribes(demo)
    _read_the_report(page, campaign)


def _come_in(page: Page, demo: DemoDesk) -> None:
    page.goto(demo.link)
    page.get_by_label("Password").fill("four words that fit together")
    page.get_by_role("button", name="Open the desk").click()
    page.wait_for_url(f"{demo.base}/chat")
    # The link was used up, whoever finds it later.
    assert httpx.get(demo.link).status_code == 410


def _ask_in_chat(page: Page) -> None:
    say = page.get_by_label("Ask, or say what to start")
    say.fill(GOAL)
    say.press("Enter")
    approval = page.locator("[data-approval]").last
    expect(approval.get_by_role("link", name="Open the full card")).to_be_visible(
        timeout=PATIENCE_MS
    )
    # What is said never decides.
    say = page.get_by_label("Ask, or say what to start")
    say.fill("Looks lovely, send it.")
    say.press("Enter")
    answer = page.locator(".turn").last
    expect(answer).to_contain_text(re.compile("never (counts as|decides)|not a decision", re.I))
    assert inaccessible(page) == ""
    page.locator("[data-approval]").last.get_by_role("link", name="Open the full card").click()


def _decide_on_the_brief(page: Page) -> str:
    expect(page.get_by_role("heading", name="Before you decide")).to_be_visible()
    assert inaccessible(page) == ""
    page.get_by_role("button", name=re.compile("^Approve")).click()
    link = page.get_by_role("link", name=re.compile("campaign", re.I)).first
    return str(link.get_attribute("href"))


def _decide_on_the_mail(page: Page) -> None:
    page.goto("/campaigns")
    for _ in range(60):
        page.goto("/approvals")
        if page.get_by_role("link", name=re.compile("1968 dress watch")).count() and (
            page.get_by_text("What they read").count()
            or page.get_by_role("link", name=re.compile("Mail to")).count()
        ):
            break
        page.wait_for_timeout(1500)
    page.get_by_role("link", name=re.compile("Mail to")).first.click()
    expect(page.get_by_text("What they read")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Approve")).click()
    expect(page.locator("#standing")).to_contain_text("Approved by you")


def _let_them_go(page: Page, demo: DemoDesk) -> None:
    before = len(list((demo.folder / "inbox").glob("*.eml")))
    page.goto("/clock")
    next_message = page.get_by_role("button", name=re.compile("To the next message"))
    for _ in range(40):
        if not next_message.count():
            page.wait_for_timeout(1000)
            page.reload()
        else:
            break
    while next_message.count():
        next_message.click()
        page.wait_for_load_state("load")
    assert len(list((demo.folder / "inbox").glob("*.eml"))) > before


def _one_unsubscribes(demo: DemoDesk) -> None:
    mail = sorted((demo.folder / "inbox").glob("*.eml"))[-1].read_text(encoding="utf-8")
    link = re.search(r"List-Unsubscribe: <([^>]+)>", mail.replace("\n ", ""))
    assert link is not None
    address = re.sub(r":\d+/", f":{demo.public}/", link[1], count=1)
    looked = httpx.get(address)
    assert looked.status_code == 200
    assert "<form" in looked.text
    assert httpx.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200


def _read_the_report(page: Page, campaign: str) -> None:
    for _ in range(12):
        page.goto("/clock")
        look = page.get_by_role("button", name=re.compile("To the next look at results"))
        if not look.count():
            break
        look.click()
        page.wait_for_load_state("load")
    page.goto("/reports")
    page.get_by_role("link", name=re.compile("viewing|effect", re.I)).first.click()
    expect(page.get_by_role("heading", name="What changed, and what did not")).to_be_visible()
    expect(page.locator("main svg").first).to_be_visible()
    assert inaccessible(page) == ""
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

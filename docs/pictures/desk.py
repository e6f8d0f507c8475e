"""Take the pictures of the desk that README and docs/ show, from the demo itself.

    make pictures

Plays the demo in a folder of its own, opens it with ``mainspring demo serve``, works in it as a
marketer does, and writes docs/pictures/desk-*.png. Needs Chromium (Debian's package chromium) and
Playwright, which the tests bring.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
WIDE = {"width": 1440, "height": 1000}
PHONE = {"width": 390, "height": 844}
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
ASKED = (
    "How did the last campaign do?",
    "How many customers have not bought for six months, and may be written to?",
)
MINUTES = 60_000


@contextmanager
def demo() -> Iterator[str]:
    """The address of a fresh demo's first owner."""
    program = str(Path(sys.executable).with_name("mainspring"))
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "MAINSPRING_HOME": f"{folder}/home",
            "MAINSPRING_SENDING_LISTEN_PORT": str(_free_port()),
        }
        command = [
            program, "demo", "serve", "--folder", f"{folder}/demo", "--port", str(_free_port()),
        ]  # fmt: skip
        serving = subprocess.Popen(  # noqa: S603 (its arguments are made here)
            command, env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert serving.stdout is not None
            for line in serving.stdout:
                if found := re.search(r"http\S+/welcome/\S+", line):
                    yield found[0]
                    break
            else:
                sys.exit("the demo did not open")
        finally:
            serving.terminate()
            serving.wait()


def main() -> None:
    with demo() as link, sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        base = link.partition("/welcome")[0]
        page = _page(browser, base)
        page.goto(link)
        page.get_by_label("Password").fill("four words that fit together")
        page.get_by_role("button", name="Open the desk").click()
        page.wait_for_url(f"{base}/chat")
        _chat(page)
        _approve(page)
        _look(page, browser)
        browser.close()


def _page(browser: Browser, base: str) -> Page:
    context = browser.new_context(base_url=base, viewport=WIDE, locale="en-GB")  # type: ignore[arg-type]
    context.set_default_timeout(MINUTES)
    return context.new_page()


def _chat(page: Page) -> None:
    for text in ASKED:
        before = page.locator(".turn").count()
        page.get_by_label("Ask, or say what to start").fill(text)
        page.get_by_label("Ask, or say what to start").press("Enter")
        page.wait_for_function(
            "before => document.querySelectorAll('.turn').length > before"
            " && !document.querySelector('.turn[aria-busy]')",
            arg=before,
        )
    _shoot(page, "chat")


def _approve(page: Page) -> None:
    """The brief first; then the card of the mail itself, which is the picture."""
    page.goto("/approvals")
    page.get_by_label("Your answer").fill("They said that we never wrote.")
    page.get_by_role("button", name=re.compile("^Approve")).click()
    page.wait_for_timeout(1000)
    for _ in range(60):
        page.goto("/approvals")
        if page.get_by_text("What they read").count():
            break
        page.wait_for_timeout(2000)
    _shoot(page, "approval")
    page.get_by_role("link", name=re.compile("^Edit")).click()
    page.wait_for_load_state("networkidle")
    _shoot(page, "edit")
    page.go_back()
    page.get_by_role("button", name=re.compile("^Approve")).click()
    page.wait_for_timeout(5000)


def _look(page: Page, browser: Browser) -> None:
    _open(page, "/calendar", "calendar")
    page.goto("/reports")
    page.locator("main table a").last.click()
    _shoot(page, "report")
    page.goto("/campaigns")
    page.locator("main table a").last.click()
    _shoot(page, "campaign")
    _open(page, "/audience", "audience")
    _open(page, "/settings/people", "people")
    phone = browser.new_context(
        base_url=page.url.partition("/settings")[0],
        viewport=PHONE,  # type: ignore[arg-type]
        storage_state=page.context.storage_state(),
        color_scheme="dark",
        locale="en-GB",
    )
    small = phone.new_page()
    _open(small, "/campaigns", "phone")


def _open(page: Page, path: str, name: str) -> None:
    page.goto(path)
    _shoot(page, name)


def _shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    page.wait_for_timeout(800)
    page.screenshot(path=HERE / f"desk-{name}.png")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()

"""Pieces for other channels in a browser: written, seen as they are placed, decided, edited, handed
out; and the landing page by itself, which fetches nothing."""

from __future__ import annotations

import asyncio
import json
import threading
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from agents.house_writer import HouseWriter
from agents.pieces import generate_pieces
from brand_voice.brand import EXAMPLE, load_facts
from domain.piece import LandingPage
from ledger import facts
from tests.browser.conftest import AtDesk, MakeDesk, inaccessible
from tests.campaign_world import Library
from tests.desk_world import Desk, make_desk
from tests.unit.test_house_pieces import FACTS, WATCHES, asked
from tools.render.piece_files import prepare

CONTENT = {
    "form_action": "https://halden.example/form",
    "privacy_url": "https://halden.example/privacy",
}


def with_facts(folder: Path) -> MakeDesk:
    @asynccontextmanager
    async def made() -> AsyncIterator[Desk]:
        async with make_desk(folder, settings={"content": CONTENT}) as desk:
            with desk.site.stack.ledger.write() as tx:
                facts.put(tx, load_facts(EXAMPLE), "brand")
            stack = desk.site.stack
            # Without the index of meanings, which takes its time to be built.
            desk.site.stack = replace(stack, voice=Library(stack.brand.passages))
            yield desk

    return made


def test_a_message_becomes_pieces_that_are_decided_and_handed_out(
    at_desk: Callable[[MakeDesk], AtDesk], tmp_path: Path
) -> None:
    at = at_desk(with_facts(tmp_path))
    page = at.page("owner")
    page.goto("/content")
    expect(page.get_by_text("Nothing was written for other channels yet.")).to_be_visible()
    page.get_by_role("button", name="Write pieces…").click()
    page.get_by_label("What do they say?").fill("The 1968 dress watch is back from the bench.")
    page.get_by_label("Of which product?").select_option("watch-1968-dress")
    page.get_by_role("button", name="Write them").click()
    expect(page.get_by_text("9 pieces: 9 wait for a yes.")).to_be_visible()
    expect(page.locator(".bubble")).to_contain_text("To end: STOP")
    expect(page.locator(".post img").first).to_be_visible()
    inside = page.frame_locator("iframe[title^='Landing page']")
    expect(inside.get_by_role("heading", level=1)).to_be_visible()
    assert inaccessible(page) == ""

    page.get_by_role("button", name="Approve Text message").click()
    expect(page.get_by_text("8 wait for a yes and 1 approved")).to_be_visible()
    page.locator("summary", has_text="Reject… YouTube").click()
    page.get_by_label("What should the next one do better?").last.fill("There is no video.")
    page.get_by_role("button", name="Reject it").last.click()
    expect(page.get_by_text("1 rejected or no longer approved")).to_be_visible()

    with page.expect_download() as waiting:
        page.get_by_role("button", name="Hand out 1").click()
    target = tmp_path / "content.zip"
    waiting.value.save_as(target)
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == ["manifest.json", "sms.txt"]
        assert json.loads(archive.read("manifest.json"))["pieces"][0]["channel"] == "sms"


def test_an_edit_that_lies_stands_in_the_way(
    at_desk: Callable[[MakeDesk], AtDesk], tmp_path: Path
) -> None:
    at = at_desk(with_facts(tmp_path))
    page = at.page("owner", viewport={"width": 390, "height": 844})
    page.goto("/content")
    page.get_by_role("button", name="Write pieces…").click()
    page.get_by_label("What do they say?").fill("The 1968 dress watch is back from the bench.")
    page.get_by_label("Of which product?").select_option("watch-1968-dress")
    for name in ("Landing page", "Search ad", "YouTube", "Instagram", "Notification"):
        page.get_by_role("checkbox", name=name, exact=True).uncheck()
    page.get_by_role("button", name="Write them").click()
    page.get_by_role("link", name="Edit Facebook").click()
    page.get_by_label("Text", exact=True).fill("The 1968 dress watch costs €1,990. We have one.")
    assert inaccessible(page) == ""
    page.get_by_role("button", name="Save and have it read").click()
    expect(page.get_by_text("1 must be mended first")).to_be_visible()
    expect(page.get_by_role("button", name="Approve Facebook")).to_have_count(0)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_who_may_only_read_decides_nothing(
    at_desk: Callable[[MakeDesk], AtDesk], tmp_path: Path
) -> None:
    at = at_desk(with_facts(tmp_path))
    page = at.page("viewer")
    page.goto("/content")
    expect(page.get_by_role("heading", name="Other channels")).to_be_visible()
    expect(page.get_by_role("button", name="Write pieces…")).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_landing_page_by_itself(
    browser: Browser, tmp_path: Path, width: int, scheme: str
) -> None:
    # No asynchronous test can run while the browser is open: the page is made in a thread.
    made: list[LandingPage] = []

    def write() -> None:
        found = asyncio.run(generate_pieces(asked(WATCHES[1], "de"), HouseWriter()))
        made.extend(p for p in found.pieces if isinstance(p, LandingPage))

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    file = tmp_path / "page.html"
    text = (
        prepare(made[0], FACTS, brief_hash="b", brand="Halden", folder=EXAMPLE, offered=False)
        .files[0]
        .text
    )
    file.write_text(text, "utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    asked_for: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.goto(f"file://{file}?utm_source=google&utm_campaign=c-1")
    assert [url for url in asked_for if not url.startswith(("file:", "data:"))] == []
    assert faults == [], "the page's own policy refuses nothing of it"
    assert inaccessible(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("input[name=utm_source]").input_value() == "google"
    assert not page.locator("input[name=consent]").is_checked()
    page.get_by_role("button", name="Termin anfragen").click()
    assert page.url.startswith("file:"), "without consent nothing is sent"
    assert page.locator("input:invalid").count() >= 2
    context.close()

"""The proposed guide in a browser: readable by everybody, mended and approved by a click."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.sync_api import expect

from app import voice
from brand_voice.brand import EXAMPLE
from tests.browser.conftest import AtDesk, MakeDesk, inaccessible
from tests.desk_world import Desk, make_desk


@asynccontextmanager
async def with_proposal(folder: Path) -> AsyncIterator[Desk]:
    async with make_desk(folder) as desk:
        voice.learn(desk.site.workspace, desk.people["author"], [str(EXAMPLE / "messages")])
        yield desk


def test_a_proposal_is_mended_approved_and_compared(
    at_desk: Callable[[MakeDesk], AtDesk], tmp_path: Path
) -> None:
    desk = at_desk(lambda: with_proposal(tmp_path))
    phone = desk.page("author", viewport={"width": 390, "height": 844}, color_scheme="dark")
    phone.goto("/brand/proposal")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    expect(phone.get_by_role("button", name="Approve")).to_have_count(0)
    assert not inaccessible(phone)

    page = desk.page("approver")
    page.goto("/brand")
    page.get_by_role("link", name="Look at it").click()
    assert not inaccessible(page)
    text = page.get_by_label("The guide")
    text.fill(text.input_value().replace('"half an hour"', '"thirty minutes"'))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It is another version now.")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("In force: version")).to_be_visible()
    assert not inaccessible(page)
    page.get_by_role("link", name="Compare").click()
    page.locator("summary", has_text="new").nth(2).click()
    assert not inaccessible(page)
    page.get_by_role("button", name="Put").click()
    expect(page.get_by_text("In force: version")).to_be_visible()
    expect(page.get_by_role("row", name="in force")).to_contain_text("Lena Voss")

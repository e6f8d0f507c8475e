"""Posts in somebody's name in a browser: where they were said, and the yes that says who agreed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from playwright.sync_api import expect

from domain.series import Author
from tests.browser.conftest import AtDesk, MakeDesk, inaccessible
from tests.desk_world import Desk, make_desk
from tools.transcripts.reading import read_recording
from workflows.series import make_series

TALK = Path(__file__).parents[2] / "docs" / "examples" / "2026-11-12-bench-talk.vtt"


def with_talk(folder: Path) -> MakeDesk:
    @asynccontextmanager
    async def made() -> AsyncIterator[Desk]:
        async with make_desk(folder) as desk:
            owner = desk.people["owner"]
            await make_series(
                desk.site.stack,
                owner,
                read_recording(TALK),
                Author(name=owner.name),
                said_as="Lena Kraus",
                language="en",
                posts=5,
                channels=["linkedin"],
                first_day=date(2026, 12, 7),
                speaker=owner.id,
            )
            yield desk

    return made


def test_a_post_that_tells_of_somebody_is_approved_with_their_word(
    at_desk: Callable[[MakeDesk], AtDesk], tmp_path: Path
) -> None:
    at = at_desk(with_talk(tmp_path))
    page = at.page("owner")
    page.goto("/content")
    told = page.locator("section.piece").filter(has_text="tells of somebody else")
    expect(told.get_by_text("bench-talk.vtt, 0:07 to 0:36")).to_be_visible()
    told.get_by_role("button", name="Approve").click()  # the field is required: nothing is sent
    expect(told.get_by_text("waits for your yes")).to_be_visible()
    told.get_by_label("Has whoever it tells of agreed").fill("He agreed on the phone.")
    told.get_by_role("button", name="Approve").click()
    expect(
        page.locator("section.piece")
        .filter(has_text="0:07 to 0:36")
        .get_by_text("approved it: He agreed on the phone.")
    ).to_be_visible()
    assert inaccessible(page) == ""


def test_nobody_else_can_say_yes_to_somebodys_words(
    at_desk: Callable[[MakeDesk], AtDesk], tmp_path: Path
) -> None:
    at = at_desk(with_talk(tmp_path))
    page = at.page("approver", viewport={"width": 390, "height": 844})
    page.goto("/content")
    expect(page.get_by_text("can approve it.").first).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

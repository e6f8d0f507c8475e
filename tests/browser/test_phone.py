"""No page is wider than a phone, the rule builder with every kind of clause among them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import AtDesk, MakeDesk, inaccessible
from tests.desk_world import Desk, make_desk
from tests.integration.test_desk_audience import bring_in

PHONE = {"width": 390, "height": 844}
PAGES = (
    "/chat", "/approvals", "/calendar", "/calendar?view=week", "/calendar?view=list", "/campaigns",
    "/reports", "/audience", "/brand", "/brand/library", "/brand/rules", "/brand/facts", "/sent",
    "/audit", "/import", "/settings", "/settings/people", "/settings/connections",
    "/settings/account",
)  # fmt: skip


KINDS = (
    "Bought", "Spent", "Did", "Is", "Agreed", "Stage", "Score", "Segment", "First, then",
)  # fmt: skip


def too_wide(page: Page) -> int:
    """How far the page goes beyond the screen, in pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_no_page_is_wider_than_a_phone(
    at_desk: Callable[[MakeDesk], AtDesk], tmp_path: Path
) -> None:
    @asynccontextmanager
    async def shop() -> AsyncIterator[Desk]:
        async with make_desk(tmp_path) as desk:
            bring_in(desk, tmp_path)
            yield desk

    page = at_desk(shop).page(viewport=PHONE)
    wide = {}
    for path in PAGES:
        page.goto(path)
        wide[path] = too_wide(page)
    page.goto("/audience/build")
    for kind in KINDS:
        page.get_by_role("button", name=kind, exact=True).click()
        page.wait_for_load_state("load")
        wide[f"builder with {kind}"] = too_wide(page)
    assert {path: by for path, by in wide.items() if by > 0} == {}
    assert inaccessible(page) == ""

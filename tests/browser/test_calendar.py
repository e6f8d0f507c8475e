"""Moving in the calendar: by dragging and by keyboard, inside the approved window and outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ledger import approvals, publications
from tests.browser.conftest import AtDesk, MakeDesk, inaccessible
from tests.planning_world import TUESDAY, Planning, fill, planning_desk

ADVENT = TUESDAY + timedelta(days=3, hours=8)


@pytest.fixture
def desk(at_desk: Callable[[MakeDesk], AtDesk], tmp_path: Path) -> AtDesk:
    return at_desk(lambda: planning_desk(tmp_path))


def planned(desk: AtDesk) -> tuple[Planning, dict[str, str]]:
    plan: Planning = desk.made[1]
    return plan, fill(plan)


def drag(page: Page, title: str, day: str) -> None:
    item = page.locator(".entry", has_text=title)
    item.drag_to(page.locator(f"[data-day='{day}']"))


def test_a_drop_inside_the_window_asks_and_keeps_the_approval(desk: AtDesk) -> None:
    plan, made = planned(desk)
    page = desk.page()
    page.goto("/calendar")
    drag(page, "Advent evening", "2026-11-28")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Move “Advent evening” to Saturday 28 November 2026?")
    expect(dialog).to_contain_text("the approval stays")
    with plan.ledger.read() as tx:  # the drop itself moved nothing
        assert publications.get(tx, made["advent"]).starts_at == TUESDAY + timedelta(
            days=3, hours=8
        )
    dialog.get_by_role("button", name="Move to Sat").click()
    expect(page.get_by_text("“Advent evening” is moved")).to_be_visible()
    with plan.ledger.read() as tx:
        moved = publications.get(tx, made["advent"])
        assert moved.state == "scheduled"
        assert moved.starts_at == TUESDAY + timedelta(days=4, hours=8)
        assert approvals.get(tx, moved.approval_id).status == "approved"
    there = page.locator("[data-day='2026-11-28'] .entry", has_text="Advent evening")
    expect(there).to_be_visible()


def test_a_drop_outside_the_window_says_so_and_the_approval_falls(desk: AtDesk) -> None:
    plan, made = planned(desk)
    page = desk.page()
    page.goto("/calendar")
    drag(page, "Advent evening", "2026-12-10")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("no longer approved")
    dialog.get_by_role("link", name="Leave it").click()
    expect(dialog).to_be_hidden()
    with plan.ledger.read() as tx:
        assert publications.get(tx, made["advent"]).state == "scheduled"
    drag(page, "Advent evening", "2026-12-10")
    dialog.get_by_role("button", name="Move to Thu").click()
    expect(page.get_by_text("“Advent evening” is planned anew")).to_be_visible()
    with plan.ledger.read() as tx:
        moved = publications.get(tx, made["advent"])
        assert moved.state == "stopped"
        assert approvals.get(tx, moved.approval_id).status == "void"


def test_moving_by_keyboard_names_who_is_left_out_and_offers_a_free_day(desk: AtDesk) -> None:
    plan, made = planned(desk)
    page = desk.page()
    page.goto("/calendar")
    link = page.get_by_role("link", name="Move… Last order dates")
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    day = dialog.get_by_label("Day")
    expect(day).to_be_visible()
    day.fill("2026-11-30")
    dialog.get_by_role("button", name="Look").press("Enter")
    # Of its thirty people those who have Advent and Engraving in these days would get a third.
    expect(dialog).to_contain_text("15 people would get more than 2 mails in 7 days")
    expect(dialog).to_contain_text("30 becomes 15")
    free = dialog.get_by_role("link", name="no conflict")
    free.press("Enter")
    expect(dialog).to_contain_text("Nobody is left out by the cap")
    dialog.get_by_role("link", name="Leave it").press("Enter")
    expect(dialog).to_be_hidden()
    with plan.ledger.read() as tx:
        assert publications.get(tx, made["orders"]).starts_at == TUESDAY + timedelta(days=4)


def test_one_send_is_paused_and_resumed_where_it_stands(desk: AtDesk) -> None:
    plan, made = planned(desk)
    page = desk.page()
    page.goto("/calendar")
    page.get_by_role("button", name="Pause Advent evening").click()
    expect(page.get_by_role("button", name="Resume Advent evening")).to_be_visible()
    with plan.ledger.read() as tx:
        assert publications.get(tx, made["advent"]).paused
    page.get_by_role("button", name="Resume Advent evening").click()
    expect(page.get_by_role("button", name="Pause Advent evening")).to_be_visible()


def test_who_may_only_look_can_move_nothing(desk: AtDesk) -> None:
    planned(desk)
    page = desk.page("viewer")
    page.goto("/calendar")
    expect(page.get_by_text("Advent evening").first).to_be_visible()
    expect(page.get_by_text("Move…")).to_have_count(0)
    expect(page.locator("[draggable=true]")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_are_open_to_everybody(desk: AtDesk, width: int) -> None:
    _, made = planned(desk)
    page = desk.page(viewport={"width": width, "height": 900})
    addresses = [
        "/calendar",
        "/calendar?view=week",
        "/calendar?view=list",
        "/campaigns",
        f"/calendar/move/{made['advent']}",
        "/sent",
        f"/sent/{made['letter']}",
        f"/people?publication={made['pearls']}",
        "/reports",
    ]
    for address in addresses:
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{address} is {wide} wide"
        assert inaccessible(page) == "", address

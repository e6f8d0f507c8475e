"""Mails in a browser: their layouts on the Edit page, and who reads what on the card."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ledger.approvals import Approval
from tests.browser.conftest import AtDesk, MakeDesk, inaccessible
from tests.campaigns_on_desk import CampaignDesk, make_campaign_desk
from tests.desk_world import Desk

PHONE = {"width": 390, "height": 844}
ACTIVE, LAPSED = "You know the way by now. There is coffee.", "It has been a while."
"""What the example brand's library has for them."""


async def differing(campaigns: CampaignDesk) -> Approval:
    """A mail that waits, and says something else to readers of some stages of life."""
    ids = sorted(campaigns.shop.contacts_by_id)
    campaigns.shop.stages |= dict.fromkeys(ids[:14], "active") | dict.fromkeys(ids[14:26], "lapsed")
    return await campaigns.to_mail()


@pytest.fixture
def card(tmp_path: Path, at_desk: Callable[[MakeDesk], AtDesk]) -> tuple[AtDesk, Approval]:
    @asynccontextmanager
    async def make() -> AsyncIterator[tuple[Desk, Approval]]:
        async with make_campaign_desk(tmp_path) as campaigns:
            yield campaigns.desk, await differing(campaigns)

    at = at_desk(make)
    return at, at.made[1]


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["desk", "phone"])
def test_the_card_shows_who_reads_what(
    card: tuple[AtDesk, Approval], viewport: dict[str, int]
) -> None:
    at, mail = card
    page = at.page(viewport=viewport)
    page.goto(f"/approvals/{mail.id}")
    if viewport is PHONE:  # a telephone begins with the mail as telephones show it
        expect(page.get_by_title("as on a phone")).to_be_visible()
    readers = page.get_by_role("navigation", name="Who reads it")
    expect(readers.get_by_role("link")).to_have_count(3)
    shown = page.frame_locator("#mail iframe")
    expect(shown.get_by_text("Unsubscribe")).to_be_visible()
    expect(shown.get_by_text(ACTIVE)).to_have_count(0)
    readers.get_by_role("link", name="Active").click()
    expect(shown.get_by_text(ACTIVE)).to_be_visible()
    # Another form of it is for the same readers.
    page.get_by_role("navigation", name="How it is shown").get_by_role("link").last.click()
    expect(page.get_by_title("as plain text")).to_be_visible()
    expect(shown.get_by_text(ACTIVE)).to_be_visible()
    readers.get_by_role("link", name="Lapsed").click()
    expect(shown.get_by_text(LAPSED)).to_be_visible()
    assert fits(page)
    assert not inaccessible(page)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["desk", "phone"])
def test_a_layout_is_chosen_beside_the_text(
    card: tuple[AtDesk, Approval], viewport: dict[str, int]
) -> None:
    at, mail = card
    page = at.page(viewport=viewport)
    page.goto(f"/approvals/{mail.id}/edit")
    layouts = page.get_by_role("group", name="Layout")
    expect(layouts.get_by_role("button", name="Letter")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("for active")).to_have_value(ACTIVE)
    layouts.get_by_role("button", name="Picture first").click()
    expect(layouts.get_by_role("button", name="Picture first")).to_have_attribute(
        "aria-pressed", "true"
    )
    shown = page.frame_locator(".mail-well iframe")
    expect(shown.get_by_text("Reference")).to_be_visible()
    assert fits(page)
    assert not inaccessible(page)

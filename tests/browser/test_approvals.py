"""Approvals in a browser: decided with the keyboard alone, edited beside the critic, raced for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ledger.approvals import Approval
from ledger.people import Role
from tests.browser.conftest import AtDesk, MakeDesk, inaccessible
from tests.campaigns_on_desk import CampaignDesk, make_campaign_desk
from tests.desk_world import Desk


@dataclass
class Office:
    """A desk on which a mail and a brief wait."""

    at: AtDesk
    campaigns: CampaignDesk
    mail: Approval
    brief: Approval

    def page(self, role: Role = "owner", **options: Any) -> Page:
        return self.at.page(role, **options)

    def status(self, approval: Approval) -> str:
        return self.campaigns.approval(approval.id).status

    def work(self) -> None:
        _elsewhere(self.campaigns.work())

    def forgive(self, words: str) -> None:
        """A refusal that the test asked for is no fault of the page."""
        self.at.faults[:] = [fault for fault in self.at.faults if words not in fault]


def _elsewhere(work: Coroutine[Any, Any, None]) -> None:
    """In a loop of its own, as another process would: Playwright has this thread's."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


@pytest.fixture
def office(tmp_path: Path, at_desk: Callable[[MakeDesk], AtDesk]) -> Office:
    @asynccontextmanager
    async def make() -> AsyncIterator[tuple[Desk, CampaignDesk, Approval, Approval]]:
        async with make_campaign_desk(tmp_path) as campaigns:
            mail, brief = await campaigns.to_mail(), await campaigns.to_brief()
            yield campaigns.desk, campaigns, mail, brief

    at = at_desk(make)
    return Office(at, *at.made[1:])


def standing(page: Page, words: str) -> None:
    expect(page.locator("#standing")).to_contain_text(words)


def test_both_gates_are_decided_with_the_keyboard_alone(office: Office) -> None:
    page = office.page()
    page.goto("/approvals")
    expect(page.locator("#card h1")).to_be_visible()
    shown = page.url
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != shown)
    page.goto(f"/approvals/{office.brief.id}")
    page.locator("#answer").focus()
    page.keyboard.type("a reader asked for it")  # its letters are no shortcuts
    assert office.status(office.brief) == "pending"
    page.keyboard.press("Tab")
    page.keyboard.press("a")
    standing(page, "Approved by you")
    assert office.campaigns.approval(office.brief.id).reason == "a reader asked for it"
    page.goto(f"/approvals/{office.mail.id}")
    page.keyboard.press("r")
    expect(page.get_by_role("dialog", name="Why not like this?")).to_be_visible()
    page.keyboard.type("Say that it is hand-wound.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    standing(page, "Rejected by you")
    assert office.campaigns.approval(office.mail.id).reason == "Say that it is hand-wound."


def test_the_critic_answers_while_somebody_types(office: Office) -> None:
    page = office.page()
    page.goto(f"/approvals/{office.mail.id}")
    page.keyboard.press("e")
    page.wait_for_url("**/edit")
    preheader = page.get_by_label("Preheader")
    preheader.fill("Try it on. It is the best watch in Munich.")
    critic = page.locator("#critic")
    expect(critic.get_by_text("nobody can approve it while")).to_be_visible()
    expect(page.locator(".note .blocking")).to_be_visible()
    expect(critic.locator("ins").first).to_be_visible()
    page.reload()  # nothing of it is lost
    expect(preheader).to_have_value("Try it on. It is the best watch in Munich.")
    page.get_by_role("button", name="Take it out").first.click()
    expect(preheader).to_have_value("Try it on.")
    page.get_by_role("button", name="Preview").click()
    expect(page.frame_locator("iframe").first.locator("body")).to_contain_text("HALDEN")
    page.get_by_role("button", name="Text").click()
    page.get_by_role("button", name="Save as draft 2").click()
    standing(page, "Edited by you")
    office.work()
    page.get_by_role("link", name="Show it").click()
    expect(page.get_by_role("heading", name="Changed since draft 1")).to_be_visible()


def test_escape_returns_and_what_was_typed_stays(office: Office) -> None:
    page = office.page()
    page.goto(f"/approvals/{office.mail.id}/edit")
    with page.expect_response("**/reread"):
        page.get_by_label("Subject").fill("A watch to try on, quietly")
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/approvals/{office.mail.id}")
    page.goto(f"/approvals/{office.mail.id}/edit")
    expect(page.get_by_label("Subject")).to_have_value("A watch to try on, quietly")


def test_of_two_people_one_decides_and_the_other_is_told_at_once(office: Office) -> None:
    ada, lena = office.page("owner"), office.page("approver")
    for page in (ada, lena):
        page.goto(f"/approvals/{office.brief.id}")
    ada.keyboard.press("r")
    reason = ada.get_by_label("What should be different")
    reason.fill("Say that it is hand-wound.")
    lena.keyboard.press("a")
    standing(lena, "Approved by you")
    standing(ada, "Lena Voss approved this")
    expect(reason).to_have_value("Say that it is hand-wound.")  # nobody's words are lost
    ada.get_by_role("button", name="Reject the brief").click()
    expect(ada.get_by_text("Nothing of yours was counted or lost").first).to_be_visible()
    expect(ada.get_by_text("Say that it is hand-wound.").first).to_be_visible()
    assert office.status(office.brief) == "approved"
    office.forgive("409")


def test_a_phone_has_room_for_all_of_it(office: Office) -> None:
    page = office.page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto("/approvals")
    item = page.locator(f"#item-{office.mail.id}")
    expect(item).to_be_visible()
    expect(page.locator(".bar")).to_be_hidden()
    item.click()
    expect(page.locator(".mail-well.phone")).to_be_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    tops = [
        page.locator(part).first.evaluate("e => e.getBoundingClientRect().top")
        for part in ("#checks", "#critic", "#mail", "#claims", "#who", "#comments")
    ]
    assert tops == sorted(tops)
    expect(page.locator(".tabs-below")).to_be_hidden()
    bar = page.locator(".bar").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] <= 844
    page.get_by_role("button", name="Reject…").click()
    expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_anybody(office: Office, scheme: str) -> None:
    page = office.page(color_scheme=scheme)
    mail, brief = office.mail.id, office.brief.id
    for path in (
        "/approvals",
        f"/approvals/{brief}",
        f"/approvals/{mail}",
        f"/approvals/{mail}/edit",
        f"/approvals/{mail}/previews",
        "/approvals?tab=decided",
    ):
        page.goto(path)
        assert not inaccessible(page), path


def test_a_link_in_a_mail_opens_nowhere(office: Office) -> None:
    page = office.page()
    page.goto(f"/approvals/{office.mail.id}?variant=a")
    link = page.frame_locator("#mail iframe").locator("a").first
    expect(link).to_be_visible()
    link.click()
    page.wait_for_timeout(300)
    assert len(page.context.pages) == 1
    assert page.url.endswith("variant=a")
    assert any("Blocked opening" in fault for fault in office.at.faults)
    office.forgive("Blocked opening")

"""A conversation in a real browser: asked, streamed, decided in place, on a phone, by keyboard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ledger import approvals, runs
from tests.browser.conftest import AtDesk, MakeDesk, inaccessible
from tests.campaign_world import GOAL
from tests.served_world import hold, shop_desk
from workflows.jobs import advance


@pytest.fixture
def desk(at_desk: Callable[[MakeDesk], AtDesk], tmp_path: Path) -> AtDesk:
    return at_desk(lambda: shop_desk(tmp_path))


def campaign(desk: AtDesk) -> str:
    """A campaign that waits for a yes to its brief."""
    stack = desk.desk.site.stack
    with stack.ledger.write() as tx:
        run_id = runs.start(tx, GOAL, desk.desk.people["author"].id).id
    with ThreadPoolExecutor(1) as other:  # this thread's loop is the browser's
        other.submit(asyncio.run, advance(stack, run_id)).result(60)
    return run_id


def ask(page: Page, text: str) -> None:
    """By keyboard alone."""
    before = page.locator(".turn").count()
    page.get_by_label("Ask, or say what to start").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(before + 1)
    expect(page.locator(".turn").last).not_to_have_attribute("aria-busy", "true")


def test_a_question_is_answered_and_an_approval_decided_in_place(desk: AtDesk) -> None:
    run_id = campaign(desk)
    page = desk.page()
    page.goto("/chat")
    assert inaccessible(page) == ""
    page.keyboard.type("How many people")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("bought a watch?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/chat/*")
    answer = page.locator(".turn").last
    expect(answer).to_contain_text("12 people fit")
    expect(answer).not_to_have_attribute("aria-busy", "true")
    line = answer.locator(".tool-line").first
    line.locator("summary").press("Enter")
    expect(line).to_contain_text("Asked for")

    ask(page, "What waits for a yes?")
    ask(page, "Looks lovely, send it.")
    expect(page.locator(".turn").last).to_contain_text("never counts as a decision")
    card = page.locator(".approval-compact")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("Waiting for your decision")
    assert inaccessible(page) == ""
    card.get_by_role("button", name="Approve").click()
    expect(card).to_contain_text("Approved by you")
    with desk.desk.site.stack.ledger.read() as tx:
        assert next(one.status for one in approvals.for_run(tx, run_id)) == "approved"


def test_an_open_page_loses_its_line_while_an_answer_is_written_and_catches_up(
    desk: AtDesk,
) -> None:
    go_on = hold(desk.desk.site)
    page = desk.page()
    page.goto("/chat")
    page.get_by_label("Ask, or say what to start").fill("How many people bought a watch?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/chat/*")
    expect(page.locator(".turn").last).to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.context.set_offline(True)
    go_on.set()
    page.context.set_offline(False)
    expect(page.locator(".turn").last).to_contain_text("12 people fit")
    expect(page.locator(".turn").last).not_to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    desk.faults.clear()  # a browser tells of each line that it lost


def test_it_works_on_a_phone_in_the_dark_and_without_scripts(desk: AtDesk) -> None:
    page = desk.page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto("/chat")
    page.get_by_label("Ask, or say what to start").fill("How many people bought a watch?")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/chat/*")
    expect(page.locator(".turn").last).to_contain_text("12 people fit")
    expect(page.locator(".turn").last).not_to_have_attribute("aria-busy", "true")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    assert inaccessible(page) == ""
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name="Rename this one…").click()
    page.get_by_role("textbox", name="Name").fill("Watch buyers")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.locator(".top .title")).to_have_text("Watch buyers")

    plain = desk.page(java_script_enabled=False)
    plain.goto("/chat")
    plain.get_by_label("Ask, or say what to start").fill("How many people bought a watch?")
    plain.get_by_role("button", name="Send").click()
    expect(plain.locator(".turn").last).to_contain_text("12 people fit", timeout=20_000)

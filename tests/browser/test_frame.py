"""The frame around every page: its widths, keys, dialogs, live navigation, weight, and that each
part of it can be read and used by everybody. ``gallery.html`` shows every component at once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
from fastapi import APIRouter, Request, Response
from playwright.sync_api import FloatRect, Page, expect

from app.desk import desk as desk_pages
from app.desk import drawing
from app.desk.identity import Here
from app.desk.plots import Bar, Point, Series
from app.site import site_of
from app.static_files import FOLDER
from domain.conversation import PlotRow, ToolUse
from ledger import accounts
from tests.browser.conftest import AtDesk, MakeDesk, inaccessible
from tests.desk_world import PASSWORD, PEOPLE, Desk, make_desk

FIRST_LOAD_BYTES = 120_000
"""Of a page with every component; what is asked for is 150 KB."""
HERE = Path(__file__).parent

router = APIRouter()


@router.get("/gallery")
async def gallery(request: Request, here: Here) -> Response:
    now = site_of(request).stack.ledger.clock.now()
    days = range(29)
    return await drawing.draw(
        request, "gallery.html", "approvals",
        begun=now - timedelta(days=1), soon=now + timedelta(hours=30),
        later=now + timedelta(days=3), latest=now + timedelta(days=6),
        rows=[
            PlotRow(label="All who got it", value=0.043, low=0.006, high=0.071, shown=True),
            PlotRow(label="B, Ten minutes on the timing machine", value=0.028, low=-0.024,
                    high=0.076, shown=False),
        ],
        series=[
            Series(label="Got it", points=tuple(
                Point(day=d, value=d / 300, low=d / 400, high=d / 250) for d in days)),
            Series(label="Held back", held=True, points=tuple(
                Point(day=d, value=d / 500, low=d / 700, high=d / 350) for d in days)),
        ],
        parts=[Bar(label="Sent", share=1, words="1,040"),
               Bar(label="Opened by a person", share=0.479, words="498")],
        tool=ToolUse(id="1", name="count", verb="Counted", thing="the audience",
                     asked="bought a mechanical watch", got="1,684 people", seconds=0.9),
        icons=re.findall('id="([a-z-]+)"', (FOLDER / "icons.svg").read_text("utf-8")),
    )  # fmt: skip


@pytest.fixture
def desk(
    at_desk: Callable[[MakeDesk], AtDesk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AtDesk:
    ours = drawing._environment().overlay()
    ours.loader = jinja2.FileSystemLoader([drawing.TEMPLATES, HERE])
    monkeypatch.setattr(drawing, "_environment", lambda: ours)
    pages = (*desk_pages.PAGES, SimpleNamespace(router=router))
    monkeypatch.setattr(desk_pages, "PAGES", pages)

    @asynccontextmanager
    async def made() -> AsyncIterator[Desk]:
        async with make_desk(tmp_path) as one:
            yield one

    return at_desk(made)


def open_at(desk: AtDesk, path: str, width: int = 1440, **options: Any) -> Page:
    height = 844 if width < 500 else 1000
    page = desk.page(viewport={"width": width, "height": height}, **options)
    page.goto(path)
    return page


def sideways(page: Page) -> bool:
    """Whether the page must be scrolled sideways."""
    found: bool = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 900, 390])
def test_every_component_can_be_read_by_everybody(desk: AtDesk, width: int, scheme: str) -> None:
    page = open_at(desk, "/gallery", width, color_scheme=scheme)
    assert inaccessible(page) == ""
    assert not sideways(page)
    assert page.locator("[style]").count() == 0


def test_settings_and_the_door_can_be_read_by_everybody(desk: AtDesk) -> None:
    jonas = desk.desk.people["author"].id
    with desk.desk.site.stack.ledger.write() as tx:
        link = accounts.issue_link(tx, jonas)
    settings = ("", "/people", f"/people/{jonas}", "/connections", "/account")
    paths = [f"/settings{one}" for one in settings]
    paths += ["/pause", "/nothing-here", "/sign-in", f"/welcome/{link}"]
    for width, scheme in ((1440, "light"), (390, "dark")):
        page = open_at(desk, "/settings", width, color_scheme=scheme)
        for path in paths:
            page.goto(path)
            assert inaccessible(page) == "", (path, width, scheme)
            assert not sideways(page), (path, width)
    desk.faults[:] = [one for one in desk.faults if "404" not in one]


def test_the_frame_follows_the_room(desk: AtDesk) -> None:
    wide = open_at(desk, "/gallery")
    assert box(wide, ".navigation")["width"] == 216
    expect(wide.locator(".pane")).to_be_visible()
    rail = open_at(desk, "/gallery", 1200)
    assert box(rail, ".navigation")["width"] == 60
    expect(rail.locator(".pane")).to_be_visible()
    one_pane = open_at(desk, "/gallery", 1000)
    expect(one_pane.locator(".pane")).to_be_hidden()
    phone = open_at(desk, "/settings", 390)
    expect(phone.locator(".navigation")).to_be_hidden()
    expect(phone.get_by_role("navigation", name="Places")).to_be_visible()
    for control in phone.locator("main .button, main input:not([type=hidden])").all():
        if control.get_attribute("type") != "checkbox":
            found = control.bounding_box()
            assert found is not None
            assert found["height"] >= 44, control.evaluate("one => one.outerHTML")
    card = open_at(desk, "/gallery", 390)
    expect(card.locator(".tabs-below")).to_be_hidden()
    bar = box(card, ".bar")
    assert bar["y"] + bar["height"] == pytest.approx(844, abs=1)


def test_more_leads_everywhere_on_a_phone(desk: AtDesk) -> None:
    page = open_at(desk, "/settings", 390)
    page.locator(".tabs-below summary").click()
    page.locator(".more-sheet").get_by_role("link", name="Data audit").click()
    page.wait_for_url("**/audit")


def test_single_keys_press_their_controls_and_sleep_while_somebody_types(desk: AtDesk) -> None:
    page = open_at(desk, "/gallery")
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="Why not like this?")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Reason").fill("")
    page.keyboard.type("r? are")
    expect(dialog.get_by_label("Reason")).to_have_value("r? are")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+r")  # the browser's own stay its own
    page.wait_for_load_state()
    expect(dialog).to_be_hidden()
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keys on this page")
    expect(listed).to_contain_text("Approve")
    expect(listed).to_contain_text("Edit")
    page.keyboard.press("Escape")
    page.goto("/settings/account")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.get_by_role("button", name="Save").click()
    page.goto("/gallery")
    page.keyboard.press("r")
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("kbd:visible")).to_have_count(0)


def test_pause_all_asks_and_every_open_page_knows(desk: AtDesk) -> None:
    ada, lena = open_at(desk, "/gallery"), desk.page("approver")
    lena.goto("/settings")
    ada.get_by_role("link", name="Pause all").click()
    dialog = ada.get_by_role("dialog", name="Pause all sending?")
    dialog.get_by_role("button", name="Pause all").click()  # without a reason it asks for one
    expect(dialog).to_be_visible()
    dialog.get_by_label("Why").fill("The shop is <b>down</b>")
    dialog.get_by_role("button", name="Pause all").click()
    expect(dialog).to_be_hidden()
    for page in (ada, lena):
        expect(page.locator(".navigation .foot")).to_contain_text("Sending paused")
        expect(page.locator(".navigation .sending + .why")).to_have_text("The shop is <b>down</b>")
    lena.get_by_role("link", name="Resume…").click()
    asked = lena.get_by_role("dialog", name="Let sending go on?")
    expect(asked).to_contain_text("The shop is <b>down</b>")
    asked.get_by_role("button", name="Resume sending").click()
    expect(ada.locator(".navigation .foot")).to_contain_text("Sending on")
    author = desk.page("viewer")
    author.goto("/settings")
    expect(author.get_by_role("link", name="Pause all")).to_have_count(0)


def test_a_lost_connection_is_said_and_caught_up_with(desk: AtDesk) -> None:
    page = open_at(desk, "/settings")
    other = desk.page("approver")
    other.goto("/pause")
    page.context.set_offline(True)
    lost = page.locator("#connection")
    expect(lost).to_be_visible()
    expect(lost).to_contain_text("You see the state of")
    other.locator("main").get_by_label("Why").fill("Meanwhile")
    other.locator("main").get_by_role("button", name="Pause all").click()
    page.context.set_offline(False)
    expect(lost).to_be_hidden()
    expect(page.locator(".navigation .sending + .why")).to_have_text("Meanwhile")
    desk.faults[:] = [one for one in desk.faults if "ERR_INTERNET_DISCONNECTED" not in one]


def test_a_refusal_in_a_dialog_is_said_in_the_dialog(desk: AtDesk) -> None:
    page = open_at(desk, "/gallery")
    page.evaluate("document.body.removeAttribute('hx-headers:inherited')")
    page.evaluate("document.querySelector('#pause-dialog [name=csrf]').value = 'old'")
    page.get_by_role("link", name="Pause all").click()
    dialog = page.get_by_role("dialog", name="Pause all sending?")
    dialog.get_by_label("Why").fill("x")
    dialog.get_by_role("button", name="Pause all").click()
    expect(dialog).to_contain_text("This did not come from a page of this desk")
    expect(dialog.get_by_role("button", name="Pause all")).to_be_enabled()
    desk.faults[:] = [one for one in desk.faults if "403" not in one]


def test_everything_works_without_scripts(desk: AtDesk) -> None:
    context = desk.browser.new_context(base_url=desk.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/settings")
    page.get_by_label("Mail address").fill(PEOPLE["owner"][1])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("#caps").get_by_label("Most mails").fill("2")
    page.locator("#caps").get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("At most 2 mails")
    page.get_by_role("link", name="Pause all").click()
    page.get_by_label("Why").fill("No scripts here")
    page.get_by_role("button", name="Pause all").click()
    expect(page.locator(".navigation .sending + .why")).to_have_text("No scripts here")
    assert desk.desk.site.workspace.settings.limits.cap_most == 2


def test_the_first_load_is_light_and_the_second_fetches_the_page_alone(desk: AtDesk) -> None:
    page = desk.page()
    sent: dict[str, int] = {}

    def weigh(request: Any) -> None:
        sent[request.url.rpartition("/")[2]] = request.sizes()["responseBodySize"]

    page.on("requestfinished", weigh)
    page.goto("/gallery", wait_until="load")
    page.wait_for_timeout(300)
    assert "desk.js" in str(sent)
    assert sum(sent.values()) < FIRST_LOAD_BYTES, sent
    page.goto("/settings", wait_until="load")
    fetched = page.evaluate(
        "performance.getEntriesByType('resource').filter(one => one.name.includes('/static/')"
        " && one.transferSize > 0).map(one => one.name)"
    )
    assert fetched == []


def box(page: Page, selector: str) -> FloatRect:
    found = page.locator(selector).bounding_box()
    assert found is not None
    return found

"""Who is who by keyboard and on a phone: one key decides, another takes it back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import AtDesk, MakeDesk, inaccessible
from tests.desk_world import Desk, make_desk
from tests.identity_world import make_store, plain_resolve
from tools.identity.rules import IdentityRules
from workflows.identity import resolve_identities


@asynccontextmanager
async def looked_at(folder: Path) -> AsyncIterator[Desk]:
    async with make_desk(folder) as desk:
        store = make_store(desk.site.workspace.store_folder)
        ledger = desk.site.stack.ledger
        await resolve_identities(ledger, store, IdentityRules(), resolve=plain_resolve)
        yield desk


def test_one_key_decides_and_another_takes_it_back(
    at_desk: Callable[[MakeDesk], AtDesk], tmp_path: Path
) -> None:
    desk = at_desk(lambda: looked_at(tmp_path))
    page = desk.page("approver")
    page.goto("/audience")
    page.get_by_role("link", name="Who is who (1)").click()
    expect(page.get_by_role("row", name="Last name")).to_contain_text("equal")
    assert not inaccessible(page)
    page.keyboard.press("s")
    expect(page.get_by_text("c and d are one person.")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_role("heading", name="1 pair may be one person")).to_be_visible()
    page.keyboard.press("d")
    expect(page.get_by_text("c and d are two people.")).to_be_visible()

    phone = desk.page("author", viewport={"width": 390, "height": 844}, color_scheme="dark")
    phone.goto("/audience/who")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    phone.locator("#people summary").first.click()
    expect(phone.get_by_text("both have the address").first).to_be_visible()
    expect(phone.get_by_role("button", name="Somebody else")).to_have_count(0)
    assert not inaccessible(phone)

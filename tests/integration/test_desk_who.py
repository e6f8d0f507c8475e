"""Who is who in the desk: the pair that waits, a decision and its undo, what was merged and why."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.who_is_who import who_is_who
from tests.desk_world import Desk, make_desk
from tests.identity_world import make_store, plain_resolve
from tools.identity.rules import IdentityRules
from tools.store.segments import Store
from workflows.identity import resolve_identities

PLACE = "/audience/who"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with make_desk(tmp_path) as made:
        make_store(made.site.workspace.store_folder)
        yield made


async def look(desk: Desk) -> None:
    store = Store(desk.site.workspace.store_folder)
    ledger = desk.site.stack.ledger
    await resolve_identities(ledger, store, IdentityRules(), resolve=plain_resolve)


def field(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found
    return found[1]


async def test_before_anybody_looked_it_says_what_to_do(desk: Desk) -> None:
    owner = await desk.signed_in("owner")
    page = await owner.get(PLACE)
    assert "Nobody has looked yet" in page.text
    assert (await owner.post(f"{PLACE}/look")).status_code == 303
    assert "Being looked at again" in (await owner.get(PLACE)).text
    viewer = await desk.signed_in("viewer")
    assert (await viewer.post(f"{PLACE}/look")).status_code == 403


async def test_a_pair_is_decided_and_taken_back(desk: Desk) -> None:
    await look(desk)
    approver = await desk.signed_in("approver")
    page = await approver.get(PLACE)
    assert "1 pair may be one person" in page.text
    assert "Ortega" in page.text
    assert "the surname and the postcode" in page.text
    assert "Who is who (1)" in (await approver.get("/audience")).text
    wanted = {"pair": field(page, "pair"), "verdict": "same"}
    answer = await approver.post(f"{PLACE}/decide", data=wanted)
    decided = await approver.get(answer.headers["location"])
    assert "c and d are one person." in decided.text
    assert "Nothing waits for you" in decided.text
    await look(desk)
    found = who_is_who(desk.site.workspace)
    assert found is not None
    assert (found.customers, found.persons, found.to_decide) == (5, 3, 0)
    # What was decided meanwhile is not asked again; and undone, it is.
    assert (await approver.post(f"{PLACE}/decide", data=wanted)).status_code == 422
    await approver.post(f"{PLACE}/undo", data={"decision": field(decided, "decision")})
    await look(desk)
    assert "1 pair may be one person" in (await approver.get(PLACE)).text
    said = [
        entry["kind"]
        for kind in ("identity_decided", "identity_undone")
        for entry in desk.journal(kind)
    ]
    assert said == ["identity_decided", "identity_undone"]


async def test_a_merge_says_why_and_is_taken_apart(desk: Desk) -> None:
    await look(desk)
    approver = await desk.signed_in("approver")
    page = await approver.get(PLACE)
    assert "both have the address a…n@x.example" in page.text
    assert "i…o@x.example" in page.text  # held back
    answer = await approver.post(f"{PLACE}/apart", data={"customer": field(page, "customer")})
    assert "a and b are two people" in (await approver.get(answer.headers["location"])).text
    await look(desk)
    assert Store(desk.site.workspace.store_folder).persons() == {}


async def test_who_may_not_decide_sees_nobody_in_the_clear(desk: Desk) -> None:
    await look(desk)
    page = await (await desk.signed_in("approver")).get(PLACE)
    author = await desk.signed_in("author")
    masked = await author.get(PLACE)
    assert masked.status_code == 200
    for personal in ("Ortega", "kim@x.example", "k.ortega", "80331", ">c<", "ann@x.example"):
        assert personal not in masked.text, personal
    assert "k…m@x.example" in masked.text
    for path, data in (
        ("decide", {"pair": field(page, "pair"), "verdict": "same"}),
        ("apart", {"customer": field(page, "customer")}),
        ("undo", {"decision": "x"}),
    ):
        assert (await author.post(f"{PLACE}/{path}", data=data)).status_code == 403
    del author.headers["x-csrf-token"]
    assert (await author.post(f"{PLACE}/look")).status_code == 403

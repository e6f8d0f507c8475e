"""Who can be mailed, counted over everybody as sets: the same as asked person by person, whatever
the ledger was told in between."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.customer import PURPOSE_OF, Complaint, Consent, Contact, Suppression
from domain.predicate import Everyone
from ledger import (
    clock,
    complaints,
    consent,
    journal,
    no_contact,
    people,
    same_people,
    subjects,
    suppression,
)
from ledger.barring import Bars, bars
from ledger.database import Transaction
from ledger.people import Person
from tests.campaign_world import Shop, make_world
from tests.integration.ledger_world import KEY, MONDAY, make_ledger
from tools.esp.addresses import usable
from tools.esp.mime import ascii_address
from tools.esp.port import SendError
from workflows.audience import reach
from workflows.consent_copy import ConsentCopy
from workflows.reach_copy import ReachCopy
from workflows.stack import Keys, Stack

ADDRESSES = {
    "a": "a@example.test", "b": "B@Example.test", "c": "c@bücher.example", "d": "",
    "e": "not an address", "f": "a@example.test", "g": " ", "h": "h@example.test",
}  # fmt: skip
SHOP = Shop({i: Contact(customer_id=i, email=address) for i, address in ADDRESSES.items()})
HOUR = timedelta(hours=1)

who = st.sampled_from(sorted(ADDRESSES))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), who, st.booleans(), st.integers(-4, 4), st.booleans()),
        st.tuples(st.just("leave"), who),
        st.tuples(st.just("same"), who, who),
        st.tuples(st.just("apart")),
        st.tuples(st.just("no contact"), who, st.booleans()),
        st.tuples(st.just("complain"), who, st.integers(-2, 2), st.none() | st.integers(-2, 2)),
        st.tuples(st.just("suppress"), who, st.booleans()),
        st.tuples(st.just("erase"), who),
        st.tuples(st.just("wait"), st.integers(1, 5)),
    ),
    max_size=12,
)


def do(tx: Transaction, owner: Person, step: Any) -> None:
    match step:
        case "say", customer, yes, hours, by_hand:
            said = Consent(
                customer_id=customer, purpose="email_marketing", given=yes,
                at=tx.now + hours * HOUR, source=consent.OWN_HAND if by_hand else "shop",
            )  # fmt: skip
            consent.record(tx, [said], own_hand=by_hand)
        case "leave", customer:
            consent.unsubscribe(tx, name(tx, customer), "a campaign", tx.now)
        case "same", one, other:
            if one != other:
                same_people.replace(tx, {name(tx, other): name(tx, one)})
        case ("apart",):
            same_people.replace(tx, {})
        case "no contact", customer, yes:
            change = no_contact.add if yes else lambda t, p, _: no_contact.lift(t, p)
            change(tx, [name(tx, customer)], "asked")
        case "complain", customer, opened, closed:
            case = Complaint(
                customer_id=customer, case_id=customer, source="desk",
                opened_at=tx.now + opened * HOUR,
                closed_at=None if closed is None else tx.now + closed * HOUR,
            )  # fmt: skip
            complaints.record(tx, [case])
        case "suppress", customer, yes:
            address = ADDRESSES[customer]
            if yes:
                row = Suppression(address=address, reason="unsubscribed", at=tx.now)
                suppression.add(tx, [row], KEY)
            else:
                suppression.lift(tx, [suppression.address_hash(address, KEY)])
        case "erase", customer:
            subjects.erase(tx, customer, owner, addresses=[ADDRESSES[customer]], key=KEY)
        case "wait", hours:
            clock.advance(tx, tx.now + hours * HOUR)


def name(tx: Transaction, customer: str) -> str:
    return subjects.pseudonyms(tx, [customer])[customer]


def one_by_one(tx: Transaction, *, service: bool) -> tuple[set[str], Counter[str]]:
    """The people of the shop as the checks of a send find them."""
    found, left_out = set(), Counter[str]()
    for customer, address in ADDRESSES.items():
        names = subjects.known(tx, [customer])
        barred = bars(tx, names.values())[0].get(names.get(customer, ""), Bars())
        if not address.strip():
            left_out["no_address"] += 1
        elif not taken(address):
            left_out["invalid_address"] += 1
        elif barred.no_contact:
            left_out["no_contact"] += 1
        elif not consent.agreed(tx, [customer], PURPOSE_OF["email"]):
            left_out["no_consent"] += 1
        elif suppression.suppressed(tx, [address], KEY):
            left_out["suppressed"] += 1
        elif barred.complaint and not service:
            left_out["open_complaint"] += 1
        else:
            found.add(customer)
    return found, left_out


def taken(address: str) -> bool:
    try:
        return bool(ascii_address(address))
    except SendError:
        return False


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = make_world(tmp_path_factory.mktemp("world"), port=1).stack
    yield replace(made, people=SHOP, keys=Keys(made.keys.signing, KEY))
    made.ledger.close()


NO, YES = ("say", "a", False, 0, False), ("say", "a", True, 0, False)


@settings(max_examples=25, deadline=None)
@given(done=steps)
@example(done=[NO, ("say", "a", True, 2, False), ("wait", 3)])  # a yes that was dated ahead
@example(done=[NO, YES, ("wait", 1), YES])  # of two answers at one moment the no stands
@example(done=[("say", "b", False, 0, False), ("same", "a", "b"), ("apart",)])
@example(done=[("no contact", "b", True), ("same", "a", "b"), ("no contact", "b", False)])
@example(done=[("complain", "b", 0, 2), ("same", "a", "b"), ("wait", 3)])
@example(done=[("suppress", "a", True), ("erase", "b"), ("suppress", "a", False)])
@example(done=[("say", "b", False, 0, False), ("same", "a", "b"), ("say", "a", True, 1, True)])
def test_counting_everybody_finds_whom_a_send_would(
    done: list[Any], stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ledger = make_ledger(tmp_path_factory.mktemp("ledger"))
    here = replace(stack, ledger=ledger, reach_copy=ReachCopy())
    with ledger.write() as tx:
        owner = people.add(tx, "Ada", "ada@example.test", "owner")
        for customer in ADDRESSES:
            do(tx, owner, ("say", customer, True, -9, False))
    for step in [("wait", 1), *done]:
        with ledger.write() as tx:
            do(tx, owner, step)
        for service in (False, True):
            reached = asyncio.run(reach(here, Everyone(), service=service))
            with ledger.read() as tx:
                found, left_out = one_by_one(tx, service=service)
            assert set(reached.people.column("customer_id").to_pylist()) == found, step
            assert dict(reached.counts()) == dict(left_out), step
    ledger.close()


def test_a_ledger_that_was_put_back_is_read_anew(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one, other = make_ledger(tmp_path / "one"), make_ledger(tmp_path / "other")
    copy = ReachCopy()
    for ledger, customer in ((one, "a"), (other, "b")):
        said = Consent(
            customer_id=customer, purpose="email_marketing", given=True, at=MONDAY - HOUR,
            source="shop",
        )  # fmt: skip
        with ledger.write() as tx:
            consent.record(tx, [said])
            journal.append(tx, "something else", person_id=None, thing=customer, data={})
        with ledger.read() as tx:
            assert copy.agreed(tx).to_pylist() == [customer]


def test_the_copy_of_the_answers_is_never_stale(tmp_path: Path) -> None:
    ledger = make_ledger(tmp_path)
    copy = ConsentCopy(ledger)
    with ledger.write() as tx:
        owner = people.add(tx, "Ada", "ada@example.test", "owner")
    told: list[list[Any]] = [
        [("say", "a", True, -1, False), ("say", "b", True, 0, False)],
        [("erase", "a"), ("say", "c", True, -1, False)],  # as many people and answers as before
        [("leave", "b")],
    ]
    seen = []
    for steps_done in told:
        with ledger.write() as tx:
            for step in steps_done:
                do(tx, owner, step)
        rows = copy().to_pylist()
        seen.append(sorted((str(row["customer_id"]), bool(row["given"])) for row in rows))
    assert seen == [
        [("a", True), ("b", True)],
        [("b", True), ("c", True)],
        [("b", False), ("b", True), ("c", True)],
    ]
    assert copy() is copy()


odd = st.text(alphabet="aA1.@-_ \t\x1c\u00a0\u2028ü<>\"'\\é", max_size=12)
long = st.integers(200, 260).map(lambda n: "a" * (n - len("@example.test")) + "@example.test")


@given(st.lists(st.none() | st.emails() | odd | long, max_size=20))
def test_many_addresses_are_told_apart_as_each_one_is(addresses: list[str | None]) -> None:
    found = usable(pa.array(addresses, pa.string())).to_pylist()
    assert found == [one is not None and taken(one) for one in addresses]

"""What keeps a person from being written to, besides their answers: complaints, and no contact."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from domain.customer import Complaint
from domain.goal import Goal, OfferBounds
from domain.predicate import Everyone
from ledger import complaints, journal, no_contact, subjects
from ledger.database import Ledger
from tests.campaign_world import make_world
from tests.integration.ledger_world import MONDAY, make_ledger
from tests.integration.ledger_world import make_world as make_scheduled
from workflows.audience import left_out_for, reach


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return make_ledger(tmp_path)


def case(customer_id: str, number: str, **changes: object) -> Complaint:
    fields = {"customer_id": customer_id, "case_id": number, "source": "zendesk"}
    at = MONDAY - timedelta(days=2)
    return Complaint.model_validate({**fields, "opened_at": at, **changes})


def test_a_complaint_is_open_until_its_case_is_closed(ledger: Ledger) -> None:
    yesterday, tomorrow = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)
    with ledger.write() as tx:
        given = [
            case("ada", "1"),
            case("bo", "2", closed_at=yesterday),
            case("cy", "3", closed_at=tomorrow),
            case("di", "4", opened_at=tomorrow),
        ]
        assert complaints.record(tx, given) == 4
        assert complaints.record(tx, given) == 0
        names = subjects.known(tx, ["ada", "bo", "cy", "di"])
        assert complaints.open_for(tx, names.values()) == {names["ada"], names["cy"]}
        assert complaints.record(tx, [case("ada", "1", closed_at=yesterday), case("bo", "2")]) == 2
        assert complaints.open_for(tx, names.values()) == {names["bo"], names["cy"]}
        assert [e.data for e in journal.of_kind(tx, "complaints_recorded")] == [
            {"new": 4, "changed": 0},
            {"new": 0, "changed": 2},
        ]


def test_no_contact_is_taken_back_only_by_who_asked_for_it(ledger: Ledger) -> None:
    with ledger.write() as tx:
        ada, bo = subjects.pseudonyms(tx, ["ada", "bo"]).values()
        assert no_contact.add(tx, [ada], "asked") == 1
        assert no_contact.add(tx, [bo], "complained") == 1
        assert no_contact.add(tx, [ada, bo], "asked") == 0
        cy = subjects.pseudonyms(tx, ["cy"])["cy"]
        assert [no_contact.add(tx, [cy], why) for why in ("asked", "complained")] == [1, 0]
        assert no_contact.reasons(tx, [ada, bo, "nobody"]) == {ada: "asked", bo: "complained"}
        assert no_contact.lift(tx, [ada, bo, cy]) == 1
        assert no_contact.reasons(tx, [ada, bo, cy]) == {bo: "complained", cy: "complained"}


async def test_an_open_complaint_keeps_out_of_promotions_and_not_of_service(tmp_path: Path) -> None:
    world = make_world(tmp_path, port=1, size=6)
    complaining, never = sorted(world.shop.contacts_by_id)[:2]
    with world.ledger.write() as tx:
        complaints.record(tx, [case(complaining, "1", opened_at=tx.now)])
        no_contact.add(tx, subjects.pseudonyms(tx, [never]).values(), "asked")
    promotion = await reach(world.stack, Everyone())
    assert promotion.counts() == (("no_contact", 1), ("open_complaint", 1))
    assert await left_out_for(world.stack, Everyone(), "open_complaint") == (complaining,)
    service = await reach(world.stack, Everyone(), service=True)
    assert service.counts() == (("no_contact", 1),)
    assert complaining in service.people.column("customer_id").to_pylist()


def test_only_a_service_that_is_due_and_offers_nothing_is_no_promotion() -> None:
    assert Goal(text="Remind those whose service is due", objective="service_due").service
    offer = OfferBounds(most_share=Decimal("0.1"))
    assert not Goal(text="10 % off the service", objective="service_due", offer=offer).service
    assert not Goal(text="Win them back", objective="win_back").service


@pytest.mark.parametrize(("service", "outcome"), [(False, "open_complaint"), (True, "go")])
def test_the_last_check_knows_a_promotion(tmp_path: Path, service: bool, outcome: str) -> None:
    world = make_scheduled(tmp_path, size=1, held_back=0, service=service)
    with world.write() as tx:
        complaints.record(tx, [case(world.customers[0], "1")])
    (send,) = world.claim()
    assert world.mark(send) == outcome

"""What keeps a person from being written to, besides their answers: complaints, and no contact."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.customer import Complaint
from ledger import complaints, journal, no_contact, subjects
from ledger.database import Ledger
from tests.integration.ledger_world import MONDAY, make_ledger


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
        assert no_contact.reasons(tx, [ada, bo, "nobody"]) == {ada: "asked", bo: "complained"}
        assert no_contact.lift(tx, [ada, bo]) == 1
        assert no_contact.reasons(tx, [ada, bo]) == {bo: "complained"}

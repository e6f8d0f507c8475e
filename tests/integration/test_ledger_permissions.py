"""What the ledger says of everybody at once is what it says of each when a mail goes out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from domain.customer import Complaint, Consent
from ledger import complaints, consent, no_contact, permissions, same_people, subjects
from ledger.barring import Bars, bars
from tests.integration.ledger_world import MONDAY, make_ledger

DAY = timedelta(days=1)


def said(one: str, given: bool, days: int, source: str = "shop", wording: str = "Yes") -> Consent:
    return Consent(
        customer_id=one, purpose="email_marketing", given=given, at=MONDAY + days * DAY,
        source=source, wording=wording,
    )  # fmt: skip


def test_everybody_at_once_is_each_by_themselves(tmp_path: Path) -> None:
    ledger = make_ledger(tmp_path)
    given = [
        said("once", True, -9),
        said("wordless", True, -9, wording=""),
        said("never", False, -9),
        said("changed", True, -9), said("changed", False, -3),
        said("back", False, -9), said("back", True, -3, wording=""),
        said("later", True, 2),
        said("a1", True, -9), said("a2", False, -5),
    ]  # fmt: skip
    with ledger.write() as tx:
        consent.record(tx, given)
        names = subjects.pseudonyms(tx, [*(one.customer_id for one in given), "a3", "silent"])
        person = names["a1"]
        same_people.replace(tx, {names["a2"]: person, names["a3"]: person})
        no_contact.add(tx, [names["a2"]], "asked")
        case = Complaint(
            customer_id="once", case_id="1", source="desk", opened_at=MONDAY - DAY, closed_at=None
        )
        closed = case.model_copy(
            update={"customer_id": "never", "case_id": "2", "closed_at": MONDAY - DAY}
        )
        complaints.record(tx, [case, closed])
        by_id = {pseudonym: one for one, pseudonym in names.items()}
        one_by_one = consent.answers(tx, list(by_id), "email_marketing")
        barring, _ = bars(tx, by_id)
        everybody = permissions.answers(tx, "email_marketing")
        barred = permissions.barred(tx)
    assert {one.customer_id: (one.agreed, one.proven) for one in everybody} == {
        by_id[pseudonym]: (answer.given, bool(answer.source and answer.wording))
        for pseudonym, answer in one_by_one.items()
    }
    assert {one.customer_id for one in everybody} == {
        "once", "wordless", "never", "changed", "back", "a1", "a2", "a3",
    }  # fmt: skip
    assert barred == {by_id[p]: why for p, why in barring.items() if why != Bars()}
    assert set(barred) == {"once", "a1", "a2", "a3"}

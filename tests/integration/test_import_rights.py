"""Consents, support cases and people to leave out, from files to where a send asks for them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.importing import Imported, import_file
from app.workspace import Workspace, init_workspace
from ledger import complaints, consent, no_contact, subjects, suppression
from tools.store.fields import Kind

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
AT = "2026-05-01T10:00:00Z"


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    """A workspace that knows Ada (c1) and Bo (c2)."""
    made = init_workspace(
        tmp_path / "shop",
        name="Shop",
        timezone="Europe/Berlin",
        currency="EUR",
        owner_name="Ada",
        owner_email="ada@example.test",
        simulated_at=NOW,
        environment={"MAINSPRING_HOME": str(tmp_path / "home")},
    )
    people = [
        {"customer_id": "c1", "email": "Ada@example.test"},
        {"customer_id": "c2", "email": "bo@example.test"},
    ]
    bring(made, "customers", people)
    return made


def bring(shop: Workspace, kind: Kind, rows: Sequence[dict[str, str]], **more: Any) -> Imported:
    path = shop.folder / f"{kind}.csv"
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    said: dict[str, Any] = {"mapping": {}, "timezone": "UTC", "currency": None} | more
    return import_file(shop, kind, path, **said)


def test_an_answer_a_row_for_each_channel(shop: Workspace) -> None:
    rows = [
        {"email": "ada@example.test", "channel": "SMS", "status": "opted-in", "date": AT,
         "source": "Till"},
        {"customer_id": "c1", "channel": "newsletter", "status": "subscribed", "date": AT,
         "source": "Checkout", "wording": "Yes, write to me."},
        {"customer_id": "c2", "channel": "Direct Mail", "status": "unsubscribed"},
        {"customer_id": "c2", "channel": "email", "status": "yes", "date": AT},
        {"customer_id": "c2", "channel": "fax", "status": "yes", "date": AT, "source": "Till"},
        {"customer_id": "c2", "channel": "email", "status": "perhaps", "date": AT},
        {"email": "stranger@example.test", "channel": "email", "status": "no"},
        {"email": "stranger@example.test", "channel": "sms", "status": "no"},
    ]  # fmt: skip
    once, twice = (bring(shop, "consents", rows) for _ in range(2))

    assert (once.intake.added, once.intake.already_known, once.intake.quarantined) == (4, 0, 4)
    assert (twice.intake.added, twice.intake.already_known) == (0, 4)
    assert dict(once.intake.reasons) == {
        "purpose: not a channel that we know": 1, "given: neither yes nor no": 1,
        "no customer: neither an id nor an address that is known": 2,
    }  # fmt: skip
    assert any(note.startswith("1 consents say no moment") for note in once.intake.notes)
    with shop.ledger.read() as tx:
        assert consent.agreed(tx, ["c1", "c2"], "sms_marketing") == {"c1"}
        assert consent.agreed(tx, ["c1", "c2"], "email_marketing") == {"c1"}
        assert consent.agreed(tx, ["c1", "c2"], "post_marketing") == set()
        (ada,) = subjects.known(tx, ["c1"]).values()
        answer = consent.answers(tx, [ada], "email_marketing")[ada]
        assert (answer.source, answer.wording) == ("Checkout", "Yes, write to me.")
        key = shop.secrets.suppression_key
        assert suppression.suppressed(tx, ["stranger@example.test", "bo@example.test"], key) == {
            "stranger@example.test"
        }


def test_customers_say_what_they_agreed_to_on_every_channel(shop: Workspace) -> None:
    evidence = {"Accepts SMS Marketing": "yes", "sms_marketing_timestamp": AT, "sms method": "Till"}
    row = {"customer_id": "c1", **evidence, "phone_consent": "no", "push_opt_in": "yes"}

    imported = bring(shop, "customers", [row], mapping={"sms_consent_source": "sms method"})

    assert imported.consents_added == 2
    assert any("push_consent" in note for note in imported.intake.notes)
    with shop.ledger.read() as tx:
        assert consent.agreed(tx, ["c1"], "sms_marketing") == {"c1"}
        assert consent.agreed(tx, ["c1"], "push_marketing") == set()


def test_an_open_case_keeps_its_person_out_until_it_is_closed(shop: Workspace) -> None:
    case = {"Ticket ID": "7", "email": "ADA@example.test", "created_at": AT, "status": "Pending"}
    other = case | {"Ticket ID": "8", "email": "bo@example.test", "status": "solved"}
    stranger = case | {"Ticket ID": "9", "email": "nobody@example.test"}

    opened = bring(shop, "complaints", [case, other, stranger], source="Zendesk")
    with shop.ledger.read() as tx:
        ids = subjects.known(tx, ["c1", "c2"])
        assert complaints.open_for(tx, ids.values()) == {ids["c1"]}
    again = bring(shop, "complaints", [case, other, stranger], source="Zendesk")
    closed = bring(shop, "complaints", [case | {"status": "Closed"}], source="Zendesk")

    assert (opened.intake.added, opened.intake.quarantined) == (2, 1)
    assert (again.complaints_changed, again.intake.already_known) == (0, 2)
    assert closed.complaints_changed == 1
    with shop.ledger.read() as tx:
        assert complaints.open_for(tx, ids.values()) == set()


def test_numbers_and_whole_people_are_left_out(shop: Workspace) -> None:
    rows = [
        {"email": "x@example.test", "customer_id": "c2", "reason": "bounced"},
        {"phone": "0171 1234567", "country": "Germany"},
        {"customer_id": "c1", "reason": "never again"},
        {"phone": "12", "country": "Germany"},
        {"reason": "no name"},
    ]
    once, twice = (bring(shop, "suppressions", rows) for _ in range(2))

    assert (once.intake.added, once.suppressions_added, once.no_contact_added) == (3, 2, 1)
    assert (once.intake.quarantined, twice.intake.added, twice.intake.already_known) == (2, 0, 3)
    with shop.ledger.read() as tx:
        key = shop.secrets.suppression_key
        said = ["+491711234567", "x@example.test", "ada@example.test"]
        assert suppression.suppressed(tx, said, key) == set(said[:2])
        ids = subjects.known(tx, ["c1", "c2"])
        assert set(no_contact.reasons(tx, ids.values())) == {ids["c1"]}

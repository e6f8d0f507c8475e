"""The rights of people: an archive of all that is held, and an erasure that leaves nothing."""

from __future__ import annotations

import gzip
import json
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from app.privacy import person
from ledger import (
    consent,
    erasures,
    journal,
    no_contact,
    people,
    subjects,
    suppression,
)
from ledger import tables as t
from tests.integration.commanding import Commands
from tests.privacy_world import (
    ANNA,
    CUSTOMERS,
    EVENTS,
    ORDERS,
    SECOND,
    bring,
    opened,
    places,
)
from tools.store.segments import Store
from tools.store.tables import Tables


def test_a_person_is_erased_from_everything(shop: Commands, tmp_path: Path) -> None:
    before = {path.split("/")[0].removesuffix("-wal") for path in places(shop.folder)}
    kinds = "data ledger.sqlite checkpoints.sqlite quarantine imports spool left"
    assert before >= set(kinds.split())
    erased = shop.data("privacy", "erase", ANNA, "--yes")
    assert places(shop.folder) == set()

    assert erased["complete"]
    assert erased["searched"]["left"] == []
    assert (erased["ids"], erased["shared"], erased["weak"]) == (2, 0, 0)
    assert erased["rows"]["profiles"] == 2
    assert erased["rows"]["orders"] == 3
    assert erased["searched"]["databases"] >= 2
    workspace = opened(shop)
    with Tables(Store(workspace.store_folder), datetime(2011, 1, 1, tzinfo=UTC), "UTC") as tables:
        lines = tables.run(tables.stored("orders")).to_pylist()
        assert sorted(line["customer_id"] or "" for line in lines) == ["", "", "H4000012"]
        assert sum(line["net"] for line in lines) == 300
        assert tables.run(tables.profiles()).num_rows == 2
    left = shop.folder / "left"
    kept = 'customer_id;note\n1;"of two\nlines"\n2;stays\n'
    assert (left / "export.csv").read_text("utf-8") == kept
    assert (left / "utf16.csv").read_bytes().decode("utf-16") == kept
    assert gzip.decompress((left / "rows.jsonl.gz").read_bytes()) == b'{"id": 1}\n'
    assert (left / "serve.log").read_text() == "all well\n"
    assert {p.name for p in left.iterdir()}.isdisjoint({"old.zip", "1.eml"})
    key = workspace.secrets.suppression_key
    with workspace.ledger.read() as tx:
        assert journal.verify(tx).ok
        (entry,) = journal.of_kind(tx, "person_erased")
        assert entry.data["left"] == 0
        assert suppression.suppressed(tx, [ANNA, "+491701234567"], key) == {ANNA, "+491701234567"}
        assert erasures.among(tx, ["H400001", "H400002"], key) == {"H400001"}
        goals = [row.goal for row in tx.connection.execute(t.runs.select())]
    assert goals == [f"Invite {'█' * 4} {'█' * 11} ({'█' * len(ANNA)})"]
    assert shop.run("audit", "journal").exit_code == 0
    assert not list((shop.folder / "erasing").iterdir())
    refused = json.loads(shop.run("privacy", "erase", "H400001", "--yes", "--json", exits=2).stdout)
    assert refused["data"]["code"] == "unknown_person"


def test_who_was_erased_does_not_come_back_with_a_file(shop: Commands, tmp_path: Path) -> None:
    shop.data("privacy", "erase", "H400001", "--yes")
    workspace = opened(shop)
    customers = bring(workspace, "customers", CUSTOMERS, tmp_path).intake
    orders = bring(workspace, "orders", ORDERS, tmp_path).intake
    events = bring(workspace, "events", EVENTS, tmp_path).intake
    assert (customers.erased, orders.erased, events.erased) == (2, 2, 1)
    assert any(n == "2 rows are of people who were erased: they were left out."
               for n in customers.notes)  # fmt: skip
    yes = {"email": ANNA, "channel": "sms", "status": "yes", "date": "2010-11-01T10:00:00Z"}
    consents = bring(workspace, "consents", [{**yes, "source": "Till"}], tmp_path).intake
    assert (consents.erased, consents.quarantined, consents.added) == (1, 0, 0)
    with workspace.ledger.read() as tx:
        assert subjects.known(tx, ["H400001", SECOND]) == {}
    found = person.find(workspace, "H400001")
    assert not person.is_known(workspace, found.who)
    assert shop.data("privacy", "erase", ANNA, "--yes", exits=2)["code"] == "unknown_person"


def test_what_is_held_is_handed_out_whole(shop: Commands, tmp_path: Path) -> None:
    archive = tmp_path / "anna.zip"
    counts = shop.data("privacy", "export", SECOND, "--to", str(archive))["rows"]
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with zipfile.ZipFile(archive) as opened_archive:
        body = json.loads(opened_archive.read("person.json"))
        page = opened_archive.read("person.html").decode()
    held = body["held"]
    assert body["customer_ids"] == ["H400001", SECOND]
    assert {row["customer_id"] for row in held["profiles"]} == {"H400001", SECOND}
    assert len(held["orders"]) == 2
    assert [row["event_id"] for row in held["events"]] == ["e1"]
    assert held["links"]
    (yes,) = held["consents"]
    assert (yes["purpose"], yes["given"], yes["wording"]) == (
        "email_marketing", True, "Yes, write to me.",
    )  # fmt: skip
    assert held["complaints"][0]["source"] == "zendesk"
    assert {row["where"] for row in held["texts"]} >= {"runs", "threads", "turns", "approvals"}
    files = {row["file"] for row in held["files"]}
    assert any(name.startswith("quarantine/") for name in files)
    assert {"checkpoints.sqlite", "left/export.csv", "left/1.eml", "left/old.zip"} <= files
    assert counts == {name: len(rows) for name, rows in held.items() if rows}
    assert "Yes, write to me." in page
    assert "Joanna" not in page
    again = shop.data("privacy", "export", SECOND, "--to", str(archive), exits=4)
    assert again["code"] == "exists"
    with opened(shop).ledger.read() as tx:
        (entry,) = journal.of_kind(tx, "person_exported")
    assert entry.data == {"rows": counts}


def test_what_cannot_be_erased_is_said(shop: Commands) -> None:
    guide = shop.folder / "brand" / "guide.yaml"
    guide.write_text(guide.read_text("utf-8") + f"# thanks to {ANNA}\n", "utf-8")
    erased = shop.data("privacy", "erase", "H400001", "--yes", exits=1)
    assert erased["searched"]["left"] == [
        {"file": "brand/guide.yaml", "place": "text", "kinds": ["address"]}
    ]
    (note,) = (shop.folder / "erasing").iterdir()
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    guide.write_text(guide.read_text("utf-8").replace(ANNA, "a customer"), "utf-8")
    assert shop.data("privacy", "erase", "H400001", "--yes")["complete"]
    assert places(shop.folder) == set()


def test_a_person_wants_no_more(shop: Commands) -> None:
    shop.run("privacy", "stop", ANNA, "--channel", "sms", "--how", "on the phone, 9 December")
    workspace = opened(shop)
    with workspace.ledger.read() as tx:
        (name,) = subjects.known(tx, ["H400001"]).values()
        said = consent.answers(tx, [name], "sms_marketing")[name]
        assert (said.given, said.wording) == (False, "on the phone, 9 December")
        assert consent.latest(tx, [name], "email_marketing")[name][0]
    shop.run("privacy", "stop", "H400001")
    with workspace.ledger.read() as tx:
        assert no_contact.reasons(tx, [name]) == {name: "asked"}
        assert not consent.latest(tx, [name], "email_marketing")[name][0]
        key = workspace.secrets.suppression_key
        assert suppression.suppressed(tx, [ANNA], key)
        assert [e.data["channels"] for e in journal.of_kind(tx, "contact_stopped")] == [["sms"], []]
    assert shop.data("privacy", "stop", ANNA, "--channel", "fax", exits=2)["code"] == (
        "unknown_channel"
    )
    assert shop.data("privacy", "stop", "nobody@x.example", exits=2)["code"] == "unknown_person"


def test_nobody_is_erased_by_mistake(shop: Commands, tmp_path: Path) -> None:
    assert shop.data("privacy", "erase", ANNA, exits=3)["code"] == "not_sure"
    workspace = opened(shop)
    with workspace.ledger.write() as tx:
        owner = workspace.person(tx)
        author = people.add(tx, "Bo", "bo@halden.test", "author", owner)
        token = people.issue_token(tx, author.id, by=owner)
    author_shop = Commands(shop.folder, shop.home, {"MAINSPRING_TOKEN": token})
    for words in (("erase", ANNA, "--yes"), ("export", ANNA, "--to", str(tmp_path / "x.zip"))):
        assert author_shop.data("privacy", *words, exits=4)["code"] == "not_allowed"
    two = [{"customer_id": f"T{n}", "email": "info@shared.example"} for n in (10001, 10002)]
    bring(workspace, "customers", two, tmp_path)
    refused = shop.data("privacy", "erase", "info@shared.example", "--yes", exits=2)
    assert refused["code"] == "ambiguous_person"
    # By id it is one of the two; what they share stays with the other one, and may be mailed.
    erased = shop.data("privacy", "erase", "T10001", "--yes")
    assert (erased["complete"], erased["shared"]) == (True, 1)
    with workspace.ledger.read() as tx:
        key = workspace.secrets.suppression_key
        assert not suppression.suppressed(tx, ["info@shared.example"], key)

"""Erasing from the places that are easily forgotten: what is derived, left over, packed, deleted
long ago, or comes in again afterwards. Each time every byte of the folder is searched."""

from __future__ import annotations

import asyncio
import gzip
import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from app.intake.spool import waiting_bytes
from app.intake.writer import write_complete
from app.workspace import Workspace
from brand_voice.brand import EXAMPLE, Brand, load_brand
from brand_voice.embedder import MiniLM
from brand_voice.index import VoiceIndex
from ledger import erasures, journal, sources, subjects
from ledger import tables as t
from tests.integration.commanding import Commands
from tests.privacy_world import ANNA, ORDERS, SECOND, bring, opened, places
from tools.store.segments import Store
from tools.store.tables import Tables


def lines(workspace: Workspace) -> list[dict[str, Any]]:
    at = datetime(2011, 1, 1, tzinfo=UTC)
    with Tables(Store(workspace.store_folder), at, "UTC") as tables:
        found: list[dict[str, Any]] = tables.run(tables.stored("orders")).to_pylist()
    return found


def erased(shop: Commands, person: str = "H400001") -> dict[str, Any]:
    """Erase, and hold that no byte is left."""
    found: dict[str, Any] = shop.data("privacy", "erase", person, "--yes")
    assert found["complete"]
    assert places(shop.folder) == set()
    with opened(shop).ledger.read() as tx:
        assert journal.verify(tx).ok
    return found


def test_orders_may_go_too_and_then_do_not_come_back(shop: Commands, tmp_path: Path) -> None:
    settings = shop.folder / "mainspring.toml"
    settings.write_text(settings.read_text("utf-8") + '\n[privacy]\norders = "delete"\n', "utf-8")
    assert erased(shop)["rows"]["orders"] == 3
    workspace = opened(shop)
    assert [line["customer_id"] for line in lines(workspace)] == ["H4000012"]
    again = bring(workspace, "orders", ORDERS, tmp_path).intake
    assert (again.erased, again.added) == (2, 0)
    assert [line["customer_id"] for line in lines(workspace)] == ["H4000012"]


def test_orders_that_stay_are_not_counted_twice_when_they_come_again(
    shop: Commands, tmp_path: Path
) -> None:
    erased(shop)
    workspace = opened(shop)
    bad = [{**ORDERS[0], "quantity": "many"}, {**ORDERS[0], "quantity": "9" * 12}]
    again = bring(workspace, "orders", [*ORDERS, *bad], tmp_path).intake
    assert (again.erased, again.added, again.quarantined) == (4, 0, 0)
    assert sum(line["net"] for line in lines(workspace) if line["customer_id"] is None) == 200
    assert places(shop.folder) == set()


def test_it_is_gone_from_what_is_derived_and_left_over(shop: Commands, tmp_path: Path) -> None:
    workspace = opened(shop)
    shop.run("identity", "run")  # who is who, with the reasons: written beside the data
    data = workspace.store_folder
    (data / "who-is-who-killed.parquet.part").write_bytes(f"PAR{ANNA}".encode())
    (data / "profiles-000099.parquet.tmp").write_bytes(f"PAR{ANNA}".encode())
    (workspace.folder / "erasing").mkdir()
    (workspace.folder / "erasing" / "killed.part").write_text(json.dumps({"who": ANNA}))
    row = {"line": 3, "reason": "torn", "row": {"email": ANNA}}
    torn = workspace.quarantine_folder / "customers-x.jsonl.77.part"
    torn.write_text(json.dumps(row) + "\n")
    with workspace.ledger.write() as tx:
        counted = {("shop", f"Hello {ANNA}", f"$.friends['{ANNA}']", "type"): 2}
        sources.count_violations(tx, "2010-12-10", counted)
        counted = {("shop", "Product Viewed", "$.price", "type"): 1}
        sources.count_violations(tx, "2010-12-10", counted)
        stored = {
            "person_id": workspace.person(tx).id, "idempotency_key": f"mail {ANNA}",
            "request_hash": "0", "status": 200, "answer": {"to": ANNA}, "at": tx.now,
        }  # fmt: skip
        tx.connection.execute(t.requests.insert(), stored)
    assert any(place.startswith("data/who-is-who") for place in places(shop.folder))

    assert erased(shop)["ledger"]["violations"] == 1
    with opened(shop).ledger.read() as tx:
        left = tx.connection.execute(t.violations.select()).mappings().all()
        assert [(row["event"], row["number"]) for row in left] == [("Product Viewed", 1)]


def test_it_is_gone_from_what_others_rows_and_files_say(shop: Commands, tmp_path: Path) -> None:
    workspace = opened(shop)
    others = [
        {"customer_id": "H500005", "email": "c@post.example", "first_name": "Cy",
         "last_name": "Berg", "street": "c/o Anna Müllerschön"},
    ]  # fmt: skip
    bring(workspace, "customers", others, tmp_path)
    numbered = [{**ORDERS[0], "order_id": f"H400001-{n}", "line_id": "1"} for n in (17, 18)]
    bring(workspace, "orders", numbered, tmp_path)
    left = workspace.folder / "left"
    table = BytesIO()
    pq.write_table(pa.table({"who": [ANNA, "bo"]}), table)
    (left / "t.parquet.gz").write_bytes(gzip.compress(table.getvalue()))
    inner = BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("t.parquet", table.getvalue())
    with zipfile.ZipFile(left / "nested.zip", "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    spelt = "call 0170/123 45 67\nor wa.me/491701234567\n?to=%2B491701234567\nall well\n"
    (left / "server.log.1").write_text(spelt)
    (left / "notes").write_text(spelt)

    erased(shop)
    assert not {"t.parquet.gz", "nested.zip"} & {path.name for path in left.iterdir()}
    for name in ("server.log.1", "notes"):
        said = (left / name).read_text("utf-8")
        assert said.endswith("all well\n")
        assert "1701234567" not in said
        assert "123 45 67" not in said
    known = {line["order_id"] for line in lines(workspace)} - {"o0", "o1", "o2"}
    assert {number.rpartition("-")[2] for number in known} == {"17", "18"}


def test_who_writes_to_a_log_meanwhile_goes_on_in_it(shop: Commands) -> None:
    path = shop.folder / "left" / "serve.log"
    with path.open("a") as log:
        log.write("begun\n")
        log.flush()
        erased(shop)
        log.write("ended\n")
    assert path.read_text() == "all well\nbegun\nended\n"


def test_the_index_of_the_voice_is_made_anew(shop: Commands) -> None:
    whole = load_brand(EXAMPLE)
    few = [p for p in whole.passages if p.objective == "viewing"][:3]
    hers = few[0].model_copy(
        update={"id": f"thanks-{SECOND}", "text": f"Thank you, {ANNA}!", "angle": ANNA}
    )
    folder = shop.folder / "voice"

    def search(*passages: Any) -> list[str]:
        brand = Brand(guide=whole.guide, passages=passages, folder=whole.folder)
        index = VoiceIndex(folder, brand, MiniLM(threads=1))
        try:
            return [one.id for one in asyncio.run(index.search("a viewing", n=3))]
        finally:
            index.close()

    assert hers.id in search(hers, *few[1:])
    assert any(place.startswith("voice/voice-") for place in places(shop.folder))
    assert erased(shop)["files"]["indexes of the voice removed"] == 1
    assert not (folder / "embeddings.sqlite").exists()
    assert set(search(*few[1:])) == {few[1].id, few[2].id}


def test_it_is_gone_from_pages_of_checkpoints_that_were_freed(shop: Commands) -> None:
    path = shop.folder / "checkpoints.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        for table in ("checkpoints", "writes"):
            connection.execute(f"DELETE FROM {table}")
        connection.commit()
    assert "checkpoints.sqlite" in places(shop.folder)
    assert erased(shop)["checkpoints"] == 0


def test_what_still_comes_of_them_is_kept_nowhere(shop: Commands) -> None:
    """A phone that was offline sends what it has; some of it cannot even be read."""
    erased(shop)
    workspace = opened(shop)
    with workspace.ledger.write() as tx:
        source, _ = sources.add(tx, "app", workspace.person(tx))
    long_ago = "2010-11-01T10:00:00Z"
    traits = {"email": ANNA, "name": "Anna Müllerschön"}
    batch = [
        {"type": "track", "event": "Product Viewed", "userId": "H400001", "timestamp": long_ago},
        {"type": "track", "event": "Product Viewed", "anonymousId": "dev-5f2e9c81aa"},
        {"type": "identify", "userId": SECOND, "traits": traits},
        {"type": "track", "event": 7, "userId": "H400001", "properties": {"to": ANNA}},
        {"type": "track", "userId": "H400001", "timestamp": "never", "event": "x" * 9000},
        {"type": "nonsense", "anonymousId": "dev-5f2e9c81aa", "traits": traits},
        {"type": "track", "event": "Product Viewed", "userId": "somebody-else", "messageId": "m9"},
    ]
    request = {"id": "r9", "source": source.id, "at": "2010-12-10T08:00:00Z", "call": "batch"}
    line = json.dumps({**request, "body": {"batch": batch}}) + "\n"
    (workspace.spool_folder / "9.spool").write_text(line, "utf-8")
    while waiting_bytes(workspace.spool_folder):
        assert write_complete(workspace)
    at = datetime(2011, 1, 1, tzinfo=UTC)
    with Tables(Store(workspace.store_folder), at, "UTC") as tables:
        events = tables.run(tables.stored("events")).to_pylist()
    assert {event["customer_id"] for event in events} == {"H4000012", "somebody-else"}
    assert places(shop.folder) == set()


def test_a_process_that_had_read_their_id_does_not_bring_them_back(shop: Commands) -> None:
    workspace = opened(shop)
    profile = pa.table({"customer_id": ["H400001", "new"], "email": [ANNA, "new@post.example"]})
    event = pa.table({"event_id": ["late"], "customer_id": ["H400001"], "name": ["Seen"]})
    store = workspace.store
    erased(shop)
    assert store.add("profiles", profile).added == 1
    assert store.add("events", event).added == 0
    with workspace.ledger.write() as tx:
        names = subjects.pseudonyms(tx, ["H400001", "new"])
        assert subjects.customer_ids(tx, names.values()) == {names["new"]: "new"}
        key = workspace.secrets.suppression_key
        assert erasures.among(tx, ["H400001", "new"], key) == {"H400001"}
    assert places(shop.folder) == set()


def test_a_short_id_that_is_also_a_products_number_is_erased(
    shop: Commands, tmp_path: Path
) -> None:
    workspace = opened(shop)
    bring(workspace, "customers", [{"customer_id": "15036", "email": "d@post.example"}], tmp_path)
    order = {**ORDERS[2], "order_id": "15036", "product_id": "15036"}
    bring(workspace, "orders", [order, {**order, "customer_id": "15036"}], tmp_path)
    found = shop.data("privacy", "erase", "15036", "--yes")
    assert (found["complete"], found["weak"]) == (True, 1)
    mine = [line["customer_id"] for line in lines(workspace) if line["product_id"] == "15036"]
    assert sorted(mine, key=str) == ["H4000012", None]

"""Export and erasure are complete over whatever tables there are: one that is added and not thought
of makes these fail."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from ledger import held, subjects, suppression
from ledger import tables as t
from ledger.columns import CanonicalJson, UtcDateTime
from ledger.database import Transaction
from ledger.erasing import NAMED_BY, NOT_SEARCHED
from tests.integration.commanding import Commands
from tests.integration.ledger_world import KEY, make_ledger
from tests.privacy_world import ANNA, opened, places, plant
from tools.store.schema import IDENTITY, SCHEMAS, TABLES
from tools.store.segments import Store

NOW = datetime(2010, 12, 1, tzinfo=UTC)
SAYS = f"for {ANNA}"

OF_A_PERSON = {
    "subjects": "pseudonyms",
    "same_people": "pseudonyms",  # which ids are theirs
    "consents": "consents",
    "no_contact": "no_contact",
    "complaints": "complaints",
    "sends": "messages",
    "assignments": "variants",
    "engagements": "engagements",
    "snapshot_members": "audiences",
    "identity_decisions": "identity_decisions",
    "suppressions": "suppressions",
}
"""Ledger tables with rows of a customer, and what of the archive shows them."""
LEADS_TO_A_PERSON = {"pseudonym", "customer_id", "send_key", "one", "other", "address_hash"}
WITHOUT_PEOPLE = {
    "clock", "source_days", "spooled", "fires", "limits", "spends", "votes", "mentions",
    "piece_views", "publication_facts", "snapshots",
}  # fmt: skip
"""Ledger tables of ids, hashes, moments and numbers; or keys of which only our own code says what
they are."""


@pytest.fixture(scope="module")  # no campaign is needed here
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    plant(folder, campaign=False)
    return folder


def columns(table: sa.Table) -> set[str]:
    return {column.name for column in table.columns}


def value(column: sa.Column[Any], text: str) -> object:
    """Something of a column's type; its text says ``text``."""
    match column.type:
        case CanonicalJson():
            return {"said": [text]}
        case UtcDateTime():
            return NOW
        case sa.Date():
            return date(2010, 12, 1)
        case sa.Boolean():
            return False
        case sa.Float():
            return 0.5
        case sa.Integer():
            return 1
        case _:
            return text


def key_of(column: sa.Column[Any]) -> object:
    """The key of a table's one row here; of one that points elsewhere the key there."""
    for pointing in column.foreign_keys:
        return key_of(pointing.column)
    return value(column, f"{column.table.name}-{column.name}")


def say_everywhere(tx: Transaction) -> set[str]:
    """In every table one row whose every text names her; its key only where senders choose it.
    The tables."""
    tx.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    told = set()
    for table in t.metadata.sorted_tables:
        if table.name in NOT_SEARCHED - {"people"}:
            continue
        row = {
            c.name: key_of(c)
            if c.foreign_keys or (c.primary_key and table.name not in NAMED_BY)
            else value(c, SAYS)
            for c in table.columns
        }
        if table.name == "people":  # somebody must have begun it
            row |= {"email": "x@brand.example", "name": "Ada", "role": "viewer"}
        if table.name == "runs":
            row |= {"status": "done", "kind": "campaign"}
        if table.name == "clock":
            continue  # a row each, which are there
        if table.name == "sending_state":
            tx.connection.execute(sa.update(table).values(reason=SAYS))
        else:
            tx.connection.execute(table.insert(), row)
        says = [v for v in row.values() if v == SAYS or v == {"said": [SAYS]}]
        if says and table.name != "people":
            told.add(table.name)
    return told


def test_no_text_of_the_ledger_is_forgotten(shop: Commands, tmp_path: Path) -> None:
    workspace = opened(shop)
    with workspace.ledger.write() as tx:
        told = say_everywhere(tx)
    workspace.ledger.close()
    everything = {table.name for table in t.metadata.sorted_tables}
    of_ids = {name for name in OF_A_PERSON if name not in told}
    unthought = everything - told - NOT_SEARCHED - WITHOUT_PEOPLE - of_ids
    assert not unthought, "Does such a table hold a person? Then export and erase must know it."

    archive = tmp_path / "anna.zip"
    shop.run("privacy", "export", "H400001", "--to", str(archive))
    with zipfile.ZipFile(archive) as opened_archive:
        body = json.loads(opened_archive.read("person.json"))
    assert {row["where"] for row in body["held"]["texts"]} >= told
    assert shop.data("privacy", "erase", "H400001", "--yes")["complete"]
    assert places(shop.folder) == set()


def test_every_row_about_a_person_is_in_the_archive(tmp_path: Path) -> None:
    ledger = make_ledger(tmp_path)
    leading = {x.name for x in t.metadata.sorted_tables if columns(x) & LEADS_TO_A_PERSON}
    assert leading == set(OF_A_PERSON), "Its rows belong into `privacy export`: ledger/held.py."
    with ledger.write() as tx:
        name = subjects.pseudonyms(tx, ["H400001"])["H400001"]
        tx.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        hashed = suppression.address_hash(ANNA, KEY)
        for table in t.metadata.sorted_tables:
            hers = {"pseudonym": name, "one": name, "address_hash": hashed, "at": NOW}
            row = {c.name: key_of(c) for c in table.columns}
            row |= {n: v for n, v in hers.items() if n in row}
            if table.name in ("snapshots", "sends") or table.name in leading - {"subjects"}:
                tx.connection.execute(table.insert(), row)
        found = held.about(tx, ["H400001"], [ANNA], KEY)
        told = {section for section, rows in found.items() if rows}
        # Nothing else was made here that these rows point to, so nothing is to be kept.
        tx.connection.rollback()
    assert told == set(OF_A_PERSON.values()) == set(found)


def test_no_column_of_the_store_is_forgotten(shop: Commands) -> None:
    store = Store(shop.folder / "data")
    samples: dict[pa.DataType, object] = {
        pa.string(): SAYS, pa.bool_(): False, pa.int64(): 1, pa.date32(): date(1980, 1, 1),
    }  # fmt: skip
    for table in TABLES:
        row: dict[str, object] = {}
        for field in SCHEMAS[table]:
            plain = Decimal(1) if pa.types.is_decimal(field.type) else NOW
            row[field.name] = samples.get(field.type, plain)
        row |= {n: None for n in ("customer_id", "email", "phone") if n in row}
        hers = row | {IDENTITY[table]: f"H400001-{table}", "customer_id": "H400001"}
        others = row | {"customer_id": "H4000012"}
        store.add(table, pa.Table.from_pylist([hers, others], schema=SCHEMAS[table]))
    assert shop.data("privacy", "erase", "H400001", "--yes")["complete"]
    assert places(shop.folder) == set()
    # Nobody else lost a row by it, but for links: what ties somebody to a device of hers.
    for table in ("profiles", "orders", "events"):
        read = [pq.read_table(path, columns=["customer_id"]) for path in store.paths(table)]
        assert "H4000012" in pa.concat_tables(read).column("customer_id").to_pylist()

"""Erasing people from the store: their rows leave every segment, and the old files are removed.

Order lines stay without their customer, so that sums stay right, unless they are to go too. What
other people's rows say of an erased person in free text is blacked out. Killed at any moment, it
begins again and ends the same; a reader of an older manifest looks anew.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

import re
import secrets
from collections import Counter
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from domain.identifiers import BLACKED, Identifiers, spellings
from tools.cdp.port import CdpError
from tools.store import identities
from tools.store.manifest import Manifest, Segment
from tools.store.schema import IDENTITY, RESOLVED, SCHEMAS, TABLES, TableName
from tools.store.segments import Store, connect, literal

NUMBERS = ("order_id", "line_id", "event_id", "message_key")
"""What tells rows apart. Where it holds the person it stays another for each row."""
SAID: dict[TableName, tuple[str, ...]] = {
    table: tuple(
        field.name
        for field in SCHEMAS[table]
        if field.type == pa.string() and field.name not in ("customer_id", "email", "phone")
    )
    for table in TABLES
}
"""Columns in which a row of somebody else may name the person."""
_COLUMNS = {
    "customer_id": "customer_id",
    "anonymous_id": "anonymous_id",
    "device_id": "device_id",
    "email": "lower(email)",
    "phone": "phone",
}
_HELD_IN = {
    "customer_id": "customer_ids",
    "anonymous_id": "devices",
    "device_id": "devices",
    "email": "addresses",
    "phone": "phones",
}
SHORT_PHONE = 7
"""Digits at a number's end by which rows are looked for before they are read closely."""
TRIES = 10
"""So often the segments are gone through where another process merges them meanwhile."""


def erase(store: Store, who: Identifiers, *, delete_orders: bool = False) -> Counter[TableName]:
    """Take a person out of every segment; how many rows of each table were changed or removed.

    Raises CdpError store_busy, store_damaged.
    """
    changed: Counter[TableName] = Counter()
    for left in reversed(range(TRIES)):
        try:
            _segments(store, who, delete_orders, changed)
            break
        except CdpError as error:
            # A worker has merged small files meanwhile: what it made of them is gone through too.
            if error.code != "store_busy" or not left:
                raise
    _forget_who_is_who(store, who)
    identities.forget(store, {*who.customer_ids, *who.devices})
    store.sweep(timedelta(0))
    return changed


def _segments(
    store: Store, who: Identifiers, delete_orders: bool, changed: Counter[TableName]
) -> None:
    nobody = secrets.token_hex(4)
    for segment in store.manifest().segments:
        table = segment.table
        rows = _theirs(store, segment, who)
        kept = []
        concerned = []
        for row in rows.to_pylist():
            mended = _mended(table, row, who, delete_orders, nobody)
            if mended != row:
                concerned.append(row[IDENTITY[table]])
                kept += [] if mended is None else [mended]
        if not concerned:
            continue
        given = {
            "concerned": pa.table({IDENTITY[table]: pa.array(concerned, pa.string())}),
            "mended": pa.Table.from_pylist(kept, schema=SCHEMAS[table]),
        }
        store.replace(
            [segment],
            f"SELECT * FROM old ANTI JOIN concerned USING ({IDENTITY[table]}) "
            "UNION ALL BY NAME SELECT * FROM mended",
            given,
        )
        changed[table] += len(concerned)


def _theirs(store: Store, segment: Segment, who: Identifiers) -> pa.Table:
    """The rows of a segment that are the person's, or may name them."""
    with connect() as engine:
        ids = {"customer_ids": who.customer_ids, "devices": who.devices, "addresses": who.addresses}
        ids["phones"] = tuple(phone.e164 for phone in who.phones)
        for name, values in ids.items():
            engine.register(name, pa.table({"value": pa.array(values, pa.string())}))
        columns = ("customer_id",) if segment.table == "profiles" else SCHEMAS[segment.table].names
        where = [f"{_COLUMNS[c]} IN (FROM {_HELD_IN[c]})" for c in columns if c in _COLUMNS]
        needles = [
            spelt for kind, texts in spellings(who).items() if kind != "phone" for spelt in texts
        ]
        needles += [text.replace("@", "%40") for text in who.addresses]
        said = f"concat_ws(chr(10), {', '.join(SAID[segment.table])})"
        where += [f"contains(lower({said}), lower({literal(n)}))" for n in needles]
        digits = f"regexp_replace({said}, '[^0-9]', '', 'g')"
        where += [
            f"contains({digits}, {literal(phone.national[-SHORT_PHONE:])})" for phone in who.phones
        ]
        view = store.view(segment.table, Manifest(segments=(segment,)))
        return (
            engine.execute(f"SELECT * FROM ({view}) WHERE {' OR '.join(where)}")
            .to_arrow_table()
            .cast(SCHEMAS[segment.table])
        )


def _mended(
    table: TableName, row: dict[str, Any], who: Identifiers, delete_orders: bool, nobody: str
) -> dict[str, Any] | None:
    """What stays of a row; None: nothing. ``nobody`` stands for the person in numbers of rows."""
    mine = row.get("customer_id") in who.customer_ids
    match table:
        case "profiles":
            if mine:
                return None
        case "links":
            return None
        case "events":
            alone = row["customer_id"] is None and row["anonymous_id"] in who.devices
            if mine or alone:
                return None
        case "orders":
            if mine and delete_orders:
                return None
    found = dict(row)
    if mine:
        found["customer_id"] = None
    if found.get("anonymous_id") in who.devices:
        found["anonymous_id"] = None
    for column in SAID[table]:
        if not found[column]:
            continue
        blacked = who.black_out(found[column])
        if blacked != found[column] and column in NUMBERS:
            blacked = re.sub(f"{BLACKED}+", f"erased-{nobody}", blacked)
        found[column] = blacked
    return found


def _forget_who_is_who(store: Store, who: Identifiers) -> None:
    """Without the person's identifiers in the file that says who is who."""
    path = store.who()
    if path is None:
        return
    gone = {*who.customer_ids, *who.devices}
    rows = pq.read_table(path).to_pylist()
    kept = [row for row in rows if row["value"] not in gone and row["person"] not in gone]
    if len(kept) < len(rows):
        store.resolve(pa.Table.from_pylist(kept, schema=RESOLVED))

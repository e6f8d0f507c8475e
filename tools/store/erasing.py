"""Erasing people from the store: their rows leave every segment, and the old files are removed.

Order lines stay without their customer, so that sums stay right, unless they are to go too. What
other people's rows say of an erased person in free text is blacked out. Killed at any moment, it
begins again and ends the same; a reader of an older manifest looks anew.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from domain.identifiers import Identifiers, spellings
from tools.store import identities
from tools.store.manifest import Manifest, Segment
from tools.store.schema import IDENTITY, RESOLVED, SCHEMAS, TableName
from tools.store.segments import Store, connect, literal

FREE_TEXT: dict[TableName, tuple[str, ...]] = {
    "profiles": (),
    "orders": ("description",),
    "events": ("properties", "name", "event_id"),
    "links": ("device_id",),
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


def erase(store: Store, who: Identifiers, *, delete_orders: bool = False) -> Counter[TableName]:
    """Take a person out of every segment; how many rows of each table were changed or removed.

    Raises CdpError store_busy, store_damaged.
    """
    changed: Counter[TableName] = Counter()
    for segment in store.manifest().segments:
        table = segment.table
        rows = _theirs(store, segment, who)
        if rows.num_rows == 0:
            continue
        changed[table] += rows.num_rows
        kept = [
            mended
            for row in rows.to_pylist()
            if (mended := _mended(table, row, who, delete_orders)) is not None
        ]
        given = {
            "concerned": rows.select([IDENTITY[table]]),
            "mended": pa.Table.from_pylist(kept, schema=SCHEMAS[table]),
        }
        store.replace(
            [segment],
            f"SELECT * FROM old ANTI JOIN concerned USING ({IDENTITY[table]}) "
            "UNION ALL BY NAME SELECT * FROM mended",
            given,
        )
    _forget_who_is_who(store, who)
    identities.forget(store, {*who.customer_ids, *who.devices})
    store.sweep(timedelta(0))
    return changed


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
        for column in FREE_TEXT[segment.table]:
            where += [f"contains(lower({column}), lower({literal(n)}))" for n in needles]
            digits = f"regexp_replace({column}, '[^0-9]', '', 'g')"
            where += [
                f"contains({digits}, {literal(phone.national[-SHORT_PHONE:])})"
                for phone in who.phones
            ]
        view = store.view(segment.table, Manifest(segments=(segment,)))
        return (
            engine.execute(f"SELECT * FROM ({view}) WHERE {' OR '.join(where)}")
            .to_arrow_table()
            .cast(SCHEMAS[segment.table])
        )


def _mended(
    table: TableName, row: dict[str, Any], who: Identifiers, delete_orders: bool
) -> dict[str, Any] | None:
    """What stays of a row; None: nothing."""
    mine = row.get("customer_id") in who.customer_ids
    match table:
        case "profiles":
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
    for column in FREE_TEXT[table]:
        if found[column]:
            found[column] = who.black_out(found[column])
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

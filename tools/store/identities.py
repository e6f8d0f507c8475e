"""What a resolution of who is who reads from the store, and the record that it leaves beside it.

The record explains the latest resolution: every merge with its reasons, what a person is asked, and
which identifiers tie nobody. It holds customer ids, so it can be read by its owner alone, and the
next one takes its place.
"""

# ruff: noqa: S608  (statements are made of our own names; what callers say enters as tables)

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from domain.frozen import Frozen
from domain.ids import new_id
from tools.identity.port import (
    Device,
    Figures,
    Held,
    Merge,
    Reason,
    Refusal,
    Resolution,
    Suggestion,
)
from tools.store.manifest import Manifest
from tools.store.rows import Row, rows_of
from tools.store.schema import PROFILE_FIELDS, RESOLVED
from tools.store.segments import Store, connect

HEADER = "who-is-who.json"
_REASONS: TypeAdapter[tuple[Reason, ...]] = TypeAdapter(tuple[Reason, ...])
_TIES = pa.schema([*RESOLVED, pa.field("reasons", pa.string())])


@dataclass(frozen=True)
class Known:
    """What is known of customers before anybody asks who is who."""

    profiles: pa.Table
    """A row for each customer id and source (schema PROFILES): each field as last said."""
    links: pa.Table
    """Schema LINKS."""
    rows: int
    """Of profiles and links in the store."""
    before: dict[str, str]
    """Customer id → person, as it stands."""


class Record(Frozen):
    """The latest resolution, but for its merges and devices, which are many."""

    schema_version: int = 1
    at: datetime
    rows: int
    """Rows about people in the store that it knew of."""
    resolved: str
    """The store's file that came of it; another one there means that a run was broken off."""
    ties: str
    """The file of the merges and devices; empty: there are none."""
    figures: Figures
    suggestions: tuple[Suggestion, ...]
    refusals: tuple[Refusal, ...]
    held: tuple[Held, ...]


def known(store: Store) -> Known:
    """Read it all as it stands now. Raises CdpError store_damaged."""
    manifest = store.manifest()
    latest = ", ".join(f"arg_max({f}, seq) AS {f}" for f in PROFILE_FIELDS)
    with connect() as engine:
        profiles = engine.execute(
            f"SELECT customer_id, {latest}, source, max(said_at) AS said_at, max(seq) AS seq "
            f"FROM ({store.view('profiles', manifest)}) GROUP BY customer_id, source "
            "ORDER BY customer_id, source"
        ).to_arrow_table()
        links = engine.execute(store.view("links", manifest)).to_arrow_table()
    return Known(profiles, links, _rows_about_people(manifest), store.persons())


def is_behind(store: Store) -> bool:
    """Whether the store knows more of people, or less, than the latest resolution did."""
    record = read_record(store)
    return _rows_about_people(store.manifest()) != (record.rows if record is not None else 0)


def _rows_about_people(manifest: Manifest) -> int:
    return sum(one.rows for one in manifest.segments if one.table in ("profiles", "links"))


def resolved_rows(found: Resolution) -> pa.Table:
    """The same as the store keeps it (schema RESOLVED)."""
    return _ties(found).select(RESOLVED.names)


def described(store: Store, customer_ids: Sequence[str]) -> dict[str, Row]:
    """What is last said of each of these ids by itself, with ``sources``, all that speak of it.

    Ids of which nothing is said are left out.
    """
    asked = pa.table({"customer_id": pa.array(dict.fromkeys(customer_ids), pa.string())})
    latest = ", ".join(f"arg_max({f}, seq) AS {f}" for f in PROFILE_FIELDS)
    with connect() as engine:
        engine.register("asked", asked)
        rows = engine.execute(
            f"SELECT customer_id, {latest}, list_sort(list(DISTINCT source) "
            "FILTER (source IS NOT NULL)) AS sources "
            f"FROM ({store.view('profiles')}) SEMI JOIN asked USING (customer_id) "
            "GROUP BY customer_id"
        ).to_arrow_table()
    return {row["customer_id"]: row for row in rows_of(rows)}


# --- the record -----------------------------------------------------------------------------------


def write_record(store: Store, found: Resolution, at: datetime, rows: int) -> Record:
    """Keep the record of what ``store.resolve`` was just told of so many ``rows`` about people;
    whoever reads sees the old one or this one."""
    record = Record(
        at=at,
        rows=rows,
        resolved=store.manifest().resolved,
        ties="",
        figures=found.figures,
        suggestions=found.suggestions,
        refusals=found.refusals,
        held=found.held,
    )
    return _keep(store, record, _ties(found))


def _keep(store: Store, record: Record, ties: pa.Table) -> Record:
    name = f"who-is-who-{new_id()}.parquet" if ties.num_rows else ""
    if name:
        with _private(store.folder / name) as part:
            pq.write_table(ties, part, compression="zstd")
    record = record.model_copy(update={"ties": name})
    with _private(store.folder / HEADER) as part:
        part.write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")
    _remove_others(store, name)
    return record


def _remove_others(store: Store, ties: str) -> None:
    """What earlier ones explained, and what one that was killed had begun to."""
    for path in store.folder.glob("who-is-who*"):
        if path.name not in (HEADER, ties):
            path.unlink(missing_ok=True)


def read_record(store: Store) -> Record | None:
    """The latest record; None where nobody has asked yet, or its form is another version's: the
    next resolution writes it anew."""
    try:
        return Record.model_validate_json((store.folder / HEADER).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def merges(
    store: Store, record: Record, *, person: str = "", first: int = 0, most: int | None = None
) -> tuple[Merge, ...]:
    """Merges with their reasons, by person: of one person, or a page of all."""
    return tuple(
        Merge(customer_id=row["value"], person=row["person"], reasons=_reasons(row))
        for row in _read_ties(store, record, "customer", person, first, most)
    )


def devices(store: Store, record: Record, person: str) -> tuple[Device, ...]:
    """The devices of one person."""
    return tuple(
        Device(anonymous_id=row["value"], person=row["person"], reasons=_reasons(row))
        for row in _read_ties(store, record, "anonymous", person, 0, None)
    )


def forget(store: Store, gone: Collection[str]) -> bool:
    """Take customer ids and devices out of the record; False where it does not name them. For
    erasing a person: hold ``workflows.identity.alone`` meanwhile."""
    record = read_record(store)
    _remove_others(store, record.ties if record is not None else "")
    if record is None:
        return False
    rows = rows_of(_all_ties(store, record))
    kept = [row for row in rows if row["value"] not in gone and row["person"] not in gone]

    def stays(one: Suggestion | Refusal) -> bool:
        return one.one not in gone and one.other not in gone

    changed = record.model_copy(
        update={
            "suggestions": tuple(filter(stays, record.suggestions)),
            "refusals": tuple(filter(stays, record.refusals)),
        }
    )
    if changed == record and len(kept) == len(rows):
        return False
    _keep(store, changed, pa.Table.from_pylist(kept, schema=_TIES))
    return True


def _read_ties(
    store: Store, record: Record, kind: str, person: str, first: int, most: int | None
) -> Iterator[Row]:
    with connect() as engine:
        engine.register("ties", _all_ties(store, record))
        found = engine.execute(
            "SELECT * FROM ties WHERE kind = $kind AND ($person = '' OR person = $person) "
            f"ORDER BY person, value LIMIT {most or 1_000_000_000} OFFSET {first}",
            {"kind": kind, "person": person},
        ).to_arrow_table()
    yield from rows_of(found)


def _all_ties(store: Store, record: Record) -> pa.Table:
    if not record.ties:
        return _TIES.empty_table()
    try:
        return pq.read_table(store.folder / record.ties, schema=_TIES)
    except FileNotFoundError:  # a later resolution has just removed it
        return _TIES.empty_table()


def _reasons(row: Row) -> tuple[Reason, ...]:
    return _REASONS.validate_json(row["reasons"])


def _ties(found: Resolution) -> pa.Table:
    ties: list[tuple[str, str, Merge | Device]] = [
        *(("customer", merge.customer_id, merge) for merge in found.merges),
        *(("anonymous", device.anonymous_id, device) for device in found.devices),
    ]
    columns = {
        "kind": [kind for kind, _, _ in ties],
        "value": [value for _, value, _ in ties],
        "person": [tie.person for _, _, tie in ties],
        "reasons": [_REASONS.dump_json(tie.reasons).decode() for _, _, tie in ties],
    }
    return pa.table(columns, schema=_TIES)


@contextmanager
def _private(path: Path) -> Iterator[Path]:
    """A file that its owner alone may read, in its place once it is whole."""
    part = path.with_name(f"{path.name}.part")
    os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

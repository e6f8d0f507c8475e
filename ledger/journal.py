"""The journal: every decision and effect, each row's hash covering the row before it.

Rows hold pseudonyms, ids and hashes, never an address or a name, so that erasing a person leaves
the chain whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from domain.frozen import Frozen, canonical_json
from ledger import origin
from ledger import tables as t
from ledger.database import Transaction

_j = t.journal.c
_HEAD = sa.select(t.journal_head.c.seq, t.journal_head.c.hash).where(t.journal_head.c.id == 1)
_MOVE_HEAD = sa.update(t.journal_head).where(t.journal_head.c.id == 1)
_PAGE = 2000


class Entry(Frozen):
    seq: int
    at: datetime
    kind: str
    person_id: str | None
    thing: str
    data: dict[str, Any]
    hash: str


class Mark(Frozen):
    """How far the journal had come."""

    seq: int
    hash: str


class ChainCheck(Frozen):
    ok: bool
    entries: int
    """Rows that were read."""
    first_bad: int | None = None
    """The sequence number at which the chain breaks."""
    why: str = ""


def append(
    tx: Transaction, kind: str, *, person_id: str | None, thing: str, data: Mapping[str, Any]
) -> int:
    """Add one row, in the transaction of what it tells of; its sequence number.

    ``thing`` is the id of what it happened to. ``data`` is plain JSON without personal data; what
    a person did also says from where (``ledger.origin``).
    """
    seq, last = tx.connection.execute(_HEAD).one()
    came_from = {"from": origin.current()} if person_id is not None and origin.current() else {}
    row = {
        "seq": seq + 1,
        "at": tx.now.astimezone(UTC).isoformat(),
        "kind": kind,
        "person_id": person_id,
        "thing": thing,
        "data": canonical_json({**data, **came_from}),
    }
    row["hash"] = _hash(last, row)
    tx.connection.execute(t.journal.insert(), row)
    tx.connection.execute(_MOVE_HEAD, {"seq": seq + 1, "hash": row["hash"]})
    tx.journaled.append((int(seq) + 1, str(row["hash"])))
    return int(seq) + 1


def entries(
    tx: Transaction, thing: str | None = None, limit: int = 100, *, before: int | None = None
) -> list[Entry]:
    """The latest rows, newest first; of one thing, or of all; older than the row ``before``."""
    query = sa.select(t.journal).order_by(_j.seq.desc()).limit(limit)
    if thing is not None:
        query = query.where(_j.thing == thing)
    if before is not None:
        query = query.where(_j.seq < before)
    return [_entry(dict(row)) for row in tx.connection.execute(query).mappings()]


def mark(tx: Transaction) -> Mark:
    """The journal's end, as this transaction sees it."""
    seq, last = tx.connection.execute(_HEAD).one()
    return Mark(seq=seq, hash=last)


def kinds_since(tx: Transaction, since: Mark, kinds: Collection[str]) -> set[str] | None:
    """Those of the kinds of which there is a row after a mark; None: it is of another journal."""
    at_mark = sa.select(_j.hash).where(_j.seq == since.seq)
    if since.seq and tx.connection.execute(at_mark).scalar_one_or_none() != since.hash:
        return None
    query = sa.select(_j.kind).where(_j.seq > since.seq, _j.kind.in_(kinds)).distinct()
    return set(tx.connection.execute(query).scalars())


def of_kind(tx: Transaction, kind: str) -> Iterator[Entry]:
    """All rows of one kind, oldest first."""
    query = sa.select(t.journal).where(_j.kind == kind).order_by(_j.seq)
    for row in tx.connection.execute(query).mappings():
        yield _entry(dict(row))


def last_of(tx: Transaction, kinds: Collection[str]) -> int:
    """The number of the latest row of these kinds; 0 where there is none."""
    query = sa.select(sa.func.max(_j.seq)).where(_j.kind.in_(kinds))
    return int(tx.connection.execute(query).scalar_one() or 0)


def export(tx: Transaction) -> Iterator[Entry]:
    """The whole trail, oldest first."""
    for row in _rows(tx):
        yield _entry(row)


def head(tx: Transaction) -> tuple[int, str]:
    """Sequence number and hash of the last row; (0, "") of an empty journal."""
    seq, last = tx.connection.execute(_HEAD).one()
    return int(seq), str(last)


def hash_at(tx: Transaction, seq: int) -> str | None:
    """The hash of one row; None where there is none, "" before the first."""
    if seq == 0:
        return ""
    return tx.connection.execute(sa.select(_j.hash).where(_j.seq == seq)).scalar_one_or_none()


def verify(tx: Transaction) -> ChainCheck:
    """Reckon the whole chain again. Any byte changed, row removed, added or moved breaks it."""
    last, seq = "", 0
    try:
        for row in _rows(tx):
            seq += 1
            if row["seq"] != seq:
                return ChainCheck(ok=False, entries=seq - 1, first_bad=seq, why="a row is missing")
            if row["hash"] != _hash(last, row):
                return ChainCheck(ok=False, entries=seq, first_bad=seq, why="the row was changed")
            last = row["hash"]
    except (SQLAlchemyError, TypeError, ValueError):  # bytes that are no text, a blob, …
        return ChainCheck(ok=False, entries=seq, first_bad=seq + 1, why="a row cannot be read")
    if tx.connection.execute(_HEAD).one_or_none() != (seq, last):
        return ChainCheck(
            ok=False, entries=seq, first_bad=seq + 1, why="the last rows were removed or replaced"
        )
    return ChainCheck(ok=True, entries=seq)


def _rows(tx: Transaction) -> Iterator[Mapping[str, Any]]:
    """All rows by number. Read in pages; one by one where a page cannot be read."""
    last: int | None = None
    while True:
        query = sa.select(t.journal).order_by(_j.seq)
        if last is not None:
            query = query.where(_j.seq > last)
        try:
            page = [dict(row) for row in tx.connection.execute(query.limit(_PAGE)).mappings()]
        except SQLAlchemyError:
            page = [dict(row) for row in tx.connection.execute(query.limit(1)).mappings()]
        if not page:
            return
        yield from page
        last = page[-1]["seq"]


def _hash(last: str, row: Mapping[str, Any]) -> str:
    covered = [row[name] for name in ("seq", "at", "kind", "person_id", "thing", "data")]
    text = json.dumps([last, *covered], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry.model_validate({**row, "data": json.loads(row["data"])})

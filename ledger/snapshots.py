"""Audience snapshots: who was chosen, as pseudonyms, under a hash that approvals are bound to."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from domain.frozen import Frozen, content_hash
from ledger import journal
from ledger import tables as t
from ledger.database import Transaction, insert_new
from ledger.errors import LedgerError

_c = t.snapshot_members.c


class Member(Frozen):
    pseudonym: str
    timezone: str
    """IANA name."""


class SnapshotRef(Frozen):
    hash: str
    size: int


def freeze(tx: Transaction, members: Iterable[Member]) -> SnapshotRef:
    """Keep an audience; the same people in the same zones give the same snapshot."""
    pairs = sorted({m.pseudonym: m.timezone for m in members}.items())
    ref = SnapshotRef(hash=_hash(pairs), size=len(pairs))
    row = {"hash": ref.hash, "size": ref.size, "frozen_at": tx.now}
    if insert_new(tx, t.snapshots, [row]) == 1:
        rows = [{"snapshot_hash": ref.hash, "pseudonym": p, "timezone": z} for p, z in pairs]
        if rows:
            tx.connection.execute(t.snapshot_members.insert(), rows)
        data = {"size": ref.size}
        journal.append(tx, "snapshot_frozen", person_id=None, thing=ref.hash, data=data)
    return ref


def members(tx: Transaction, snapshot_hash: str) -> list[Member]:
    """The people of a snapshot, by pseudonym; empty where there is none of this hash."""
    query = (
        sa.select(_c.pseudonym, _c.timezone)
        .where(_c.snapshot_hash == snapshot_hash)
        .order_by(_c.pseudonym)
    )
    return [Member(pseudonym=p, timezone=z) for p, z in tx.connection.execute(query)]


def approved_members(tx: Transaction, snapshot_hash: str) -> list[Member]:
    """The people of a snapshot, who are exactly those that its hash was taken of.

    Raises LedgerError stale_content where they are not: then nothing may be sent to them.
    """
    found = members(tx, snapshot_hash)
    if _hash(sorted((m.pseudonym, m.timezone) for m in found)) != snapshot_hash:
        raise LedgerError(
            "stale_content",
            "The people who were approved are not those that are kept under their hash.",
            thing=snapshot_hash,
            next_step="`mainspring doctor` checks the history; nothing was scheduled. Plan the "
            "campaign again.",
        )
    return found


def _hash(pairs: Iterable[tuple[str, str]]) -> str:
    return content_hash([list(pair) for pair in pairs])

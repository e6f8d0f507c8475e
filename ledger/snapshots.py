"""Audience snapshots: who was chosen, as pseudonyms, under a hash that approvals are bound to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from domain.frozen import Frozen, content_hash
from domain.readings import LifeStage
from ledger import journal
from ledger import tables as t
from ledger.database import Transaction, in_chunks, insert_new
from ledger.errors import LedgerError

_c = t.snapshot_members.c


class Member(Frozen):
    pseudonym: str
    timezone: str
    """IANA name."""
    stage: LifeStage = ""
    """When the audience was frozen; empty: of none, or no mail differs by it."""


class SnapshotRef(Frozen):
    hash: str
    size: int


def freeze(tx: Transaction, members: Iterable[Member]) -> SnapshotRef:
    """Keep an audience; the same people in the same zones and stages give the same snapshot."""
    people = list({m.pseudonym: m for m in members}.values())
    ref = SnapshotRef(hash=_hash(people), size=len(people))
    row = {"hash": ref.hash, "size": ref.size, "frozen_at": tx.now}
    if insert_new(tx, t.snapshots, [row]) == 1:
        rows = [{"snapshot_hash": ref.hash, **m.model_dump()} for m in people]
        if rows:
            tx.connection.execute(t.snapshot_members.insert(), rows)
        data = {"size": ref.size}
        journal.append(tx, "snapshot_frozen", person_id=None, thing=ref.hash, data=data)
    return ref


def members(tx: Transaction, snapshot_hash: str) -> list[Member]:
    """The people of a snapshot, by pseudonym; empty where there is none of this hash."""
    query = (
        sa.select(_c.pseudonym, _c.timezone, _c.stage)
        .where(_c.snapshot_hash == snapshot_hash)
        .order_by(_c.pseudonym)
    )
    return [Member(pseudonym=p, timezone=z, stage=s) for p, z, s in tx.connection.execute(query)]


def stages(tx: Transaction, snapshot_hash: str, pseudonyms: Sequence[str]) -> dict[str, LifeStage]:
    """The stage of life of those people of a snapshot who have one in it."""
    found: dict[str, LifeStage] = {}
    for some in in_chunks(pseudonyms):
        query = sa.select(_c.pseudonym, _c.stage).where(
            _c.snapshot_hash == snapshot_hash, _c.pseudonym.in_(some), _c.stage != ""
        )
        found |= {row.pseudonym: row.stage for row in tx.connection.execute(query)}
    return found


def approved_members(tx: Transaction, snapshot_hash: str) -> list[Member]:
    """The people of a snapshot, who are exactly those that its hash was taken of.

    Raises LedgerError stale_content where they are not: then nothing may be sent to them.
    """
    found = members(tx, snapshot_hash)
    if _hash(found) != snapshot_hash:
        raise LedgerError(
            "stale_content",
            "The people who were approved are not those that are kept under their hash.",
            thing=snapshot_hash,
            next_step="`mainspring doctor` checks the history; nothing was scheduled. Plan the "
            "campaign again.",
        )
    return found


def _hash(people: Iterable[Member]) -> str:
    """A stage counts only where there is one, so that a snapshot of an older program keeps its
    hash."""
    rows = sorted((m.pseudonym, m.timezone, m.stage) for m in people)
    return content_hash([[name, zone, *([stage] if stage else [])] for name, zone, stage in rows])

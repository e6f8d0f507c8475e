"""What people mark in a draft at the gate: sentences that must stay, and findings that may stand.

Both are of one campaign, both are in the history, and both can be taken back.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from domain.frozen import Frozen
from domain.teaching import Lock, Overrule
from ledger import journal, people
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person, require_now

_l, _o = t.locks.c, t.overrules.c


class LockRow(Lock):
    id: str
    by: str
    """The person's name."""
    at: datetime


class OverruleRow(Overrule):
    id: str


class Kept(Frozen):
    """Everything that people marked in one campaign."""

    locks: tuple[LockRow, ...] = ()
    overrules: tuple[OverruleRow, ...] = ()


def lock(tx: Transaction, run_id: str, person: Person, wanted: Lock) -> LockRow:
    """Lock a sentence; locking it again changes nothing. Needs the right to write. Raises
    LedgerError not_allowed, bad_value."""
    person = require_now(tx, person, "write")
    if not wanted.text.strip():
        raise LedgerError("bad_value", "There is no sentence to lock.", thing=run_id)
    for known in marks(tx, run_id).locks:
        if (known.angle, known.text) == (wanted.angle, wanted.text):
            return known
    row = {"id": new_id(), "run_id": run_id, **wanted.model_dump(), "person_id": person.id}
    tx.connection.execute(t.locks.insert(), {**row, "at": tx.now})
    data = {"run_id": run_id, "place": wanted.place}
    journal.append(tx, "sentence_locked", person_id=person.id, thing=row["id"], data=data)
    return LockRow(id=row["id"], by=person.name, at=tx.now, **wanted.model_dump())


def lift(tx: Transaction, lock_id: str, person: Person) -> None:
    """Let a locked sentence be rewritten again. Doing it twice changes nothing. Raises LedgerError
    unknown, not_allowed."""
    person = require_now(tx, person, "write")
    run_id = _run_of(tx, t.locks, lock_id, "locked sentence")
    free = sa.update(t.locks).where(_l.id == lock_id, _l.lifted_at.is_(None))
    if tx.connection.execute(free.values(lifted_at=tx.now)).rowcount:
        data = {"run_id": run_id}
        journal.append(tx, "sentence_unlocked", person_id=person.id, thing=lock_id, data=data)


def overrule(tx: Transaction, run_id: str, person: Person, wanted: Overrule) -> OverruleRow:
    """Let a finding stand, for these words in this text alone. Whether the rule can be overruled is
    for the caller to ask (agents/learning/overruling.py). Needs the right to approve. Raises
    LedgerError not_allowed, bad_value without a reason."""
    person = require_now(tx, person, "approve")
    if not wanted.reason.strip():
        raise LedgerError(
            "bad_value",
            "A finding is overruled with a reason.",
            thing=wanted.rule,
            next_step="Say in a sentence why it may stand.",
        )
    made = OverruleRow.model_validate(
        {**wanted.model_dump(), "id": new_id(), "by": person.name, "at": tx.now}
    )
    row = made.model_dump(exclude={"by"})
    tx.connection.execute(t.overrules.insert(), {**row, "run_id": run_id, "person_id": person.id})
    data = {"run_id": run_id, "rule": wanted.rule, "content_hash": wanted.content_hash}
    data["reason"] = wanted.reason
    journal.append(tx, "finding_overruled", person_id=person.id, thing=made.id, data=data)
    return made


def take_back(tx: Transaction, overrule_id: str, person: Person) -> None:
    """Hold the finding against the draft again. Doing it twice changes nothing. Raises LedgerError
    unknown, not_allowed."""
    person = require_now(tx, person, "approve")
    run_id = _run_of(tx, t.overrules, overrule_id, "overruled finding")
    back = sa.update(t.overrules).where(_o.id == overrule_id, _o.taken_back_at.is_(None))
    if tx.connection.execute(back.values(taken_back_at=tx.now)).rowcount:
        data = {"run_id": run_id}
        journal.append(
            tx, "overruling_taken_back", person_id=person.id, thing=overrule_id, data=data
        )


def marks(tx: Transaction, run_id: str) -> Kept:
    """What counts now in a campaign, the oldest first."""
    locks = sa.select(t.locks).where(_l.run_id == run_id, _l.lifted_at.is_(None)).order_by(_l.id)
    overrules = (
        sa.select(t.overrules)
        .where(_o.run_id == run_id, _o.taken_back_at.is_(None))
        .order_by(_o.id)
    )
    return Kept(
        locks=tuple(
            LockRow(
                id=row["id"],
                angle=row["angle"],
                place=row["place"],
                text=row["text"],
                by=people.get(tx, row["person_id"]).name,
                at=row["at"],
            )
            for row in tx.connection.execute(locks).mappings()
        ),
        overrules=tuple(
            OverruleRow(
                id=row["id"],
                rule=row["rule"],
                words=row["words"],
                content_hash=row["content_hash"],
                reason=row["reason"],
                by=people.get(tx, row["person_id"]).name,
                at=row["at"],
            )
            for row in tx.connection.execute(overrules).mappings()
        ),
    )


def _run_of(tx: Transaction, table: sa.Table, row_id: str, what: str) -> str:
    query = sa.select(table.c.run_id).where(table.c.id == row_id)
    found = tx.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise LedgerError(
            "unknown",
            f"There is no such {what}.",
            thing=row_id,
            next_step="`mainspring approvals marks` lists them with their ids.",
        )
    return str(found)

"""Who of a campaign gets a message, and who may still be scheduled again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.frozen import Frozen
from domain.money import Share
from domain.plan import HELD_BACK
from ledger import first_wave
from ledger import tables as t
from ledger.database import Transaction
from ledger.errors import LedgerError

_MOVABLE = frozenset({"scheduled", "claimed", "missed", "left_out"})
"""Nothing of these left this machine, so a new approval may schedule them again."""
_s = t.sends.c


class Assignment(Frozen):
    """One person of the snapshot and what they get."""

    pseudonym: str
    arm: str
    due_at: datetime | None = None
    """None for those held back."""
    timezone: str


def send_key(campaign_id: str, pseudonym: str) -> str:
    """The idempotency key of one person's mail in one campaign; the same for ever."""
    return hashlib.sha256(f"{campaign_id}|{pseudonym}".encode()).hexdigest()


def due_of(a: Assignment) -> datetime:
    """When a recipient is sent to. Raises LedgerError bad_value where nobody said."""
    if a.due_at is None:
        raise LedgerError(
            "bad_value", "A recipient has no time to be sent to.", thing=f"{a.arm} {a.pseudonym}"
        )
    return a.due_at


def schedule(
    tx: Transaction,
    campaign_id: str,
    publication_id: str,
    everybody: Sequence[Assignment],
    first_share: Share | None = None,
) -> int:
    """Write assignments and sends; the number scheduled now.

    ``first_share``: that part of those scheduled now goes first, and the others wait for it.
    """
    query = sa.select(_s.key, _s.state).where(_s.campaign_id == campaign_id)
    states: dict[str, str] = {row[0]: row[1] for row in tx.connection.execute(query)}
    arms, wanted = [], set()
    new: list[Assignment] = []
    moved: list[Assignment] = []
    for a in everybody:
        key = send_key(campaign_id, a.pseudonym)
        state = states.get(key)
        if state is None or state in _MOVABLE:
            arms.append({"campaign_id": campaign_id, "pseudonym": a.pseudonym, "arm": a.arm})
        if a.arm == HELD_BACK:
            continue
        wanted.add(key)
        if state is None:
            new.append(a)
        elif state in _MOVABLE:
            moved.append(a)
    _put_assignments(tx, campaign_id, arms, states)
    waves = _waves(campaign_id, [*new, *moved], first_share)
    if new:
        rows = [_send(campaign_id, publication_id, a, waves[a.pseudonym]) for a in new]
        tx.connection.execute(t.sends.insert(), rows)
    if moved:
        rows = [_moved(campaign_id, a, waves[a.pseudonym]) for a in moved]
        tx.connection.execute(_move_sends(publication_id), rows)
    gone = [k for k, state in states.items() if state in _MOVABLE and k not in wanted]
    if gone:
        leave = sa.update(t.sends).where(_s.key == sa.bindparam("the_key"))
        leave = leave.values(state="left_out", reason="changed_audience", **_UNLEASED)
        tx.connection.execute(leave, [{"the_key": key} for key in gone])
    return len(new) + len(moved)


def _put_assignments(
    tx: Transaction,
    campaign_id: str,
    rows: Sequence[Mapping[str, Any]],
    states: Mapping[str, str],
) -> None:
    a = t.assignments.c
    query = sa.select(a.pseudonym, a.arm).where(a.campaign_id == campaign_id)
    before: dict[str, str] = {row[0]: row[1] for row in tx.connection.execute(query)}
    fresh = [row for row in rows if row["pseudonym"] not in before]
    if fresh:
        tx.connection.execute(t.assignments.insert(), fresh)
    changed = [
        {"who": row["pseudonym"], "new_arm": row["arm"]}
        for row in rows
        if before.get(row["pseudonym"], row["arm"]) != row["arm"]
    ]
    if changed:
        statement = (
            sa.update(t.assignments)
            .where(a.campaign_id == campaign_id, a.pseudonym == sa.bindparam("who"))
            .values(arm=sa.bindparam("new_arm"))
        )
        tx.connection.execute(statement, changed)
    # Who is in the new plan no longer, and got nothing, was not part of the experiment.
    kept = {row["pseudonym"] for row in rows}
    reached = {
        row for row in before if states.get(send_key(campaign_id, row), "scheduled") not in _MOVABLE
    }
    gone = [{"who": p} for p in before if p not in kept and p not in reached]
    if gone:
        this = sa.and_(a.campaign_id == campaign_id, a.pseudonym == sa.bindparam("who"))
        tx.connection.execute(sa.delete(t.assignments).where(this), gone)


_UNLEASED: dict[str, Any] = {"lease_owner": None, "lease_until": None, "not_before": None}


def _move_sends(publication_id: str) -> sa.Update:
    return (
        sa.update(t.sends)
        .where(_s.key == sa.bindparam("the_key"))
        .values(
            publication_id=publication_id,
            arm=sa.bindparam("new_arm"),
            timezone=sa.bindparam("zone"),
            due_at=sa.bindparam("due"),
            wave=sa.bindparam("new_wave"),
            state="scheduled",
            reason="",
            **_UNLEASED,
        )
    )


def _waves(
    campaign_id: str, going: Sequence[Assignment], first_share: Share | None
) -> dict[str, int]:
    """Pseudonym → 0, or 1 for those who wait for the first part."""
    if first_share is None:
        return {a.pseudonym: 0 for a in going}
    drawn = first_wave.draw(campaign_id, {a.pseudonym: a.arm for a in going}, first_share)
    return {a.pseudonym: int(a.pseudonym not in drawn) for a in going}


def _moved(campaign_id: str, a: Assignment, wave: int) -> dict[str, Any]:
    return {
        "the_key": send_key(campaign_id, a.pseudonym),
        "new_arm": a.arm,
        "zone": a.timezone,
        "due": due_of(a),
        "new_wave": wave,
    }


def _send(campaign_id: str, publication_id: str, a: Assignment, wave: int) -> dict[str, Any]:
    return {
        "key": send_key(campaign_id, a.pseudonym),
        "publication_id": publication_id,
        "campaign_id": campaign_id,
        "pseudonym": a.pseudonym,
        "arm": a.arm,
        "timezone": a.timezone,
        "due_at": a.due_at,
        "state": "scheduled",
        "reason": "",
        "attempts": 0,
        "message_id": "",
        "response": "",
        "wave": wave,
    }

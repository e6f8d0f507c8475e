"""Turns of a campaign's thread: what an API client asked for, and whether it has come to an end.

A campaign's thread has its run's id, and its events stand in the run's stream, whoever drives it:
a turn is the stretch of that stream behind ``said["after"]`` up to the event that ends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import sqlalchemy as sa

from ledger import events, runs, threads
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person
from ledger.runs import Run
from ledger.threads import Turn, TurnStatus

_th = t.threads.c
_tu = t.turns.c


def begin(tx: Transaction, run_id: str, person: Person, said: Mapping[str, Any]) -> Turn:
    """A turn of this campaign. Raises LedgerError unknown, busy_turn."""
    _make_thread(tx, runs.get(tx, run_id), person)
    query = sa.select(_tu.number, _tu.status).where(_tu.thread_id == run_id)
    last = tx.connection.execute(query.order_by(_tu.number.desc()).limit(1)).one_or_none()
    if last is not None and last.status == "running":
        raise LedgerError(
            "busy_turn",
            "This campaign is being worked on just now.",
            thing=run_id,
            next_step="Join that run, or wait for its end.",
        )
    turn = Turn(
        id=new_id(),
        thread_id=run_id,
        number=1 if last is None else last.number + 1,
        person_id=person.id,
        said={**said, "after": events.ends(tx, [run_id]).get(run_id, 0)},
        status="running",
        started_at=tx.real_now,
    )
    tx.connection.execute(t.turns.insert(), turn.model_dump())
    return turn


def finish(
    tx: Transaction,
    turn_id: str,
    status: Literal["done", "failed", "stopped"],
    checkpoint_id: str | None,
    error: str = "",
) -> bool:
    """The turn has ended, at this checkpoint. False where it had ended already."""
    ended = tx.connection.execute(
        sa.update(t.turns)
        .where(_tu.id == turn_id, _tu.status == "running")
        .values(status=status, finished_at=tx.real_now)
    ).rowcount
    if ended:
        stream = threads.get_turn(tx, turn_id).thread_id
        data = {"turn_id": turn_id, "status": status, "error": error}
        events.append(tx, stream, "turn", {**data, "checkpoint_id": checkpoint_id})
    return ended == 1


def unfinished(tx: Transaction) -> list[Turn]:
    """Turns of campaigns that have not ended, the oldest first."""
    found = sa.select(_tu.id).join(t.threads, _th.id == _tu.thread_id)
    found = found.where(_th.graph == "campaign", _tu.status == "running").order_by(_tu.started_at)
    return [threads.get_turn(tx, turn_id) for turn_id in tx.connection.execute(found).scalars()]


def list_turns(
    tx: Transaction, thread_id: str, status: TurnStatus | None, limit: int, offset: int
) -> list[Turn]:
    """The turns of a thread of any graph, the newest first."""
    query = sa.select(_tu.id).where(_tu.thread_id == thread_id).order_by(_tu.number.desc())
    if status is not None:
        query = query.where(_tu.status == status)
    found = tx.connection.execute(query.limit(limit).offset(offset)).scalars()
    return [threads.get_turn(tx, turn_id) for turn_id in found]


def _make_thread(tx: Transaction, run: Run, person: Person) -> None:
    """The campaign's thread: a new one, or the empty one that was made for it."""
    title = threads.title_of(run.goal)
    named = sa.update(t.threads).where(_th.id == run.id)
    if not tx.connection.execute(
        named.values(graph="campaign", title=title, updated_at=tx.real_now)
    ).rowcount:
        threads.create(tx, person, graph="campaign", thread_id=run.id, title=title)

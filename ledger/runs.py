"""Runs: one goal on its way to a report. The run's status here is the one that counts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import jobs, journal, people, stopping
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction, insert_new
from ledger.errors import LedgerError

RunStatus = Literal["running", "waiting", "publishing", "done", "failed", "cancelled"]
"""waiting: for a person. publishing: the graph ended, and messages go out."""

ENDED: frozenset[RunStatus] = frozenset({"done", "failed", "cancelled"})
_c = t.runs.c


class Run(Frozen):
    id: str
    kind: Literal["campaign"] = "campaign"
    goal: str
    as_of: datetime | None = None
    status: RunStatus
    detail: str = ""
    """What it waits for, or why it ended, in words."""
    started_by: str
    schedule_key: str | None = None
    created_at: datetime
    updated_at: datetime


def start(
    tx: Transaction,
    goal: str,
    person_id: str,
    schedule_key: str | None = None,
    as_of: datetime | None = None,
    run_id: str | None = None,
) -> Run:
    """A new run with the job that drives it. The same ``schedule_key`` gives the same run.

    ``run_id``: the id that an API client chose for it. Raises LedgerError exists.
    """
    people.get(tx, person_id)
    if run_id is not None and exists(tx, run_id):
        raise LedgerError(
            "exists",
            "This campaign has begun already.",
            thing=run_id,
            next_step="Begin another one under an id of its own.",
        )
    row = Run(
        id=run_id or new_id(),
        goal=goal,
        as_of=as_of,
        status="running",
        started_by=person_id,
        schedule_key=schedule_key,
        created_at=tx.now,
        updated_at=tx.now,
    )
    if insert_new(tx, t.runs, [row.model_dump()]) == 0:
        found = tx.connection.execute(sa.select(_c.id).where(_c.schedule_key == schedule_key))
        return get(tx, found.scalar_one())
    jobs.put(tx, f"drive:{row.id}", "drive_run", {"run_id": row.id})
    data = {"schedule_key": schedule_key}
    journal.append(tx, "run_started", person_id=person_id, thing=row.id, data=data)
    return row


def exists(tx: Transaction, run_id: str) -> bool:
    """Whether there is a run of this id."""
    return tx.connection.execute(sa.select(_c.id).where(_c.id == run_id)).first() is not None


def get(tx: Transaction, run_id: str) -> Run:
    """Raises LedgerError unknown."""
    row = tx.connection.execute(sa.select(t.runs).where(_c.id == run_id)).mappings().one_or_none()
    if row is None:
        raise LedgerError(
            "unknown",
            "There is no such campaign.",
            thing=run_id,
            next_step="`mainspring campaign list` shows them all.",
        )
    return Run.model_validate(dict(row))


def list_runs(tx: Transaction, status: RunStatus | None = None, limit: int = 100) -> list[Run]:
    """The latest runs, newest first."""
    query = sa.select(t.runs).order_by(_c.created_at.desc(), _c.id.desc()).limit(limit)
    if status is not None:
        query = query.where(_c.status == status)
    return [Run.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def set_status(tx: Transaction, run_id: str, status: RunStatus, detail: str = "") -> bool:
    """Say where a run stands. False where it has ended: an ended run stays as it is."""
    changed = tx.connection.execute(
        sa.update(t.runs)
        .where(_c.id == run_id, _c.status.not_in(ENDED))
        .where(sa.or_(_c.status != status, _c.detail != detail))
        .values(status=status, detail=detail, updated_at=tx.now)
    ).rowcount
    if changed == 0:
        run = get(tx, run_id)
        return run.status == status and run.detail == detail
    data = {"status": status, "detail": detail}
    journal.append(tx, "run_status", person_id=None, thing=run_id, data=data)
    return True


def cancel(tx: Transaction, run_id: str, person: people.Person) -> Run:
    """End a run: its approvals are void, and what did not go out stays here. Needs write.

    A run that has ended already stays as it is.
    """
    person = people.require_now(tx, person, "write")
    run = get(tx, run_id)
    if run.status in ENDED:
        return run
    stopping.cancel_publications(tx, run_id, reason="cancelled")
    stopping.void_approvals(tx, run_id, reason=f"{person.name} cancelled the campaign")
    tx.connection.execute(
        sa.update(t.runs)
        .where(_c.id == run_id)
        .values(status="cancelled", detail=f"cancelled by {person.name}", updated_at=tx.now)
    )
    journal.append(tx, "run_cancelled", person_id=person.id, thing=run_id, data={})
    return get(tx, run_id)

"""Everything that happens later: one table, a unique key, a due time and a lease.

A job is due in business time; its lease and its pause after a failure run in real time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction, insert_new

JobKind = Literal[
    "drive_run",
    "publish",
    "judge_first_wave",
    "collect_results",
    "report",
    "fire_schedule",
    "store_engagements",
    "tidy_store",
    "resolve_identities",
]
JobState = Literal["waiting", "running", "done", "failed"]

_c = t.jobs.c


class Job(Frozen):
    id: str
    key: str
    kind: JobKind
    payload: dict[str, Any]
    lane: str | None
    state: JobState
    due_at: datetime
    not_before: datetime | None
    attempts: int
    """Including the one under way. A job that kills its worker counts up too."""
    lease_owner: str | None
    lease_until: datetime | None
    error: str
    created_at: datetime
    finished_at: datetime | None


def put(
    tx: Transaction,
    key: str,
    kind: JobKind,
    payload: Mapping[str, Any],
    due_at: datetime | None = None,
) -> bool:
    """Write down a job; False where its key was used before, and nothing is added.

    Jobs whose payload names the same ``run_id`` never run at the same time: their lane is the
    run.
    """
    run_id = payload.get("run_id")
    row = {
        "id": new_id(),
        "key": key,
        "kind": kind,
        "payload": dict(payload),
        "lane": None if run_id is None else f"run:{run_id}",
        "state": "waiting",
        "due_at": due_at or tx.now,
        "attempts": 0,
        "error": "",
        "created_at": tx.now,
    }
    return insert_new(tx, t.jobs, [row]) == 1


def claim(
    tx: Transaction,
    worker: str,
    kinds: Sequence[JobKind] | None = None,
    lease_seconds: float = 120,
) -> Job | None:
    """Take the job that has waited longest, or one whose worker let its lease run out."""
    other = t.jobs.alias("other")
    lane_free = ~sa.exists().where(other.c.lane == _c.lane, other.c.state == "running")
    waiting = sa.and_(
        _c.state == "waiting",
        _c.due_at <= tx.now,
        sa.or_(_c.not_before.is_(None), _c.not_before <= tx.real_now),
        lane_free,
    )
    abandoned = sa.and_(_c.state == "running", _c.lease_until <= tx.real_now)
    query = sa.select(_c.id).where(sa.or_(waiting, abandoned)).order_by(_c.due_at, _c.id).limit(1)
    if kinds is not None:
        query = query.where(_c.kind.in_(kinds))
    found = tx.connection.execute(query).scalar_one_or_none()
    if found is None:
        return None
    tx.connection.execute(
        sa.update(t.jobs)
        .where(_c.id == found)
        .values(
            state="running",
            attempts=_c.attempts + 1,
            lease_owner=worker,
            lease_until=tx.lease_end(lease_seconds),
        )
    )
    return get(tx, found)


def renew(tx: Transaction, job: Job, worker: str, lease_seconds: float = 120) -> bool:
    """Hold the job longer. False: the lease was lost; stop at once and touch nothing."""
    return _mine(tx, job, worker, {"lease_until": tx.lease_end(lease_seconds)})


def finish(tx: Transaction, job: Job, worker: str) -> bool:
    """Done. False: the lease was lost, and somebody else answers for the job."""
    return _mine(tx, job, worker, {"state": "done", "finished_at": tx.now, **_RELEASED})


def fail(
    tx: Transaction, job: Job, worker: str, error: str, retry_in: timedelta | None = None
) -> bool:
    """Give the job back, to be tried again after ``retry_in`` of real time; None: never."""
    values: dict[str, Any] = {"error": error, **_RELEASED}
    if retry_in is None:
        values |= {"state": "failed", "finished_at": tx.now}
    else:
        values |= {"state": "waiting", "not_before": tx.real_now + retry_in}
    return _mine(tx, job, worker, values)


def get(tx: Transaction, job_id: str) -> Job | None:
    row = tx.connection.execute(sa.select(t.jobs).where(_c.id == job_id)).mappings().one_or_none()
    return None if row is None else Job.model_validate(dict(row))


def list_jobs(tx: Transaction, state: JobState | None = None, limit: int = 100) -> list[Job]:
    """Jobs by due time; of one state, or of all."""
    query = sa.select(t.jobs).order_by(_c.due_at, _c.id).limit(limit)
    if state is not None:
        query = query.where(_c.state == state)
    return [Job.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def hurry(tx: Transaction, kind: JobKind, due_at: datetime) -> bool:
    """Have the job of this kind that is still to begin do so no later than ``due_at``; False: there
    is none."""
    query = sa.select(_c.id, _c.due_at).where(_c.kind == kind, _c.state == "waiting").limit(1)
    found = tx.connection.execute(query).one_or_none()
    if found is not None and found.due_at > due_at:
        tx.connection.execute(sa.update(t.jobs).where(_c.id == found.id).values(due_at=due_at))
    return found is not None


def under_way(tx: Transaction, kind: JobKind) -> bool:
    """Whether a job of this kind is to begin or has begun."""
    query = sa.select(_c.id).where(_c.kind == kind, _c.state.in_(("waiting", "running"))).limit(1)
    return tx.connection.execute(query).first() is not None


def next_due(tx: Transaction, after: datetime | None = None) -> datetime | None:
    """When the next waiting job is due, in business time, of those due ``after`` a moment where
    one is given; None: none waits."""
    query = sa.select(sa.func.min(_c.due_at, type_=t.jobs.c.due_at.type))
    query = query.where(_c.state == "waiting")
    if after is not None:
        query = query.where(_c.due_at > after)
    return tx.connection.execute(query).scalar_one_or_none()


_RELEASED: dict[str, Any] = {"lease_owner": None, "lease_until": None}


def _mine(tx: Transaction, job: Job, worker: str, values: Mapping[str, Any]) -> bool:
    return (
        tx.connection.execute(
            sa.update(t.jobs)
            .where(
                _c.id == job.id,
                _c.state == "running",
                _c.lease_owner == worker,
                # A worker that lost the job and then took it again is not its former self.
                _c.attempts == job.attempts,
            )
            .values(**values)
        ).rowcount
        == 1
    )

"""How often each kind of work was done here, counted from the history: numbers, no names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.frozen import Frozen
from domain.work import TaskKey
from ledger import tables as t
from ledger.database import Transaction

_a = t.approvals.c
_DECIDED = ("approved", "edited", "rejected")


class WorkDone(Frozen):
    """Of one span of time."""

    done: tuple[tuple[TaskKey, int], ...]
    decisions: tuple[tuple[TaskKey, int], ...]
    """Times that a person looked at what was done and decided."""
    unedited: int
    """Scheduled sends approved whose campaign nobody edited on the way."""
    approved: int
    campaigns: int
    """Campaigns that went out."""

    def of(self, key: TaskKey) -> int:
        return dict(self.done).get(key, 0)

    def with_reports(self, number: int) -> WorkDone:
        """The same with the reports, which are files and stand in no table."""
        return self.model_copy(update={"done": (*self.done, ("write_report", number))})


def count(tx: Transaction, since: datetime) -> WorkDone:
    """Everything since a moment of the workspace's clock."""
    briefs, drafts = _asked(tx, "brief", since), _asked(tx, "publish", since)
    brief_decisions, draft_decisions = _decided(tx, "brief", since), _decided(tx, "publish", since)
    unedited, approved = _unedited(tx, since)
    kinds = _journal(tx, since)
    turns = _number(
        tx,
        sa.select(sa.func.count())
        .select_from(t.turns)
        .where(t.turns.c.status == "done", t.turns.c.started_at >= since),
    )
    done: dict[TaskKey, int] = {
        "import_data": kinds.get("import", 0),
        "check_data": kinds.get("run_started", 0),
        "build_audience": briefs + kinds.get("segment_saved", 0),
        "write_brief": briefs,
        "write_copy": drafts,
        "check_copy": drafts,
        "plan_send": drafts,
        "send": kinds.get("publication_done", 0),
        "start_regularly": kinds.get("schedule_fired", 0),
        "answer_questions": turns,
    }
    decisions: dict[TaskKey, int] = {
        "write_brief": brief_decisions,
        "write_copy": draft_decisions,
        "decide": brief_decisions + draft_decisions,
    }
    return WorkDone(
        done=tuple(done.items()),
        decisions=tuple(decisions.items()),
        unedited=unedited,
        approved=approved,
        campaigns=kinds.get("publication_done", 0),
    )


def _asked(tx: Transaction, gate: str, since: datetime) -> int:
    """Campaigns in which it came to this approval at all: asking again is no further work."""
    wanted = sa.and_(_a.gate == gate, _a.requested_at >= since)
    return _number(tx, sa.select(sa.func.count(sa.distinct(_a.run_id))).where(wanted))


def _decided(tx: Transaction, gate: str, since: datetime) -> int:
    wanted = sa.and_(_a.gate == gate, _a.decided_at >= since, _a.status.in_(_DECIDED))
    return _number(tx, sa.select(sa.func.count()).select_from(t.approvals).where(wanted))


def _unedited(tx: Transaction, since: datetime) -> tuple[int, int]:
    """Campaigns whose send was approved: without any edit before it, and in all."""
    approved = (
        sa.select(_a.run_id)
        .where(_a.gate == "publish", _a.status == "approved", _a.decided_at >= since)
        .distinct()
    )
    edited = sa.select(_a.run_id).where(_a.gate == "publish", _a.status == "edited")
    number = sa.select(sa.func.count()).select_from(approved.subquery())
    without = approved.where(_a.run_id.not_in(edited)).subquery()
    return _number(tx, sa.select(sa.func.count()).select_from(without)), _number(tx, number)


def _journal(tx: Transaction, since: datetime) -> dict[str, int]:
    j = t.journal.c
    kinds = ("import", "run_started", "segment_saved", "publication_done", "schedule_fired")
    query = (
        sa.select(j.kind, sa.func.count())
        .where(j.kind.in_(kinds), j.at >= since.isoformat())
        .group_by(j.kind)
    )
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def _number(tx: Transaction, query: sa.Select[Any]) -> int:
    return int(tx.connection.execute(query).scalar_one())

"""Runs and what drives them: jobs, approvals, schedules, model calls, budgets."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from ledger.columns import CanonicalJson, UtcDateTime
from ledger.tables.base import metadata

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("goal", Text, nullable=False),
    Column("as_of", UtcDateTime),
    Column("status", Text, nullable=False, index=True),
    Column("detail", Text, nullable=False),
    Column("started_by", ForeignKey("people.id"), nullable=False),
    Column("schedule_key", Text, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("payload", CanonicalJson, nullable=False),
    Column("lane", Text),  # at most one job of a lane is under way: a run has one driver
    Column("state", Text, nullable=False),  # waiting, running, done, failed
    Column("due_at", UtcDateTime, nullable=False),  # business time
    Column("not_before", UtcDateTime),  # real time: the pause after a failure
    Column("attempts", Integer, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", UtcDateTime),  # real time
    Column("error", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Index("ix_jobs_state_due_at", "state", "due_at"),
    Index(
        "uq_jobs_lane_running",
        "lane",
        unique=True,
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False, index=True),
    Column("gate", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("content", CanonicalJson, nullable=False),
    Column("findings", CanonicalJson, nullable=False),
    Column("blocking", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("decided_by", ForeignKey("people.id")),
    Column("decided_at", UtcDateTime),
    Column("reason", Text, nullable=False),
    Column("edit", CanonicalJson),
    Column("yeses_needed", Integer, nullable=False, server_default="1"),
    Index("ix_approvals_status_expires_at", "status", "expires_at"),
    Index(
        "uq_approvals_run_id_gate_pending",
        "run_id",
        "gate",
        unique=True,
        sqlite_where=text("status = 'pending'"),
        postgresql_where=text("status = 'pending'"),
    ),
)

schedules = Table(
    "schedules",
    metadata,
    Column("id", Text, primary_key=True),
    Column("cron", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("goal", Text, nullable=False),
    Column("catch_up", Text, nullable=False),
    Column("max_lateness_seconds", Integer, nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("seen_until", UtcDateTime, nullable=False),  # fires up to here are rows already
    Column("removed_at", UtcDateTime),
)

fires = Table(
    "fires",
    metadata,
    Column("schedule_id", ForeignKey("schedules.id"), nullable=False),
    Column("fire_time", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),  # started, skipped, missed
    Column("run_id", ForeignKey("runs.id")),
    PrimaryKeyConstraint("schedule_id", "fire_time"),
)

calls = Table(
    "calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, nullable=False, index=True),
    Column("task", Text, nullable=False),
    Column("prompt_hash", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    Column("cost_millionths", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("prompt_version", Integer),  # none in calls of before it was kept
)

limits = Table(
    "limits",
    metadata,
    Column("what", Text, nullable=False),
    Column("per", Text, nullable=False),  # day, run
    Column("most_millionths", BigInteger, nullable=False),
    PrimaryKeyConstraint("what", "per"),
)

spends = Table(
    "spends",
    metadata,
    Column("what", Text, nullable=False),
    Column("per", Text, nullable=False),
    Column("scope", Text, nullable=False),  # the day (UTC) or the run's id
    Column("spent_millionths", BigInteger, nullable=False),
    PrimaryKeyConstraint("what", "per", "scope"),
)


votes = Table(
    "votes",
    metadata,
    Column("approval_id", ForeignKey("approvals.id"), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("approval_id", "person_id"),
)

"""What people say to the assistant and to each other, and what a stream shows of it."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from ledger.columns import CanonicalJson, UtcDateTime
from ledger.tables.base import metadata

threads = Table(
    "threads",
    metadata,
    Column("id", Text, primary_key=True),  # also the checkpoint's; a campaign's is its run's id
    Column("graph", Text, nullable=False),  # assistant, campaign
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("metadata", CanonicalJson, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_threads_graph_updated_at", "graph", "updated_at"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", Text, primary_key=True),
    Column("thread_id", ForeignKey("threads.id"), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, … in its thread
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("said", CanonicalJson, nullable=False),  # what came in
    Column("status", Text, nullable=False),  # running, done, failed, stopped
    Column("answer", CanonicalJson),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("lease_owner", Text),
    Column("lease_until", UtcDateTime),  # real time
    Index("uq_turns_thread_id_number", "thread_id", "number", unique=True),
    Index("ix_turns_status", "status"),
)

events = Table(
    "events",
    metadata,
    Column("stream", Text, nullable=False),  # a turn's id, or a campaign's
    Column("seq", Integer, nullable=False),  # 1, 2, … : the Last-Event-ID of a tail
    Column("kind", Text, nullable=False),
    Column("data", CanonicalJson, nullable=False),
    Column("at", UtcDateTime, nullable=False),  # real time
    PrimaryKeyConstraint("stream", "seq"),
)

comments = Table(
    "comments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False, index=True),
    Column("approval_id", ForeignKey("approvals.id")),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("by", Text, nullable=False),  # person, or the assistant on their behalf
    Column("text", Text, nullable=False),
    Column("suggestion", CanonicalJson),  # an edit, or another time, that a person may take over
    Column("at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
)

mentions = Table(
    "mentions",
    metadata,
    Column("comment_id", ForeignKey("comments.id"), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("seen_at", UtcDateTime),
    PrimaryKeyConstraint("comment_id", "person_id"),
)

unsaved_edits = Table(
    "unsaved_edits",
    metadata,
    Column("approval_id", ForeignKey("approvals.id"), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("edit", CanonicalJson, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("approval_id", "person_id"),
)

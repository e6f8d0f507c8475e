"""What campaigns and people teach: results of copy, the library's own additions, locks, overruled
findings, changes made by hand, and rules that people approved."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from ledger.columns import CanonicalJson, UtcDateTime
from ledger.tables.base import metadata

variant_results = Table(
    "variant_results",
    metadata,
    Column("campaign_id", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("result", CanonicalJson, nullable=False),
    Column("measured_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("campaign_id", "variant"),
)

passages = Table(
    "passages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("passage", CanonicalJson, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)

passage_states = Table(
    "passage_states",
    metadata,
    Column("id", Text, primary_key=True),
    Column("passage_id", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),  # worn, retired, in use
    Column("why", Text, nullable=False),
    Column("person_id", ForeignKey("people.id")),  # NULL: what the data show
    Column("at", UtcDateTime, nullable=False),
)

locks = Table(
    "locks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False, index=True),
    Column("angle", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("lifted_at", UtcDateTime),
)

overrules = Table(
    "overrules",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False, index=True),
    Column("rule", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("content_hash", Text, nullable=False),  # of the text that the words stand in
    Column("reason", Text, nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("taken_back_at", UtcDateTime),
)

copy_changes = Table(
    "copy_changes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("approval_id", ForeignKey("approvals.id"), nullable=False),
    Column("kind", Text, nullable=False),  # edit, rejection
    Column("language", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),  # of a rejection: its reason
    Column("role", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_copy_changes_approval_id", "approval_id"),
)

rules = Table(
    "rules",
    metadata,
    Column("id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("check", CanonicalJson, nullable=False),
    Column("line", Text, nullable=False),
    Column("state", Text, nullable=False),  # approved, rejected, withdrawn
    Column("cases", CanonicalJson, nullable=False),
    Column("reason", Text, nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("id", "version"),
)

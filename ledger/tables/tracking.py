"""What arrived from the sources: counts by day, and what did not follow the tracking plan."""

from __future__ import annotations

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Table, Text

from ledger.columns import UtcDateTime
from ledger.tables.base import metadata

source_days = Table(
    "source_days",
    metadata,
    Column("source_id", Text, nullable=False),
    Column("day", Text, nullable=False),  # of real time, UTC
    Column("received", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("left_out", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("source_id", "day"),
)

violations = Table(
    "violations",
    metadata,
    Column("source_id", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("source_id", "event", "day", "path", "rule"),
)

spooled = Table(
    "spooled",
    metadata,
    Column("file", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
"""Spool files whose effects are counted above, so that none counts twice."""

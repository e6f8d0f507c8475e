"""What may be said, and to whom: facts, consents, suppressions, snapshots."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from ledger.columns import CanonicalJson, UtcDateTime
from ledger.tables.base import metadata

facts = Table(
    "facts",
    metadata,
    Column("fact_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # product, house
    Column("body", CanonicalJson, nullable=False),
    Column("exact_hash", Text, nullable=False),
    Column("cited_hash", Text, nullable=False),
    Column("stock_hash", Text, nullable=False),
    Column("valid_until", Date),
    Column("source", Text, nullable=False),
    Column("put_at", UtcDateTime, nullable=False),
)

subjects = Table(
    "subjects",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("salt", Text, nullable=False),
    Column("pseudonym", Text, nullable=False, unique=True),
)

consents = Table(
    "consents",
    metadata,
    Column("pseudonym", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("given", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("wording", Text, nullable=False),
    Column("campaign_id", Text, nullable=False),  # of an unsubscribe; else empty
    PrimaryKeyConstraint("pseudonym", "purpose", "at", "given", "source"),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("address_hash", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("frozen_at", UtcDateTime, nullable=False),
)

snapshot_members = Table(
    "snapshot_members",
    metadata,
    Column("snapshot_hash", ForeignKey("snapshots.hash"), nullable=False),
    Column("pseudonym", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    PrimaryKeyConstraint("snapshot_hash", "pseudonym"),
)

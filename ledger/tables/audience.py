"""What may be said, and to whom: facts, consents, suppressions, who is who, snapshots."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
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

no_contact = Table(
    "no_contact",
    metadata,
    Column("pseudonym", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
"""People who are written to on no channel, whatever they agreed to."""

erasures = Table(
    "erasures",
    metadata,
    Column("mark", Text, primary_key=True),  # HMAC of a customer id or a device
    Column("at", UtcDateTime, nullable=False),
)
"""Who was erased, readable to nobody: what imports leave out when it comes again."""

complaints = Table(
    "complaints",
    metadata,
    Column("id", Text, primary_key=True),  # a hash of the support system's own number
    Column("pseudonym", Text, nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
)
"""Complaints; an open one keeps its person out of promotions."""

same_people = Table(
    "same_people",
    metadata,
    Column("pseudonym", Text, primary_key=True),
    Column("person", Text, nullable=False, index=True),  # the pseudonym that stands for them
)
"""Customer ids that were found to be one person, the one that stands for them included. Who has one
id alone is not listed."""

identity_decisions = Table(
    "identity_decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("one", Text, nullable=False),  # pseudonyms, the smaller one first
    Column("other", Text, nullable=False),
    Column("verdict", Text, nullable=False),  # same, apart
    Column("score", Float),  # the match probability that was shown; absent: nobody asked
    Column("person_id", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
)
"""What people decided about who is who. The latest that was not undone counts."""

sources = Table(
    "sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("key_hash", Text, nullable=False, unique=True),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
)
"""Websites, apps and servers that write events here, each with its write key as a hash."""

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
    Column("stage", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("snapshot_hash", "pseudonym"),
)

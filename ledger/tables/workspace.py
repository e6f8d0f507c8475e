"""The workspace itself: its clock, its people and their ways in, and the journal."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
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

clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("simulated_at", UtcDateTime),  # NULL: the workspace runs on real time
    Column("created_at", UtcDateTime, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),  # SHA-256; the token itself is nowhere
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("name", Text, nullable=False, server_default=""),  # what its owner calls it
    Column("scopes", CanonicalJson),  # NULL: every right of its person's role
    Column("last_used_at", UtcDateTime),  # real time, to the hour
)

journal = Table(
    "journal",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),  # RFC 3339 text: the hash is taken of exactly this
    Column("kind", Text, nullable=False),
    Column("person_id", Text),
    Column("thing", Text, nullable=False, index=True),
    Column("data", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

journal_head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)


passwords = Table(
    "passwords",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("hash", Text, nullable=False),  # argon2id, with its own salt and cost
    Column("changed_at", UtcDateTime, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("secret_hash", Text, primary_key=True),  # SHA-256 of the cookie's secret
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("started_at", UtcDateTime, nullable=False),  # all of a session is real time
    Column("seen_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("origin", Text, nullable=False),  # the address it was begun from
    Column("browser", Text, nullable=False),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("issued_at", UtcDateTime, nullable=False),  # real time
    Column("ends_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),  # hash of the address that was tried, or of the origin
    Column("at", UtcDateTime, nullable=False),  # real time
    Index("ix_sign_in_failures_name_at", "name", "at"),
)

requests = Table(
    "requests",
    metadata,
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("status", Integer),  # NULL: still at work
    Column("answer", CanonicalJson),
    Column("at", UtcDateTime, nullable=False),  # real time
    PrimaryKeyConstraint("person_id", "idempotency_key"),
)

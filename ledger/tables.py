"""Every table. Migrations make them; ``tests/integration/test_ledger_database.py`` compares."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ledger.columns import CanonicalJson, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- the workspace itself -----------------------------------------------------------------

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

# --- runs and what drives them ------------------------------------------------------------

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

# --- what may be said, and to whom --------------------------------------------------------

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

# --- what goes out ------------------------------------------------------------------------

publications = Table(
    "publications",
    metadata,
    Column("id", Text, primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False, index=True),
    Column("content", CanonicalJson, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("approved_hash", Text),  # NULL: nobody stands behind it any more
    Column("approval_id", ForeignKey("approvals.id"), nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("stop_reason", Text, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("window_start", UtcDateTime, nullable=False),
    Column("window_end", UtcDateTime, nullable=False),
    Column("quiet_start", Integer, nullable=False),
    Column("quiet_end", Integer, nullable=False),
    Column("cap_most", Integer, nullable=False),
    Column("cap_days", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("campaign_id", "content_hash"),
)

publication_facts = Table(
    "publication_facts",
    metadata,
    Column("publication_id", ForeignKey("publications.id"), nullable=False),
    Column("cited", Text, nullable=False),  # <id> or <id>.<field>
    Column("fact_id", Text, nullable=False, index=True),
    Column("of_stock", Boolean, nullable=False),
    Column("fact_hash", Text, nullable=False),
    PrimaryKeyConstraint("publication_id", "cited"),
)

assignments = Table(
    "assignments",
    metadata,
    Column("campaign_id", Text, nullable=False),
    Column("pseudonym", Text, nullable=False),
    Column("arm", Text, nullable=False),
    PrimaryKeyConstraint("campaign_id", "pseudonym"),
)

sends = Table(
    "sends",
    metadata,
    Column("key", Text, primary_key=True),  # never deleted: unique for ever
    Column("publication_id", ForeignKey("publications.id"), nullable=False),
    Column("campaign_id", Text, nullable=False),
    Column("pseudonym", Text, nullable=False),
    Column("arm", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", UtcDateTime),  # real time
    Column("not_before", UtcDateTime),  # real time: the pause after "try later"
    Column("attempts", Integer, nullable=False),
    Column("address_hash", Text),  # HMAC, from the moment of sending on
    Column("sending_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("message_id", Text, nullable=False),
    Column("response", Text, nullable=False),
    Index("ix_sends_publication_id_state_due_at", "publication_id", "state", "due_at"),
    Index("ix_sends_campaign_id_state", "campaign_id", "state"),
    Index("ix_sends_pseudonym_due_at", "pseudonym", "due_at"),
    Index("ix_sends_address_hash", "address_hash"),
    Index("ix_sends_state_lease_until", "state", "lease_until"),
)

sending_state = Table(
    "sending_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("paused", Boolean, nullable=False),
    Column("cause", Text, nullable=False),  # person, restored
    Column("reason", Text, nullable=False),
    Column("person_id", Text),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("mark_accepted", Boolean, nullable=False),
)

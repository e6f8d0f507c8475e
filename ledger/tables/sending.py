"""What goes out, and what comes back."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from ledger.columns import CanonicalJson, UtcDateTime
from ledger.tables.base import metadata

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
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("first_wave", Text, nullable=False, server_default=""),  # running, passed, held
    Column("service", Boolean, nullable=False, server_default=false()),  # else a promotion
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
    Column("wave", Integer, nullable=False, server_default="0"),  # 1: waits for the first wave
    # In the order of claiming: what waits for a first wave is not even looked at.
    Index("ix_sends_publication_id_state_wave_due_at", "publication_id", "state", "wave", "due_at"),
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


engagements = Table(
    "engagements",
    metadata,
    Column("id", Text, primary_key=True),  # the source's own id of it, or a hash: it comes twice
    Column("send_key", ForeignKey("sends.key"), nullable=False, index=True),
    Column("kind", Text, nullable=False),  # delivered, bounced, bounced_softly, complained, …
    Column("at", UtcDateTime, nullable=False),
    Column("by_machine", Boolean, nullable=False),
    Column("link", Text, nullable=False),
    Column("source", Text, nullable=False),  # picture, link, or the webhook's name
    Column("stored_at", UtcDateTime),  # when it became an event of the store
    Index("ix_engagements_stored_at", "stored_at"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("source", Text, nullable=False),
    Column("delivery_id", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),  # real time
    PrimaryKeyConstraint("source", "delivery_id"),
)

webhook_refusals = Table(
    "webhook_refusals",
    metadata,
    Column("source", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("day", Text, nullable=False),  # of real time, UTC
    Column("number", Integer, nullable=False),
    PrimaryKeyConstraint("source", "code", "day"),
)

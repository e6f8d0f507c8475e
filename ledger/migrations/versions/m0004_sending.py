"""Publications, assignments and sends."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import CanonicalJson, UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "assignments",
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "pseudonym", name=op.f("pk_assignments")),
    )
    op.create_table(
        "sending_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("mark_accepted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending_state")),
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("content", CanonicalJson(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("approved_hash", sa.Text(), nullable=True),
        sa.Column("approval_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stop_reason", sa.Text(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("window_start", UtcDateTime(), nullable=False),
        sa.Column("window_end", UtcDateTime(), nullable=False),
        sa.Column("quiet_start", sa.Integer(), nullable=False),
        sa.Column("quiet_end", sa.Integer(), nullable=False),
        sa.Column("cap_most", sa.Integer(), nullable=False),
        sa.Column("cap_days", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approvals.id"], name=op.f("fk_publications_approval_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_publications_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint(
            "campaign_id", "content_hash", name=op.f("uq_publications_campaign_id_content_hash")
        ),
    )
    op.create_index(op.f("ix_publications_run_id"), "publications", ["run_id"], unique=False)
    op.create_index(op.f("ix_publications_state"), "publications", ["state"], unique=False)
    op.create_table(
        "publication_facts",
        sa.Column("publication_id", sa.Text(), nullable=False),
        sa.Column("cited", sa.Text(), nullable=False),
        sa.Column("fact_id", sa.Text(), nullable=False),
        sa.Column("of_stock", sa.Boolean(), nullable=False),
        sa.Column("fact_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_publication_facts_publication_id"),
        ),
        sa.PrimaryKeyConstraint("publication_id", "cited", name=op.f("pk_publication_facts")),
    )
    op.create_index(
        op.f("ix_publication_facts_fact_id"), "publication_facts", ["fact_id"], unique=False
    )
    op.create_table(
        "sends",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("publication_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("not_before", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=True),
        sa.Column("sending_at", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_sends_publication_id")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sends")),
    )
    op.create_index("ix_sends_address_hash", "sends", ["address_hash"], unique=False)
    op.create_index("ix_sends_campaign_id_state", "sends", ["campaign_id", "state"], unique=False)
    op.create_index("ix_sends_pseudonym_due_at", "sends", ["pseudonym", "due_at"], unique=False)
    op.create_index(
        "ix_sends_publication_id_state_due_at",
        "sends",
        ["publication_id", "state", "due_at"],
        unique=False,
    )
    op.create_index("ix_sends_state_lease_until", "sends", ["state", "lease_until"], unique=False)

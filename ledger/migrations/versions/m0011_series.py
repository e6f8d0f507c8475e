"""Talks that pieces are made of, how often pieces were seen, and what customers ask."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import CanonicalJson, UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("set_id", sa.Text(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=True),
        sa.Column("content", CanonicalJson(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["speaker"], ["people.id"], name=op.f("fk_series_speaker_people")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_series_made_by_people")),
        sa.PrimaryKeyConstraint("set_id", name=op.f("pk_series")),
    )
    op.create_table(
        "piece_views",
        sa.Column("piece_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["piece_id"], ["pieces.id"], name=op.f("fk_piece_views_piece_id_pieces")
        ),
        sa.PrimaryKeyConstraint("piece_id", "day", name=op.f("pk_piece_views")),
    )
    op.create_table(
        "ideas",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("content", CanonicalJson(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("set_id", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name=op.f("fk_ideas_decided_by_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ideas")),
        sa.UniqueConstraint("content_hash", name=op.f("uq_ideas_content_hash")),
    )
    op.create_index(op.f("ix_ideas_status"), "ideas", ["status"], unique=False)

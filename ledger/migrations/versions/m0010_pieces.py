"""Pieces for the channels beside mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import CanonicalJson, UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "pieces",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("set_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("brief_approval", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("brief", CanonicalJson(), nullable=False),
        sa.Column("content", CanonicalJson(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("critique", CanonicalJson(), nullable=False),
        sa.Column("blocking", sa.Boolean(), nullable=False),
        sa.Column("cited", CanonicalJson(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("edited_by", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("exported_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_pieces_run_id_runs")),
        sa.ForeignKeyConstraint(
            ["written_by"], ["people.id"], name=op.f("fk_pieces_written_by_people")
        ),
        sa.ForeignKeyConstraint(
            ["edited_by"], ["people.id"], name=op.f("fk_pieces_edited_by_people")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name=op.f("fk_pieces_decided_by_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pieces")),
    )
    for column in ("set_id", "run_id", "status"):
        op.create_index(op.f(f"ix_pieces_{column}"), "pieces", [column], unique=False)

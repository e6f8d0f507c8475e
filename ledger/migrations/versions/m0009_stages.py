"""Snapshots say each person's stage of life, where a mail differs by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column(
        "snapshot_members", sa.Column("stage", sa.Text(), nullable=False, server_default="")
    )

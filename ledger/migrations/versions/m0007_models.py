"""Calls of models say which version of a prompt they used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("calls", sa.Column("prompt_version", sa.Integer(), nullable=True))

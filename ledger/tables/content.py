"""Pieces for the channels beside mail: what is to be placed, and a person's word on it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, Text

from ledger.columns import CanonicalJson, UtcDateTime
from ledger.tables.base import metadata

pieces = Table(
    "pieces",
    metadata,
    Column("id", Text, primary_key=True),
    Column("set_id", Text, nullable=False, index=True),
    Column("run_id", ForeignKey("runs.id"), index=True),  # NULL: it stands alone
    Column("brief_approval", Text),  # what the approval of the run's brief was bound to
    Column("channel", Text, nullable=False),
    Column("brief", CanonicalJson, nullable=False),
    Column("content", CanonicalJson, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("critique", CanonicalJson, nullable=False),
    Column("blocking", Boolean, nullable=False),
    Column("cited", CanonicalJson, nullable=False),
    Column("status", Text, nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("written_by", ForeignKey("people.id"), nullable=False),
    Column("edited_by", ForeignKey("people.id")),
    Column("decided_by", ForeignKey("people.id")),
    Column("decided_at", UtcDateTime),
    Column("reason", Text, nullable=False),
    Column("exported_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

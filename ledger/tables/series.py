"""What pieces come from and what comes of them: talks, their views, and what customers ask."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, Table, Text

from ledger.columns import CanonicalJson, UtcDateTime
from ledger.tables.base import metadata

series = Table(
    "series",
    metadata,
    Column("set_id", Text, primary_key=True),  # of the pieces made of it
    Column("speaker", ForeignKey("people.id")),  # NULL: nobody who works here
    Column("content", CanonicalJson, nullable=False),
    Column("made_by", ForeignKey("people.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
piece_views = Table(
    "piece_views",
    metadata,
    Column("piece_id", ForeignKey("pieces.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("views", Integer, nullable=False),
)
ideas = Table(
    "ideas",
    metadata,
    Column("id", Text, primary_key=True),
    Column("content_hash", Text, nullable=False, unique=True),
    Column("content", CanonicalJson, nullable=False),
    Column("status", Text, nullable=False, index=True),
    Column("set_id", Text),  # of the pieces written from it
    Column("decided_by", ForeignKey("people.id")),
    Column("reason", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

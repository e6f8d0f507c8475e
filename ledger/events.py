"""What a stream shows: numbered events of a turn or a campaign, kept so that a reader who was
away goes on where they were (Last-Event-ID)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import tables as t
from ledger.database import Transaction

_e = t.events.c


class Event(Frozen):
    stream: str
    """A turn's id, or a campaign's."""
    seq: int
    """1, 2, … in its stream."""
    kind: str
    data: dict[str, Any]
    at: datetime
    """Real time."""


def append(tx: Transaction, stream: str, kind: str, data: Mapping[str, Any]) -> Event:
    """Add one event. Writers take turns, so its number is the next one."""
    query = sa.select(sa.func.coalesce(sa.func.max(_e.seq), 0)).where(_e.stream == stream)
    event = Event(
        stream=stream,
        seq=tx.connection.execute(query).scalar_one() + 1,
        kind=kind,
        data=dict(data),
        at=tx.real_now,
    )
    tx.connection.execute(t.events.insert(), event.model_dump())
    return event


def after(tx: Transaction, stream: str, seq: int = 0, limit: int = 500) -> list[Event]:
    """The events of a stream behind a number, in order."""
    query = (
        sa.select(t.events).where(_e.stream == stream, _e.seq > seq).order_by(_e.seq).limit(limit)
    )
    return [Event.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def ends(tx: Transaction, streams: Sequence[str]) -> dict[str, int]:
    """The last number of each of these streams that has any."""
    query = (
        sa.select(_e.stream, sa.func.max(_e.seq)).where(_e.stream.in_(streams)).group_by(_e.stream)
    )
    return {row[0]: row[1] for row in tx.connection.execute(query)}

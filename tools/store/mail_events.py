"""What became of messages, as rows of the store: the events that analytics and reports count."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa

from domain.customer import MailEvent
from tools.store.schema import EVENTS
from tools.store.segments import Store

SOURCE = "Mainspring"
"""The source of what this program saw itself."""


class StoredEvents:
    """The store's way in for events that this program saw itself."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, events: Sequence[MailEvent], received_at: datetime) -> int:
        """Keep those that are not known by their id yet; how many. Raises CdpError store_busy."""
        if not events:
            return 0
        rows = [_row(event, received_at.astimezone(UTC)) for event in events]
        table = pa.Table.from_pylist(rows, schema=EVENTS)
        added = await asyncio.to_thread(self._store.add, "events", table)
        return added.added


def _row(event: MailEvent, received_at: datetime) -> dict[str, object]:
    said = dict(event.properties)
    return {
        "event_id": event.event_id,
        "customer_id": event.customer_id,
        "name": event.name,
        "occurred_at": event.occurred_at.astimezone(UTC),
        "received_at": received_at,
        "campaign_id": event.campaign_id,
        "message_key": event.message_key,
        "product_id": "",
        "machine": event.machine,
        "properties": json.dumps(said, ensure_ascii=False, sort_keys=True) if said else "",
        "source": SOURCE,
    }

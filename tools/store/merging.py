"""Many small segments become few: what streams in would else be a file a second.

Segments are merged with others of about their own size, so that each row is written again only
when its file has become several times as large.
"""

from __future__ import annotations

import math

from tools.store.manifest import Segment
from tools.store.schema import TABLES, TableName
from tools.store.segments import Store

TOGETHER = 8
"""So many of one size become one."""
LARGE_ROWS = 1_000_000
"""A segment of so many rows stays as it is."""


def merge_small(store: Store) -> int:
    """Merge until no size has too many segments, and remove what was replaced long enough ago; how
    many segments were replaced. Raises CdpError store_busy where another process replaced one of
    them meanwhile: nothing is lost, the next time does it."""
    replaced = 0
    for table in TABLES:
        while together := _together(store, table):
            store.replace(together)
            replaced += len(together)
    if replaced:
        store.sweep()
    return replaced


def _together(store: Store, table: TableName) -> list[Segment]:
    sizes: dict[int, list[Segment]] = {}
    for segment in store.manifest().segments:
        if segment.table == table and segment.rows < LARGE_ROWS:
            sizes.setdefault(int(math.log(max(segment.rows, 1), TOGETHER)), []).append(segment)
    return next((found for _, found in sorted(sizes.items()) if len(found) >= TOGETHER), [])

"""Many small segments become one: each import and each batch of tracked events leaves a file, and
a question opens them all.
"""

from __future__ import annotations

from tools.cdp.port import CdpError
from tools.store.manifest import Manifest, Segment
from tools.store.schema import TABLES
from tools.store.segments import Store

SMALL = 16_000_000
"""Bytes under which a segment is put together with others."""
MANY = 32
"""Small segments of one table from which that is done."""


def untidy(store: Store) -> bool:
    """Whether there is something for ``tidy`` to do."""
    return bool(_too_many(store.manifest())) or bool(store.put_aside())


def tidy(store: Store) -> int:
    """Put small segments together, and remove files that were put aside for long enough; how many
    segments there are fewer. Readers and importers go on meanwhile. Raises CdpError store_damaged.
    """
    fewer = 0
    for segments in _too_many(store.manifest()):
        try:
            store.replace(segments)
        except CdpError as error:
            if error.code != "store_busy":
                raise
            continue  # an import, or somebody's erasure, was first: the next time
        fewer += len(segments) - 1
    store.sweep()
    return fewer


def _too_many(manifest: Manifest) -> list[list[Segment]]:
    found = []
    for table in TABLES:
        small = [s for s in manifest.segments if s.table == table and s.bytes < SMALL]
        if len(small) > MANY:
            found.append(small)
    return found

"""What of a source could not be read: a file a source and day, of a bounded size.

A write key in a browser can be read by anybody, so what comes with it must not fill the disk.
Beyond the bound nothing more of that day is kept here; the counts in the ledger go on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tools.store.quarantine import Quarantine
from tools.store.segments import Erased

MOST_BYTES = 16 * 1024 * 1024
"""Of one source on one day (UTC)."""
_FULL = "This file is full. What else this source sent on this day is counted, and not kept here."
_LAST = json.dumps({"line": 0, "reason": _FULL, "row": None}).encode() + b"\n"


_NAMES = ("userId", "anonymousId", "previousId", "customer_id", "anonymous_id", "email")
"""Where a message, or its row, says whose it is."""
_TOGETHER = 1_000


class Aside:
    """The messages of a source that cannot be taken, for its quarantine; of a person who was erased
    nothing is kept. What waits is written by ``flush``."""

    def __init__(self, quarantine: Quarantine, erased: Erased | None) -> None:
        self.folder = quarantine.path.parent
        self._quarantine, self._erased = quarantine, erased
        self._waiting: list[tuple[int, str, object, list[str]]] = []

    def row(self, place: int, why: str, row: object) -> None:
        said = row if isinstance(row, Mapping) else {}
        traits = said.get("traits")
        named = [said.get(name) for name in _NAMES]
        named.append(traits.get("email") if isinstance(traits, Mapping) else None)
        ids = [str(one) for one in named if isinstance(one, str | int)]
        self._waiting.append((place, why, row, ids))
        if len(self._waiting) == _TOGETHER:
            self.flush()

    def flush(self) -> None:
        erased: set[str] = set()
        if self._erased is not None:
            erased = self._erased({name for *_, ids in self._waiting for name in ids})
        for place, why, row, ids in self._waiting:
            if erased.isdisjoint(ids):
                self._quarantine.row(place, why, row)
        self._waiting.clear()


def today(quarantine: Path, source: str) -> Path:
    """The file of a source, by its name."""
    return quarantine / f"tracking-{datetime.now(UTC):%Y-%m-%d}-{source}.jsonl"


def is_full(path: Path) -> bool:
    """Whether more came than the file may hold."""
    try:
        with path.open("rb") as file:
            file.seek(-min(len(_LAST), path.stat().st_size), os.SEEK_END)
            return file.read() == _LAST
    except FileNotFoundError:
        return False


def add(path: Path, found: Iterable[Path]) -> None:
    """Add these files' lines while there is room, and say so where there is none."""
    if is_full(path):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as written:
        room = MOST_BYTES - path.stat().st_size
        for line in _lines(found):
            room -= len(line)
            written.write(line if room >= 0 else _LAST)
            if room < 0:
                break
        written.flush()
        os.fsync(written.fileno())


def _lines(files: Iterable[Path]) -> Iterator[bytes]:
    for one in files:
        with one.open("rb") as lines:
            yield from lines

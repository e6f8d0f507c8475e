"""What each person was shown last of each campaign.

A resume carries a yes or a no, and seldom says to what. It counts for what this API showed to
that person last; where something else waits meanwhile, or nothing was shown, it is refused. Kept
in memory: after a restart a client reads the state again before it decides.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

MOST = 10_000


class Shown:
    """Content hashes by person and thread; the oldest are forgotten."""

    def __init__(self) -> None:
        self._hashes: OrderedDict[tuple[str, str], str] = OrderedDict()

    def note(self, person_id: str, thread_id: str, interrupts: Iterable[Mapping[str, Any]]) -> None:
        """These interrupts of this thread go to this person now."""
        for interrupt in interrupts:
            self._hashes[person_id, thread_id] = hash_of(interrupt)
            self._hashes.move_to_end((person_id, thread_id))
        while len(self._hashes) > MOST:
            self._hashes.popitem(last=False)

    def last(self, person_id: str, thread_id: str) -> str | None:
        """The content hash that they were shown last."""
        return self._hashes.get((person_id, thread_id))


def hash_of(interrupt: Mapping[str, Any]) -> str:
    """The content hash that an interrupt asks about (workflows/gates.py)."""
    asked: str = interrupt["value"]["action_requests"][0]["args"]["content_hash"]
    return asked

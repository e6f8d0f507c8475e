"""The names nearest to one that nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

FAR = 0.4
"""Less alike than this is no misspelling."""


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names that are most like it, without regard to case; where none is, the first
    eight of them all."""
    by_fold = {k.casefold(): k for k in sorted(known)}
    close = difflib.get_close_matches(name.casefold(), list(by_fold), n=most, cutoff=FAR)
    return [by_fold[one] for one in close] or sorted(by_fold.values())[:8]

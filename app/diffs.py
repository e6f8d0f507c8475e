"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal

Change = Literal["same", "gone", "new"]

_WORD = re.compile(r"\s+|[^\s]+")


def word_diff(old: str, new: str) -> list[tuple[Change, str]]:
    """The parts in reading order; what is gone comes before what took its place."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    parts: list[tuple[Change, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(("same", "".join(before[a:b])))
            continue
        if a < b:
            parts.append(("gone", "".join(before[a:b])))
        if c < d:
            parts.append(("new", "".join(after[c:d])))
    return parts


def changed_only(parts: list[tuple[Change, str]], around: int = 30) -> list[tuple[Change, str]]:
    """The same with long stretches that did not change cut to their ends."""
    cut: list[tuple[Change, str]] = []
    for at, (kind, text) in enumerate(parts):
        if kind == "same" and len(text) > 2 * around + 10:
            head = text[:around].rsplit(" ", 1)[0] + " … " if at > 0 else "… "
            tail = text[-around:].split(" ", 1)[-1] if at < len(parts) - 1 else ""
            text = head + tail
        cut.append((kind, text))
    return cut

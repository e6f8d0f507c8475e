"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal

from domain.frozen import Frozen

Change = Literal["same", "gone", "new"]

# Words with what is inside them; spaces and signs by themselves, so that a comma can change alone.
_TOKEN = re.compile(r"\s+|[^\W_]+(?:['’.,:-][^\W_]+)*|.", re.DOTALL)
_Opcode = tuple[str, int, int, int, int]


class ChangedPlace(Frozen):
    """One place that reads otherwise."""

    place: str
    """As a person calls it: Subject, Paragraph 2, …"""
    parts: tuple[tuple[Change, str], ...]


def word_diff(old: str, new: str) -> list[tuple[Change, str]]:
    """The parts in reading order; what is gone comes before what took its place."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    parts: list[tuple[Change, str]] = []
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for kind, a, b, c, d in _bridged(codes, before):
        if kind == "equal":
            parts.append(("same", "".join(before[a:b])))
            continue
        if a < b:
            parts.append(("gone", "".join(before[a:b])))
        if c < d:
            parts.append(("new", "".join(after[c:d])))
    return parts


def changed_places(old: dict[str, str], new: dict[str, str]) -> tuple[ChangedPlace, ...]:
    """Every place whose text differs, in the new order; places that went come last."""
    names = [*new, *(name for name in old if name not in new)]
    return tuple(
        ChangedPlace(
            place=name, parts=tuple(changed_only(word_diff(old.get(name, ""), new.get(name, ""))))
        )
        for name in names
        if old.get(name, "") != new.get(name, "")
    )


def _bridged(codes: Sequence[_Opcode], before: list[str]) -> list[_Opcode]:
    """Changes that only a space parts read as one: "before the holidays", not word by word."""
    joined: list[_Opcode] = []
    for code in codes:
        kind, _, end, _, new_end = code
        if (
            len(joined) >= 2
            and kind != "equal"
            and joined[-1][0] == "equal"
            and joined[-2][0] != "equal"
            and "".join(before[joined[-1][1] : joined[-1][2]]).isspace()
        ):
            joined.pop()
            _, start, _, new_start, _ = joined.pop()
            joined.append(("replace", start, end, new_start, new_end))
        else:
            joined.append(code)
    return joined


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

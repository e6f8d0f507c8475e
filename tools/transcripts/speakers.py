"""Who says a line: "Lena Kraus: …", "**Lena:** …", "[00:03:12] Lena: …", "Lena Kraus  0:12"."""

from __future__ import annotations

import re

_CLOCK = r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,]\d+)?"
_STAMP = re.compile(rf"^[\[(]?{_CLOCK}[\])]?\s*[-–—:]?\s*")
# One to four words that begin with a capital letter or a figure ("Speaker 2").
_NAME = r"[A-ZÄÖÜ][\w.'’-]*(?:[ ]+(?:[A-ZÄÖÜ(][\w.'’)-]*|\d+|von|van|de|zu)){0,3}"
_PREFIX = re.compile(
    rf"^(?:\*\*|__)?(?P<name>{_NAME})\s*(?:\*\*|__)?\s*(?:[\[(]{_CLOCK}[\])])?\s*:(?:\*\*|__)?\s+"
)
_HEADER = re.compile(rf"^(?:\*\*)?(?P<name>{_NAME})(?:\*\*)?\s+[\[(]?{_CLOCK}[\])]?\s*$")
# Words before a colon that are no names.
_NO_NAME = {
    "also", "and", "antwort", "but", "einkauf", "example", "frage", "heute", "idea", "idee",
    "note", "notes", "notiz", "notizen", "ps", "question", "remember", "so", "thema", "title",
    "titel", "today", "todo", "topic", "tomorrow",
}  # fmt: skip


def named(line: str) -> tuple[str, str]:
    """(speaker, what is said); no speaker where the line names none."""
    match = _PREFIX.match(line)
    if match is None or match["name"].casefold() in _NO_NAME or "://" in line[: match.end() + 2]:
        return "", line
    return match["name"].strip(), line[match.end() :].strip()


def header(line: str) -> tuple[str, float] | None:
    """(speaker, seconds) of a line that announces who speaks from when, and says nothing."""
    match = _HEADER.match(line.strip())
    if match is None:
        return None
    return match["name"].strip(), _seconds(match.groups()[-3:])


def stamped(line: str) -> tuple[float | None, str]:
    """(seconds, rest) of a line that may begin with a time."""
    match = _STAMP.match(line)
    if match is None:
        return None, line
    return _seconds(match.groups()), line[match.end() :]


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds = (int(part or 0) for part in parts)
    return float(hours * 3600 + minutes * 60 + seconds)

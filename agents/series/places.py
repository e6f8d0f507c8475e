"""Where in a recording something was said, for whoever looks it up."""

from __future__ import annotations

from collections.abc import Sequence

from domain.recording import Sentence


def where(source: str, sentences: Sequence[Sentence]) -> str:
    """ "bench.vtt, 0:07 to 0:42", or its lines where it has no times."""
    first, last = sentences[0], sentences[-1]
    if first.start is None or last.start is None:
        lines = (
            f"line {first.line}" if first.line == last.line else f"lines {first.line}–{last.line}"
        )
        return f"{source}, {lines}"
    if first.start == last.start:
        return f"{source}, {clock(first.start)}"
    return f"{source}, {clock(first.start)} to {clock(last.start)}"


def clock(seconds: float) -> str:
    """0:07, 12:30 or 1:02:03: as players show it."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

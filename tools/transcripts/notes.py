"""Transcripts as text and notes: a line, bullet or paragraph at a time."""

from __future__ import annotations

import re

from domain.recording import Utterance
from tools.transcripts.speakers import header, named, stamped

_BULLET = re.compile(r"^(?:[-*+•]|\d{1,2}[.)])\s+(?:\[[ xX]\]\s+)?")
_HEADING = re.compile(r"^#{1,6}\s")
_FENCE = re.compile(r"^(?:```|~~~)")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def read_notes(text: str) -> tuple[Utterance, ...]:
    """Every note, or every turn of a transcript. Headings, front matter and code say nothing."""
    found: list[Utterance] = []
    lines = text.split("\n")
    speaker, start, open_ = "", None, False  # open_: the last utterance goes on
    first = _after_front_matter(lines)
    fenced = False
    for number, raw in enumerate(lines[first:], first + 1):
        line = raw.strip()
        fence = _FENCE.match(line)
        fenced ^= bool(fence)
        announced = header(line)
        if (
            fence
            or fenced
            or not line
            or _HEADING.match(line)
            or announced
            or set(line) <= set("-*_= ")
        ):
            open_ = False
            if announced:
                speaker, start = announced
            continue
        bullet = _BULLET.match(line)
        at, line = stamped(line[bullet.end() :] if bullet else line)
        who, said = named(line)
        said = _LINK.sub(r"\1", _EMPHASIS.sub(r"\2", said)).strip()
        start = at if at is not None else start
        if open_ and not bullet and not who and at is None:
            last = found[-1]
            found[-1] = last.model_copy(update={"text": f"{last.text} {said}".strip()})
            continue
        speaker = who or speaker
        if said:
            found.append(Utterance(text=said, speaker=speaker, start=start, line=number))
        open_ = bool(said)
    return tuple(found)


def _after_front_matter(lines: list[str]) -> int:
    if lines and lines[0].strip() == "---":
        for number, line in enumerate(lines[1:], 1):
            if line.strip() == "---":
                return number + 1
    return 0

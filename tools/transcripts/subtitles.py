"""Subtitles: WebVTT (W3C) and SubRip, cue by cue, rolling captions said once."""

from __future__ import annotations

import html
import re

from domain.recording import Utterance
from tools.transcripts.speakers import named

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_CUE = re.compile(rf"^\s*{_TIME}\s*-->\s*(?:\d+:)?\d{{1,2}}:\d{{2}}[.,]\d{{1,3}}")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_TAG = re.compile(r"</?[^>\n]*>")
_ASS = re.compile(r"\{\\[^}]*\}")


def read_subtitles(text: str) -> tuple[Utterance, ...]:
    """Every cue that says something new."""
    found: list[Utterance] = []
    shown: list[str] = []  # the lines of the last cue: rolling captions show them again
    speaker = ""
    for start, number, lines in _cues(text):
        said = [_plain(line) for line in lines]
        for raw, line in zip(lines, said, strict=True):
            voice = _VOICE.search(raw)
            who, words = (voice.group(1).strip(), line) if voice else named(line)
            speaker = who or speaker
            if words and line not in shown:
                found.append(Utterance(text=words, speaker=speaker, start=start, line=number))
        shown = [line for line in said if line] or shown
    return tuple(found)


def _cues(text: str) -> list[tuple[float, int, list[str]]]:
    """(start in seconds, line, lines of text) of every cue."""
    cues: list[tuple[float, int, list[str]]] = []
    current: list[str] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        match = _CUE.match(line)
        if match:
            hours, minutes, seconds, parts = match.groups()
            start = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
            current = []
            cues.append((start + int(parts.ljust(3, "0")) / 1000, number, current))
        elif not line.strip():
            current = None  # what follows up to the next time is a cue's name, a note or a style
        elif current is not None:
            current.append(line.strip())
    return cues


def _plain(line: str) -> str:
    return html.unescape(_TAG.sub("", _ASS.sub("", line))).strip()

"""Reads what somebody said: subtitles (VTT, SRT), transcripts, notes, and Whisper's JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from domain.recording import Recording, Utterance
from tools.transcripts.errors import TranscriptError
from tools.transcripts.notes import read_notes
from tools.transcripts.subtitles import read_subtitles
from tools.transcripts.whisper import read_segments

MOST_BYTES = 5_000_000
"""A talk of eight hours has about 500 kB of words."""
_SOUND = {
    ".aac", ".aif", ".aiff", ".avi", ".flac", ".m4a", ".mkv", ".mov", ".mp3", ".mp4", ".mpeg",
    ".ogg", ".opus", ".wav", ".webm", ".wma",
}  # fmt: skip
_READERS: Mapping[str, Callable[[str], tuple[Utterance, ...]]] = {
    ".vtt": read_subtitles,
    ".srt": read_subtitles,
    ".json": read_segments,
    ".md": read_notes,
    ".markdown": read_notes,
    ".txt": read_notes,
    ".text": read_notes,
}
_DAY = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")


def read_recording(path: Path) -> Recording:
    """What was said, by whom, when. Raises TranscriptError."""
    suffix = path.suffix.lower()
    if suffix in _SOUND:
        raise TranscriptError(
            "sound",
            "This is the recording itself, and nothing here can listen",
            thing=path.name,
            next_step="have it written down (most meeting programs export a .vtt), and give that",
        )
    reader = _READERS.get(suffix)
    if reader is None:
        raise TranscriptError(
            "unknown_format",
            "This is no transcript and no notes",
            thing=path.name,
            next_step=f"give one of {', '.join(sorted(_READERS))}",
        )
    utterances = reader(_text(path))
    if not utterances:
        raise TranscriptError(
            "empty", "Nothing is said in it", thing=path.name, next_step="give another file"
        )
    return Recording(source=path.name, on=_day(path.stem), utterances=utterances)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TranscriptError(
                "too_large",
                f"It has more than {MOST_BYTES // 1_000_000} MB",
                thing=path.name,
                next_step="cut it into one file a talk",
            )
        raw = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise TranscriptError(
            "missing", "There is no such file", thing=str(path), next_step="check its name"
        ) from error
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
        if "\0" in text:
            break
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise TranscriptError(
        "unreadable", "It is not text", thing=path.name, next_step="export it as text again"
    )


def _day(name: str) -> date | None:
    match = _DAY.search(name)
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None

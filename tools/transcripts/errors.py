"""How a transcript or a file of notes cannot be read."""

from __future__ import annotations

from typing import Literal

from domain.errors import WrongUsage

TranscriptErrorCode = Literal[
    "sound",  # a recording itself: nothing here listens
    "unknown_format",  # neither subtitles, nor a transcript, nor notes
    "unreadable",  # not text, or not the JSON that its name promises
    "too_large",  # far more than a talk can hold
    "empty",  # nothing is said in it
    "missing",  # no such file
]


class TranscriptError(WrongUsage):
    """A file that holds no words that could be used."""

    code: TranscriptErrorCode

"""Whisper's JSON, and that of programs that write the same: ``{"segments": [{start, text}]}``."""

from __future__ import annotations

import json

from pydantic import BaseModel, ValidationError

from domain.recording import Utterance
from tools.transcripts.errors import TranscriptError


class _Segment(BaseModel):
    text: str
    start: float | None = None
    speaker: str | None = None


class _Transcript(BaseModel):
    segments: list[_Segment]


def read_segments(text: str) -> tuple[Utterance, ...]:
    """Every segment. Raises TranscriptError where the JSON holds none."""
    try:
        parsed = _Transcript.model_validate(json.loads(text))
    except (json.JSONDecodeError, ValidationError, RecursionError) as error:
        raise TranscriptError(
            "unreadable",
            "It holds no list of segments with text",
            next_step="export the transcript as JSON with segments, or as .vtt",
        ) from error
    return tuple(
        Utterance(text=one.text.strip(), speaker=one.speaker or "", start=one.start, line=number)
        for number, one in enumerate(parsed.segments, 1)
        if one.text.strip()
    )

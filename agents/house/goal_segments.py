"""A goal's chunks in stretches that hold one thought each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.house.goal_text import Chunk

HEADS = {
    "bought", "event", "owner", "spent", "new", "lapsed", "times_people", "channel_people",
}  # fmt: skip
PEOPLE = {"people", "everyone"}


def segments(plain: str, chunks: Sequence[Chunk]) -> list[list[Chunk]]:
    """Chunks between the marks that end a thought; a comma inside a number is none."""
    found: list[list[Chunk]] = []
    last_end = 0
    for chunk in chunks:
        between = plain[last_end : chunk.start]
        ends = not found or re.search(r"[.;:!?()]|,(?!\d)", between)
        goes_on = found and re.fullmatch(r",\s*\w*\s*", between) and _open_not(found[-1])
        if ends and not goes_on:
            found.append([])
        found[-1].append(chunk)
        last_end = chunk.end
    return _verb_at_the_end(plain, found)


def _open_not(chunks: Sequence[Chunk]) -> bool:
    """ "Except people, who …": nothing stands yet behind the "not"."""
    told = [chunk.kind for chunk in chunks if chunk.kind not in PEOPLE]
    return bool(told) and told[-1] == "not"


def _verb_at_the_end(plain: str, segments: list[list[Chunk]]) -> list[list[Chunk]]:
    """ "Eine Uhr, aber kein Armband gekauft haben": the verb holds for both sides of the comma."""
    joined: list[list[Chunk]] = []
    for segment in segments:
        last = joined[-1] if joined else None
        if (
            last is not None
            and not any(chunk.kind in HEADS | {"owners", "owner_after"} for chunk in last)
            and any(chunk.kind == "article" for chunk in last)
            and any(chunk.kind in HEADS and german_verb(chunk) for chunk in segment)
            and re.fullmatch(
                r",\s*(?:aber|jedoch|doch|und|oder)?\s*", plain[last[-1].end : segment[0].start]
            )
        ):
            last += segment
        else:
            joined.append(segment)
    return joined


def german_verb(chunk: Chunk) -> bool:
    return chunk.value == "de" or bool(
        re.search(r"(?:haben|hatten|hat|ansahen|anschauten|geöffnet|geklickt|gesehen|geschaut)$",
                  chunk.words.lower())
    )  # fmt: skip

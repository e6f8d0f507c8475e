# ruff: noqa: E501 (patterns and sentences are read whole)
"""The language of the copy is the brief's."""

from __future__ import annotations

import re

from agents.rules.review import Findings, Review, finding

_COMMON = {
    "en": {"the", "and", "is", "of", "to", "it", "we", "you", "with", "for", "in", "your", "this",
           "that", "have", "was", "are", "on", "at", "not", "our", "what", "be"},
    "de": {"der", "die", "das", "und", "ist", "zu", "es", "wir", "sie", "mit", "für", "im", "ihr",
           "ihre", "ein", "eine", "den", "dem", "nicht", "auf", "haben", "war", "bei", "von", "was"},
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")


def check(review: Review) -> Findings:
    for variant in review.copies:
        text = " ".join(text for place, text in variant.texts() if place != "preheader")
        found, wanted = language_of(text), review.language(variant)
        if found is not None and found != wanted:
            yield finding(
                "language.other", "blocking",
                f"The copy reads as {NAMES[found]}; {NAMES[wanted]} was asked for.",
                "Write it in the language of the brief.", variant=variant.id,
            )  # fmt: skip


NAMES = {"en": "English", "de": "German"}


def language_of(text: str) -> str | None:
    """``en`` or ``de`` where the common words are clearly of one; None otherwise."""
    words = [w.casefold() for w in _WORD.findall(text)]
    counts = {name: sum(w in common for w in words) for name, common in _COMMON.items()}
    best = max(counts, key=lambda name: counts[name])
    rest = sum(counts.values()) - counts[best]
    return best if counts[best] >= 4 and counts[best] > 2 * rest else None

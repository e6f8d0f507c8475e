"""Copies that are one copy: the same angle, subject, or nearly the same words."""

from __future__ import annotations

import re
import zlib
from itertools import combinations, pairwise

from agents.rules.review import Findings, Review, body, finding
from domain.draft import Copy, Draft, Variant

MOST_SHARED = 0.6
"""Word pairs of two bodies that may be the same, greeting left out."""
_WORD = re.compile(r"[^\W_]+")


def check(review: Review) -> Findings:
    for one, other in combinations(review.copies, 2):
        if _channel(one) != _channel(other):
            continue  # the same brief says the same on another channel
        if one.angle.casefold() == other.angle.casefold():
            yield finding(
                "variety.angle", "serious", f"It has the angle of variant {one.id}.",
                "Give it another reason to read.", variant=other.id, text=other.angle,
            )  # fmt: skip
        if (
            isinstance(one, Variant)
            and isinstance(other, Variant)
            and one.subject.casefold() == other.subject.casefold()
        ):
            yield finding(
                "variety.subject", "serious", f"It has the subject of variant {one.id}.",
                "Write another subject.", variant=other.id, place="subject", text=other.subject,
            )  # fmt: skip
        shared = overlap(one, other)
        if shared > MOST_SHARED:
            yield finding(
                "variety.words", "serious",
                f"{shared:.0%} of its pairs of words stand in variant {one.id} too.",
                "Give it another reason to read, not other synonyms.", variant=other.id,
            )  # fmt: skip


def overlap(one: Copy, other: Copy) -> float:
    """Jaccard similarity of the two bodies' word pairs, 0 to 1."""
    a, b = _pairs(one), _pairs(other)
    return len(a & b) / len(a | b) if a | b else 0.0


def distinct_2(draft: Draft) -> float:
    """Distinct word pairs over all word pairs of the draft's bodies: 1 is no repetition."""
    words = [_words(v) for v in draft.variants]
    pairs = [p for w in words for p in pairwise(w)]
    return len(set(pairs)) / len(pairs) if pairs else 1.0


def compression_ratio(draft: Draft) -> float:
    """Size of the bodies over their compressed size: higher is more of the same."""
    text = "\n".join(" ".join(_words(v)) for v in draft.variants).encode()
    return len(text) / len(zlib.compress(text, 9)) if text else 1.0


def _channel(copy: Copy) -> str:
    return getattr(copy, "channel", "email")


def _pairs(copy: Copy) -> set[tuple[str, str]]:
    words = _words(copy)
    return set(pairwise(words))


def _words(copy: Copy) -> list[str]:
    """The body's words; of a mail without the greeting, which all variants share."""
    texts = [text for _, text in body(copy)][1 if isinstance(copy, Variant) else 0 :]
    return [w.casefold() for w in _WORD.findall(" ".join(texts))]

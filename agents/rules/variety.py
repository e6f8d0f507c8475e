"""Copies that are one copy: the same angle, subject, or nearly the same words, in this draft or in
what the brand sent in the last 90 days."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise

from agents import likeness
from agents.likeness import bleu, words_of
from agents.rules.review import Findings, Review, body, finding, without_fields
from domain.draft import Copy, Draft, Variant

MOST_SHARED = 0.6
"""Word pairs of two bodies that may be the same, greeting left out."""
MOST_MADE = 0.75
"""BLEU of one body against the other: variants that share their facts reach 0.6."""
LEAST_RECENT = 0.45
"""BLEU against recent copy that is never held against a draft: a house has its phrases. Above it,
the brand's own most alike messages are the limit."""
_LEAST_WORDS = 20
MOST_SET_BLEU = 0.5
LEAST_DISTINCT = 0.5
MOST_COMPRESSION = 3.0
"""Limits of a set of variants, where the brand's own sets of messages are not further from them.
Variants of one brief share its facts, so they may be nearer to one another than messages are."""


def check(review: Review) -> Findings:
    yield from _pairwise(review)
    yield from _together(review)
    yield from _recent(review)


def _pairwise(review: Review) -> Findings:
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
        shared, made = overlap(one, other), _made_of(other, one)
        if shared > MOST_SHARED or made > MOST_MADE:
            yield finding(
                "variety.words", "serious",
                f"{max(shared, made):.0%} of its words in a row stand in variant {one.id} too.",
                "Give it another reason to read, not other synonyms.", variant=other.id,
            )  # fmt: skip


def _together(review: Review) -> Findings:
    """All copies of one channel at once: pairs may each differ enough, and the set still be one."""
    channels: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for copy in review.copies:
        words = _words(copy)
        if len(words) >= _LEAST_WORDS:
            channels[_channel(copy)].append(words)
    for channel, texts in channels.items():
        if len(texts) < 2:
            continue
        own = review.own
        found = (
            likeness.self_bleu(texts),
            likeness.distinct_2(texts),
            likeness.compression_ratio(texts),
        )
        limits = (
            max(MOST_SET_BLEU, own.set_bleu),
            min(LEAST_DISTINCT, own.set_distinct),
            max(MOST_COMPRESSION, own.set_compression),
        )
        beyond = (found[0] > limits[0], found[1] < limits[1], found[2] > limits[2])
        if any(beyond):
            yield finding(
                "variety.set", "serious" if sum(beyond) > 1 else "minor",
                f"Together they say little: self-BLEU {found[0]:.2f} (at most {limits[0]:.2f}), "
                f"distinct pairs {found[1]:.2f} (at least {limits[1]:.2f}), compression "
                f"{found[2]:.1f} (at most {limits[2]:.1f}).",
                "Write one of them from another fact.", place=channel,
            )  # fmt: skip


def _recent(review: Review) -> Findings:
    """Against what the brand sent: its readers have read it."""
    if not review.recent:
        return
    most = max(LEAST_RECENT, review.own.most_alike)
    sent = [(one, words_of(without_fields(one.text))) for one in review.recent]
    for copy in review.copies:
        words = _words(copy)
        if len(words) < _LEAST_WORDS:
            continue
        alike, one = max(((bleu(words, [said]), one) for one, said in sent), key=lambda x: x[0])
        if alike > most:
            yield finding(
                "variety.recent", "serious" if alike > (1 + most) / 2 else "minor",
                f"It is {one.id} of {one.day} again (BLEU {alike:.2f}; the brand's own messages "
                f"reach {most:.2f}).",
                "Say what is new since, or leave it.", variant=copy.id,
            )  # fmt: skip


def _made_of(copy: Copy, other: Copy) -> float:
    """BLEU of a body against the other, which a few words left out or put in leave high."""
    words = _words(copy)
    return bleu(words, [_words(other)]) if len(words) >= _LEAST_WORDS else 0.0


def overlap(one: Copy, other: Copy) -> float:
    """Jaccard similarity of the two bodies' word pairs, 0 to 1."""
    a, b = set(pairwise(_words(one))), set(pairwise(_words(other)))
    return len(a & b) / len(a | b) if a | b else 0.0


def distinct_2(draft: Draft) -> float:
    """Distinct word pairs over all word pairs of the draft's bodies: 1 is no repetition."""
    return likeness.distinct_2([_words(v) for v in draft.variants])


def compression_ratio(draft: Draft) -> float:
    """Size of the bodies over their compressed size: higher is more of the same."""
    return likeness.compression_ratio([_words(v) for v in draft.variants])


def _channel(copy: Copy) -> str:
    return getattr(copy, "channel", "email")


def _words(copy: Copy) -> tuple[str, ...]:
    """The body's words; of a mail without the greeting, which all variants share."""
    texts = [text for _, text in body(copy)][1 if isinstance(copy, Variant) else 0 :]
    return words_of(without_fields(" ".join(texts)))

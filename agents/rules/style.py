"""Whether a draft is written as the brand's past copy is; only mails, which past copy is of.

A single mail tells little by itself, so its own score is at most a remark. What counts is the
draft's score, all its mails together: below the workspace's limit it needs a revision, or a person
who says why it may be so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agents.rules.review import Findings, Review, finding
from domain.money import Share
from domain.style import StyleReading, StyleScore

LEAST_WORDS = 30
"""Of a mail, below which its own score is not remarked on."""


class Style(Protocol):
    """How like the brand's past copy texts are (brand_voice.style.styles.Styles)."""

    def read(self, texts: Sequence[str], language: str) -> StyleReading | None:
        """Score the pieces of one draft. None: the brand has too little copy to say."""
        ...


@dataclass(frozen=True)
class StyleGate:
    """A measure of style, and the share below which a draft is doubted; 0 doubts nothing."""

    style: Style
    least: Share

    def read(self, review: Review) -> StyleReading | None:
        """The scores of the review's mails, in their order."""
        texts = ["\n".join(text for _, text in mail.texts()) for mail in review.mails]
        if not all(text.strip() for text in texts):
            return None
        return self.style.read(texts, review.brief.language)


def check(review: Review) -> Findings:
    gate, reading = review.style, review.style_reading
    if gate is None or reading is None:
        return
    if reading.pooled.share < gate.least:
        yield finding(
            "style.draft", "serious", _why(reading.pooled, "This draft"), _mend(reading.pooled)
        )
    elif len(review.mails) > 1:
        for mail, score in zip(review.mails, reading.pieces, strict=True):
            if score.share < gate.least and score.words >= LEAST_WORDS:
                yield finding(
                    "style.mail", "minor", _why(score, "This mail"), _mend(score), variant=mail.id
                )  # fmt: skip


def _why(score: StyleScore, what: str) -> str:
    more = f" Most unlike yours: {'; '.join(score.unlike)}." if score.unlike else ""
    return (
        f"{what} is less like your past copy than {1 - score.share:.0%} of your own "
        f"{score.own} messages are.{more}"
    )


def _mend(score: StyleScore) -> str:
    return (
        "Change that, and say it as your past messages would."
        if score.unlike
        else "Say it as your past messages would, or say why it may sound different."
    )

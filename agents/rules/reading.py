"""How hard the copy reads, against the guide's limit or the brand's own messages."""

from __future__ import annotations

from agents.likeness import words_of
from agents.rules.review import Findings, Review, body, finding, without_fields
from brand_voice.reading_level import FORMULAS, LEAST_WORDS, school_years
from brand_voice.sentences import sentences
from domain.draft import Variant
from domain.piece import Piece

USUAL_MOST = {"en": 12.0, "de": 11.0}
"""Years of school where neither guide nor past copy say another: a newspaper's comment page."""
_SHORT = 40
"""Words; of fewer nothing is said. Below LEAST_WORDS a level is uncertain, and more is allowed."""
_SPREADS = 3.0
_LONGEST_SENTENCE = 40
"""Words; twice as many are serious."""


def check(review: Review) -> Findings:
    for copy in review.copies:
        texts = [
            without_fields(text) for place, text in body(copy) if not place.startswith("legal[")
        ]
        yield from _level(review, copy, texts)
        for place, text in body(copy):
            for sentence in sentences(text):
                length = len(words_of(sentence))
                if length > _LONGEST_SENTENCE:
                    yield finding(
                        "reading.sentence",
                        "serious" if length > 2 * _LONGEST_SENTENCE else "minor",
                        f"One sentence of {length} words.",
                        "Make two or three of it.",
                        variant=copy.id,
                        place=place,
                        text=sentence[:120],
                    )


def _level(review: Review, copy: Variant | Piece, texts: list[str]) -> Findings:
    count = sum(len(words_of(text)) for text in texts)
    if count < _SHORT:
        return
    language = "de" if review.language(copy) == "de" else "en"
    found = school_years(texts, language)  # type: ignore[arg-type]
    if found is None:
        return
    most = _most(review, language) + (1.0 if count < LEAST_WORDS else 0.0)
    if found > most:
        yield finding(
            "reading.level",
            "serious" if found > most + 1 else "minor",
            f"It takes {found:.0f} years of school ({FORMULAS[language]}); at most {most:.0f} "  # type: ignore[index]
            "are this brand's.",
            "Shorter words, shorter sentences: say it as you would across the counter.",
            variant=copy.id,
        )


def _most(review: Review, language: str) -> float:
    said = next((r.at_most for r in review.guide.reading if r.language == language), None)
    if said is not None:
        return said
    own = review.own.level(language)
    if own is None:
        return USUAL_MOST[language]
    return max(own.mean + _SPREADS * own.spread, own.mean + 2)

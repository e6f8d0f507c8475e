"""Habits of writing, counted: sentences, signs, forms of address, subjects."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from statistics import mean
from typing import Literal

from brand_voice.learning.documents import Document, Language
from brand_voice.learning.language import lore
from brand_voice.reading_level import LEAST_WORDS, school_years
from brand_voice.sentences import sentences, words
from domain.frozen import Frozen

_EMOJI = re.compile("[\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff]")
_DASH = re.compile(r"\s[–—]\s|—")
_NUMBER = re.compile(r"\d")
_CAPITALS = re.compile(r"\b[A-ZÄÖÜ]{5,}\b")
_SIE = re.compile(r"(?<![.!?]\s)(?<!^)\b(?:Sie|Ihnen|Ihre?[mnrs]?)\b")
_DU = re.compile(r"\b(?:du|dich|dir|dein\w{0,2}|ihr euch|euch|euer|eure\w?)\b", re.IGNORECASE)
_OFF = re.compile(
    r"(\d{1,2})\s?(?:%|percent|per cent|prozent)\s?"
    r"(?:off\b|discount|reduction|rabatt|nachlass|reduziert|günstiger)",
    re.IGNORECASE,
)


class Share(Frozen):
    """In how many of how many."""

    count: int
    of: int

    @property
    def share(self) -> float:
        return self.count / self.of if self.of else 0.0


class Average(Frozen):
    """A mean with the interval that it likely lies in, by texts (95 %)."""

    value: float
    low: float
    high: float
    n: int
    """Of what is averaged: sentences, subjects."""
    texts: int


class Habits(Frozen):
    """What was counted over some documents."""

    texts: int
    words: int
    sentence_words: Average | None
    exclamations: Share
    emoji: Share
    dashes: Share
    questions: Share
    numbers: Share
    capitals: Share
    """Texts with a word all in capitals."""
    subjects: Average | None
    """Their characters."""
    subject_longest: int
    """Nineteen of twenty are no longer."""
    largest_reduction: int | None
    """Per cent; None: no text names a reduction."""


def habits(documents: Sequence[Document]) -> Habits:
    """The habits of all documents together."""
    subjects = [len(d.subject) for d in documents if d.subject]
    ordered = sorted(subjects)
    reductions = [int(n) for d in documents for t in _all(d) for n in _OFF.findall(t)]
    return Habits(
        texts=len(documents),
        words=sum(len(words(text)) for d in documents for text in _all(d)),
        sentence_words=sentence_words(documents),
        exclamations=_with(documents, lambda text: "!" in text),
        emoji=_with(documents, lambda text: bool(_EMOJI.search(text))),
        dashes=_with(documents, lambda text: bool(_DASH.search(text))),
        questions=_with(documents, lambda text: "?" in text),
        numbers=_with(documents, lambda text: bool(_NUMBER.search(text))),
        capitals=_with(documents, lambda text: bool(_CAPITALS.search(text))),
        subjects=_average([(float(n), 1) for n in subjects]) if subjects else None,
        subject_longest=ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else 0,
        largest_reduction=max(reductions, default=None),
    )


def sentence_words(documents: Sequence[Document]) -> Average | None:
    """Words in a sentence of running text; None where there is none."""
    counted = []
    for document in documents:
        lengths = [n for t in document.prose() for s in sentences(t) if (n := len(words(s)))]
        if lengths:
            counted.append((float(sum(lengths)), len(lengths)))
    return _average(counted) if counted else None


class Level(Frozen):
    """How hard one language's texts are, in years of school."""

    language: Language
    value: float
    hardest: float
    """Nineteen of twenty long texts are no harder."""
    texts: int


def levels(documents: Sequence[Document]) -> tuple[Level, ...]:
    """Per language with enough words to say; single texts count from a hundred words on."""
    found = []
    for language in ("en", "de"):
        own = [d for d in documents if d.language == language]
        texts = [text for d in own for text in d.prose()]
        value = school_years(texts, language)
        if value is None or sum(len(words(t)) for t in texts) < 3 * LEAST_WORDS:
            continue
        single = sorted(
            years
            for d in own
            if sum(len(words(t)) for t in d.prose()) >= LEAST_WORDS
            and (years := school_years(d.prose(), language)) is not None
        )
        hardest = single[math.ceil(0.95 * len(single)) - 1] if len(single) >= 5 else value + 3
        found.append(
            Level(language=language, value=value, hardest=max(hardest, value), texts=len(own))
        )
    return tuple(found)


class Address(Frozen):
    """Sie or du, of German texts that say either."""

    form: Literal["Sie", "du"]
    texts: Share


def address(documents: Sequence[Document]) -> Address | None:
    """How German texts address their reader; None where none does."""
    sie = du = 0
    for document in documents:
        if document.language != "de":
            continue
        text = " ".join(document.prose())
        formal, familiar = len(_SIE.findall(text)), len(_DU.findall(text))
        sie += formal > familiar
        du += familiar > formal
    if not sie + du:
        return None
    form: Literal["Sie", "du"] = "Sie" if sie >= du else "du"
    return Address(form=form, texts=Share(count=max(sie, du), of=sie + du))


def contracted(documents: Sequence[Document]) -> Share:
    """Contracted forms among those that could be, in English."""
    known = lore("en")
    texts = [t for d in documents if d.language == "en" for t in d.prose()]
    short = sum(len(known.contracted.findall(text)) for text in texts)
    full = sum(len(known.in_full.findall(text)) for text in texts)
    return Share(count=short, of=short + full)


def oxford_commas(documents: Sequence[Document]) -> Share:
    """Series with a comma before their last part, of English series of three and more."""
    ends = lore("en").list_end
    series = re.compile(rf"\w+, (?:[\w'’-]+ ){{0,2}}[\w'’-]+(,?) (?:{ends}) [\w'’-]+")
    found = [
        bool(comma)
        for d in documents
        if d.language == "en"
        for text in d.prose()
        for comma in series.findall(text)
    ]
    return Share(count=sum(found), of=len(found))


def _all(document: Document) -> tuple[str, ...]:
    return (document.subject, document.preheader, *(b.text for b in document.blocks))


def _with(documents: Sequence[Document], has: Callable[[str], bool]) -> Share:
    return Share(count=sum(any(map(has, _all(d))) for d in documents), of=len(documents))


def _average(counted: Sequence[tuple[float, int]]) -> Average:
    """The mean over all, from each text's (sum, number); its error by texts, which differ."""
    total, n = sum(s for s, _ in counted), sum(k for _, k in counted)
    value = total / n
    texts = len(counted)
    if texts < 2:
        return Average(value=value, low=value, high=value, n=n, texts=texts)
    spread = sum((s - value * k) ** 2 for s, k in counted) / (texts * (texts - 1))
    error = 1.96 * math.sqrt(spread) / mean(k for _, k in counted)
    return Average(value=value, low=value - error, high=value + error, n=n, texts=texts)

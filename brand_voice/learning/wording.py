"""Words and phrases that mark the brand, and those that it leaves to others.

A word marks the brand when it is far more frequent than in general (Dunning's log-likelihood,
"Accurate methods for the statistics of surprise and coincidence", 1993) and spread over many of
its texts. What a shop sells passes that test too, so nouns are kept apart: they are the topic.
Phrases say more of a voice than words do: those that recur in many texts, the longest first.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from brand_voice.learning.documents import Document, Language
from brand_voice.learning.language import background, first_names, lore
from brand_voice.learning.personal import BLOT
from brand_voice.sentences import sentences
from domain.frozen import Frozen

LEAST_TEXTS = 3
LEAST_SHARE = 0.08
"""A word of the brand stands in so many of its texts, at least."""
LEAST_KEYNESS = 15.13
"""Log-likelihood beyond which chance is one in 10,000 for one word."""
MOST_PHRASES, MOST_WORDS, MOST_TOPICS = 12, 10, 5
ENOUGH_WORDS = 1500
"""From so many words on, a word that never occurs is at most 2 in 1,000 (three over the number of
words; Hanley and Lippman-Hand, JAMA 1983): as many as human copy has of all clichés together."""

PART = 0.7
MOST_LOOKED_AT = 60
"""Phrases that are compared with each other, the most frequent first."""
EVERYDAY = 40e-6
"""Share of all words in general from which on a word belongs to no topic."""

_TOKEN = re.compile(r"\{\{\w+\}\}|[^\W\d_]+(?:['’-][^\W\d_]+)*|\d[\d.,]*|[^\w\s]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class Wording(Frozen):
    """A word or phrase of the brand, and where it stands."""

    text: str
    language: Language
    texts: int
    of: int
    """Texts of its language."""
    topic: bool = False
    """A noun: what the brand writes about, rather than how."""
    times_general: float | None = None
    """How many times as often as in general; None for phrases."""


class Absent(Frozen):
    """What others write and this brand does not; or does."""

    text: str
    language: Language
    used: int
    words: int
    """Read in that language."""


def wordings(documents: Sequence[Document], language: Language) -> tuple[Wording, ...]:
    """Phrases first, then words, then topics; each in at least three texts."""
    own = [d for d in documents if d.language == language]
    least = max(LEAST_TEXTS, math.ceil(LEAST_SHARE * len(own)))
    if len(own) < LEAST_TEXTS:
        return ()
    runs = [list(_sentences_of(d)) for d in own]
    phrases = _phrases(runs, language, least, len(own))
    words = [w for w in _key_words(runs, language, least) if not _within(w.text, phrases)]
    return (
        *phrases,
        *[w for w in words if not w.topic][:MOST_WORDS],
        *[w for w in words if w.topic][:MOST_TOPICS],
    )


def absences(
    documents: Sequence[Document], language: Language
) -> tuple[list[Absent], list[Absent]]:
    """(pressure, worn words), each with how often the brand used it; empty where too few words
    were read to say that anything is never used."""
    texts = [
        text.casefold().replace("’", "'")
        for d in documents
        if d.language == language
        for text in (d.subject, d.preheader, *(b.text for b in d.blocks))
    ]
    said = sum(len(_WORD.findall(text)) for text in texts)
    if said < ENOUGH_WORDS:
        return [], []
    known = lore(language)

    def counted(phrases: Sequence[str]) -> list[Absent]:
        return [
            Absent(
                text=one,
                language=language,
                used=sum(len(_inflected(one).findall(text)) for text in texts),
                words=said,
            )
            for one in phrases
        ]

    return counted(known.pressure), counted(known.worn)


def _inflected(phrase: str) -> re.Pattern[str]:
    """The phrase, with whatever ending its last word may take."""
    return re.compile(rf"(?<!\w){re.escape(phrase)}\w{{0,3}}(?!\w)")


def _sentences_of(document: Document) -> Iterator[list[str]]:
    blocks = (b.text for b in document.blocks if b.place not in document.personal)
    for text in (document.subject, document.preheader, *blocks):
        for sentence in sentences(text):
            yield _TOKEN.findall(sentence)


def _phrases(
    runs: Sequence[list[list[str]]], language: Language, least: int, of: int
) -> list[Wording]:
    known, (general, general_sum) = lore(language), background(language)
    recurring = _recurring(runs, least)
    # What nearly always stands in a longer phrase is a part of it.
    longest: dict[tuple[str, ...], int] = {}
    for run, n in recurring.items():
        for size in range(2, len(run)):
            for at in range(len(run) - size + 1):
                part = run[at : at + size]
                longest[part] = max(longest.get(part, 0), n)
    common = {
        run: n
        for run, n in recurring.items()
        if longest.get(run, 0) < PART * n
        and _says_something(run, language)
        and not any(word in first_names() for word in run)
    }
    chosen: list[Wording] = []
    for run in sorted(common, key=lambda r: (-common[r] * math.sqrt(len(r)), r)):
        if len(chosen) >= MOST_LOOKED_AT:
            break
        if not any(_overlap(run, tuple(other.text.split())) for other in chosen):
            topic = not any(word in known.function_words for word in run) and any(
                general.get(word, 0) < EVERYDAY * general_sum for word in run
            )
            chosen.append(
                Wording(
                    text=" ".join(run), language=language, texts=common[run], of=of,
                    topic=topic,
                )
            )  # fmt: skip
    return [
        *[one for one in chosen if not one.topic][:MOST_PHRASES],
        *[one for one in chosen if one.topic][:MOST_TOPICS],
    ]


def _recurring(runs: Sequence[list[list[str]]], least: int) -> dict[tuple[str, ...], int]:
    """Runs of two to five words and in how many texts they stand, of those in enough texts.

    A longer run can only recur where both of its shorter ends do, so each length is counted from
    the one before: what stands in one text alone is never kept.
    """
    texts = [
        [[token.lower().replace("’", "'") for token in tokens] for tokens in sentences_]
        for sentences_ in runs
    ]
    found: dict[tuple[str, ...], int] = {}
    shorter: dict[tuple[str, ...], int] | None = None
    for size in (2, 3, 4, 5):
        counts: Counter[tuple[str, ...]] = Counter()
        for text in texts:
            counts.update(
                {
                    run
                    for tokens in text
                    for at in range(len(tokens) - size + 1)
                    if (run := tuple(tokens[at : at + size]))
                    and (
                        all(_WORD.fullmatch(word) for word in run)
                        if shorter is None
                        else run[:-1] in shorter and run[1:] in shorter
                    )
                }
            )
        shorter = {run: n for run, n in counts.items() if n >= least}
        found |= shorter
    return found


def _says_something(run: tuple[str, ...], language: Language) -> bool:
    """Neither cut off at its ends, nor of the commonest words alone."""
    known = lore(language)
    common = [word in known.function_words for word in run]
    if all(common) or run[0] in known.joints or run[-1] in known.articles:
        return False
    if len(run) == 2:
        return not common[1] and (not common[0] or run[0] in known.subjects)
    return not common[-1] or run[-1] in known.endings


def _inside(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    return any(
        long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1)
    ) and len(short) <= len(long)


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """One stands in the other, or they share two words in a row."""
    pairs = {one[at : at + 2] for at in range(len(one) - 1)}
    return _inside(one, other) or any(other[at : at + 2] in pairs for at in range(len(other) - 1))


def _within(word: str, phrases: Sequence[Wording]) -> bool:
    return any(word.lower() in phrase.text.split() for phrase in phrases)


def _key_words(runs: Sequence[list[list[str]]], language: Language, least: int) -> list[Wording]:
    known, (general, general_sum) = lore(language), background(language)
    counts: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    as_noun: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    for sentences_ in runs:
        texts.update({token.lower().replace("’", "'") for run in sentences_ for token in run})
        for tokens in sentences_:
            before = ""
            for token in tokens:
                if _WORD.fullmatch(token):
                    low = token.lower().replace("’", "'")
                    counts[low] += 1
                    if before:
                        inside[low] += 1
                        as_noun[low] += (
                            token[0].isupper()
                            if language == "de"
                            else before in known.determiners or token[0].isupper()
                        )
                before = token.lower()
    total = sum(counts.values())
    found: list[tuple[float, Wording]] = []
    for word, n in counts.items():
        if texts[word] < least or word in known.function_words or word in first_names():
            continue
        if len(word) < 3 or word == BLOT or "'" in word:
            continue
        often = general.get(word, general_sum * 2e-7)
        keyness = _log_likelihood(n, total, often, general_sum)
        times = (n / total) / (often / general_sum)
        if keyness < LEAST_KEYNESS or times < 2:
            continue
        # German writes its nouns with a capital. In English what seldom follows an article, and is
        # used by everybody about everything, is manner; the rest is what the texts are about.
        share = as_noun[word] / inside[word] if inside[word] else 1.0
        noun = (
            share >= 0.5 if language == "de" else (share >= 0.25 or often < EVERYDAY * general_sum)
        )
        found.append(
            (
                keyness * texts[word] / len(runs),
                Wording(
                    text=word, language=language, texts=texts[word], of=len(runs),
                    topic=noun, times_general=times,
                ),
            )
        )  # fmt: skip
    found.sort(key=lambda one: (-one[0], one[1].text))
    return [wording for _, wording in found]


def _log_likelihood(n: float, total: float, general: float, general_sum: float) -> float:
    """G² of a word's count here against its count in general."""
    expected = total * (n + general) / (total + general_sum)
    expected_general = general_sum * (n + general) / (total + general_sum)
    return 2 * (n * math.log(n / expected) + general * math.log(general / expected_general))

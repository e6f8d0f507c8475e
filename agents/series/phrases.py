"""What a talk is about: phrases that come back, and where one subject ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from agents.series.passages import content_words, signs
from agents.series.spoken import without_beginning
from domain.recording import Sentence
from domain.words import Language

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_MOST_OF_A_SECTION = 14
_LEAST_OF_A_SECTION = 3


def key_phrases(
    said: Sequence[Sentence], language: Language, names: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Words and pairs of words, by how much of the talk they carry, the weightiest first.

    A pair counts for its whole length, as in C-value (Frantzi & Ananiadou 1999): what is said
    twice together is a term. ``names`` of speakers, in small letters, are none.
    """
    counts: Counter[str] = Counter()
    shown: dict[str, Counter[str]] = {}
    skipped = signs(language).stopwords | names
    for sentence in said:
        for text in (sentence.text, sentence.asked):
            tokens = _WORD.findall(text)
            lower = [t.casefold().replace("’", "'") for t in tokens]
            for size in (1, 2):
                for at in range(len(tokens) - size + 1):
                    part = lower[at : at + size]
                    if any(w in skipped or len(w) < 4 or w.isdigit() for w in part):
                        continue
                    if not all(
                        _names_a_thing(tokens[i], i, language) for i in range(at, at + size)
                    ):
                        continue
                    key = " ".join(_stem(w) for w in part)
                    counts[key] += 1
                    shown.setdefault(key, Counter())[" ".join(tokens[at : at + size])] += 1
    weights = {
        key: count * (1.6 if " " in key else 1.0)
        for key, count in counts.items()
        if " " not in key or count > 1
    }
    order = sorted(weights, key=lambda k: (-weights[k], -len(k), k))
    return tuple(_as_said(shown[key], language) for key in order)


def questions(sentence: Sentence, language: Language) -> tuple[str, ...]:
    """What was asked before a sentence, and what it asks itself."""
    own = without_beginning(sentence.text, language)
    asks = own.endswith("?") and signs(language).asks.match(own) and len(own.split()) >= 4
    return tuple(q for q in (sentence.asked, own if asks else "") if q)


def sections(said: Sequence[Sentence], language: Language) -> tuple[tuple[Sentence, ...], ...]:
    """The talk cut where somebody asks the next question, and long answers where the words
    change most (after Hearst 1997, with blocks of three sentences)."""
    parts: list[list[Sentence]] = []
    for one in said:
        asked = one.asked or questions(one, language)
        if not parts or asked or (one.turn != parts[-1][-1].turn and len(parts[-1]) >= 6):
            parts.append([])
        parts[-1].append(one)
    found: list[tuple[Sentence, ...]] = []
    for part in parts:
        found += _halved(tuple(part), language)
    return tuple(found)


def _halved(part: tuple[Sentence, ...], language: Language) -> list[tuple[Sentence, ...]]:
    if len(part) <= _MOST_OF_A_SECTION:
        return [part]
    about = [content_words(s.text, language) for s in part]
    places = range(_LEAST_OF_A_SECTION, len(part) - _LEAST_OF_A_SECTION + 1)

    def alike(at: int) -> tuple[float, int]:
        before, after = set().union(*about[at - 3 : at]), set().union(*about[at : at + 3])
        overlap = len(before & after) / (min(len(before), len(after)) or 1)
        return overlap, abs(at - len(part) // 2)

    cut = min(places, key=alike)
    return [*_halved(part[:cut], language), *_halved(part[cut:], language)]


def _names_a_thing(word: str, place: int, language: Language) -> bool:
    """German writes its nouns with a capital; in English only endings of other words show."""
    if language == "de":
        return place > 0 and word[0].isupper()
    return not word.endswith(("ed", "ly", "ing", "n't", "n’t"))


def _stem(word: str) -> str:
    """The same for one and many of most things; shown to nobody."""
    for ending in ("es", "en", "s", "e", "n"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _as_said(forms: Counter[str], language: Language) -> str:
    best = max(forms, key=lambda f: (forms[f], -len(f), f))
    return best if language == "de" else best.lower()

"""Likeness of texts by the letters they share, beside likeness by meaning.

The embedder was trained on English: German passages it ranks worse than a comparison of letter
groups does. Both together are better than either in both languages; ``docs/voice.md`` has figures.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from difflib import SequenceMatcher

_NOT_WORDS = re.compile(r"\W+")
SIZES = (3, 4)
"""Letters in a group. Parts of German compounds match so without a dictionary."""
SAME_WORDS = 0.85
"""Texts this much alike by edits are one text with a word changed."""


class LetterGroups:
    """TF-IDF over letter groups of the texts of one library."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """``texts``: id → text."""
        counted = {one: _groups(text) for one, text in texts.items()}
        often = Counter(group for groups in counted.values() for group in groups)
        self._rare = {g: math.log((len(texts) + 1) / (n + 0.5)) for g, n in often.items()}
        self._postings: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for one, groups in counted.items():
            for group, weight in self._weights(groups).items():
                self._postings[group].append((one, weight))

    def scores(self, query: str) -> dict[str, float]:
        """Id → cosine with the query, of those that share anything with it."""
        found: dict[str, float] = defaultdict(float)
        for group, weight in self._weights(_groups(query)).items():
            for one, other in self._postings.get(group, ()):
                found[one] += weight * other
        return found

    def _weights(self, groups: Counter[str]) -> dict[str, float]:
        raw = {g: (1 + math.log(n)) * self._rare[g] for g, n in groups.items() if g in self._rare}
        length = math.sqrt(sum(w * w for w in raw.values())) or 1.0
        return {group: weight / length for group, weight in raw.items()}


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ by a few edits only, signs and capitals aside."""
    a, b = _plain(one), _plain(other)
    if a == b:
        return True
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return (
        matcher.real_quick_ratio() >= SAME_WORDS
        and matcher.quick_ratio() >= SAME_WORDS
        and matcher.ratio() >= SAME_WORDS
    )


def _plain(text: str) -> str:
    return _NOT_WORDS.sub(" ", text.casefold()).strip()


def _groups(text: str) -> Counter[str]:
    padded = f" {_plain(text)} "
    return Counter(padded[at : at + size] for size in SIZES for at in range(len(padded) - size + 1))

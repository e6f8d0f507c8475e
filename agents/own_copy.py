"""What a brand's own past copy is like: the measure that its new copy is held against.

A list of clichés hits real brands' copy 0.06 to 1.95 times per 1,000 words, so one limit for all
would be wrong for most. All of it is counted once for a library and kept.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from agents.languages import lexicon
from agents.likeness import bleu, compression_ratio, distinct_2, self_bleu, words_of
from agents.rules.words import found_in
from brand_voice.reading_level import school_years
from domain.voice import Passage

RECENT_DAYS = 90
USUAL_RATE = 1.95
"""Clichés per 1,000 words in the copy of the least careful of the brands measured (their average
is lower): what is assumed of a brand without past copy."""
_LEAST_WORDS = 30
_NEIGHBOURS = 10
"""Messages before each that it is held against: about those of 90 days."""
_SLOT = re.compile(r"\{+[^}]*\}+")


@dataclass(frozen=True)
class Recent:
    """One piece of copy that the brand has sent."""

    id: str
    """Where it is kept, as people find it: a campaign's or message's name."""
    day: date
    text: str


@dataclass(frozen=True)
class Level:
    """The reading level of a brand's messages in one language, in years of school."""

    mean: float
    spread: float
    """Standard deviation over messages."""
    messages: int


@dataclass(frozen=True)
class OwnCopy:
    """Measures over everything that a brand has sent."""

    words: int = 0
    worn: int = 0
    """Clichés in them."""
    levels: tuple[tuple[str, Level], ...] = ()
    """By language."""
    most_alike: float = 0.0
    """The highest BLEU of one message against the ten before it; 0: too few to say."""
    set_bleu: float = 0.0
    """Self-BLEU of three messages that followed one another, the highest of the brand's; 0: too
    few to say. Likewise the lowest distinct-2 and the highest compression ratio."""
    set_distinct: float = 1.0
    set_compression: float = 0.0

    def level(self, language: str) -> Level | None:
        return dict(self.levels).get(language)

    def rate(self) -> tuple[float, float, float]:
        """Clichés per 1,000 words: estimate and 95 % interval (Poisson, by Wilson and Hilferty's
        approximation of the chi-square quantiles)."""
        if not self.words:
            return USUAL_RATE, 0.0, USUAL_RATE
        thousand = self.words / 1000
        low = _gamma_bound(self.worn, -1.96) if self.worn else 0.0
        return self.worn / thousand, low / thousand, _gamma_bound(self.worn + 1, 1.96) / thousand

    def is_too_worn(self, found: int, words: int) -> bool:
        """Whether so many clichés in so many words would be rare (below 5 %) even at the upper
        bound of the brand's own rate."""
        expected = self.rate()[2] * words / 1000
        below = sum(math.exp(-expected) * expected**k / math.factorial(k) for k in range(found))
        return found > 0 and 1 - below < 0.05


def measure(texts: Sequence[tuple[str, str, str]]) -> OwnCopy:
    """The measures of past messages, each (id, language, text), in order of time."""
    count = worn = 0
    levels: dict[str, list[float]] = defaultdict(list)
    said: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for _, language, text in texts:
        bare = _SLOT.sub("x", text)
        words = words_of(bare)
        count += len(words)
        worn += len(found_in(bare, lexicon.words("cliches")))
        if len(words) >= _LEAST_WORDS:
            said[language].append(words)
            years = school_years([bare], "de" if language == "de" else "en")
            if years is not None:
                levels[language].append(years)
    alike = [
        bleu(words, own[max(0, n - _NEIGHBOURS) : n])
        for own in said.values()
        for n, words in enumerate(own)
        if n
    ]
    sets = [own[n : n + 3] for own in said.values() for n in range(len(own) - 2)]
    return OwnCopy(
        words=count,
        worn=worn,
        levels=tuple((code, _level(found)) for code, found in levels.items() if len(found) > 2),
        most_alike=max(alike, default=0.0),
        set_bleu=max(map(self_bleu, sets), default=0.0),
        set_distinct=min(map(distinct_2, sets), default=1.0),
        set_compression=max(map(compression_ratio, sets), default=0.0),
    )


_KEPT: dict[int, tuple[tuple[Passage, ...], OwnCopy]] = {}


def own_copy(passages: tuple[Passage, ...]) -> OwnCopy:
    """The measures of a library, whose passages are put together to the messages that they were
    cut from. Counted once for as long as the library is the same."""
    kept = _KEPT.get(id(passages))
    if kept is not None and kept[0] is passages:
        return kept[1]
    messages: dict[tuple[str, str], list[Passage]] = defaultdict(list)
    for passage in passages:
        messages[passage.source, passage.language].append(passage)
    ordered = sorted(messages.items(), key=lambda one: (one[1][0].used_on or date.min, one[0]))
    found = measure(
        [
            (source, language, "\n".join(p.text for p in parts))
            for (source, language), parts in ordered
        ]
    )
    if len(_KEPT) > 16:
        _KEPT.clear()
    _KEPT[id(passages)] = passages, found
    return found


def _level(found: Sequence[float]) -> Level:
    mean = sum(found) / len(found)
    spread = math.sqrt(sum((x - mean) ** 2 for x in found) / (len(found) - 1))
    return Level(mean, spread, len(found))


def _gamma_bound(count: int, z: float) -> float:
    """Half the chi-square quantile of 2·count degrees of freedom, which bounds a Poisson mean."""
    n = 2 * count
    return n * (1 - 2 / (9 * n) + z * math.sqrt(2 / (9 * n))) ** 3 / 2

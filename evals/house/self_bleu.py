"""Self-BLEU: how much of a text stands, in stretches of up to four words, in its neighbours.

BLEU-4 (Papineni et al. 2002) of each text with all others of its group as references, averaged
(Zhu et al. 2018, Texygen); zero counts of two words and more are smoothed by adding one (Lin and
Och 2004). 0: nothing shared; 1: all alike. It grows with the number of references and the length
of the texts, so two collections are compared at the same number, each pair cut to one length.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import exp, log
from random import Random
from statistics import fmean

LONGEST = 4
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The same words for every text: letters and digits, lower case."""
    return [w.casefold() for w in _WORD.findall(text)]


def scores(texts: Sequence[Sequence[str]]) -> list[float]:
    """BLEU-4 of each text with the others as references."""
    grams = [[_grams(text, n) for n in range(1, LONGEST + 1)] for text in texts]
    found = []
    for at, text in enumerate(texts):
        others = [g for i, g in enumerate(grams) if i != at]
        lengths = [len(t) for i, t in enumerate(texts) if i != at]
        found.append(_bleu(grams[at], len(text), others, lengths))
    return found


def matched(
    ours: Sequence[Sequence[str]], past: Sequence[Sequence[str]]
) -> list[tuple[list[str], list[str]]]:
    """Each of ours with another text of the past, lengths as near as can be (both sorted by length,
    the past thinned evenly), both cut to the shorter's length."""
    mine = sorted(ours, key=len)
    theirs = sorted(past, key=len)
    step = len(theirs) / len(mine)
    chosen = [theirs[int(i * step)] for i in range(len(mine))]
    pairs = []
    for one, other in zip(mine, chosen, strict=True):
        most = min(len(one), len(other))
        pairs.append((list(one[:most]), list(other[:most])))
    return pairs


def interval(values: Sequence[float], seed: int = 1, rounds: int = 2000) -> tuple[float, float]:
    """The 95 % bootstrap interval of a mean, over texts."""
    chance = Random(seed)
    means = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(rounds))
    return means[int(rounds * 0.025)], means[int(rounds * 0.975) - 1]


def _grams(text: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(text[i : i + n]) for i in range(len(text) - n + 1))


def _bleu(
    own: Sequence[Counter[tuple[str, ...]]],
    length: int,
    others: Sequence[Sequence[Counter[tuple[str, ...]]]],
    lengths: Sequence[int],
) -> float:
    if not length or not others:
        return 0.0
    total = 0.0
    for n in range(LONGEST):
        most: Counter[tuple[str, ...]] = Counter()
        for other in others:
            for gram in own[n]:
                most[gram] = max(most[gram], other[n][gram])
        hits = sum(min(count, most[gram]) for gram, count in own[n].items())
        count = sum(own[n].values())
        if n:
            hits, count = hits + 1, count + 1
        if not hits or not count:
            return 0.0
        total += log(hits / count) / LONGEST
    nearest = min(lengths, key=lambda other: (abs(other - length), other))
    brevity = 1.0 if length >= nearest else exp(1 - nearest / length)
    return brevity * exp(total)

"""How much texts are one another's: BLEU, distinct pairs of words, and how far they compress.

BLEU-4 as Papineni et al. (ACL 2002) define it, with the counts of longer runs smoothed by adding
one (Lin and Och, 2004), so that a short text without a shared run of four words is not simply 0.
Self-BLEU (Zhu et al., SIGIR 2018) is a text's BLEU against the others of its set.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+")
_LONGEST_RUN = 4


def words_of(text: str) -> tuple[str, ...]:
    """The words as they are compared: lower case, without signs."""
    return tuple(w.casefold() for w in _WORD.findall(text))


def bleu(candidate: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """How far a text is made of runs that stand in any of the references, 0 to 1."""
    if not candidate or not references:
        return 0.0
    total = 0.0
    for length in range(1, _LONGEST_RUN + 1):
        said = _runs(candidate, length)
        most: Counter[tuple[str, ...]] = Counter()
        for reference in references:
            most |= _runs(reference, length)
        shared = sum((said & most).values())
        extra = 1 if length > 1 else 0
        if shared + extra == 0:
            return 0.0
        total += math.log((shared + extra) / (sum(said.values()) + extra))
    nearest = min((abs(len(r) - len(candidate)), len(r)) for r in references)[1]
    brevity = min(0.0, 1 - nearest / len(candidate))
    return math.exp(total / _LONGEST_RUN + brevity)


def self_bleu(texts: Sequence[Sequence[str]]) -> float:
    """The mean BLEU of each text against the others; 0 for fewer than two."""
    if len(texts) < 2:
        return 0.0
    found = [bleu(one, [t for i, t in enumerate(texts) if i != n]) for n, one in enumerate(texts)]
    return sum(found) / len(found)


def distinct_2(texts: Sequence[Sequence[str]]) -> float:
    """Distinct pairs of words over all pairs: 1 is no repetition."""
    pairs = [pair for text in texts for pair in pairwise(text)]
    return len(set(pairs)) / len(pairs) if pairs else 1.0


def compression_ratio(texts: Sequence[Sequence[str]]) -> float:
    """Size of the texts over their compressed size: higher is more of the same."""
    whole = "\n".join(" ".join(text) for text in texts).encode()
    return len(whole) / len(zlib.compress(whole, 9)) if whole else 1.0


def _runs(words: Sequence[str], length: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[i : i + length]) for i in range(len(words) - length + 1))

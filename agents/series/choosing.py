"""Which passages become the week's posts: the best that differ, each sentence used once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from agents.series.passages import Passage, content_words
from domain.words import Language

_ALIKE = 4.0
"""How much of its worth a passage loses for saying the whole of another again."""
_SAME_ANGLE = 0.7
"""Lost for every post before it that has the same angle."""


def chosen(found: Sequence[Passage], most: int, language: Language) -> tuple[Passage, ...]:
    """At most ``most`` passages in the order in which they are to be posted: the best first,
    then always the one that adds most (maximal marginal relevance, Carbonell & Goldstein 1998)."""
    subjects = {id(p): content_words(p.text(), language) for p in found}
    picked: list[Passage] = []
    used: set[str] = set()
    angles: Counter[str] = Counter()
    while len(picked) < most:
        left = [p for p in found if not used & {s.id for s in p.sentences}]
        if not left:
            break

        def gain(passage: Passage) -> float:
            alike = max((_share(subjects[id(passage)], subjects[id(p)]) for p in picked), default=0)
            return passage.worth - _ALIKE * alike - _SAME_ANGLE * angles[passage.angle]

        best = max(left, key=gain)
        picked.append(best)
        used |= {s.id for s in best.sentences}
        angles[best.angle] += 1
    return tuple(picked)


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (min(len(one), len(other)) or 1)

"""One idea out of many sentences: those that mean the same are joined, and facts that may answer
are found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from agents.ideas.finding import Asked, asked
from agents.series.passages import content_words
from domain.facts import Facts
from domain.idea import BriefIdea, Remark
from domain.words import Language

SAME_MEANING = 0.62
"""Cosine of two English sentences' vectors (all-MiniLM-L6-v2) from which they ask the same."""
_SAME_WORDS = 0.5
"""Share of the shorter one's content words from which two sentences ask the same. The embedder
knows English only, so that German is joined by words alone."""
_ANSWERS = 0.55
_HEAD = re.compile(r"(?:how|wie) (\w+)", re.IGNORECASE)
_EXAMPLES = 4


class Embedder(Protocol):
    """What turns texts into vectors of length 1 (brand_voice.embedder)."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]: ...


def ideas(remarks: Sequence[Remark], facts: Facts, embedder: Embedder) -> tuple[BriefIdea, ...]:
    """What is asked, by how many remarks, the most frequent first."""
    found: list[BriefIdea] = []
    for language in ("en", "de"):
        mine = [a for a in asked(remarks) if remarks[a.remark].language == language]
        if not mine:
            continue
        vectors = np.array(embedder.embed([a.words for a in mine]))
        known = _statements(facts, language)
        fact_vectors = np.array(embedder.embed([text for _, text in known])) if known else None
        found += [
            _idea([mine[i] for i in group], vectors[group], remarks, facts, known, fact_vectors)
            for group in _groups(mine, vectors, language)
        ]
    return tuple(sorted(found, key=lambda i: (-i.remarks, i.words)))


def _groups(mine: Sequence[Asked], vectors: Any, language: Language) -> list[list[int]]:
    """Indexes that belong together: each sentence joins the group whose first member it is
    nearest to (leader clustering; the longest texts lead)."""
    about = [content_words(a.words, language) for a in mine]
    order = sorted(range(len(mine)), key=lambda i: (-len(about[i]), i))
    leaders: list[int] = []
    groups: dict[int, list[int]] = {}
    for one in order:
        best, nearest = None, 0.0
        for leader in leaders:
            if mine[leader].kind != mine[one].kind or _differ(mine[leader], mine[one]):
                continue
            alike = _alike(
                about[one], about[leader], float(vectors[one] @ vectors[leader]), language
            )
            if alike > nearest:
                best, nearest = leader, alike
        if best is None:
            leaders.append(one)
            groups[one] = [one]
        else:
            groups[best].append(one)
    return [groups[leader] for leader in leaders]


def _differ(one: Asked, other: Asked) -> bool:
    """ "How long …" and "how often …" ask for different things, however alike their words are."""
    heads = [_HEAD.match(a.words) for a in (one, other)]
    return all(heads) and len({head[1].casefold() for head in heads if head}) > 1


def _alike(one: frozenset[str], other: frozenset[str], cosine: float, language: Language) -> float:
    """Above 0 where two sentences ask the same: the more, the nearer."""
    shared = len(one & other) / (min(len(one), len(other)) or 1)
    if language == "en":
        return cosine if cosine >= SAME_MEANING else 0.0
    enough = shared >= _SAME_WORDS and len(one & other) >= min(2, len(one), len(other))
    return shared if enough else 0.0


def _idea(
    group: Sequence[Asked],
    vectors: Any,
    remarks: Sequence[Remark],
    facts: Facts,
    known: Sequence[tuple[str, str]],
    fact_vectors: Any,
) -> BriefIdea:
    middle = vectors.mean(axis=0)
    language = remarks[group[0].remark].language
    order = sorted(
        range(len(group)),
        key=lambda i: (-_clear(group[i], float(vectors[i] @ middle), language), i),
    )
    best = group[order[0]]
    others = [group[i] for i in order[1:] if group[i].words != best.words]
    distinct = {a.words: a for a in others}
    return BriefIdea(
        kind=best.kind,
        language=language,
        words=best.words,
        remarks=len({a.remark for a in group}),
        examples=tuple(
            (a.words, remarks[a.remark].source) for a in list(distinct.values())[:_EXAMPLES]
        ),
        products=_products(group, facts),
        answers=_answers(best, vectors[order[0]], known, fact_vectors, language),
    )


def _clear(one: Asked, central: float, language: Language) -> float:
    """How well a sentence speaks for its group: near its middle, and understood alone."""
    return central + 0.08 * min(3, len(content_words(one.words, language)))


def _products(group: Sequence[Asked], facts: Facts) -> tuple[str, ...]:
    """Those that are named, or two of whose name's words are."""
    said = " ".join(a.words for a in group)
    found = []
    for product in facts.products:
        shared = content_words(product.name, "en") & content_words(said, "en")
        if product.name.casefold() in said.casefold() or len(shared) >= 2:
            found.append(product.id)
    return tuple(found)


def _statements(facts: Facts, language: Language) -> list[tuple[str, str]]:
    return [(f.id, f.text) for f in facts.house if f.language == language]


def _answers(
    best: Asked,
    vector: Any,
    known: Sequence[tuple[str, str]],
    fact_vectors: Any,
    language: Language,
) -> tuple[str, ...]:
    if fact_vectors is None:
        return ()
    about = content_words(best.words, language)
    near = []
    for number, (fact_id, text) in enumerate(known):
        cosine = float(vector @ fact_vectors[number])
        shared = len(about & content_words(text, language))
        close = cosine >= _ANSWERS and shared > 0 if language == "en" else shared >= 2
        if close:
            near.append((-(cosine if language == "en" else float(shared)), fact_id))
    return tuple(fact_id for _, fact_id in sorted(near)[:2])

"""Whether a claim rests on a fact, and which; and the claims of a whole text, tied to facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from agents.claims.detect import Checkable, checkables
from agents.claims.evidence import Evidence
from agents.claims.quantities import Quantity
from domain.draft import Claim

_SENTENCE_END = re.compile(
    r"(?<=[.!?])[\"”’']?\s+"
    r"(?!(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b)"
    r"|\n+"
)
"""A full stop before a German month is that of its day: 17. Dezember."""
_ABOUT = re.compile(
    r"\b(?:about|around|roughly|nearly|almost|some|etwa|rund|knapp|circa|ca\.)\s+$", re.I
)
_OVER = re.compile(r"\b(?:over|more than|at least|über|mehr als|mindestens)\s+$", re.I)


def bears(evidence: Evidence, claim: Checkable, before: str = "") -> bool:
    """Whether this one piece of evidence proves the claim.

    ``before`` is the text in front of it, which may soften a number ("about", "over").
    """
    if claim.never:
        return False
    if claim.kind == "stock" and claim.quantity is not None and not evidence.id.endswith(".stock"):
        return False
    if not all(re.search(need, evidence.words, re.IGNORECASE) for need in claim.needs):
        return False
    if claim.quantity is None:
        return True
    if claim.kind == "heritage" and _is_field(evidence):
        return False
    return any(_matches(claim.quantity, number, before) for number in evidence.numbers)


def _is_field(evidence: Evidence) -> bool:
    """A product's own year says nothing of the house."""
    return evidence.id.endswith((".year", ".name", ".details"))


def _matches(said: Quantity, known: Quantity, before: str) -> bool:
    if said.same(known):
        return True
    if said.kind != known.kind or said.unit != known.unit or said.kind not in _MEASURED:
        return False
    if _ABOUT.search(before):
        return abs(said.value - known.value) <= known.value * Decimal("0.1")
    if _OVER.search(before):
        return said.value <= known.value <= said.value * Decimal("1.2")
    return False


_MEASURED = ("duration", "measure", "count", "money")


def supporting(claim: Checkable, evidence: Iterable[Evidence], before: str = "") -> tuple[str, ...]:
    """Ids of the evidence that proves the claim, in the order given; the first is the best."""
    return tuple(e.id for e in evidence if bears(e, claim, before))


def unsupported(text: str, evidence: Sequence[Evidence]) -> tuple[Checkable, ...]:
    """What the text asserts and no evidence proves."""
    return tuple(c for c in checkables(text) if not supporting(c, evidence, text[: c.start]))


def tie(texts: Iterable[str], evidence: Sequence[Evidence]) -> tuple[Claim, ...]:
    """The claims of a copy, sentence by sentence, with the facts that prove them.

    What the offer proves needs no fact: it rests on the brief. Unproven claims are left out; the
    critic finds them.
    """
    claims: dict[str, list[str]] = {}
    for text in texts:
        for sentence in sentences(text):
            ids = claims.setdefault(sentence, [])
            for claim in checkables(sentence):
                found = supporting(claim, evidence, sentence[: claim.start])
                fact = next((i for i in found if not i.startswith("offer.")), None)
                if fact is not None and fact not in ids and not _offer_first(found):
                    ids.append(fact)
    return tuple(Claim(text=s, fact_ids=tuple(ids)) for s, ids in claims.items() if ids)


def _offer_first(found: tuple[str, ...]) -> bool:
    return bool(found) and found[0].startswith("offer.")


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, as they stand in it."""
    parts = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        parts.append(text[start : match.start()] + match.group().rstrip())
        start = match.end()
    parts.append(text[start:])
    return tuple(p.strip() for p in parts if p.strip())

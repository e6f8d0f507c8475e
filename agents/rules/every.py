"""All the critic's rules at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from agents.claims.quantities import LONGEST
from agents.rules import (
    channels,
    claims,
    fields,
    injection,
    language,
    legal,
    length,
    links,
    manner,
    offer,
    origin,
    people,
    pictures,
    platforms,
    quotes,
    reading,
    rendered,
    style,
    together,
    variety,
    voice,
)
from agents.rules.review import Review, finding
from domain.critique import Finding
from domain.frozen import Frozen

T = TypeVar("T")

_FAMILIES = (
    injection,
    origin,
    claims,
    offer,
    links,
    fields,
    pictures,
    rendered,
    legal,
    language,
    length,
    platforms,
    channels,
    quotes,
    manner,
    people,
    reading,
    voice,
    style,
    variety,
    together,
)
_ORDER = {"blocking": 0, "serious": 1, "minor": 2}


def run_rules(review: Review) -> tuple[Finding, ...]:
    """Every finding once, the gravest first."""
    review, too_long = _cut(review)
    found = dict.fromkeys(too_long)
    found |= dict.fromkeys(f for family in _FAMILIES for f in family.check(review))
    return in_order(found)


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The gravest first."""
    return tuple(sorted(found, key=lambda f: _ORDER[f.severity]))


def _cut(review: Review) -> tuple[Review, list[Finding]]:
    """Texts of absurd length are blocked, and only their beginning is read: a search over a
    million letters would hold up everybody."""
    found = list(_absurd(review))
    if not found:
        return review, []
    return replace(review, copies=tuple(_shortened(c) for c in review.copies)), found


def _absurd(review: Review) -> Iterator[Finding]:
    for copy in review.copies:
        for place, text in copy.texts():
            if len(text) > LONGEST:
                yield finding(
                    "length.block",
                    "blocking",
                    f"{len(text):,} characters in one block; at most {LONGEST:,} are read.",
                    "Shorten it.",
                    variant=copy.id,
                    place=place,
                    text=text[:60],
                )


def _shortened(value: T) -> T:
    """The same value with every text in it cut."""
    if isinstance(value, str):
        return value[:LONGEST]  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(_shortened(one) for one in value)  # type: ignore[return-value]
    if isinstance(value, Frozen):
        fields = {name: _shortened(getattr(value, name)) for name in type(value).model_fields}
        return value.model_copy(update=fields)
    return value

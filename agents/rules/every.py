"""All the critic's rules at once."""

from __future__ import annotations

from agents.rules import (
    claims,
    fields,
    injection,
    language,
    length,
    links,
    offer,
    rendered,
    variety,
    voice,
)
from agents.rules.review import Review
from domain.critique import Finding

_FAMILIES = (injection, claims, offer, links, fields, rendered, language, length, voice, variety)
_ORDER = {"blocking": 0, "serious": 1, "minor": 2}


def run_rules(review: Review) -> tuple[Finding, ...]:
    """Every finding once, the gravest first."""
    found = dict.fromkeys(f for family in _FAMILIES for f in family.check(review))
    return tuple(sorted(found, key=lambda f: _ORDER[f.severity]))

"""An audience rule: typed, readable, and compiled to a query by tools/store alone.

``clauses`` has the types, ``words`` says a rule to people, ``printing`` and ``parsing`` are its
text form, ``naming`` puts saved segments in the place of their names.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from domain.predicate.clauses import (
    Agreed,
    AllOf,
    AnyOf,
    Bought,
    Did,
    Everyone,
    InSegment,
    NotThat,
    Predicate,
    Property,
    Score,
    Sequence,
    Spent,
    Stage,
    Step,
    Trait,
    TraitField,
)
from domain.predicate.contradictions import contradictions
from domain.predicate.parsing import parse_rule
from domain.predicate.printing import as_text
from domain.predicate.words import in_words

RULE: TypeAdapter[Predicate] = TypeAdapter(Predicate)
"""Reads a rule from JSON or Python values."""


def rule_schema() -> dict[str, Any]:
    """The JSON Schema of a rule."""
    return RULE.json_schema()


__all__ = [
    "RULE",
    "Agreed",
    "AllOf",
    "AnyOf",
    "Bought",
    "Did",
    "Everyone",
    "InSegment",
    "NotThat",
    "Predicate",
    "Property",
    "Score",
    "Sequence",
    "Spent",
    "Stage",
    "Step",
    "Trait",
    "TraitField",
    "as_text",
    "contradictions",
    "in_words",
    "parse_rule",
    "rule_schema",
]

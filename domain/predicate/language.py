"""The words of a rule's text form.

::

    rule   = part { "or" part }                part = unit { "and" unit }
    unit   = "not" unit | "(" rule ")" | "all" "(" [ rule ] ")" | "any" "(" [ rule ] ")" | clause
    clause = "everyone" | deed count period | "spent" [ "at least" N ] [ "at most" N ] period
           | FIELD condition | FIELD "in the" ( "last" | "next" ) N "days"
           | "agreed to" PURPOSE | "stage in" NAMES | SCORE "score" N [ "to" N ] | "segment" NAME
           | "first" deed period { "then" [ "within" N "days" ] [ "not" ] deed period }
    deed   = "bought" { "product" NAMES | "category" NAMES | "channel" NAMES | worth }
           | "did" NAME { "product" NAMES | "where" NAME condition }
    worth  = "worth" [ "at least" N ] [ "at most" N ]
    count  = [ "at least" N "times" | "exactly" N "times" | "between" N "and" N "times" | "never" ]
    period = { "in the last" N "days" | "more than" N "days ago" | "since" DAY | "before" DAY }
    condition = ( "is" | "is not" | "in" | "at least" | "at most" | "contains" | "begins with" )
             value | "is known" | "is unknown"
    value  = NAME | "[" [ NAME { "," NAME } ] "]"       NAMES = NAME | "[" … "]"

A NAME is a word, or any text in double quotes, written as JSON writes it. The words of the
language itself need quotes where they are meant as names. Upper and lower case are alike.
"""

from __future__ import annotations

from typing import get_args

from domain.customer import ConsentPurpose
from domain.predicate.clauses import ScoreName, StageName, TraitField

FIELDS: tuple[TraitField, ...] = get_args(TraitField)
PURPOSES: tuple[ConsentPurpose, ...] = get_args(ConsentPurpose)
STAGES: tuple[StageName, ...] = get_args(StageName)
SCORES: tuple[ScoreName, ...] = get_args(ScoreName)

STARTS = (
    "everyone", "bought", "spent", "did", "agreed", "stage", "segment", "first", "not", "all",
    "any", *SCORES, *FIELDS,
)  # fmt: skip
"""What a clause begins with."""

OPS = {
    "is": "is",
    "is_not": "is not",
    "in": "in",
    "at_least": "at least",
    "at_most": "at most",
    "contains": "contains",
    "begins": "begins with",
    "known": "is known",
    "unknown": "is unknown",
}

_WORDS = """
and or not all any everyone bought spent did agreed to stage in segment first then within day days
time times score product products category categories channel channels worth where at least most
exactly between never the last next more than ago since before is known unknown contains begins with
"""
KEYWORDS = frozenset(_WORDS.split())

# ruff: noqa: E501 (patterns and sentences are read whole)
"""What copy says of its reader: "you asked", "your last order". The audience rule must bear it."""

from __future__ import annotations

import re

from domain.predicate import (
    AllOf,
    AnyOf,
    Bought,
    Did,
    Predicate,
    Score,
    Sequence,
    Spent,
    Stage,
)

_IF = r"(?<!\bif )(?<!\bwhat )(?<!\bwhen )(?<!\bwhere )(?<!\bwhatever )(?<!\bshould )"
_DID = re.compile(
    rf"{_IF}\byou (?:asked|told|wrote|said|tried|called|visited|viewed|looked at|mentioned|booked)\b"
    r"|\bSie (?:haben|hatten) (?:\w+ ){0,4}(?:gefragt|gesagt|geschrieben|anprobiert|angesehen|besucht)\b",
    re.IGNORECASE,
)
_BOUGHT = re.compile(
    rf"{_IF}\byou(?:['’]ve| have)? (?:already |once )?(?:bought|ordered|purchased)\b"
    r"|\byour (?:last|first|previous|most recent) (?:order|purchase|parcel|visit)\b"
    r"|\bIhre[rm]? (?:letzte|erste)[rn]? (?:Bestellung|Einkauf|Paket)\b"
    r"|\bSie haben (?:\w+ ){0,4}(?:gekauft|bestellt)\b",
    re.IGNORECASE,
)

_ONCE = re.compile(
    r"\byou bought (?:\w+ ){0,3}once\b|\bSie haben (?:\w+ ){0,4}einmal (?:\w+ ){0,3}gekauft\b",
    re.IGNORECASE,
)


def unsupported_of_reader(text: str, rule: Predicate) -> tuple[str, ...]:
    """Statements about the reader that the audience rule does not make true of everybody."""
    found = [] if _holds(rule, (Did,)) else [m.group() for m in _DID.finditer(text)]
    if not _holds(rule, (Bought, Spent)):
        found += [m.group() for m in _BOUGHT.finditer(text)]
    if not _only_once(rule):
        found += [m.group() for m in _ONCE.finditer(text)]
    return tuple(found)


def _only_once(rule: Predicate) -> bool:
    match rule:
        case AllOf(of=of):
            return any(_only_once(part) for part in of)
        case Bought():
            return rule.at_most == 1 and rule.at_least == 1
        case _:
            return False


def _holds(rule: Predicate, kinds: tuple[type, ...]) -> bool:
    """Whether everybody of the audience did something of these kinds at least once."""
    match rule:
        case AllOf(of=of):
            return any(_holds(part, kinds) for part in of)
        case AnyOf(of=of):
            return bool(of) and all(_holds(part, kinds) for part in of)
        case Bought() | Did():
            return isinstance(rule, kinds) and rule.at_least >= 1
        case Spent():
            return isinstance(rule, kinds)
        case Stage() | Score():
            return Bought in kinds
        case Sequence(steps=steps):
            return any(isinstance(step.that, kinds) and not step.negated for step in steps)
        case _:
            return False

"""An audience rule as a sentence about people: "people who bought a watch since 3 May"."""

from __future__ import annotations

from domain.predicate import (
    Agreed,
    AllOf,
    AnyOf,
    Bought,
    Did,
    Everyone,
    InSegment,
    NotThat,
    Predicate,
    Score,
    Sequence,
    Spent,
    Stage,
    Trait,
    in_words,
)
from domain.predicate.words import (
    PURPOSES,
    period_words,
    sequence_words,
    where_words,
    worth_words,
)


def who(rule: Predicate) -> str:
    """ "people who bought at least twice and have not bought since 1 July 2026"."""
    if isinstance(rule, Everyone):
        return "everybody you know"
    return f"people who {_does(rule)}"


def _does(rule: Predicate) -> str:
    match rule:
        case AllOf(of=of):
            return " and ".join(_part(part) for part in of)
        case AnyOf(of=of):
            return " or ".join(_part(part) for part in of)
        case NotThat(that=that):
            return _does_not(that)
        case Bought():
            return f"bought{_what(rule)}{_times(rule)}{period_words(rule)}"
        case Spent():
            low = f"at least {rule.at_least:,}" if rule.at_least is not None else ""
            high = f"at most {rule.at_most:,}" if rule.at_most is not None else ""
            amount = " and ".join(filter(None, (low, high)))
            return f"spent {amount}{period_words(rule)}"
        case Did():
            return f"have {_event(rule)}{_times(rule)}{period_words(rule)}"
        case Trait():
            return f"have {in_words(rule)}"
        case Agreed():
            return f"agreed to {PURPOSES[rule.purpose]}"
        case Stage():
            return f"are {' or '.join(name.replace('_', ' ') for name in rule.stages)}"
        case Score():
            return f"have a {in_words(rule)}"
        case InSegment():
            return f"are in the segment “{rule.name}”"
        case Sequence():
            return sequence_words(rule)
        case Everyone():
            return "you know"


def _does_not(rule: Predicate) -> str:
    match rule:
        case Bought():
            once = rule.at_least == 1 and rule.at_most is None
            times = "" if once else _times(rule)
            return f"have not bought{_what(rule)}{times}{period_words(rule)}"
        case Did():
            return f"have no {_event(rule)}{period_words(rule)}"
        case Agreed():
            return f"have not agreed to {PURPOSES[rule.purpose]}"
        case _:
            return f"are not those who {_does(rule)}"


def _part(rule: Predicate) -> str:
    said = _does(rule)
    return f"({said})" if isinstance(rule, AllOf | AnyOf) else said


def _what(rule: Bought) -> str:
    things = ", ".join((*rule.products, *(f"a {name}" for name in rule.categories)))
    where = f" in the {' or '.join(rule.channels)}" if rule.channels else ""
    return f"{f' {things}' if things else ''}{where}{worth_words(rule)}"


def _event(rule: Did) -> str:
    what = f" of {', '.join(rule.products)}" if rule.products else ""
    return f"“{rule.event}”{what}{where_words(rule)}"


def _times(rule: Bought | Did) -> str:
    count = {1: "once", 2: "twice"}
    least = count.get(rule.at_least, f"{rule.at_least} times")
    if rule.at_most is None:
        return "" if rule.at_least == 1 else f" at least {least}"
    if rule.at_most == rule.at_least:
        return f" exactly {least}"
    return f" {rule.at_least} to {rule.at_most} times"

"""A rule as text that ``parsing`` reads back to the same rule."""

from __future__ import annotations

import json
import re

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
    Trait,
)
from domain.predicate.language import KEYWORDS, OPS

_BARE = re.compile(r"[A-Za-z0-9_.@+:/-]+")


def as_text(rule: Predicate) -> str:
    """``bought category watch in the last 90 days and not agreed to sms_marketing``."""
    match rule:
        case Everyone():
            return "everyone"
        case AllOf(of=of):
            return _joined("all", " and ", of)
        case AnyOf(of=of):
            return _joined("any", " or ", of)
        case NotThat(that=that):
            return f"not {_inner(that)}"
        case Bought() | Did():
            return " ".join((_deed(rule), *_count(rule), *_period(rule)))
        case Spent():
            low = (f"at least {rule.at_least}",) if rule.at_least is not None else ()
            high = (f"at most {rule.at_most}",) if rule.at_most is not None else ()
            return " ".join(("spent", *low, *high, *_period(rule)))
        case Trait(op="last_days" | "next_days"):
            which = rule.op.removesuffix("_days")
            return f"{rule.field} in the {which} {_value(rule.value)} days"
        case Trait():
            return f"{rule.field} {_condition(rule)}"
        case Agreed():
            return f"agreed to {rule.purpose}"
        case Stage():
            return f"stage in {_several(rule.stages)}"
        case Score():
            bounds = dict.fromkeys((rule.at_least, rule.at_most))
            return f"{rule.score} score {' to '.join(map(str, bounds))}"
        case InSegment():
            return f"segment {_name(rule.name)}"
        case Sequence():
            first, *then = rule.steps
            said = f"first {' '.join((_deed(first.that), *_period(first.that)))}"
            for step in then:
                within = f" within {step.within_days} days" if step.within_days else ""
                deed = " ".join((_deed(step.that), *_period(step.that)))
                said += f" then{within}{' not' if step.negated else ''} {deed}"
            return said


def _joined(kind: str, mark: str, of: tuple[Predicate, ...]) -> str:
    if len(of) < 2:
        return f"{kind}({''.join(map(as_text, of))})"
    return mark.join(map(_inner, of))


def _inner(rule: Predicate) -> str:
    several = isinstance(rule, AllOf | AnyOf) and len(rule.of) > 1
    return f"({as_text(rule)})" if several else as_text(rule)


def _deed(rule: Bought | Did) -> str:
    """Without its count and its period."""
    said = ["did", _name(rule.event)] if isinstance(rule, Did) else ["bought"]
    if rule.products:
        said += ["product", _several(rule.products)]
    if isinstance(rule, Did):
        said += [f"where {_name(one.name)} {_condition(one)}" for one in rule.where]
        return " ".join(said)
    if rule.categories:
        said += ["category", _several(rule.categories)]
    if rule.channels:
        said += ["channel", _several(rule.channels)]
    if rule.worth_at_least is not None or rule.worth_at_most is not None:
        said.append("worth")
    if rule.worth_at_least is not None:
        said.append(f"at least {rule.worth_at_least}")
    if rule.worth_at_most is not None:
        said.append(f"at most {rule.worth_at_most}")
    return " ".join(said)


def _count(rule: Bought | Did) -> tuple[str, ...]:
    if rule.at_most is None:
        return () if rule.at_least == 1 else (f"at least {rule.at_least} times",)
    if rule.at_least == rule.at_most:
        return (f"exactly {rule.at_least} times",)
    return (f"between {rule.at_least} and {rule.at_most} times",)


def _period(rule: Bought | Did | Spent) -> tuple[str, ...]:
    said = []
    if rule.last_days:
        said.append(f"in the last {rule.last_days} days")
    if rule.older_days:
        said.append(f"more than {rule.older_days} days ago")
    if rule.since:
        said.append(f"since {rule.since.isoformat()}")
    if rule.before:
        said.append(f"before {rule.before.isoformat()}")
    return tuple(said)


def _condition(rule: Trait | Property) -> str:
    if rule.op not in ("known", "unknown"):
        return f"{OPS[rule.op]} {_value(rule.value)}"
    if rule.value == "":
        return OPS[rule.op]
    if isinstance(rule.value, str):  # in quotes, for a bare word after it is not its value
        return f"{OPS[rule.op]} {json.dumps(rule.value, ensure_ascii=False)}"
    return f"{OPS[rule.op]} {_list(rule.value)}"


def _value(value: str | tuple[str, ...]) -> str:
    return _name(value) if isinstance(value, str) else _list(value)


def _several(names: tuple[str, ...]) -> str:
    return _name(names[0]) if len(names) == 1 else _list(names)


def _list(names: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_name, names))}]"


def _name(text: str) -> str:
    if _BARE.fullmatch(text) and text.lower() not in KEYWORDS:
        return text
    return json.dumps(text, ensure_ascii=False)

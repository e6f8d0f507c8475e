"""A rule as a marketer reads it, in English."""

from __future__ import annotations

from decimal import Decimal

from domain.customer import ConsentPurpose
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
)
from domain.words import day_words

PURPOSES: dict[ConsentPurpose, str] = {
    "email_marketing": "marketing mails",
    "sms_marketing": "SMS",
    "push_marketing": "push messages",
    "phone_marketing": "phone calls",
    "post_marketing": "post",
    "email_tracking": "the recording of opens and clicks",
}


def in_words(rule: Predicate) -> str:
    """The rule as a marketer reads it, in English."""
    match rule:
        case Everyone():
            return "everyone"
        case AllOf(of=()):
            return "everyone"
        case AnyOf(of=()):
            return "nobody"
        case AllOf(of=of):
            return " and ".join(_bracketed(part) for part in of)
        case AnyOf(of=of):
            return " or ".join(_bracketed(part) for part in of)
        case NotThat(that=that):
            return f"not ({in_words(that)})"
        case Bought():
            return f"{_bought(rule)} {times_words(rule)}{period_words(rule)}"
        case Did():
            return f"{_did(rule)} {times_words(rule)}{period_words(rule)}"
        case Spent():
            low = f"at least {_amount(rule.at_least)}" if rule.at_least is not None else ""
            high = f"at most {_amount(rule.at_most)}" if rule.at_most is not None else ""
            amount = " and ".join(filter(None, (low, high))) or "any amount"
            return f"spent {amount}{period_words(rule)}"
        case Trait():
            return trait_words(rule)
        case Agreed():
            return f"agreed to {PURPOSES[rule.purpose]}"
        case Stage():
            return f"stage is {' or '.join(name.replace('_', ' ') for name in rule.stages)}"
        case Score():
            return f"{rule.score} score {fifths_words(rule)} of 5"
        case InSegment():
            return f"in the segment “{rule.name}”"
        case Sequence():
            return sequence_words(rule)


def _bracketed(rule: Predicate) -> str:
    words = in_words(rule)
    return f"({words})" if isinstance(rule, AllOf | AnyOf) else words


def _bought(rule: Bought) -> str:
    what = ", ".join(rule.products + rule.categories)
    where = f" in {', '.join(rule.channels)}" if rule.channels else ""
    return f"bought{f' {what}' if what else ''}{where}{worth_words(rule)}"


def _did(rule: Did) -> str:
    what = f" of {', '.join(rule.products)}" if rule.products else ""
    return f"{rule.event}{what}{where_words(rule)}"


def worth_words(rule: Bought) -> str:
    """ " for 500 or more" and the like; empty where any order counts."""
    low, high = rule.worth_at_least, rule.worth_at_most
    if low is not None and high is not None:
        return f" for {_amount(low)} to {_amount(high)}"
    if low is not None:
        return f" for {_amount(low)} or more"
    return f" for {_amount(high)} or less" if high is not None else ""


def where_words(rule: Did) -> str:
    """ " with price at least 500, brand Omega"; empty where any event counts."""
    return f" with {', '.join(map(_property, rule.where))}" if rule.where else ""


def _property(condition: Property) -> str:
    name = condition.name.replace("_", " ")
    return f"{name} {_op(condition.op)} {_value(condition.value)}".rstrip()


def trait_words(rule: Trait) -> str:
    name = rule.field.replace("_", " ")
    if rule.op == "last_days":
        return f"{name} in the last {_value(rule.value)} days"
    if rule.op == "next_days":
        return f"{name} today or in the next {_value(rule.value)} days"
    return f"{name} {_op(rule.op)} {_value(rule.value)}".rstrip()


def sequence_words(rule: Sequence) -> str:
    first, *then = rule.steps
    said = f"first {_once(first.that)}"
    for step in then:
        said += f", then{_within(step)} {'not ' if step.negated else ''}{_once(step.that)}"
    return said


def _once(that: Bought | Did) -> str:
    said = _bought(that) if isinstance(that, Bought) else _did(that)
    return f"{said}{period_words(that)}"


def _within(step: Step) -> str:
    return f" within {days_words(step.within_days)}" if step.within_days else ""


def fifths_words(rule: Score) -> str:
    if rule.at_least == rule.at_most:
        return str(rule.at_least)
    return f"{rule.at_least} to {rule.at_most}"


def times_words(rule: Bought | Did) -> str:
    if rule.at_most is None:
        return "at least once" if rule.at_least == 1 else f"at least {rule.at_least} times"
    if rule.at_most == rule.at_least:
        return {0: "not once", 1: "exactly once"}.get(
            rule.at_least, f"exactly {rule.at_least} times"
        )
    return f"{rule.at_least} to {rule.at_most} times"


def period_words(rule: Bought | Did | Spent) -> str:
    """ " since 3 May 2026 before 1 June 2026", " in the last 90 days"; empty for all time."""
    last = f" in the last {days_words(rule.last_days)}" if rule.last_days else ""
    older = f" more than {days_words(rule.older_days)} ago" if rule.older_days else ""
    since = f" since {day_words(rule.since)}" if rule.since else ""
    before = f" before {day_words(rule.before)}" if rule.before else ""
    return last + older + since + before


def days_words(days: int) -> str:
    return "1 day" if days == 1 else f"{days:,} days"


def _op(op: str) -> str:
    return op.replace("_", " ")


def _value(value: str | tuple[str, ...]) -> str:
    return ", ".join(value) if isinstance(value, tuple) else value


def _amount(money: Decimal) -> str:
    return f"{money:,.0f}" if money == money.to_integral_value() else f"{money:,.2f}"

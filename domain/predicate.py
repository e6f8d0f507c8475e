"""An audience rule: typed, readable, and compiled to a query by tools/store alone.

Days are calendar days of the workspace's time zone; ``since`` is included, ``before`` is not.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from domain.frozen import Frozen
from domain.words import day_words

TraitField = Literal[
    "customer_id", "email", "language", "country", "city", "timezone", "created_at", "first_name"
]


class Everyone(Frozen):
    """Every customer known."""

    kind: Literal["everyone"] = "everyone"


class Bought(Frozen):
    """Customers by their number of purchases: distinct orders that are not cancellations."""

    kind: Literal["bought"] = "bought"
    at_least: int = 1
    at_most: int | None = None
    since: date | None = None
    before: date | None = None
    products: tuple[str, ...] = ()
    """Product ids; empty: any product."""
    categories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    """shop, boutique, phone; empty: any."""


class Spent(Frozen):
    """Customers by value net of returns, VAT and discount."""

    kind: Literal["spent"] = "spent"
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    since: date | None = None
    before: date | None = None


class Did(Frozen):
    """Customers by an event of that name."""

    kind: Literal["did"] = "did"
    event: str
    at_least: int = 1
    at_most: int | None = None
    since: date | None = None
    before: date | None = None
    products: tuple[str, ...] = ()


class Trait(Frozen):
    """Customers by a field of their profile."""

    kind: Literal["trait"] = "trait"
    field: TraitField
    op: Literal["is", "is_not", "in", "at_least", "at_most", "known", "unknown"]
    value: str | tuple[str, ...] = ""


class AllOf(Frozen):
    kind: Literal["all"] = "all"
    of: tuple[Predicate, ...]


class AnyOf(Frozen):
    kind: Literal["any"] = "any"
    of: tuple[Predicate, ...]


class NotThat(Frozen):
    kind: Literal["not"] = "not"
    that: Predicate


Predicate = Annotated[
    Everyone | Bought | Spent | Did | Trait | AllOf | AnyOf | NotThat, Field(discriminator="kind")
]

AllOf.model_rebuild()
AnyOf.model_rebuild()
NotThat.model_rebuild()


def in_words(rule: Predicate) -> str:
    """The rule as a marketer reads it, in English."""
    match rule:
        case Everyone():
            return "everyone"
        case AllOf(of=of):
            return " and ".join(_bracketed(part) for part in of)
        case AnyOf(of=of):
            return " or ".join(_bracketed(part) for part in of)
        case NotThat(that=that):
            return f"not ({in_words(that)})"
        case Bought():
            what = ", ".join(rule.products + rule.categories)
            where = f" in {', '.join(rule.channels)}" if rule.channels else ""
            return f"bought{f' {what}' if what else ''}{where} {_times(rule)}{_period(rule)}"
        case Did():
            what = f" of {', '.join(rule.products)}" if rule.products else ""
            return f"{rule.event}{what} {_times(rule)}{_period(rule)}"
        case Spent():
            low = f"at least {_amount(rule.at_least)}" if rule.at_least is not None else ""
            high = f"at most {_amount(rule.at_most)}" if rule.at_most is not None else ""
            return f"spent {' and '.join(filter(None, (low, high)))}{_period(rule)}"
        case Trait():
            value = ", ".join(rule.value) if isinstance(rule.value, tuple) else rule.value
            return f"{rule.field.replace('_', ' ')} {rule.op.replace('_', ' ')} {value}".rstrip()


def _bracketed(rule: Predicate) -> str:
    words = in_words(rule)
    return f"({words})" if isinstance(rule, AllOf | AnyOf) else words


def _times(rule: Bought | Did) -> str:
    if rule.at_most is None:
        return "at least once" if rule.at_least == 1 else f"at least {rule.at_least} times"
    if rule.at_most == rule.at_least:
        return {0: "not once", 1: "exactly once"}.get(
            rule.at_least, f"exactly {rule.at_least} times"
        )
    return f"{rule.at_least} to {rule.at_most} times"


def _period(rule: Bought | Did | Spent) -> str:
    since = f" since {day_words(rule.since)}" if rule.since else ""
    before = f" before {day_words(rule.before)}" if rule.before else ""
    return since + before


def _amount(money: Decimal) -> str:
    return f"{money:,.0f}" if money == money.to_integral_value() else f"{money:,.2f}"

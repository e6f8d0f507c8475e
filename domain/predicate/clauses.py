"""The clauses of an audience rule.

Days are calendar days of the workspace's time zone; ``since`` is included, ``before`` is not.
Rolling windows count back from the as-of moment's day: ``last_days=90`` begins with the day that
was ninety days ago, ``older_days=90`` ends before it, so that the two divide all time.

Fields that a rule does not use are left out of its JSON where they are younger than rules that
are kept: what was approved keeps its hash.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from domain.customer import ConsentPurpose
from domain.frozen import Frozen

TraitField = Literal[
    "customer_id",
    "email",
    "language",
    "country",
    "city",
    "timezone",
    "created_at",
    "first_name",
    "postcode",
    "birthday",
]
"""What a profile may be chosen by. Phone and street are for reaching people, not for choosing."""
DAY_FIELDS: tuple[TraitField, ...] = ("created_at", "birthday")
"""Fields that hold a day; the others hold words."""

LONGEST_WINDOW = 36_500
"""Days: a hundred years."""


Day = Annotated[date | None, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]
"""What every engine can reckon with."""
Days = Annotated[int, Field(ge=1, le=LONGEST_WINDOW)]
LaterDays = Annotated[Days | None, Field(exclude_if=lambda value: value is None)]
LaterAmount = Annotated[Decimal | None, Field(exclude_if=lambda value: value is None)]


class Everyone(Frozen):
    """Every customer known."""

    kind: Literal["everyone"] = "everyone"


class Dated(Frozen):
    """When: a fixed period, a rolling window, or what both leave."""

    since: Day = None
    before: Day = None
    last_days: LaterDays = None
    """In the last so many days."""
    older_days: LaterDays = None
    """More than so many days ago."""


class Bought(Dated):
    """Customers by their number of purchases: distinct orders that are not cancellations."""

    kind: Literal["bought"] = "bought"
    at_least: int = 1
    at_most: int | None = None
    products: tuple[str, ...] = ()
    """Product ids; empty: any product."""
    categories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    """shop, boutique, phone; empty: any."""
    worth_at_least: LaterAmount = None
    """Orders of so much or more: the whole order, net of VAT and discount."""
    worth_at_most: LaterAmount = None


class Spent(Dated):
    """Customers by value net of returns, VAT and discount."""

    kind: Literal["spent"] = "spent"
    at_least: Decimal | None = None
    at_most: Decimal | None = None


PropertyOp = Literal["is", "is_not", "in", "at_least", "at_most", "contains", "known", "unknown"]


class Property(Frozen):
    """A condition on one property of an event. Text is compared without regard to case; at least
    and at most compare numbers, and a value that is none is neither."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    op: PropertyOp = "is"
    value: str | tuple[str, ...] = ""

    @model_validator(mode="after")
    def _a_number_where_one_is_needed(self) -> Self:
        if self.op in ("at_least", "at_most"):
            number(self.value)
        return self


class Did(Dated):
    """Customers by an event of that name."""

    kind: Literal["did"] = "did"
    event: str
    at_least: int = 1
    at_most: int | None = None
    products: tuple[str, ...] = ()
    where: Annotated[tuple[Property, ...], Field(exclude_if=lambda value: not value)] = ()
    """All of these hold for an event that counts."""


TraitOp = Literal[
    "is",
    "is_not",
    "in",
    "at_least",
    "at_most",
    "known",
    "unknown",
    "contains",
    "begins",
    "last_days",  # of created_at: in the last so many days
    "next_days",  # of birthday: its anniversary falls on today or one of so many days after
]


class Trait(Frozen):
    """Customers by a field of their profile."""

    kind: Literal["trait"] = "trait"
    field: TraitField
    op: TraitOp
    value: str | tuple[str, ...] = ""


class Agreed(Frozen):
    """Customers whose latest answer for this purpose is yes."""

    kind: Literal["agreed"] = "agreed"
    purpose: ConsentPurpose


StageName = Literal["new", "active", "at_risk", "lapsed", "won_back"]


class Stage(Frozen):
    """Customers by where they are in their life as one; see tools/store/stages.py."""

    kind: Literal["stage"] = "stage"
    stages: Annotated[tuple[StageName, ...], Field(min_length=1)]


ScoreName = Literal["recency", "frequency", "value"]
Fifth = Annotated[int, Field(ge=1, le=5)]


class Score(Frozen):
    """Buyers by their fifth: 5 is the fifth that bought last, most often or for most; see
    tools/store/scores.py."""

    kind: Literal["score"] = "score"
    score: ScoreName
    at_least: Fifth = 1
    at_most: Fifth = 5


class Step(Frozen):
    """One step of a sequence: a purchase or an event, once."""

    that: Annotated[Bought | Did, Field(discriminator="kind")]
    within_days: Annotated[int | None, Field(ge=1, le=LONGEST_WINDOW)] = None
    """So many days, of 24 hours, after the step before; None: at any time after it."""
    negated: bool = False
    """It did not happen in that time, which is over."""

    @model_validator(mode="after")
    def _once(self) -> Self:
        if (self.that.at_least, self.that.at_most) != (1, None):
            raise ValueError("a step happens once: it takes no count")
        return self


class Sequence(Frozen):
    """Customers who did one thing after the other."""

    kind: Literal["sequence"] = "sequence"
    steps: Annotated[tuple[Step, ...], Field(min_length=2, max_length=8)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        first, *middle, _ = self.steps
        if first.negated or any(step.negated for step in middle):
            raise ValueError("only the last step of a sequence may be one that did not happen")
        if first.within_days is not None:
            raise ValueError("the first step of a sequence follows no other: it has no within")
        return self


class InSegment(Frozen):
    """The people of a saved segment, by its rule as it stands when the question is asked."""

    kind: Literal["segment"] = "segment"
    name: Annotated[str, Field(min_length=1, max_length=200)]


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
    Everyone
    | Bought
    | Spent
    | Did
    | Trait
    | Agreed
    | Stage
    | Score
    | Sequence
    | InSegment
    | AllOf
    | AnyOf
    | NotThat,
    Field(discriminator="kind"),
]

AllOf.model_rebuild()
AnyOf.model_rebuild()
NotThat.model_rebuild()


def number(value: Any) -> Decimal:
    """The number that a condition compares with. Raises ValueError in words."""
    text = value[0] if isinstance(value, tuple) and len(value) == 1 else value
    if isinstance(text, str) and re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text):
        try:
            return Decimal(text)
        except InvalidOperation:
            pass
    raise ValueError(f"{text!r} is no number; write it as 1250.50")

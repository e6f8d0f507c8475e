"""A predicate while it is filled, phrase by phrase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from agents.house.goal_people import NEW_DAYS
from domain.predicate import (
    AllOf,
    AnyOf,
    Bought,
    Did,
    NotThat,
    Predicate,
    Sequence,
    Spent,
    Stage,
    Step,
)


def silent_since(day: date) -> Predicate:
    """Who bought, and no more since that day."""
    return AllOf(of=(Bought(before=day), NotThat(that=Bought(since=day))))


@dataclass
class Draft:
    """A predicate while it is filled."""

    kind: str
    at: int
    event: str = ""
    negative: bool = False
    times: tuple[int, int | None] | None = None
    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    since: date | None = None
    before: date | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    undated: tuple[date | None, date | None] = (None, None)
    """since and before as they were before the last period was filled in."""
    joined_by_or: bool = False
    named: bool = False
    """Opened by a noun ("shop customers"); a verb after it speaks of the same purchase."""
    complete: bool = False
    """Its article stood before it ("watch owners"); another one after it is another matter."""
    owns: bool = False
    """Opened by "who own": the article says what, and a "no" before it turns it round."""
    ready: Predicate | None = None
    not_then: int | None = None
    """Days after it in which nothing was bought."""

    @property
    def dated(self) -> bool:
        return self.since is not None or self.before is not None

    def predicate(self, today: date) -> Predicate:
        positive = self._positive(today)
        if self.not_then is not None and isinstance(positive, Bought | Did):
            positive = self._sequence(positive, self.not_then)
        return NotThat(that=positive) if self.negative else positive

    def _positive(self, today: date) -> Predicate:
        if self.ready is not None:
            return self.ready
        low, high = self.times or (1, None)
        if self.kind == "new":
            start = self.since or today - timedelta(days=NEW_DAYS)
            first = Bought(since=start, before=self.before)
            return AllOf(of=(first, NotThat(that=Bought(before=start))))
        if self.kind == "lapsed":
            day = self.since or self.before
            return Stage(stages=("lapsed",)) if day is None else silent_since(day)
        if self.kind == "spent":
            return Spent(
                at_least=self.least, at_most=self.most, since=self.since, before=self.before
            )
        if self.kind == "event":
            return Did(
                event=self.event, at_least=low, at_most=high, since=self.since,
                before=self.before, products=self.products,
            )  # fmt: skip
        if self.products and self.categories:
            both = (
                self._bought(low, high, self.products, ()),
                self._bought(low, high, (), self.categories),
            )
            return AnyOf(of=both)
        return self._bought(low, high, self.products, self.categories)

    @property
    def can_be_followed(self) -> bool:
        """Whether something may be said of what came after it."""
        return self.kind in ("bought", "event") and not (self.negative or self.times)

    def _sequence(self, first: Bought | Did, days: int) -> Sequence:
        """Of the same thing where one was looked at; whatever was bought first, any second will
        do."""
        looked_at = first.products if isinstance(first, Did) else ()
        then = Step(that=Bought(products=looked_at), within_days=days, negated=True)
        return Sequence(steps=(Step(that=first), then))

    def _bought(
        self, low: int, high: int | None, products: tuple[str, ...], categories: tuple[str, ...]
    ) -> Bought:
        return Bought(
            at_least=low, at_most=high, since=self.since, before=self.before, products=products,
            categories=categories, channels=self.channels,
        )  # fmt: skip

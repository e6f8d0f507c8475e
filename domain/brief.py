"""Brief: who, why, what is said, what is promised, and what the data cannot say."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.figures import Figure, Query
from domain.frozen import Frozen, content_hash
from domain.goal import Channel, Goal, Impossible, Kpi, Unread
from domain.money import Money, Share
from domain.predicate import Predicate
from domain.proof import PastProof


class Cell(Frozen):
    """So many people of an audience."""

    what: str
    people: int


class Spread(Frozen):
    """How an audience is spread over one thing. Cells of fewer than ten people are
    joined, so that nobody is found by looking."""

    by: Literal["country", "language", "value", "last purchase"]
    cells: tuple[Cell, ...]


class Overlap(Frozen):
    """Those who are in another group as well; None: too few to be told."""

    name: str
    people: int | None


class AudienceEvidence(Frozen):
    """What the data say of an audience, in aggregate. Money in the workspace's currency."""

    rule: Predicate
    as_of: datetime
    size: int
    figures: tuple[Figure, ...] = ()
    """Named: orders_median, value_total, value_median, recency_days_median, trade_share, …"""
    queries: tuple[Query, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    """The days that the data span."""
    reachable: int | None = None
    """Those with an address, consent for the channel and no suppression."""
    left_out: tuple[tuple[str, int], ...] = ()
    """Reason and count of those who are not reachable."""
    spreads: Annotated[tuple[Spread, ...], Field(exclude_if=lambda value: not value)] = ()
    overlaps: Annotated[tuple[Overlap, ...], Field(exclude_if=lambda value: not value)] = ()
    """With the groups that share most with it. Evidence of earlier versions keeps its hash."""

    def figure(self, name: str) -> Figure | None:
        return next((f for f in self.figures if f.name == name), None)


class Offer(Frozen):
    """What is given away, bounded."""

    code: str
    share: Share | None = None
    amount: Money | None = None
    products: tuple[str, ...] = ()
    valid_from: date
    valid_until: date
    floor: Money | None = None
    """The least an order must be worth."""
    exposure: Money
    """The most it can cost: reduction × what stock (or the audience) allows to be bought."""
    exposure_basis: str
    """How the exposure was reckoned, in words."""
    reference_prices: tuple[tuple[str, Money], ...] = ()
    """Product id and lowest price of the last 30 days."""


class KpiTarget(Frozen):
    kpi: Kpi
    baseline: Figure
    """What these people do in the same number of days without a mail."""
    target: float
    days: int
    """Counted from the send."""


class Holdout(Frozen):
    """Those held back by chance, and what so many people can show."""

    share: Share
    smallest_effect: float | None
    """Absolute difference in the KPI's rate that is found in 80 % of trials at α = 0.05."""
    why: str


class Alternative(Frozen):
    """A better campaign than the one asked for, with its reason in the data."""

    what: str
    why: str
    rule: Predicate | None = None
    size: int | None = None


class Brief(Frozen):
    """One message to one audience, with evidence. Its hash is what the first gate approves."""

    goal: Goal
    language: Literal["en", "de"] = "en"
    audience: AudienceEvidence
    message: str
    fact_ids: tuple[str, ...]
    offer: Offer | None = None
    channel: Channel = "email"
    kpi: KpiTarget
    holdout: Holdout
    tone: str
    question: str
    """The one line that the data cannot know, asked of the person at the gate."""
    answer: str = ""
    """What the person answered."""
    unsupported: tuple[str, ...] = ()
    """What the data cannot support, each in a sentence."""
    alternatives: tuple[Alternative, ...] = ()
    past: Annotated[tuple[PastProof, ...], Field(exclude_if=lambda value: not value)] = ()
    """What past mails changed by the same outcome, shown effects alone. Earlier briefs keep their
    hash."""
    unread: tuple[Unread, ...] = ()
    impossible: tuple[Impossible, ...] = ()
    send_from: date
    send_until: date
    written_by: str
    """``house`` or the model's name."""

    @property
    def service(self) -> bool:
        """No promotion: see ``Goal.service``."""
        return self.goal.service and self.offer is None

    def hash(self) -> str:
        return content_hash(self)

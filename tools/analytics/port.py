"""The analytics port: what came back after a campaign, and at which hours people act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

import pyarrow as pa

from domain.errors import MainspringError
from domain.figures import Figure, Query
from domain.frozen import Frozen
from domain.goal import Kpi
from domain.predicate import Predicate
from domain.report import ArmResult

AnalyticsErrorCode = Literal[
    "no_data",  # nothing to count in the period
    "mixed_currencies",  # amounts of several currencies cannot be added
    "unknown_field",  # the rule names a field or event that the data do not have
    "store_damaged",  # a segment named by the manifest cannot be read
    "engine_missing",  # the engine of the settings is not installed
    "engine_unreachable",  # the engine of the settings does not answer
    "engine_cannot",  # the engine of the settings has no words for the question
]


class AnalyticsError(MainspringError):
    code: AnalyticsErrorCode


class OutcomeMoments(Frozen):
    """One arm's outcome per person assigned: enough for a difference and its interval."""

    arm: str
    metric: str
    """A Kpi's name, or ``purchase``, ``revenue``, ``unsubscribed``."""
    n: int
    total: float
    sum_of_squares: float
    query: str


class FirstTime(Frozen):
    """How many of an arm first did what the KPI counts on a day since the start."""

    arm: str
    day: int
    """0: within the first 24 hours."""
    people: int


class Results(Frozen):
    arms: tuple[ArmResult, ...]
    moments: tuple[OutcomeMoments, ...]
    """Outcomes of everybody assigned, treated or not (intention to treat)."""
    last_click: tuple[Figure, ...]
    """Orders and revenue whose last mail click in 7 days before was this campaign's."""
    last_data_day: datetime | None
    """The latest event or order that the store holds at the as-of moment."""
    queries: tuple[Query, ...]
    first_times: tuple[FirstTime, ...] = ()
    """Of the KPI, where it is something that people do; days without anybody are left out."""
    first_times_query: str = ""
    unmatched: tuple[Figure, ...] = ()
    """Share of the period's orders that name no customer: of all (``orders``), then by channel."""


class HourEvidence(Frozen):
    """Clicks and purchases by local hour, machine opens left out."""

    counts: tuple[int, ...]
    """24 numbers."""
    n: int
    people: int
    query: Query


class LastClick(Frozen):
    """What last click gives to mails, whichever campaign they were of."""

    orders: int
    revenue: float
    """Net of VAT, discount and what the orders themselves returned."""
    days: int
    """An order counts within so many days after a click."""
    query: Query


class PlaceWeeks(Frozen):
    place: str
    mean: float
    """Revenue a week, net."""


class WeeklyRevenue(Frozen):
    """Revenue by city and whole week, and how much it varies: what a test by regions stands on."""

    weeks: int
    places: tuple[PlaceWeeks, ...]
    """Cities with revenue in at least half of the weeks."""
    spread: float
    """The standard deviation of a city's week by its own mean, after what all cities have in
    common that week."""
    query: Query


class Analytics(Protocol):
    async def results(
        self, campaign_id: str, assignments: pa.Table, kpi: Kpi, start: datetime, end: datetime
    ) -> Results:
        """Count one campaign's outcomes in [start, end).

        ``assignments`` has the columns customer_id: string, arm: string, sent: bool (whether the
        message went out), tracking: bool (whether this person agreed to tracking), unsubscribed:
        bool (whether the link in this mail was used; it counts beside the store's own events).
        Opens and clicks are counted where tracking is agreed only; opens by machines are left out.
        Revenue is net of returns, VAT and discount.
        """
        ...

    async def hours(self, rule: Predicate) -> HourEvidence:
        """When the people of an audience click and buy, in their own time zones."""
        ...

    async def last_click(
        self, customer_ids: Sequence[str], start: datetime, end: datetime
    ) -> LastClick:
        """What last click gives to all mails in [start, end), of these customers: those who agreed
        to tracking."""
        ...

    async def weekly_revenue(self) -> WeeklyRevenue:
        """Net revenue by city over the last whole weeks. Raises AnalyticsError no_data."""
        ...

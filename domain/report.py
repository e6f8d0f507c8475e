"""Report: what went out, what came back, and what it changed against those held back."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from domain.figures import Effect, Figure, Query
from domain.frozen import Frozen
from domain.goal import Kpi
from domain.money import Currency


class ArmResult(Frozen):
    arm: str
    label: str
    assigned: int
    figures: tuple[Figure, ...]
    """sent, delivered, bounced, opened_by_person, clicked, unsubscribed, kpi counts, revenue …"""

    def figure(self, name: str) -> Figure | None:
        return next((f for f in self.figures if f.name == name), None)


class Comparison(Frozen):
    """Two variants against each other; its interval allows for all the pairs compared."""

    metric: str
    variant: str
    other: str
    difference: Figure
    """variant − other."""
    shown: bool
    """True only where the interval leaves out zero."""


class DayShare(Frozen):
    """Who did what the campaign aimed at by the end of a day since the send, for the first time."""

    day: int
    """0: on the day of 24 hours that the first mail began."""
    held_back: bool
    count: int
    n: int
    share: float
    low: float
    high: float
    """The ends of the share's own 95 % interval."""


class Report(Frozen):
    schema_version: int = 1
    campaign_id: str
    title: str
    """The finding, in one sentence."""
    goal: str
    kpi: Kpi
    period_start: datetime
    period_end: datetime
    as_of: datetime
    currency: Currency
    arms: tuple[ArmResult, ...]
    effects: tuple[Effect, ...]
    """The KPI first, then every other outcome, also those without effect."""
    comparisons: tuple[Comparison, ...] = ()
    """Every pair of variants, by the KPI."""
    against_held_back: tuple[Comparison, ...] = ()
    """Each variant against those held back, by the KPI; ``other`` is ``held_back``."""
    day_by_day: tuple[DayShare, ...] = ()
    """By the KPI, where it is something that people do; both groups, the days in order."""
    last_click: tuple[Figure, ...] = ()
    """What last click would say; never shown without the effect beside it."""
    unmatched: tuple[Figure, ...] = ()
    """Share of the period's orders that name no customer: of all (``orders``), then by channel.
    Whoever bought that way stands in no group."""
    send_states: tuple[tuple[str, int], ...] = ()
    measurable: Literal["yes", "no"] = "yes"
    why_not: str = ""
    """For example "no data after the as-of date"."""
    notes: tuple[str, ...] = ()
    queries: tuple[Query, ...] = ()

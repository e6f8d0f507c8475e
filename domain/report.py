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
    last_click: tuple[Figure, ...] = ()
    """What last click would say; never shown without the effect beside it."""
    send_states: tuple[tuple[str, int], ...] = ()
    measurable: Literal["yes", "no"] = "yes"
    why_not: str = ""
    """For example "no data after the as-of date"."""
    notes: tuple[str, ...] = ()
    queries: tuple[Query, ...] = ()

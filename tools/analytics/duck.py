"""Analytics over the store: what came of a campaign, and when people act."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar, cast

import pyarrow as pa

from domain.clock import Clock
from domain.goal import Kpi
from domain.money import Currency
from domain.predicate import Predicate
from tools.analytics.hours import count_hours
from tools.analytics.last_click import count_of_all_mails
from tools.analytics.outcomes import count_results
from tools.analytics.port import (
    AnalyticsError,
    AnalyticsErrorCode,
    HourEvidence,
    LastClick,
    Results,
    WeeklyRevenue,
)
from tools.analytics.weeks import count_weeks
from tools.cdp.port import CdpError
from tools.store.engines.duck import DuckDB
from tools.store.engines.port import OpenEngine
from tools.store.segments import Store
from tools.store.tables import ReadConsents, Tables

T = TypeVar("T")


class DuckAnalytics:
    """The Analytics port over one store.

    ``timezone`` (IANA) is that of people whose own is not known, ``currency`` what amounts are
    in; the clock's now hides what is later; ``consents`` is the ledger's copy of who agreed to
    what. Raises AnalyticsError with the codes of the port.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        timezone: str,
        currency: Currency,
        *,
        open_engine: OpenEngine = DuckDB,
        consents: ReadConsents | None = None,
    ) -> None:
        self._open_engine = open_engine
        self._consents = consents
        self._store = store
        self._clock = clock
        self._timezone = timezone
        self._currency = currency

    async def results(
        self, campaign_id: str, assignments: pa.Table, kpi: Kpi, start: datetime, end: datetime
    ) -> Results:
        """Count one campaign's outcomes in [start, end); the KPI's moments come first.

        Data that end before ``start`` give zeros, and ``last_data_day`` says so.
        """
        return await self._in_thread(
            lambda tables: count_results(
                campaign_id, assignments, kpi, start, end, tables, self._currency
            )
        )

    async def hours(self, rule: Predicate) -> HourEvidence:
        """When an audience clicks and buys online, each person by their own clock."""
        return await self._in_thread(lambda tables: count_hours(rule, tables))

    async def last_click(
        self, customer_ids: Sequence[str], start: datetime, end: datetime
    ) -> LastClick:
        """What last click gives to all mails in [start, end), of these customers."""
        return await self._in_thread(
            lambda tables: count_of_all_mails(customer_ids, start, end, tables)
        )

    async def weekly_revenue(self) -> WeeklyRevenue:
        """Net revenue by city over the last whole weeks, and how much it varies."""
        return await self._in_thread(lambda tables: count_weeks(tables, self._currency))

    async def _in_thread(self, look: Callable[[Tables], T]) -> T:
        def run() -> T:
            try:
                counts = self._store.counts()
                if not counts["orders"] and not counts["events"]:
                    raise AnalyticsError(
                        "no_data",
                        "No order and no event is known yet",
                        thing=str(self._store.folder),
                        next_step="import them: mainspring import events FILE",
                    )
                now = self._clock.now()
                with Tables(
                    self._store, now, self._timezone, self._open_engine, self._consents
                ) as tables:
                    return look(tables)
            except CdpError as error:
                raise AnalyticsError(
                    cast(AnalyticsErrorCode, error.code),
                    error.what,
                    thing=error.thing,
                    next_step=error.next_step,
                ) from error

        return await asyncio.to_thread(run)

"""On which day after the send people first did what the campaign aimed at."""

from __future__ import annotations

from datetime import datetime

from ibis.expr.types import Table

from domain.figures import Query
from domain.goal import Kpi
from tools.analytics.port import FirstTime
from tools.store.tables import Tables

_DAY_SECONDS = 86_400
_EVENTS: dict[Kpi, str] = {
    "viewing_booked": "Viewing Booked",
    "service_booked": "Service Booked",
}


def count_first_times(
    people: Table, kpi: Kpi, start: datetime, end: datetime, tables: Tables
) -> tuple[tuple[FirstTime, ...], Query | None]:
    """By arm and day of 24 hours from ``start`` on; each person counts once, on their first.

    Over everybody assigned, as the outcomes are. Revenue is no deed and clicks are known of some
    alone: of these there are none.
    """
    if kpi == "purchase":
        done = tables.purchases().select("customer_id", at=lambda t: t.ordered_at)
    elif kpi in _EVENTS:
        events = tables.events()
        done = events.filter(events.name == _EVENTS[kpi]).select(
            "customer_id", at=lambda t: t.occurred_at
        )
    else:
        return (), None
    done = done.filter((done.at >= tables.at(start)) & (done.at < tables.at(end)))
    first = done.group_by("customer_id").aggregate(at=done.at.min())
    both = people.join(first, "customer_id")
    since = both.at.epoch_seconds() - int(start.timestamp())
    counted = (
        both.mutate(day=(since / _DAY_SECONDS).floor().cast("int64"))
        .group_by("arm", "day")
        .aggregate(people=lambda t: t.count())
        .order_by("arm", "day")
    )
    rows, query = tables.ask("first-times", counted)
    found = tuple(FirstTime(arm=r["arm"], day=r["day"], people=r["people"]) for r in rows)
    return found, query

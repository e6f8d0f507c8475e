"""What an audience does in a number of days when nothing new is sent to it.

The rule is asked as it would have been answered ``days`` days ago, and those people are followed
until now. Asking it today and looking back would be circular: people who by the rule have not
bought since September have, of course, bought nothing in the last two weeks. Where the rule
speaks of days after that, today's people are looked back upon, and the note says so.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import isfinite
from typing import Any

import ibis
from ibis.expr.types import Table

from domain.figures import Figure, Unit
from domain.goal import Kpi
from domain.money import Currency
from domain.predicate import AllOf, AnyOf, Bought, Did, NotThat, Predicate, Sequence, Spent
from domain.words import day_words
from tools.measurement.effects import Estimate, mean_interval, share_interval
from tools.store.compile import customers_that_fit
from tools.store.names import require_one_currency
from tools.store.rows import Row
from tools.store.tables import Tables

KPI_EVENTS: dict[Kpi, str] = {
    "viewing_booked": "Viewing Booked",
    "service_booked": "Service Booked",
    "click": "Email Link Clicked",
}


def measure_baseline(
    rule: Predicate, kpi: Kpi, days: int, tables: Tables, currency: Currency
) -> Figure:
    """Share with the KPI at least once, or net revenue a person, with its 95 % interval.

    Raises CdpError unknown_field, mixed_currencies.
    """
    before = tables.earlier(timedelta(days=days))
    if kpi == "revenue":
        require_one_currency(tables, currency)
    people = customers_that_fit(rule, before)
    note = f"people who fitted on {day_words(before.today())}, in the {days} days after"
    if _latest_day(rule) > before.today() or tables.run(people.limit(1)).num_rows == 0:
        people = customers_that_fit(rule, tables)
        note = f"people who fit now, in the {days} days before; the rule itself may shape this"
    rows, query = tables.ask(
        f"baseline-{kpi}", _outcomes(people, kpi, tables.at(before.as_of), tables)
    )
    return _figure(kpi, rows[0], query.id, note, days, tables)


def outcome(kpi: Kpi, tables: Tables, start: Any, end: Any) -> Table:
    """customer_id and number of those who did it in [start, end)."""
    if kpi == "purchase":
        rows = tables.purchases()
        rows = rows.filter((rows.ordered_at >= start) & (rows.ordered_at < end))
        return rows.group_by("customer_id").aggregate(number=rows.count().cast("float64"))
    if kpi == "revenue":
        rows = tables.lines()
        rows = rows.filter((rows.ordered_at >= start) & (rows.ordered_at < end))
        return rows.group_by("customer_id").aggregate(number=rows.net.sum().cast("float64"))
    name = KPI_EVENTS[kpi]
    rows = tables.events().filter(lambda t: (t.name == name) & ~t.machine)
    rows = rows.filter((rows.occurred_at >= start) & (rows.occurred_at < end))
    return rows.group_by("customer_id").aggregate(number=rows.count().cast("float64"))


def _outcomes(people: Table, kpi: Kpi, start: Any, tables: Tables) -> Table:
    end = tables.moment + ibis.interval(seconds=1)  # up to and including the as-of moment
    did = outcome(kpi, tables, start, end)
    each = people.left_join(did, "customer_id")
    number = each.number.fill_null(0.0)
    value = number if kpi == "revenue" else (number > 0).cast("float64")
    each = each.select(value=value)
    return each.aggregate(
        n=each.count(), total=each.value.sum(), squares=(each.value * each.value).sum()
    )


def _figure(kpi: Kpi, row: Row, query: str, note: str, days: int, tables: Tables) -> Figure:
    unit: Unit = "per_person" if kpi == "revenue" else "share"
    n = row["n"]
    problem = _cannot_be_known(kpi, n, days, tables)
    if problem:
        return Figure(name=kpi, value=None, unit=unit, n=n, query=query, note=problem)
    estimate = (
        mean_interval(n, row["total"], row["squares"])
        if kpi == "revenue"
        else share_interval(int(row["total"]), n)
    )
    return figure_of(kpi, unit, estimate, n, query, note)


def figure_of(
    name: str, unit: Unit, estimate: Estimate, n: int, query: str, note: str = ""
) -> Figure:
    """A figure with its interval; bounds that are not finite are left out."""
    return Figure(
        name=name,
        value=estimate.value,
        unit=unit,
        low=estimate.low if isfinite(estimate.low) else None,
        high=estimate.high if isfinite(estimate.high) else None,
        n=n,
        query=query,
        note=note,
    )


def _cannot_be_known(kpi: Kpi, n: int, days: int, tables: Tables) -> str:
    if n == 0:
        return "nobody fits the rule"
    if kpi in KPI_EVENTS:
        events = tables.events().filter(lambda t: t.name == KPI_EVENTS[kpi])
        first = events.aggregate(first=events.occurred_at.min())
        what = f"{KPI_EVENTS[kpi]!r} events"
    else:
        lines = tables.lines()
        first = lines.aggregate(first=lines.ordered_at.min())
        what = "orders"
    (row,), _ = tables.ask("first", first)
    if row["first"] is None:
        return f"the data have no {what}"
    if row["first"] > tables.as_of - timedelta(days=days):
        return f"the data have {what} for less than {days} days"
    return ""


def _latest_day(rule: Predicate) -> date:
    """The latest day that a rule names; a rolling window moves with the moment it is asked at."""
    match rule:
        case AllOf(of=parts) | AnyOf(of=parts):
            return max((_latest_day(part) for part in parts), default=date.min)
        case NotThat(that=that):
            return _latest_day(that)
        case Sequence(steps=steps):
            return max(_latest_day(step.that) for step in steps)
        case Bought() | Did() | Spent():
            return max(filter(None, (rule.since, rule.before)), default=date.min)
        case _:
            return date.min

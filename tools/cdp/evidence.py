"""What the data say of an audience: how many, how much, how often, how long ago, and who.

The whole audience is counted, so these figures have no interval. Money is net of returns, VAT and
discount. Exact repeats of a line are part of every sum, and shown apart.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
from ibis.expr.types import Table

from domain.brief import AudienceEvidence
from domain.figures import Figure, Query, Unit
from domain.money import Currency
from domain.predicate import Predicate, Stage
from domain.predicate.naming import clauses
from tools.store.compile import customers_that_fit
from tools.store.names import require_one_currency
from tools.store.rows import Row
from tools.store.stages import measured_waits
from tools.store.tables import Tables

BULK_PIECES = 12
"""A line of a dozen pieces or more is a bulk line."""
BULK_ORDER = 100
"""An order of a hundred pieces or more is a bulk order."""
TRADE = (
    f"a trade buyer: the median order has {BULK_ORDER} pieces or more, or at least half of the "
    f"order lines are for {BULK_PIECES} pieces or more"
)


def gather_evidence(rule: Predicate, tables: Tables, currency: Currency) -> AudienceEvidence:
    """Raises CdpError unknown_field, mixed_currencies."""
    require_one_currency(tables, currency)
    fit = customers_that_fit(rule, tables)
    (people,), about_people = tables.ask("audience", _people(fit, tables))
    (orders,), about_orders = tables.ask("audience-orders", _orders(fit, tables))
    (lines,), about_lines = tables.ask("audience-lines", _lines(fit, tables))
    first, last = span(tables)
    figures = (
        *_figures(people, about_people),
        *_order_figures(people, orders, about_orders, about_people),
        *_line_figures(lines, about_lines),
    )
    queries = [about_people, about_orders, about_lines]
    if any(isinstance(clause, Stage) for clause in clauses(rule)):
        figures += _waits(tables)
        queries.append(measured_waits(tables).query)
    return AudienceEvidence(
        rule=rule,
        as_of=tables.as_of,
        size=people["size"],
        figures=figures,
        queries=tuple(queries),
        first_day=first,
        last_day=last,
    )


def span(tables: Tables) -> tuple[date | None, date | None]:
    """The first and the last day of orders and events, as the workspace reckons days."""
    ordered = tables.lines().select(at=lambda t: t.ordered_at)
    happened = tables.events().select(at=lambda t: t.occurred_at)
    both = ordered.union(happened)
    ends = both.aggregate(first=both["at"].min(), last=both["at"].max())
    days = ends.select(first=tables.local_day(ends["first"]), last=tables.local_day(ends["last"]))
    (row,), _ = tables.ask("days", days)
    return row["first"], row["last"]


def _people(fit: Table, tables: Tables) -> Table:
    """One row over the audience, from one row a person."""
    people = per_person(fit, tables)
    today = ibis.date(tables.today().isoformat())
    days = today.delta(tables.local_day(people.last), unit="day")
    return people.aggregate(
        size=people.count(),
        buyers=people.last.count(),
        orders_total=people.orders.sum(),
        orders_median=people.orders.median(),
        value_total=people.value.sum().cast("float64"),
        value_median=people.value.cast("float64").median(),
        recency_days_median=days.median(),
        first_purchase_days=today.delta(tables.local_day(people.first).min(), unit="day"),
        last_purchase_days=today.delta(tables.local_day(people.last).max(), unit="day"),
        trade=people.trade.cast("int64").sum(),
        with_email=people.email.count(),
    )


def per_person(fit: Table, tables: Tables) -> Table:
    """orders, first, last, value, trade and email of each person of an audience."""
    purchases = tables.purchases().semi_join(fit, "customer_id")
    by_orders = purchases.group_by("customer_id").aggregate(
        orders=purchases.count(),
        first=purchases.ordered_at.min(),
        last=purchases.ordered_at.max(),
        pieces=purchases.units.median(),
    )
    lines = tables.lines().semi_join(fit, "customer_id")
    by_lines = lines.group_by("customer_id").aggregate(
        value=lines.net.sum(),
        bulk=(lines.quantity >= BULK_PIECES).cast("float64").mean(where=lines.purchase),
    )
    profiles = tables.profiles().select("customer_id", "email")
    people = fit
    for part in (by_orders, by_lines, profiles):
        people = people.left_join(part, "customer_id").drop("customer_id_right")
    return people.mutate(
        orders=people.orders.fill_null(0),
        value=people.value.fill_null(ibis.literal(0, "decimal(38, 6)")),
        trade=((people.pieces >= BULK_ORDER) | (people.bulk >= 0.5)).fill_null(False),
    )


def _orders(fit: Table, tables: Tables) -> Table:
    purchases = tables.purchases().semi_join(fit, "customer_id")
    return purchases.aggregate(
        orders=purchases.count(),
        units_per_order_median=purchases.units.median(),
        order_value_median=purchases.net.cast("float64").median(),
    )


def _lines(fit: Table, tables: Tables) -> Table:
    lines = tables.lines().semi_join(fit, "customer_id")
    returned = lines.cancellation | (lines.quantity < 0)
    return lines.aggregate(
        lines=lines.count(),
        sold=lines.net.sum(where=~returned).cast("float64"),
        returned=-lines.net.sum(where=returned).cast("float64"),
        repeated_lines=(lines.occurrence > 1).sum(),
        repeated_value=lines.net.sum(where=lines.occurrence > 1).cast("float64"),
    )


def _figures(row: Row, query: Query) -> tuple[Figure, ...]:
    size, buyers = row["size"], row["buyers"]

    def figure(name: str, unit: Unit, n: int, note: str = "") -> Figure:
        value = _number(row[name])
        return Figure(name=name, value=value, unit=unit, n=n, query=query.id, note=note)

    return (
        figure("orders_total", "count", size),
        figure("orders_median", "count", size),
        figure("value_total", "money", size, "net of returns, VAT and discount"),
        figure("value_median", "money", size, "a person, net of returns, VAT and discount"),
        figure("recency_days_median", "days", buyers, "since each person's last purchase"),
        figure("first_purchase_days", "days", buyers, "since the earliest purchase"),
        figure("last_purchase_days", "days", buyers, "since the latest purchase"),
        _share("trade_share", row["trade"], size, query, TRADE),
        _share("email_known_share", row["with_email"], size, query),
    )


def _order_figures(
    people: Row, orders: Row, query: Query, about_people: Query
) -> tuple[Figure, ...]:
    number, total = orders["orders"], people["value_total"]

    def figure(name: str, unit: Unit) -> Figure:
        return Figure(name=name, value=_number(orders[name]), unit=unit, n=number, query=query.id)

    return (
        figure("units_per_order_median", "count"),
        figure("order_value_median", "money"),
        Figure(
            name="average_order_value",
            value=total / number if number and total is not None else None,
            unit="money",
            n=number,
            query=about_people.id,
            note="the value of all purchases by their number: net of returns, VAT and discount",
        ),
    )


def _line_figures(row: Row, query: Query) -> tuple[Figure, ...]:
    sold = row["sold"]
    return (
        Figure(
            name="returns_share",
            value=(row["returned"] or 0.0) / sold if sold else None,
            unit="share",
            n=row["lines"],
            query=query.id,
            note="value of returns and cancellations by value sold",
        ),
        Figure(
            name="repeated_lines",
            value=_number(row["repeated_lines"] or 0),
            unit="count",
            n=row["lines"],
            query=query.id,
            note="exact repeats of a line in its own file: part of every sum here",
        ),
        Figure(
            name="repeated_lines_value",
            value=_number(row["repeated_value"] or 0),
            unit="money",
            n=row["lines"],
            query=query.id,
            note="how much of value_total these repeats are",
        ),
    )


def _waits(tables: Tables) -> tuple[Figure, ...]:
    """What a stage of life means in days, of all customers."""
    waits = measured_waits(tables)

    def figure(name: str, days: int | None, share: str) -> Figure:
        note = f"{share} waits between two purchases of all customers are this long or shorter"
        value = _number(days)
        return Figure(
            name=name, value=value, unit="days", n=waits.n, query=waits.query.id, note=note
        )

    return (
        figure("usual_wait_days", waits.usual, "three of four"),
        figure("longest_wait_days", waits.longest, "nine of ten"),
    )


def _share(name: str, count: int | None, n: int, query: Query, note: str = "") -> Figure:
    value = (count or 0) / n if n else None
    return Figure(name=name, value=value, unit="share", n=n, query=query.id, note=note)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)

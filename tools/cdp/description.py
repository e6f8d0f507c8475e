"""What there is, in aggregate: the first thing that anybody should know of the data."""

from __future__ import annotations

from typing import Any

import ibis

from domain.figures import Figure, Query
from tools.cdp.evidence import span
from tools.cdp.port import DataDescription
from tools.cdp.rhythm import measure_rhythm
from tools.store.rows import Row
from tools.store.schema import PROFILE_FIELDS
from tools.store.tables import Tables


def describe_data(tables: Tables) -> DataDescription:
    """Counts, names and gaps as of the tables' moment."""
    people, people_query = _people(tables)
    orders, orders_query = _orders(tables)
    events = tables.events()
    (event_count,), events_query = tables.ask("events", events.aggregate(n=events.count()))
    first, last = span(tables)
    rhythm = measure_rhythm(tables)
    customers = people["customers"]

    def known(field: str) -> Figure:
        return Figure(
            name=f"{field}_known_share",
            value=people[field] / customers if customers else None,
            unit="share",
            n=customers,
            query=people_query.id,
        )

    def counted(name: str, row: Row, n: int, query: Query, note: str) -> Figure:
        return Figure(
            name=name, value=float(row[name] or 0), unit="count", n=n, query=query.id, note=note
        )

    lines = orders["lines"]
    return DataDescription(
        as_of=tables.as_of,
        customers=customers,
        orders=orders["orders"],
        order_lines=lines,
        events=event_count["n"],
        first_day=first,
        last_day=last,
        currencies=tuple(_names(tables, tables.lines(), "currency")),
        timezones=tuple(_counts(tables, tables.profiles(), "timezone")),
        event_names=tuple(_counts(tables, events, "name")),
        categories=tuple(_names(tables, tables.lines(), "category")),
        channels=tuple(_names(tables, tables.lines(), "channel")),
        unknown_customer_lines=orders["unknown_customer_lines"] or 0,
        duplicate_lines=orders["duplicate_lines"] or 0,
        rhythm=rhythm,
        figures=(
            *(known(field) for field in ("email", "first_name", "language", "timezone")),
            counted(
                "conflicting_profiles",
                people,
                customers,
                people_query,
                "customers of whom imports said different things; the latest counts",
            ),
            counted("return_lines", orders, lines, orders_query, "returns and cancellations"),
            counted("adjustment_lines", orders, lines, orders_query, "lines of negative price"),
        ),
        queries=(people_query, orders_query, events_query, *rhythm.queries),
    )


def _people(tables: Tables) -> tuple[Row, Query]:
    profiles = tables.profiles()
    raw = tables.stored("profiles")
    differs: Any = ibis.literal(False)
    for field in PROFILE_FIELDS:
        differs |= (raw[field].min() != raw[field].max()).fill_null(False)
    conflicts = raw.group_by("customer_id").aggregate(differs=differs)
    each = tables.customers().left_join(profiles, "customer_id").drop("customer_id_right")
    each = each.left_join(conflicts, "customer_id").drop("customer_id_right")
    (row,), query = tables.ask(
        "customers",
        each.aggregate(
            customers=each.count(),
            conflicting_profiles=each.differs.fill_null(False).sum(),
            **{field: each[field].count() for field in PROFILE_FIELDS},
        ),
    )
    return row, query


def _orders(tables: Tables) -> tuple[Row, Query]:
    lines = tables.lines()
    (row,), query = tables.ask(
        "orders",
        lines.aggregate(
            lines=lines.count(),
            orders=lines.order_id.nunique(where=lines.purchase),
            unknown_customer_lines=lines.customer_id.isnull().sum(),
            duplicate_lines=(lines.occurrence > 1).sum(),
            return_lines=(lines.cancellation | (lines.quantity < 0)).sum(),
            adjustment_lines=lines.adjustment.sum(),
        ),
    )
    return row, query


def _counts(tables: Tables, rows: Any, column: str) -> list[tuple[str, int]]:
    """Values and how often, the most frequent first; rows without one are left out."""
    said = rows.filter(rows[column].notnull())
    counted = said.group_by(column).aggregate(n=said.count())
    found, _ = tables.ask(column, counted.order_by(ibis.desc("n"), column))
    return [(row[column], row["n"]) for row in found]


def _names(tables: Tables, rows: Any, column: str) -> list[str]:
    return sorted(name for name, _ in _counts(tables, rows, column) if name)

"""Sources by their own rhythm, rows that nobody can be matched to, times that cannot be."""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from datetime import timedelta

from domain.audit import ChannelShare, SourceHealth
from domain.figures import Query
from domain.frozen import Frozen
from tools.audit.ground import NAMELESS, moment
from tools.store.rows import Row
from tools.store.segments import literal
from tools.store.tables import Tables

FEWEST_DAYS = 10
"""Days with rows; with fewer nothing is said of a source's rhythm."""
SILENT_TIMES = 3
"""A source is quiet once it has been silent three times as long as 19 of 20 of its own waits."""
LEAST_SILENCE = 3
"""Days; so that a weekend of a daily source is no alarm."""
QUARTER = 900_000_000
"""A quarter of an hour in microseconds."""
SKEW = timedelta(minutes=5)
"""Clocks of two machines may differ by as much."""


class Matching(Frozen):
    """Rows of orders and events, and those of them that name nobody known."""

    order_lines: int
    unknown_lines: int
    events: int
    unknown_events: int
    unknown_by_source: tuple[tuple[str, int], ...]


class Times(Frozen):
    """Rows whose times cannot be."""

    received_before: int
    future_events: int
    future_orders: int
    events: int
    orders: int


def health(tables: Tables) -> tuple[tuple[SourceHealth, ...], tuple[Query, ...]]:
    """Every source of orders and events with its days, its waits and its present silence."""
    zone = literal(tables.timezone)
    kinds = (
        ("events", "occurred_at", tables.text(tables.events())),
        ("orders", "ordered_at", tables.text(tables.lines())),
    )
    # A zone's clock is asked once for each quarter of an hour: no zone's midnight lies between.
    quarters = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, coalesce(source, '{NAMELESS}') AS source, "
        f"epoch_us({at}) // {QUARTER} AS quarter, count(*) AS n FROM ({rows}) GROUP BY ALL"
        for kind, at, rows in kinds
    )
    found, about_days = tables.ask_text(
        "sources",
        f"""
        WITH quarters AS ({quarters}),
        days AS (
            SELECT kind, source, CAST(timezone({zone}, make_timestamptz(quarter * {QUARTER})) AS
                DATE) AS day, sum(n) AS n
            FROM quarters GROUP BY ALL),
        gaps AS (SELECT *, day - lag(day) OVER (
            PARTITION BY kind, source ORDER BY day) AS gap FROM days)
        SELECT kind, source, CAST(sum(n) AS BIGINT) AS n, min(day) AS first, max(day) AS last,
            count(*) AS days, quantile_disc(gap, 0.95) AS usual
        FROM gaps GROUP BY ALL ORDER BY n DESC, kind, source""",
    )
    people = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, coalesce(source, '{NAMELESS}') AS source, "
        f"count(DISTINCT customer_id) AS customers FROM ({rows}) GROUP BY ALL"
        for kind, _, rows in kinds
    )
    named, about_people = tables.ask_text("people-of-sources", people)
    customers = {(row["kind"], row["source"]): row["customers"] for row in named}
    return (
        tuple(_health(row, customers[row["kind"], row["source"]], tables) for row in found),
        (about_days, about_people),
    )


def _health(row: Row, customers: int, tables: Tables) -> SourceHealth:
    last = row["last"]
    silent = (tables.today() - last).days
    usual = row["usual"] if row["days"] >= FEWEST_DAYS else None
    quiet = usual is not None and silent > max(SILENT_TIMES * usual, LEAST_SILENCE)
    return SourceHealth(
        source=row["source"],
        table=row["kind"],
        rows=row["n"],
        first_day=row["first"],
        last_day=last,
        usual_gap_days=usual,
        silent_days=max(silent, 0),
        quiet=quiet,
        customers=customers,
    )


def by_channel(tables: Tables) -> tuple[tuple[ChannelShare, ...], Query]:
    """Orders and net value of each channel, with the part that names no customer."""
    rows, query = tables.ask_text(
        "channels",
        f"""
        SELECT coalesce(nullif(channel, ''), 'unknown') AS channel,
            count(DISTINCT order_id) FILTER (purchase) AS orders,
            count(DISTINCT order_id) FILTER (purchase AND customer_id IS NULL) AS unmatched,
            CAST(coalesce(sum(net), 0) AS DOUBLE) AS net,
            CAST(coalesce(sum(net) FILTER (customer_id IS NULL), 0) AS DOUBLE) AS unmatched_net
        FROM ({tables.text(tables.lines())}) GROUP BY ALL ORDER BY orders DESC, channel""",
    )
    return tuple(ChannelShare(**row) for row in rows), query


def matching(tables: Tables) -> tuple[Matching, Query]:
    """Order lines without a customer; events of nobody, or of an id that no customer has."""
    rows, query = tables.ask_text(
        "matching",
        f"""
        SELECT 'orders' AS kind, '' AS source, count(*) AS n,
            count(*) FILTER (customer_id IS NULL) AS unknown
        FROM ({tables.text(tables.lines())})
        UNION ALL SELECT 'events', coalesce(source, '{NAMELESS}'), count(*),
            count(*) FILTER (person.customer_id IS NULL)
        FROM ({tables.text(tables.events())}) e LEFT JOIN person USING (customer_id)
        GROUP BY ALL ORDER BY unknown DESC, source""",
    )
    orders = [row for row in rows if row["kind"] == "orders"]
    events = [row for row in rows if row["kind"] == "events"]
    found = Matching(
        order_lines=sum(row["n"] for row in orders),
        unknown_lines=sum(row["unknown"] for row in orders),
        events=sum(row["n"] for row in events),
        unknown_events=sum(row["unknown"] for row in events),
        unknown_by_source=tuple((r["source"], r["unknown"]) for r in events if r["unknown"]),
    )
    return found, query


def times(tables: Tables) -> tuple[Times, Query]:
    """Events that were received before they happened; rows that are of the future."""
    now = f"{moment(tables)} + INTERVAL {int(SKEW.total_seconds())} SECOND"
    (row,), query = tables.ask_text(
        "times",
        f"""
        SELECT * FROM (SELECT count(*) AS events,
            count(*) FILTER (occurred_at > received_at
                + INTERVAL {int(SKEW.total_seconds())} SECOND) AS received_before,
            count(*) FILTER (occurred_at > {now}) AS future_events FROM events),
            (SELECT count(*) AS orders,
            count(*) FILTER (ordered_at > {now}) AS future_orders FROM orders)""",
    )
    return Times(**row), query

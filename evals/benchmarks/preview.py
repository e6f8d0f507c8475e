"""``bench preview``: how many people fit a rule of four clauses, beside the same by hand.

Customers with twenty events, two orders or so and a profile each are made anew, from a seed, as
segments of a store in a folder that is removed afterwards. The same question is asked of the same
files by ``customers_that_fit`` and by SQL that somebody who knows the files wrote for DuckDB; both
open an engine of their own each time, as every question of the product does, and take turns. All
that is shown of an audience besides is in evals/benchmarks/whole_preview.py.
"""

# ruff: noqa: S608  (statements are made of our own names)

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pyarrow as pa

from domain.predicate import AllOf, Bought, Did, NotThat, Predicate, Trait
from evals.benchmarks.figures import Measurement, growth, median, ratio
from evals.benchmarks.memory import forget_peak, peak_mb
from evals.benchmarks.whole_preview import let_them_answer, measure_whole
from evals.benchmarks.workspace import bench_workspace
from tools.store.compile import customers_that_fit
from tools.store.schema import SCHEMAS, TableName
from tools.store.segments import Store, connect
from tools.store.tables import Tables

SIZES = (100_000, 1_000_000, 10_000_000)
MOST_WHOLE = SIZES[1]
"""Of more customers the size alone is asked: their answers would take hours to write."""
ROUNDS = 7
EVENTS_EACH = 20
PIECE = 200_000
"""Customers in one segment."""
SEED = 2026
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
SECONDS = 730 * 86_400
"""Events and orders are of two years."""

BOUGHT_SINCE, LOOKED_SINCE, NOT_SINCE = date(2025, 11, 2), date(2026, 5, 1), date(2026, 10, 1)
ACTS = (
    Bought(at_least=2, since=BOUGHT_SINCE),
    Did(event="Product Viewed", at_least=3, since=LOOKED_SINCE),
    NotThat(that=Did(event="Email Link Clicked", since=NOT_SINCE)),
)
RULE = AllOf(of=(Trait(field="language", op="is", value="de"), *ACTS))
BY_COUNTRY = AllOf(of=(Trait(field="country", op="is", value="Germany"), *ACTS))
"""A country asks for more: where the profile says none, that of the last order stands."""


async def measure(data: Path | None, customers: int = SIZES[1]) -> tuple[Measurement, ...]:
    """For every size up to ``customers``; ``data`` is not used: the customers are made here."""
    found: list[Measurement] = []
    warm: dict[int, float] = {}
    for size in (*(size for size in SIZES if size < customers), customers):
        with tempfile.TemporaryDirectory(prefix="mainspring-bench-") as folder:
            began = time.perf_counter()
            workspace = bench_workspace(Path(folder), at=NOW, timezone="UTC")
            store = make_store(workspace.folder, size)
            made = time.perf_counter() - began
            figures = _one(store, size)
            if size <= MOST_WHOLE:
                let_them_answer(workspace, size, NOW)
                figures += await measure_whole(workspace, size, RULE, partial(by_hand, store))
        warm[size] = figures[0].value
        found += [*figures, Measurement(name=f"{size:,}: making them", value=made, unit="s")]
    return (*found, *growth(warm, "time"))


def _one(store: Store, size: int) -> list[Measurement]:
    files = [store.folder / segment.file for segment in store.manifest().segments]
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    _out_of_cache(files)
    cold, fitting = _timed(lambda: ours(store))
    _out_of_cache(files)
    cold_by_hand, the_same = _timed(lambda: by_hand(store))
    if fitting != the_same:
        raise AssertionError(f"{fitting:,} fit, and by hand {the_same:,}")
    mine, hand, country = [], [], []
    for number in range(ROUNDS):
        if number % 2:
            mine.append(_timed(lambda: ours(store))[0])
        hand.append(_timed(lambda: by_hand(store))[0])
        if not number % 2:
            mine.append(_timed(lambda: ours(store))[0])
        country.append(_timed(lambda: ours(store, BY_COUNTRY))[0])
    memory = []
    for ask in (ours, by_hand):
        forget_peak()
        ask(store)
        memory.append(peak_mb())
    rows = store.counts()
    note = f"{fitting:,} fit; {rows['events']:,} events, {megabytes:,.0f} MB of files"
    return [
        median(f"{size:,}: preview, warm", mine, "s", note),
        median(f"{size:,}: by hand, warm", hand, "s"),
        ratio(f"{size:,}: beside by hand", mine, hand, "time, SQL by hand = 1"),
        median(f"{size:,}: by country, warm", country, "s", "of the profile, or the last order"),
        Measurement(name=f"{size:,}: preview, cold", value=cold, unit="s"),
        Measurement(name=f"{size:,}: by hand, cold", value=cold_by_hand, unit="s"),
        Measurement(name=f"{size:,}: memory", value=memory[0], unit="MB", note="of the process"),
        Measurement(name=f"{size:,}: memory by hand", value=memory[1], unit="MB"),
    ]


def ours(store: Store, rule: Predicate = RULE) -> int:
    """The rule through the product."""
    with Tables(store, NOW, "UTC") as tables:
        people = customers_that_fit(rule, tables)
        return int(tables.run(people.aggregate(n=people.count())).column("n")[0].as_py())


def by_hand(store: Store) -> int:
    """The same question in SQL over the same files."""

    def files(table: TableName) -> str:
        return f"read_parquet({[str(path) for path in store.paths(table)]})"

    statement = f"""
        SELECT count(*) FROM (
            SELECT customer_id, arg_max(language, seq) FILTER (language IS NOT NULL) AS language,
                arg_max(created_at, seq) FILTER (created_at IS NOT NULL) AS created_at
            FROM {files("profiles")} GROUP BY customer_id
        ) JOIN (
            SELECT customer_id FROM {files("orders")}
            WHERE ordered_at >= TIMESTAMPTZ '{BOUGHT_SINCE} 00:00:00+00'
                AND ordered_at <= TIMESTAMPTZ '{NOW.isoformat()}'
                AND NOT cancellation AND NOT adjustment
            GROUP BY customer_id HAVING count(DISTINCT order_id) >= 2
        ) USING (customer_id) JOIN (
            SELECT customer_id FROM {files("events")}
            WHERE name = 'Product Viewed' AND NOT machine
                AND occurred_at >= TIMESTAMPTZ '{LOOKED_SINCE} 00:00:00+00'
                AND occurred_at <= TIMESTAMPTZ '{NOW.isoformat()}'
            GROUP BY customer_id HAVING count(*) >= 3
        ) USING (customer_id) ANTI JOIN (
            SELECT customer_id FROM {files("events")}
            WHERE name = 'Email Link Clicked' AND NOT machine
                AND occurred_at >= TIMESTAMPTZ '{NOT_SINCE} 00:00:00+00'
                AND occurred_at <= TIMESTAMPTZ '{NOW.isoformat()}'
        ) USING (customer_id)
        WHERE lower(language) = 'de'
            AND (created_at IS NULL OR created_at <= TIMESTAMPTZ '{NOW.isoformat()}')"""
    with connect() as engine:
        row = engine.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


# --- the customers --------------------------------------------------------------------------------


def make_store(folder: Path, customers: int) -> Store:
    """A store of so many customers, the same for the same number."""
    store = Store(folder / "data")
    for first in range(0, customers, PIECE):
        last = min(first + PIECE, customers)
        for table, select in _rows(first, last).items():
            # One row is added, and replaced by all of them: rows that nobody has seen before
            # need not be looked for among the known ones.
            blank = pa.Table.from_pylist([_first(table, first)], schema=SCHEMAS[table])
            segment = store.add(table, blank).segment
            assert segment is not None
            store.replace([segment], select)
    store.sweep(timedelta(0))
    return store


def _first(table: TableName, number: int) -> dict[str, object]:
    return {"customer_id": f"c{number}", "line_id": f"{number}", "event_id": f"{number}"}


def _rows(first: int, last: int) -> dict[TableName, str]:
    people = f"range({first}, {last}) p(c)"

    def dice(what: str, sides: int) -> str:
        return f"CAST(hash({what}, {SEED}) % {sides} AS BIGINT)"

    def at(what: str) -> str:
        return f"TIMESTAMPTZ '{NOW.isoformat()}' - to_seconds({dice(what, SECONDS)})"

    profiles = f"""
        SELECT o.* REPLACE ('c' || lpad(CAST(c AS VARCHAR), 8, '0') AS customer_id,
            'c' || c || '@example.com' AS email,
            ['Germany', 'Austria', 'France', 'Italy', 'Spain'][1 + {dice("c, 'country'", 5)}]
                AS country,
            ['de', 'de', 'fr', 'it', 'es'][1 + {dice("c, 'country'", 5)}] AS language,
            {at("c, 'made'")} AS created_at)
        FROM old o, {people}"""
    orders = f"""
        SELECT o.* REPLACE (c || '-' || n AS line_id, c || '-' || n AS order_id,
            'c' || lpad(CAST(c AS VARCHAR), 8, '0') AS customer_id,
            {at("c, n, 'order'")} AS ordered_at, 'p' || {dice("c, n", 500)} AS product_id,
            'watch' AS category, 'shop' AS channel, 'EUR' AS currency, 'Germany' AS country,
            1 AS quantity, 1 AS occurrence, false AS cancellation, false AS adjustment,
            10 + {dice("c, n, 'net'", 2000)} AS net)
        FROM old o, {people}, range(0, 4) q(n) WHERE n < {dice("c, 'orders'", 5)}"""
    names = (
        ["Product Viewed"] * 9
        + ["Email Opened"] * 5
        + ["Email Link Clicked"] * 2
        + ["Product Added"] * 3
        + ["Viewing Booked"]
    )
    events = f"""
        SELECT o.* REPLACE (c || '-' || n AS event_id,
            'c' || lpad(CAST(c AS VARCHAR), 8, '0') AS customer_id,
            {names}[1 + {dice("c, n, 'name'", len(names))}] AS name,
            {at("c, n, 'event'")} AS occurred_at, {at("c, n, 'event'")} AS received_at,
            'p' || {dice("c, n, 'product'", 500)} AS product_id, false AS machine)
        FROM old o, {people}, range(0, {EVENTS_EACH}) q(n)"""
    return {"profiles": profiles, "orders": orders, "events": events}


# --- measuring ------------------------------------------------------------------------------------


def _timed(look: Callable[[], int]) -> tuple[float, int]:
    began = time.perf_counter()
    found = look()
    return time.perf_counter() - began, found


def _out_of_cache(files: list[Path]) -> None:
    """Let the system forget what it holds of the files."""
    for path in files:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)

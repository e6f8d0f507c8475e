"""The same questions, asked of the real retail data on DuckDB, PostgreSQL and Spark, are answered
alike; on BigQuery and Snowflake they are compiled."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from domain.predicate import (
    Agreed,
    AllOf,
    AnyOf,
    Bought,
    Did,
    Everyone,
    NotThat,
    Predicate,
    Property,
    Score,
    Sequence,
    Spent,
    Stage,
    Step,
    Trait,
)
from tests.integration.postgres_server import postgres_server
from tools.analytics.hours import count_hours
from tools.cdp.baseline import measure_baseline
from tools.cdp.description import describe_data
from tools.cdp.evidence import gather_evidence
from tools.store.compile import PerPerson, customers_that_fit
from tools.store.engines.choose import engine_of
from tools.store.engines.duck import DuckDB
from tools.store.engines.port import OpenEngine
from tools.store.intake import read_file
from tools.store.schema import CONSENTS, RESOLVED
from tools.store.segments import Store, connect
from tools.store.tables import Tables

pytestmark = pytest.mark.shared

ZONE = "Europe/London"
NOW = datetime(2010, 12, 10, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
SEPTEMBER = date(2010, 9, 1)
LAPSED = AllOf(of=(Bought(at_least=2, before=SEPTEMBER), NotThat(that=Bought(since=SEPTEMBER))))
LOOKED = Did(event="Product Viewed", where=(Property(name="seconds", op="at_least", value="30"),))
RULES: dict[str, Predicate] = {
    "everyone": Everyone(),
    "lapsed": LAPSED,
    "in a window": Bought(at_least=3, last_days=90),
    "not in a window": AllOf(of=(Bought(older_days=180), NotThat(that=Bought(last_days=180)))),
    "never": Bought(at_least=0, at_most=0),
    "a product": Bought(products=("85123A", "22423"), at_most=4),
    "worth": Bought(worth_at_least=Decimal(500)),
    "spent much": Spent(at_least=Decimal("1000.50")),
    "spent nothing": Spent(at_most=Decimal(0), since=date(2010, 3, 28)),
    "abroad": Trait(field="country", op="is_not", value="united kingdom"),
    "a language": Trait(field="language", op="is", value="DE"),
    "no language": Trait(field="language", op="unknown"),
    "birthday soon": Trait(field="birthday", op="next_days", value="30"),
    "joined": Trait(field="created_at", op="at_least", value="2010-06-01"),
    "a property": LOOKED,
    "a sequence": Sequence(steps=(Step(that=LOOKED), Step(that=Bought(), within_days=7))),
    "a sequence that broke off": Sequence(
        steps=(Step(that=Bought()), Step(that=Bought(), within_days=60, negated=True))
    ),
    "a stage": Stage(stages=("at_risk", "won_back")),
    "a score": Score(score="value", at_least=4),
    "agreed": Agreed(purpose="email_marketing"),
    "any": AnyOf(of=(Trait(field="customer_id", op="is", value="12346"), Bought(at_least=20))),
}


@pytest.fixture(scope="module")
def store(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The retail lines; and for a part of the people a profile, visits, and another id."""
    folder = tmp_path_factory.mktemp("engines")
    store = Store(folder / "data")
    read_file(
        "orders",
        shared_data / "retail" / "online_retail_2010.parquet",
        store=store,
        quarantine=folder / "quarantine",
        timezone=ZONE,
        currency="GBP",
    )
    with connect() as engine:
        engine.execute(f"CREATE VIEW orders AS {store.view('orders')}")

        def rows(select: str) -> pa.Table:
            return engine.execute(select).to_arrow_table()

        store.add(
            "profiles",
            rows(
                """SELECT customer_id, 'c' || customer_id || '@example.com' AS email,
                    CASE WHEN customer_id LIKE '%1' THEN '' WHEN customer_id LIKE '%2' THEN 'de'
                        WHEN customer_id LIKE '%3' THEN 'En' END AS language,
                    min(ordered_at) AS created_at, 'Europe/Berlin' AS timezone,
                    DATE '1960-01-01' + CAST(customer_id AS INT) % 9000 AS birthday
                FROM orders WHERE CAST(customer_id AS INT) % 3 = 0 GROUP BY customer_id"""
            ),
        )
        store.add(
            "profiles",
            pa.table({"customer_id": ["nobody yet", "12348"], "language": ["de", "fr"]}),
        )
        store.add(
            "events",
            rows(
                """SELECT 'e' || line_id AS event_id, 'Product Viewed' AS name,
                    ordered_at - INTERVAL 2 DAY AS occurred_at, product_id, false AS machine,
                    CASE WHEN quantity % 2 = 0 THEN customer_id END AS customer_id,
                    'device ' || customer_id AS anonymous_id,
                    '{"seconds": ' || quantity || ', "page": "a \\"b\\""}' AS properties
                FROM orders WHERE customer_id IS NOT NULL AND hash(line_id) % 40 = 0"""
            ),
        )
        store.resolve(
            rows(
                """SELECT 'customer' AS kind, customer_id AS value,
                    CAST(CAST(customer_id AS INT) - 1 AS VARCHAR) AS person
                FROM orders WHERE CAST(customer_id AS INT) % 50 = 0 GROUP BY customer_id
                UNION ALL SELECT 'anonymous', 'device ' || customer_id, customer_id
                FROM orders WHERE CAST(customer_id AS INT) % 5 = 1 GROUP BY customer_id"""
            ).cast(RESOLVED)
        )
    return store


def consents() -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "customer_id": str(number),
                "purpose": "email_marketing",
                "given": number % 4 != 0,
                "at": NOW - timedelta(days=number % 30),
            }
            for number in range(12346, 13400)
        ],
        schema=CONSENTS,
    )


def looked_through(store: Store, engine: OpenEngine) -> dict[str, Any]:
    """Whom each rule finds, and what is said of them."""
    with Tables(store, NOW, ZONE, engine, consents) as tables:
        asked = PerPerson(tables)
        fits = [asked.ask(rule) for rule in RULES.values()]
        people = asked.table()
        flags = {f"r{number}": fit(people) for number, fit in enumerate(fits)}
        each = tables.run(people.select("customer_id", **flags)).sort_by("customer_id")
        ids = each.column("customer_id")
        found: dict[str, Any] = {
            name: ids.filter(each.column(f"r{number}")).to_pylist()
            for number, name in enumerate(RULES)
        }
        alone = tables.run(customers_that_fit(LAPSED, tables).order_by("customer_id"))
        found["lapsed alone"] = alone.column("customer_id").to_pylist()
        found["description"] = _said(describe_data(tables))
        found["evidence"] = _said(gather_evidence(LAPSED, tables, "GBP"))
        found["baseline"] = _said(measure_baseline(LAPSED, "revenue", 14, tables, "GBP"))
        found["hours"] = _said(count_hours(LAPSED, tables))
        return found


def _said(told: Any) -> Any:
    """Everything but the queries, whose text is the engine's own."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: without(v) for k, v in value.items() if k not in ("queries", "query")}
        if isinstance(value, list | tuple):
            return [without(one) for one in value]
        return pytest.approx(value, rel=1e-9) if isinstance(value, float) else value

    return without(told.model_dump())


@pytest.fixture(scope="module")
def expected(store: Store) -> dict[str, Any]:
    return looked_through(store, DuckDB)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


def test_the_rules_find_some_and_not_all(expected: dict[str, Any]) -> None:
    everyone = len(expected["everyone"])

    assert everyone > 4_000
    assert [n for n in RULES if n != "everyone" and not 0 < len(expected[n]) < everyone] == []
    assert expected["lapsed alone"] == expected["lapsed"]


def test_postgres_answers_as_duckdb_does(
    store: Store, expected: dict[str, Any], server: str
) -> None:
    found = looked_through(store, engine_of("postgres", server, "retail"))

    assert [name for name in expected if found[name] != expected[name]] == []


def test_spark_answers_as_duckdb_does(store: Store, expected: dict[str, Any]) -> None:
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed (pip install 'mainspring[spark]')")

    found = looked_through(store, engine_of("spark", "local[2]", ""))

    assert [name for name in expected if found[name] != expected[name]] == []

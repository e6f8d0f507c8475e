"""Three facts from half a million real order lines, each held against a plain query over the file.

The set (UCI Online Retail II, first year) names a customer in four of five lines.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tools.cdp.telling import Subject, Told, tell
from tools.store.intake import read_file
from tools.store.segments import Store
from tools.store.tables import Tables

pytestmark = pytest.mark.shared

PLAIN = """
    WITH lines AS (
        SELECT Invoice, CAST("Customer ID" AS BIGINT) AS customer, Quantity * Price AS net, Price,
            CAST(InvoiceDate AS TIMESTAMP) AS day, starts_with(Invoice, 'C') AS returned
        FROM read_parquet($file) WHERE "Customer ID" IS NOT NULL
    ), orders AS (
        SELECT customer, Invoice, min(day) AS day FROM lines
        WHERE NOT returned AND Price >= 0 GROUP BY ALL
    ), value AS (SELECT customer, CAST(sum(CAST(net AS DECIMAL(18, 6))) AS DOUBLE) AS value
        FROM lines GROUP BY customer
    ), buyers AS (
        SELECT customer, count(*) AS orders, max(day) AS last, any_value(value) AS value
        FROM orders JOIN value USING (customer) GROUP BY customer
    )
"""


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    return shared_data / "retail" / "online_retail_2010.parquet"


@pytest.fixture(scope="module")
def told(file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Subject, Told]:
    """What is told of the shop, years after its last day."""
    folder = tmp_path_factory.mktemp("retail")
    store = Store(folder / "data")
    read_file(
        "orders", file, store=store, quarantine=folder / "quarantine",
        timezone="Europe/London", currency="GBP",
    )  # fmt: skip
    with Tables(store, datetime(2026, 11, 25, tzinfo=UTC), "Europe/London") as tables:
        return {fact.subject: fact for fact in tell(tables, "GBP")}


def ask(file: Path, query: str) -> Any:
    return duckdb.execute(PLAIN + query, {"file": str(file)}).fetchone()


def test_the_top_tenth(file: Path, told: dict[Subject, Told]) -> None:
    least = told["top_tenth"].words["least"]
    people, share = ask(
        file,
        f"SELECT count(*) FILTER (WHERE value >= {least}), "
        f"sum(value) FILTER (WHERE value >= {least}) / sum(value) FROM buyers",
    )
    assert told["top_tenth"].people == people
    assert told["top_tenth"].value_share == pytest.approx(share)
    assert people / told["top_tenth"].words["buyers"] == pytest.approx(0.1, abs=0.001)


def test_the_silent_are_reckoned_from_the_last_day_of_the_data(
    file: Path, told: dict[Subject, Told]
) -> None:
    fact = told["silent"]
    since = fact.words["since"]
    assert since.year == 2010
    people, share = ask(
        file,
        f"SELECT count(*) FILTER (WHERE last < '{since}'), "
        f"sum(value) FILTER (WHERE last < '{since}') / sum(value) FROM buyers",
    )
    assert fact.people == people
    assert fact.value_share == pytest.approx(share)


def test_once_and_the_wait_for_the_second(file: Path, told: dict[Subject, Told]) -> None:
    (once,) = ask(file, "SELECT count(*) FROM buyers WHERE orders = 1")
    fact = told["once"]
    assert fact.people == once
    wait = fact.figures[1]
    assert wait.low is not None
    assert wait.high is not None
    assert wait.low <= (wait.value or 0) <= wait.high


def test_only_what_chance_does_not_explain_is_told(told: dict[Subject, Told]) -> None:
    # fewer regulars are late than chance would bring: there is nothing to tell
    assert "late_regulars" not in told
    apart = told["first_buy"].figures[2]
    assert apart.low is not None
    assert apart.high is not None
    assert apart.low > 0 or apart.high < 0
    assert len(told["first_buy"].ids) == told["first_buy"].people == told["first_buy"].figures[0].n

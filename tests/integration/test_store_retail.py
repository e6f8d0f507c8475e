"""The real file of a gift shop: what goes in, and what comes out equals plain SQL over it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from domain.predicate import AllOf, Bought, NotThat
from tools.cdp.duck import DuckCustomerData
from tools.store.intake import Intake, read_file
from tools.store.segments import Store

pytestmark = pytest.mark.shared

SEPTEMBER = date(2010, 9, 1)
LAPSED = AllOf(of=(Bought(at_least=2, before=SEPTEMBER), NotThat(that=Bought(since=SEPTEMBER))))
LAPSED_SQL = """
    SELECT id FROM lines WHERE NOT cancelled GROUP BY id
    HAVING count(DISTINCT Invoice) FILTER (t < '2010-09-01') >= 2
       AND count(DISTINCT Invoice) FILTER (t >= '2010-09-01') = 0"""


class December:
    """10 December 2010 in London."""

    def now(self) -> datetime:
        return datetime(2010, 12, 10, tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)


@pytest.fixture(scope="module")
def retail(shared_data: Path) -> Path:
    return shared_data / "retail" / "online_retail_2010.parquet"


@pytest.fixture(scope="module")
def imported(retail: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Intake]:
    folder = tmp_path_factory.mktemp("retail")
    store = Store(folder / "data")
    return store, take_in(store, retail, folder)


@pytest.fixture
def plain(retail: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as engine:
        engine.execute(
            f"""CREATE VIEW lines AS SELECT *, CAST(CAST("Customer ID" AS BIGINT) AS VARCHAR) AS id,
                CAST(InvoiceDate AS TIMESTAMP) AS t, Invoice LIKE 'C%' AS cancelled
            FROM '{retail}' WHERE "Customer ID" IS NOT NULL"""
        )
        yield engine


def take_in(store: Store, path: Path, folder: Path) -> Intake:
    return read_file(
        "orders",
        path,
        store=store,
        quarantine=folder / "quarantine",
        timezone="Europe/London",
        currency="GBP",
    )


def customers(store: Store) -> DuckCustomerData:
    return DuckCustomerData(store, December(), "Europe/London", "GBP")


def test_every_line_goes_in_and_is_counted(imported: tuple[Store, Intake]) -> None:
    _, intake = imported

    assert (intake.rows_read, intake.added, intake.quarantined) == (525_461, 525_461, 0)
    assert intake.duplicates == 6_865
    notes = " ".join(intake.notes)
    assert "107,927 lines without a customer" in notes
    assert "3 lines with a negative price" in notes
    columns = {u.field: u.column for u in intake.understood}
    assert columns["customer_id"] == "Customer ID"
    assert columns["ordered_at"] == "InvoiceDate"


def test_the_same_file_twice_adds_nothing(
    imported: tuple[Store, Intake], retail: Path, tmp_path: Path
) -> None:
    store, _ = imported

    again = take_in(store, retail, tmp_path)

    assert (again.added, again.already_known) == (0, 525_461)
    assert store.counts()["orders"] == 525_461


def test_an_overlapping_export_in_another_format_adds_only_what_is_new(
    retail: Path, tmp_path: Path
) -> None:
    early, late = tmp_path / "early.csv", tmp_path / "late.parquet"
    with duckdb.connect() as engine:
        engine.execute(
            f"COPY (SELECT * FROM '{retail}' WHERE InvoiceDate < '2009-12-20') TO '{early}'"
        )
        engine.execute(
            f"COPY (SELECT * FROM '{retail}' WHERE InvoiceDate >= '2009-12-10' "
            f"AND InvoiceDate < '2010-01-10') TO '{late}'"
        )
        (union,) = engine.execute(
            f"SELECT count(*) FROM '{retail}' WHERE InvoiceDate < '2010-01-10'"
        ).fetchone() or (0,)
    store = Store(tmp_path / "data")

    first = take_in(store, early, tmp_path)
    second = take_in(store, late, tmp_path)

    assert second.already_known > 0
    assert first.added + second.added == union == store.counts()["orders"]


async def test_the_description_counts_what_is_odd(imported: tuple[Store, Intake]) -> None:
    described = await customers(imported[0]).describe()

    assert described.customers == 4_383
    assert described.order_lines == 525_461
    assert described.unknown_customer_lines == 107_927
    assert described.duplicate_lines == 6_865
    assert (described.first_day, described.last_day) == (date(2009, 12, 1), date(2010, 12, 9))
    assert described.currencies == ("GBP",)


async def test_the_audience_equals_a_plain_query(
    imported: tuple[Store, Intake], plain: duckdb.DuckDBPyConnection
) -> None:
    found = await customers(imported[0]).select(LAPSED)

    expected = tuple(sorted(row[0] for row in plain.execute(LAPSED_SQL).fetchall()))
    assert len(found) == 561
    assert found == expected
    assert not any("." in customer_id for customer_id in found)


async def test_the_evidence_equals_a_plain_query(
    imported: tuple[Store, Intake], plain: duckdb.DuckDBPyConnection
) -> None:
    evidence = await customers(imported[0]).evidence(LAPSED)

    row = plain.execute(
        f"""SELECT count(*), sum(value), median(value), median(orders), median(days), sum(orders)
        FROM (SELECT id, sum(Quantity * Price) AS value,
                count(DISTINCT Invoice) FILTER (NOT cancelled) AS orders,
                date_diff('day', max(t) FILTER (NOT cancelled), DATE '2010-12-10') AS days
            FROM lines WHERE id IN ({LAPSED_SQL}) GROUP BY id)"""
    ).fetchone()
    assert row is not None
    names = ("value_total", "value_median", "orders_median", "recency_days_median", "orders_total")
    assert evidence.size == row[0] == 561
    values = [f.value for f in map(evidence.figure, names) if f is not None]
    assert values == pytest.approx(row[1:], abs=1e-6)
    trade = evidence.figure("trade_share")
    assert trade is not None
    assert trade.value is not None
    assert trade.value > 0.6  # most of them buy for a shop
    assert trade.note
    repeats = evidence.figure("repeated_lines")
    assert repeats is not None
    assert repeats.value == 575


async def test_every_figure_can_be_run_again(imported: tuple[Store, Intake]) -> None:
    from tools.store.tables import Tables

    store, _ = imported
    evidence = await customers(store).evidence(LAPSED)

    texts = {query.id: query.text for query in evidence.queries}
    assert all(figure.query in texts for figure in evidence.figures)
    with Tables(store, December().now(), "Europe/London") as tables:
        (audience,) = tables.run_text(next(iter(texts.values()))).to_pylist()
    assert audience["size"] == 561


async def test_what_is_later_is_hidden(
    imported: tuple[Store, Intake], plain: duckdb.DuckDBPyConnection
) -> None:
    class June:
        def now(self) -> datetime:
            return datetime(2010, 6, 1, tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)

    data = DuckCustomerData(imported[0], June(), "Europe/London", "GBP")

    found = await data.select(Bought())
    described = await data.describe()

    (expected,) = plain.execute(
        "SELECT count(DISTINCT id) FROM lines WHERE NOT cancelled AND t < '2010-06-01'"
    ).fetchone() or (0,)
    assert len(found) == expected
    assert described.last_day is not None
    assert described.last_day <= date(2010, 6, 1)


async def test_the_baseline_follows_people_forward(
    imported: tuple[Store, Intake], plain: duckdb.DuckDBPyConnection
) -> None:
    figure = await customers(imported[0]).baseline(LAPSED, "purchase", 14)

    row = plain.execute(
        f"""SELECT count(*), count(*) FILTER (id IN (SELECT id FROM lines WHERE NOT cancelled
            AND t >= '2010-11-26')) FROM ({LAPSED_SQL.replace("lines", "early")})""".replace(
            "FROM early", "FROM (SELECT * FROM lines WHERE t < '2010-11-26')"
        )
    ).fetchone()
    assert row is not None
    assert figure.n == row[0]
    assert figure.value == pytest.approx(row[1] / row[0])
    assert figure.low is not None
    assert figure.high is not None
    assert figure.value is not None
    assert figure.low < figure.value < figure.high

"""Half a million real order lines of a gift shop, from export to report.

The set (UCI Online Retail II, first year) has no addresses and ends on 9 December 2010; the run
makes addresses and consents in a second file, and stands at 10 December. Each number is held
against a plain query over the file.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.integration.commanding import Commands, Inbox, port_of, serve

DOCS = Path(__file__).parents[2] / "docs"
GOAL = (
    "Win back customers who bought twice or more before September 2010 and not since, "
    "with a Christmas offer of at most 10 %"
)
LINES = """
    SELECT Invoice, CAST(StockCode AS VARCHAR) AS code, Quantity * Price AS value,
        CAST(InvoiceDate AS TIMESTAMP) AS day, CAST("Customer ID" AS BIGINT) AS customer
    FROM read_parquet($file)
"""
AUDIENCE = f"""
    SELECT customer FROM ({LINES})
    WHERE customer IS NOT NULL AND NOT starts_with(Invoice, 'C')
    GROUP BY customer
    HAVING count(DISTINCT Invoice) FILTER (WHERE day < '2010-09-01') >= 2
        AND count(*) FILTER (WHERE day >= '2010-09-01') = 0
"""

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    return shared_data / "retail" / "online_retail_2010.parquet"


@pytest.fixture(scope="module")
def shop(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """The shop with its whole export, at a mail server of this machine."""
    place = tmp_path_factory.mktemp("retail")
    server = serve(Inbox())
    made = Commands(place / "shop", place / "home")
    made.init("--brand", str(DOCS / "examples" / "gift_shop"))
    made.settle(f'smtp_port = {port_of(server)}\nsmtp_host = "127.0.0.1"\n')
    customers = place / "customers.csv"
    script = DOCS / "examples" / "write_retail_customers.py"
    subprocess.run([sys.executable, str(script), str(file), str(customers)], check=True)
    answers["orders"] = orders(made, file)
    answers["customers"] = made.data("import", "customers", str(customers))
    for facts in ("products.jsonl", "house.jsonl"):
        made.run("import", "facts", str(made.folder / "brand" / facts))
    made.run("campaign", "new", GOAL, "--as-of", "2010-12-10", exits=3)
    answers["brief"] = made.data("approvals", "show")["brief"]
    yield made
    server.stop()


answers: dict[str, Any] = {}
"""What the fixture's commands answered, for the tests to look at."""


def orders(shop: Commands, path: Path) -> Any:
    return shop.data("import", "orders", str(path), "--tz", "Europe/London", "--currency", "GBP")


def ask(file: Path, query: str) -> Any:
    return duckdb.execute(query, {"file": str(file)}).fetchone()


def figure(name: str) -> float:
    found = next(f for f in answers["brief"]["audience"]["figures"] if f["name"] == name)
    value: float = found["value"]
    return value


def test_zone_and_currency_must_be_said(shop: Commands, file: Path) -> None:
    assert "--currency" in shop.run("import", "orders", str(file), exits=2).stderr
    said = shop.run("import", "orders", str(file), "--currency", "GBP", exits=2).stderr
    assert "--tz" in said


def test_every_line_is_kept_and_counted(shop: Commands) -> None:
    intake = answers["orders"]["intake"]
    assert intake["rows_read"] == intake["added"] == 525_461
    assert intake["duplicates"] == 6_865
    assert intake["quarantined"] == 0
    audit = shop.data("audit", "data")
    described = audit["described"]
    assert audit["channels"] == [
        {
            "channel": "shop", "orders": 24_221, "unmatched": 5_006,
            "net": pytest.approx(9_539_484.63, abs=0.01),
            "unmatched_net": pytest.approx(1_191_276.06, abs=0.01),
        }
    ]  # fmt: skip
    assert len(audit["valuable"]) == 100
    assert "unknown_buyers" in [repair["code"] for repair in audit["repairs"]]
    assert described["order_lines"] == 525_461
    assert described["duplicate_lines"] == 6_865
    assert described["unknown_customer_lines"] == 107_927
    assert described["customers"] == 4_383


def test_a_second_import_adds_nothing(shop: Commands, file: Path) -> None:
    intake = orders(shop, file)["intake"]
    assert (intake["added"], intake["already_known"]) == (0, 525_461)


def test_an_overlapping_export_adds_only_what_is_new(
    shop: Commands, file: Path, tmp_path: Path
) -> None:
    later = tmp_path / "later.csv"
    duckdb.execute(
        f"COPY (SELECT * FROM '{file}' WHERE InvoiceDate >= '2010-12-01' UNION ALL "
        "SELECT 'C-NEW', '22423', 'REGENCY CAKESTAND 3 TIER', -1, '2010-12-09 20:00:00', 12.75, "
        f"13085.0, 'United Kingdom') TO '{later}' (HEADER)"
    )
    intake = orders(shop, later)["intake"]
    assert intake["added"] == 1
    assert intake["already_known"] == intake["rows_read"] - 1 > 10_000


def test_consent_is_recorded_for_nine_in_ten(shop: Commands) -> None:
    assert answers["customers"]["consents_added"] == 3_944


def test_audience_value_and_recency_equal_a_plain_query(shop: Commands, file: Path) -> None:
    (size,) = ask(file, f"SELECT count(*) FROM ({AUDIENCE})")
    assert answers["brief"]["audience"]["size"] == size == 561
    (total, median) = ask(
        file,
        f"SELECT sum(v), median(v) FROM (SELECT sum(value) AS v FROM ({LINES}) "
        f"JOIN ({AUDIENCE}) USING (customer) GROUP BY customer)",
    )
    assert figure("value_total") == pytest.approx(total, abs=0.01)
    assert figure("value_median") == pytest.approx(median, abs=0.01)
    (recency,) = ask(
        file,
        "SELECT median(days) FROM (SELECT date_diff('day', CAST(max(day) AS DATE), "
        f"DATE '2010-12-10') AS days FROM ({LINES}) JOIN ({AUDIENCE}) USING (customer) "
        "WHERE NOT starts_with(Invoice, 'C') GROUP BY customer)",
    )
    assert figure("recency_days_median") == recency


def test_ids_are_whole_numbers(shop: Commands) -> None:
    import asyncio

    from app.stack import customer_data
    from app.workspace import open_workspace
    from domain.predicate import Everyone

    opened = open_workspace(shop.folder, {"MAINSPRING_HOME": str(shop.home)})
    ids = asyncio.run(customer_data(opened).select(Everyone()))
    assert "13085" in ids
    assert all(one.isdigit() for one in ids)


def test_the_brief_notices_who_they_are_and_what_they_can_show(shop: Commands) -> None:
    brief = answers["brief"]
    assert figure("trade_share") > 0.5
    said = " ".join(a["what"] + a["why"] for a in brief["alternatives"])
    assert "trade buyers" in said
    assert brief["holdout"]["smallest_effect"] > 0.05
    shown = shop.run("approvals", "show").stdout
    assert "shows gains of" in shown
    assert "561 people" in shown


def test_it_goes_out_and_the_report_says_what_cannot_be_known(shop: Commands) -> None:
    def waiting() -> str:
        (one,) = shop.data("approvals", "list")
        return str(one["id"])

    shop.run("approvals", "approve", waiting(), "--answer", "Nobody yet.", "--advance", exits=3)
    for _ in range(3):
        if not shop.data("approvals", "show")["approval"]["blocking"]:
            break
        reason = ("--reason", "Write it anew, shorter.", "--advance")
        shop.run("approvals", "reject", waiting(), *reason, exits=3)
    shop.run("approvals", "approve", waiting(), "--advance")
    (send,) = shop.data("publish", "--once", "--as-of", "2010-12-11T14:00")["scheduled_sends"]
    assert send["messages"]["sent"] > 200
    (run,) = shop.data("campaign", "list")
    report = shop.data("report", "show", run["id"], "--as-of", "2010-12-24")
    assert report["measurable"] == "no"
    assert report["why_not"] == "no data after the as-of date"
    shown = shop.run("report", "show", run["id"]).stdout
    assert "Not measurable: no data after the as-of date." in shown

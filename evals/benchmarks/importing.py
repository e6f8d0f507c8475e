"""``bench import``: a file into a workspace, beside a bare DuckDB that only copies it."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from app.importing import import_file
from evals.benchmarks.figures import Measurement
from evals.benchmarks.memory import peak_mb
from evals.benchmarks.workspace import bench_workspace
from evals.market.history import make_market, write_history
from evals.market.world import World
from tools.store.fields import Kind

RETAIL_MAP = {
    "order_id": "Invoice",
    "product_id": "StockCode",
    "description": "Description",
    "quantity": "Quantity",
    "ordered_at": "InvoiceDate",
    "unit_price": "Price",
    "customer_id": "Customer ID",
    "country": "Country",
}


async def measure(data: Path | None) -> tuple[Measurement, ...]:
    """With ``data``: order lines in the columns of the UCI Online Retail set. Without: the
    simulated market's exports."""
    with tempfile.TemporaryDirectory(prefix="mainspring-bench-") as name:
        folder = Path(name)
        if data is not None:
            files: list[tuple[Kind, Path]] = [("orders", data)]
        else:
            exports = write_history(make_market(World()), folder / "exports")
            files = [
                ("customers", exports.customers),
                ("orders", exports.orders),
                ("events", exports.events),
            ]
        found = []
        for kind, path in files:
            found += _one(kind, path, folder, retail=data is not None)
        return (*found, Measurement(name="peak memory", value=peak_mb(), unit="MB"))


def _one(kind: Kind, path: Path, folder: Path, *, retail: bool) -> list[Measurement]:
    workspace = bench_workspace(
        folder / kind,
        at=datetime(2026, 11, 2, 8, tzinfo=UTC),
        timezone="Europe/London" if retail else "Europe/Berlin",
        currency="GBP" if retail else "EUR",
    )
    began = time.perf_counter()
    imported = import_file(
        workspace,
        kind,
        path,
        mapping=RETAIL_MAP if retail else {},
        timezone="Europe/London" if retail else "UTC",
        currency="GBP" if retail else "EUR",
    )
    seconds = time.perf_counter() - began
    rows = imported.intake.rows_read
    began = time.perf_counter()
    again = import_file(
        workspace,
        kind,
        path,
        mapping=RETAIL_MAP if retail else {},
        timezone="Europe/London" if retail else "UTC",
        currency="GBP" if retail else "EUR",
    )
    twice = time.perf_counter() - began
    bare = _copied(path, folder / f"bare-{kind}.parquet")
    return [
        Measurement(name=f"{kind}: rows", value=rows, unit="count"),
        Measurement(name=f"{kind}: import", value=rows / seconds, unit="rows/s"),
        Measurement(name=f"{kind}: time", value=seconds, unit="s"),
        Measurement(
            name=f"{kind}: the same file again",
            value=twice,
            unit="s",
            note=f"{again.intake.added:,} rows added",
        ),
        Measurement(
            name=f"{kind}: beside a bare copy",
            value=seconds / bare,
            unit="ratio",
            note="time, DuckDB reading and writing the file without looking at it = 1",
        ),
    ]


def _copied(path: Path, target: Path) -> float:
    reader = "read_parquet" if path.suffix == ".parquet" else "read_csv"
    options = ", all_varchar=true, ignore_errors=true" if reader == "read_csv" else ""
    with duckdb.connect() as connection:
        began = time.perf_counter()
        connection.execute(
            f"COPY (SELECT * FROM {reader}(?{options})) TO '{target}' (FORMAT parquet)",  # noqa: S608
            [str(path)],
        )
        return time.perf_counter() - began

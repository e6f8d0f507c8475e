"""``bench audit``: the whole data audit, and what a campaign reads of it, as the customers grow.

The customers of ``bench preview`` are made in a workspace of their own, and told more of: names,
phones, who said a row and when, a CRM that knows every other one, campaigns on some visits; one in
ten buys oftener, one in three stops buying. Nine in ten have a recorded yes. Beside the audit
stands one plain scan of the same files: DuckDB reading every value of every row once, without
asking anything.
"""

# ruff: noqa: S608  (statements are made of our own names)

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.data_audit import audit_data
from app.stack import build_stack
from app.work.audit import audit_work
from app.workspace import Workspace
from domain.customer import Consent
from evals.benchmarks.figures import Measurement, growth, median, ratio
from evals.benchmarks.memory import forget_peak, peak_mb
from evals.benchmarks.preview import NOW, PIECE, RULE, make_store
from evals.benchmarks.workspace import bench_workspace
from ledger import consent
from tools.store.schema import TABLES, TableName
from tools.store.segments import Store, connect
from workflows import data_audit
from workflows.stack import Stack

SIZES = (100_000, 1_000_000)
ROUNDS = 3
AGREED = datetime(2025, 3, 1, 10, tzinfo=UTC)

TOLD: dict[TableName, str] = {
    "profiles": """
        WITH shop AS (SELECT o.* REPLACE ('shop' AS source, created_at AS said_at,
            'Anna' AS first_name, 'N' || hash(customer_id) % 9000 AS last_name,
            'Town ' || hash(customer_id) % 500 AS city,
            '+49170' || lpad(CAST(hash(customer_id) % 100000000 AS VARCHAR), 8, '0') AS phone)
            FROM old o)
        SELECT * FROM shop UNION ALL SELECT s.* REPLACE ('crm' AS source,
            CASE WHEN hash(customer_id) % 50 = 0 THEN 'Elsewhere' ELSE city END AS city)
            FROM shop s WHERE hash(customer_id) % 2 = 0""",
    "orders": f"""
        SELECT o.* REPLACE (line_id || '-' || n AS line_id, order_id || '-' || n AS order_id,
            ordered_at - to_days(CAST(n * (hash(line_id, n) % 90) AS INTEGER)) AS ordered_at,
            CASE WHEN hash(order_id) % 3 = 0 THEN 'boutique' ELSE 'shop' END AS channel,
            'shop' AS source)
        FROM old o, range(0, CASE WHEN hash(customer_id, 'often') % 10 = 0 THEN 5 ELSE 1 END) q(n)
        WHERE hash(customer_id, 'left') % 3 > 0 OR ordered_at < TIMESTAMPTZ '{NOW.isoformat()}'
            - to_days(CAST(hash(customer_id, 'when') % 700 AS INTEGER))""",
    "events": """
        SELECT o.* REPLACE ('site' AS source, CASE WHEN name = 'Product Viewed'
            THEN '{"context": {"campaign": {"medium": "cpc", "source": "google"}}}' END
            AS properties) FROM old o""",
}
"""What is told besides, from the rows of a segment."""


async def measure(data: Path | None, customers: int = SIZES[-1]) -> tuple[Measurement, ...]:
    """For every size up to ``customers``; ``data`` is not used: the customers are made here."""
    found: list[Measurement] = []
    seconds: dict[int, float] = {}
    for size in (*(size for size in SIZES if size < customers), customers):
        with tempfile.TemporaryDirectory(prefix="mainspring-bench-") as folder:
            workspace = make_workspace(Path(folder), size)
            figures = await _one(workspace, size)
        seconds[size] = figures[0].value
        found += figures
    return (*found, *growth(seconds, "time of the audit"))


async def _one(workspace: Workspace, size: int) -> list[Measurement]:
    stack, store = build_stack(workspace), Store(workspace.store_folder)
    megabytes = sum((store.folder / s.file).stat().st_size for s in store.manifest().segments) / 1e6
    scans, audits = [], []
    for number in range(ROUNDS):  # whichever goes first finds the machine a little different
        if number % 2:
            scans.append(await _timed(asyncio.to_thread(scan, store)))
        audits.append(await _timed(audit_data(workspace, stack)))
        if not number % 2:
            scans.append(await _timed(asyncio.to_thread(scan, store)))
    forget_peak()
    await audit_data(workspace, stack)
    memory = peak_mb()
    forget_peak()
    scan(store)
    memory_of_scan = peak_mb()
    first = await _timed(standing(stack))
    again = await _timed(standing(stack))
    work = await _timed(audit_work(workspace, stack))
    rows = store.counts()
    note = f"{rows['events']:,} events, {rows['orders']:,} order lines, {megabytes:,.0f} MB"
    return [
        median(f"{size:,}: audit data", audits, "s", note),
        median(f"{size:,}: a plain scan", scans, "s", "DuckDB, every value of the same files"),
        ratio(f"{size:,}: beside the scan", audits, scans, "time, the scan = 1"),
        Measurement(name=f"{size:,}: memory", value=memory, unit="MB", note="of the process"),
        Measurement(name=f"{size:,}: memory of the scan", value=memory_of_scan, unit="MB"),
        Measurement(name=f"{size:,}: a campaign's look, first", value=first, unit="s"),
        Measurement(
            name=f"{size:,}: a campaign's look, again",
            value=again,
            unit="s",
            note="nothing has changed",
        ),
        Measurement(name=f"{size:,}: audit work", value=work, unit="s"),
    ]


def scan(store: Store) -> None:
    """Every value of every row, read once."""
    with connect() as engine:
        for table in TABLES:
            paths = [str(path) for path in store.paths(table)]
            if paths:
                engine.execute(f"SELECT bit_xor(hash(t)) FROM read_parquet({paths}) t").fetchall()


async def standing(stack: Stack) -> None:
    """What a campaign's data check reads."""
    assert await data_audit.standing(stack, RULE) is not None


def make_workspace(folder: Path, customers: int) -> Workspace:
    """A workspace with so many customers, nine in ten of whom agreed."""
    workspace = bench_workspace(folder, at=NOW)
    store = make_store(workspace.folder, customers)
    for segment in store.manifest().segments:
        store.replace([segment], TOLD[segment.table])
    for first in range(0, customers, PIECE):
        said = (
            Consent(
                customer_id=f"c{number:08d}",
                purpose="email_marketing",
                given=True,
                at=AGREED,
                source="bench",
                wording="News by mail",
            )
            for number in range(first, min(first + PIECE, customers))
            if number % 10
        )
        with workspace.ledger.write() as tx:
            consent.record(tx, said)
    return workspace


async def _timed(look: Coroutine[Any, Any, object]) -> float:
    began = time.perf_counter()
    await look
    return time.perf_counter() - began

"""``bench intake``: events a second over HTTP, in batches and one by one.

The server is ``mainspring publish --worker``: it judges each event, answers once it is on the disk,
and its writer brings it to the store meanwhile. Beside it stands a bare FastAPI that appends each
body to a file without looking at it (evals/benchmarks/bare_intake.py), on the same event loop; they
take turns. In the end every event that was answered must be in the store.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from app.intake.spool import waiting_bytes
from app.workspace import EXAMPLE_BRAND, Workspace
from evals.benchmarks.figures import Measurement, median, ratio
from evals.benchmarks.memory import children_of, peak_mb
from evals.benchmarks.processes import free_port, running
from evals.benchmarks.workspace import bench_workspace
from ledger import sources
from tools.store.segments import Store

ROUNDS = 5
SECONDS = 1.0
CONNECTIONS = 32
FEWER = (1, 4)
"""Clients of which the rate is measured too, each with one request under way."""
BATCH = 100
BARE = {
    "grouped": "a bare FastAPI, one fdatasync for all that gathered",
    "each": "a bare FastAPI, an fdatasync for each request",
    "plain": "a bare FastAPI that does not wait for the disk",
}
_EVENT = (
    b'{"type":"track","event":"Product Viewed","userId":"u%d","messageId":"%d",'
    b'"timestamp":"2026-11-25T08:30:00Z","properties":{"product_id":"p%d","price":129.5,'
    b'"currency":"EUR","category":"watches"},"context":{"page":{"url":"https://shop.example/p",'
    b'"referrer":"https://shop.example/"},"campaign":{"source":"newsletter","medium":"email"}}}'
)


@dataclass
class Load:
    """What is sent; every event has an id of its own."""

    address: tuple[str, int]
    path: str
    key: str
    batch: int
    sent: int = 0
    """Events that were answered 200."""
    numbered: int = 0

    def request(self) -> bytes:
        events = []
        for _ in range(self.batch):
            self.numbered += 1
            n = self.numbered
            events.append(_EVENT % (n % 5_000, n, n % 300))
        body = events[0] if self.batch == 1 else b'{"batch":[' + b",".join(events) + b"]}"
        basic = base64.b64encode(f"{self.key}:".encode()).decode()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {basic}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def measure(data: Path | None) -> tuple[Measurement, ...]:
    """``data`` is not used: events are made here."""
    with tempfile.TemporaryDirectory(prefix="mainspring-bench-") as name:
        workspace = bench_workspace(Path(name), timezone="UTC", brand=EXAMPLE_BRAND)
        with workspace.ledger.write() as tx:
            _, key = sources.add(tx, "bench", workspace.person(tx))
        async with AsyncExitStack() as servers:
            port, server = await _ours(workspace, servers)
            bare = await _bare(Path(name), servers)
            at_rest = peak_mb(server)
            figures = []
            numbered = sent = 0
            for batch, path in ((BATCH, "/v1/batch"), (1, "/v1/track")):
                ours = Load(("127.0.0.1", port), path, key, batch, numbered=numbered)
                figures += await _beside(ours, bare, batch)
                sent, numbered = sent + ours.sent, ours.numbered
            figures += await _all_in_the_store(workspace, sent)
            figures.append(
                Measurement(
                    name="memory at most",
                    value=sum(peak_mb(one) for one in (server, *children_of(server))),
                    unit="MB",
                    note=f"the server's and its writer's; {at_rest:,.0f} MB before the first event",
                )
            )
        return tuple(figures)


async def _beside(ours: Load, bare: int, batch: int) -> list[Measurement]:
    loads = {name: Load(("127.0.0.1", bare), f"/{name}", "", batch) for name in BARE}
    loads["ours"] = ours
    rates: dict[str, list[float]] = {name: [] for name in loads}
    for _ in range(ROUNDS):
        for name, load in loads.items():
            rates[name].append(await _rate(load))
    what = f"batches of {batch}" if batch > 1 else "one by one"
    few = {clients: [await _rate(ours, clients) for _ in range(ROUNDS)] for clients in FEWER}
    return [
        median(f"events taken, {what}", rates["ours"], "events/s", f"{CONNECTIONS} clients"),
        *(
            median(f"  of {clients} client{'s' * (clients > 1)}, {what}", found, "events/s")
            for clients, found in few.items()
        ),
        *(median(f"  {name}, {what}", rates[name], "events/s", BARE[name]) for name in BARE),
        *(ratio(f"beside {name}, {what}", rates["ours"], rates[name]) for name in BARE),
    ]


async def _rate(load: Load, clients: int = CONNECTIONS) -> float:
    """Events a second that were answered 200, over ``SECONDS``."""
    before, began = load.sent, time.perf_counter()
    until = began + SECONDS
    await asyncio.gather(*(_connection(load, until) for _ in range(clients)))
    return (load.sent - before) / (time.perf_counter() - began)


async def _connection(load: Load, until: float) -> None:
    reader, writer = await asyncio.open_connection(*load.address)
    try:
        while time.perf_counter() < until:
            writer.write(load.request())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            if head.startswith(b"http/1.1 200"):
                load.sent += load.batch
    finally:
        writer.close()


async def _all_in_the_store(workspace: Workspace, sent: int) -> list[Measurement]:
    began = time.perf_counter()
    while waiting_bytes(workspace.spool_folder):  # noqa: ASYNC110
        await asyncio.sleep(0.1)  # another process does it
    seconds = time.perf_counter() - began
    stored = Store(workspace.store_folder).counts()["events"]
    if stored != sent:
        raise RuntimeError(f"{sent:,} events were answered 200, and {stored:,} are in the store")
    return [
        Measurement(
            name="events in the store", value=stored, unit="count", note="all answered 200"
        ),
        Measurement(
            name="until the last was in it", value=seconds, unit="s", note="after the load"
        ),
    ]


async def _ours(workspace: Workspace, servers: AsyncExitStack) -> tuple[int, int]:
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("mainspring")),
        "publish", "--worker", "-w", str(workspace.folder),
    ]  # fmt: skip
    environment = {
        **workspace.environment,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "MAINSPRING_SENDING_LISTEN_PORT": str(port),
    }
    base = f"http://127.0.0.1:{port}"
    return port, await servers.enter_async_context(running(command, environment, base, "/alive"))


async def _bare(folder: Path, servers: AsyncExitStack) -> int:
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "evals.benchmarks.bare_intake:app", "--port", str(port),
        "--log-level", "critical", "--loop", "asyncio",
    ]  # fmt: skip
    environment = {**os.environ, "BARE_FOLDER": str(folder)}
    await servers.enter_async_context(
        running(command, environment, f"http://127.0.0.1:{port}", "/none")
    )
    return port

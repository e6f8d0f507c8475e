"""``bench desk``: pages, first load, open streams and the API of ``mainspring serve``.

The server is a process of its own on this machine. Beside it stands a bare FastAPI that answers
with the same number of bytes, so that what is left is ours: the session, the ledger, the page.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx

from app.workspace import Workspace
from evals.benchmarks.figures import Measurement, median, ratio
from evals.benchmarks.processes import free_port, process
from evals.ground import Ground
from ledger import accounts, approvals, people, runs
from workflows import jobs

ROUNDS = 15
STREAMS = 200
INBOX = 1_000
MOST_FIRST_LOAD = 150_000
"""Bytes of a first load without pictures, as they travel."""
GOAL = "Get viewings for the 1968 dress watch from customers who bought watches"
PAGES = ("/chat", "/approvals", "/calendar", "/campaigns", "/reports", "/audience", "/settings")
_FILES = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg|woff2)[^"]*)"')
_IN_CSS = re.compile(r'url\("?([^")]+\.woff2[^")]*)"?\)')


async def measure(data: Path | None) -> tuple[Measurement, ...]:
    """``data`` is not used: the desk stands on a small simulated workspace."""
    with tempfile.TemporaryDirectory(prefix="mainspring-bench-") as name:
        ground = Ground(Path(name))
        workspace = ground.workspace
        run_id = await _one_waiting(ground)
        async with (
            _serving(workspace) as base,
            _bare() as bare,
            _signed_in(workspace, base) as client,
        ):
            return (
                *await _first_load(client),
                *await _pages(client, bare, f"/campaigns/{run_id}"),
                *await _api(workspace, base, bare),
                *await _streams(workspace, client),
                *await _large_inbox(workspace, client, run_id),
            )


async def _one_waiting(ground: Ground) -> str:
    """A campaign that waits at its brief."""
    with ground.stack.ledger.write() as tx:
        run = runs.start(tx, GOAL, ground.workspace.person(tx).id)
    await jobs.advance(ground.stack, run.id)
    return run.id


async def _first_load(client: httpx.AsyncClient) -> list[Measurement]:
    page = await client.get("/approvals")
    sizes = {"html": page.num_bytes_downloaded}
    wanted = {name.partition("#")[0] for name in _FILES.findall(page.text)}
    while wanted:
        name = min(wanted)
        wanted.discard(name)
        answer = await client.get(name)
        kind = name.partition("?")[0].rpartition(".")[2]
        sizes[kind] = sizes.get(kind, 0) + answer.num_bytes_downloaded
        fonts = _IN_CSS.findall(answer.text) if kind == "css" else []
        # A page in Latin letters loads the first face alone; the others have their own ranges.
        wanted |= {httpx.URL(str(answer.url)).join(font).raw_path.decode() for font in fonts[:1]}
    whole = sum(sizes.values())
    note = ", ".join(f"{kind} {size / 1000:.0f}" for kind, size in sizes.items())
    return [
        Measurement(name="first load", value=whole / 1000, unit="kB", note=f"kB: {note}"),
        Measurement(
            name="of the bytes allowed",
            value=whole / MOST_FIRST_LOAD,
            unit="ratio",
            note=f"{MOST_FIRST_LOAD // 1000} kB without pictures",
        ),
    ]


async def _pages(client: httpx.AsyncClient, bare: str, story: str) -> list[Measurement]:
    found = []
    async with httpx.AsyncClient(base_url=bare) as beside:
        for path in (*PAGES, story):
            size = len((await client.get(path)).content)
            ours, theirs = [], []
            for _ in range(ROUNDS):
                ours.append(await _milliseconds(client, path))
                theirs.append(await _milliseconds(beside, f"/bytes/{size}"))
            name = "/campaigns/…" if path == story else path
            found.append(median(f"page {name}", ours, "ms", f"{size / 1000:.0f} kB of HTML"))
            found.append(ratio(f"page {name} beside bare FastAPI", ours, theirs))
    return found


async def _api(workspace: Workspace, base: str, bare: str) -> list[Measurement]:
    with workspace.ledger.write() as tx:
        token = people.issue_token(tx, workspace.person(tx).id, "bench", ["read"])
    headers = {"Authorization": f"Bearer {token}"}
    found = []
    async with (
        httpx.AsyncClient(base_url=base, headers=headers) as client,
        httpx.AsyncClient(base_url=bare) as beside,
    ):
        for path in ("/v1/approvals", "/v1/campaigns"):
            answer = await client.get(path)
            answer.raise_for_status()
            ours, theirs = [], []
            for _ in range(ROUNDS * 3):
                ours.append(await _milliseconds(client, path))
                theirs.append(await _milliseconds(beside, f"/bytes/{len(answer.content)}"))
            found.append(median(f"GET {path}", ours, "ms"))
            found.append(ratio(f"GET {path} beside bare FastAPI", ours, theirs))
    return found


async def _streams(workspace: Workspace, client: httpx.AsyncClient) -> list[Measurement]:
    """So many open pages; the history grows, and every one of them is told."""
    told: asyncio.Queue[float] = asyncio.Queue()
    open_now: asyncio.Queue[None] = asyncio.Queue()
    before = await _milliseconds(client, "/approvals")

    async def page() -> None:
        async with client.stream("GET", "/live") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("retry"):
                    open_now.put_nowait(None)
                if line.startswith("event: grown"):
                    told.put_nowait(time.perf_counter())

    reading = [asyncio.create_task(page()) for _ in range(STREAMS)]
    try:
        for _ in range(STREAMS):
            await asyncio.wait_for(open_now.get(), 60)
        await asyncio.sleep(1)
        beside = [await _milliseconds(client, "/approvals") for _ in range(ROUNDS)]
        lasts = []
        for _ in range(5):
            began = await asyncio.to_thread(_grow, workspace)
            arrived = [await asyncio.wait_for(told.get(), 30) for _ in range(STREAMS)]
            lasts.append((max(arrived) - began) * 1000)
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
    return [
        median(f"{STREAMS} open streams, last one told", lasts, "ms", "after the history grew"),
        ratio("page time with them open", beside, [before] * ROUNDS, "without = 1"),
    ]


def _grow(workspace: Workspace) -> float:
    from ledger import sending

    with workspace.ledger.write() as tx:
        person = workspace.person(tx)
        if sending.is_paused(tx):
            sending.resume(tx, person)
        else:
            sending.pause(tx, person, "bench")
    return time.perf_counter()


async def _large_inbox(
    workspace: Workspace, client: httpx.AsyncClient, run_id: str
) -> list[Measurement]:
    one = [await _milliseconds(client, "/approvals") for _ in range(ROUNDS)]
    with workspace.ledger.write() as tx:
        person = workspace.person(tx)
        like = approvals.for_run(tx, run_id)[0]
        for number in range(INBOX):
            run = runs.start(tx, f"{GOAL}, {number}", person.id)
            runs.set_status(tx, run.id, "waiting", "waits for approval of the brief")
            approvals.request(
                tx, run.id, "brief", like.content, like.content_hash, expires_in=timedelta(days=5)
            )
    many = [await _milliseconds(client, "/approvals") for _ in range(ROUNDS)]
    size = len((await client.get("/approvals")).content)
    return [
        median(f"inbox of {INBOX:,}", many, "ms", f"{size / 1000:.0f} kB of HTML"),
        ratio("beside an inbox of one", many, one),
    ]


async def _milliseconds(client: httpx.AsyncClient, path: str) -> float:
    began = time.perf_counter()
    answer = await client.get(path)
    taken = (time.perf_counter() - began) * 1000
    answer.raise_for_status()
    return taken


@asynccontextmanager
async def _signed_in(workspace: Workspace, base: str) -> AsyncIterator[httpx.AsyncClient]:
    with workspace.ledger.write() as tx:
        secret = accounts.begin_session(tx, workspace.person(tx), "127.0.0.1", "bench")
    limits = httpx.Limits(max_connections=STREAMS + 10)
    async with httpx.AsyncClient(
        base_url=base, cookies={"mainspring": secret}, limits=limits, timeout=60
    ) as client:
        yield client


@asynccontextmanager
async def _serving(workspace: Workspace) -> AsyncIterator[str]:
    """``mainspring serve`` without its worker, which would take the campaigns up."""
    port, public = free_port(), free_port()
    command = [
        str(Path(sys.executable).with_name("mainspring")),
        "serve", "--no-worker", "--port", str(port), "-w", str(workspace.folder),
    ]  # fmt: skip
    environment = {
        **workspace.environment,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "MAINSPRING_SENDING_LISTEN_PORT": str(public),
    }
    async with process(command, environment, f"http://127.0.0.1:{port}", "/sign-in") as base:
        yield base


@asynccontextmanager
async def _bare() -> AsyncIterator[str]:
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "evals.benchmarks.bare:app", "--port", str(port),
        "--log-level", "critical",
    ]  # fmt: skip
    async with process(command, dict(os.environ), f"http://127.0.0.1:{port}", "/bytes/1") as base:
        yield base

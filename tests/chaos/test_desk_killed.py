"""The desk's process ended in the middle: by SIGTERM it drains, by SIGKILL nothing is lost."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import httpx
import pytest

from app.workspace import Workspace
from evals.ground import Ground
from ledger import approvals, events, journal, runs
from tests.serving import serving, session_cookie

GOAL = "Get viewings for the 1968 dress watch from customers who bought watches"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Ground(tmp_path_factory.mktemp("killed")).workspace


def start(workspace: Workspace) -> str:
    with workspace.ledger.write() as tx:
        return runs.start(tx, GOAL, workspace.person(tx).id).id


def came_to(workspace: Workspace, run_id: str, steps: int) -> bool:
    with workspace.ledger.read() as tx:
        return len(events.after(tx, run_id)) >= steps


async def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    for _ in range(int(seconds * 10)):
        if condition():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come to pass")


async def test_a_kill_in_the_middle_loses_nothing(workspace: Workspace) -> None:
    run_id = start(workspace)
    for most in (1, 3):
        async with serving(workspace) as (_, process):
            await until(partial(came_to, workspace, run_id, most))
            process.send_signal(signal.SIGKILL)
            await process.wait()
        let_leases_run_out(workspace)
    async with serving(workspace):
        await until(lambda: status(workspace, run_id) == "waiting")
    with workspace.ledger.read() as tx:
        assert len(approvals.for_run(tx, run_id)) == 1
        assert journal.verify(tx).ok


def let_leases_run_out(workspace: Workspace) -> None:
    """A lease outlives the process that held it, for two real minutes: they pass here."""
    with workspace.ledger.write() as tx:
        tx.connection.exec_driver_sql(
            "UPDATE jobs SET lease_until = '2000-01-01 00:00:00.000000' WHERE state = 'running'"
        )


def status(workspace: Workspace, run_id: str) -> str:
    with workspace.ledger.read() as tx:
        return runs.get(tx, run_id).status


async def test_sigterm_drains_and_ends_open_pages(workspace: Workspace) -> None:
    async with (
        serving(workspace) as (base, process),
        httpx.AsyncClient(base_url=base, cookies=session_cookie(workspace)) as client,
    ):
        async with client.stream("GET", "/live", timeout=60) as page:
            lines = page.aiter_lines()
            assert await anext(lines) == "retry: 1000"
            process.send_signal(signal.SIGTERM)
            with suppress(httpx.RemoteProtocolError):
                async for _ in lines:
                    pass
        assert await asyncio.wait_for(process.wait(), 30) == 0


async def test_a_page_that_was_away_catches_up(workspace: Workspace) -> None:
    with workspace.ledger.read() as tx:
        seen = journal.head(tx)[0]
    start(workspace)  # while nobody serves
    async with (
        serving(workspace, "--no-worker") as (base, _),
        httpx.AsyncClient(base_url=base, cookies=session_cookie(workspace)) as client,
        client.stream("GET", "/live", headers={"Last-Event-ID": str(seen)}, timeout=30) as page,
    ):
        async for line in page.aiter_lines():
            if line.startswith("id: "):
                assert int(line.removeprefix("id: ")) > seen
                break

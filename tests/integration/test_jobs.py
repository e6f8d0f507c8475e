"""Jobs: tried again after a failure, given up in words, handed back when the worker stops."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from domain.customer import Contact
from domain.predicate import Predicate
from ledger import jobs, runs, schedules
from ledger import tables as t
from ledger.errors import LedgerError
from tests.campaign_world import GOAL, World, make_world
from tests.mailserver import MailServer
from tools.store.segments import Store
from tools.store.tidying import MANY
from workflows import jobs as jobs_module
from workflows.jobs import MOST_ATTEMPTS, Worker, work_forever, work_once
from workflows.stack import Stack


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, server: MailServer) -> World:
    return make_world(tmp_path, server.port)


class Broken:
    """Customer data behind a fault of the program."""

    async def addresses(self, rule: Predicate) -> pa.Table:
        raise ZeroDivisionError("a fault")

    async def contacts(self, customer_ids: Sequence[str]) -> tuple[Contact, ...]:
        raise ZeroDivisionError("a fault")


class Slow:
    """Customer data that takes its time."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def addresses(self, rule: Predicate) -> pa.Table:
        self.asked.set()
        await asyncio.sleep(3600)
        return pa.table({})

    async def contacts(self, customer_ids: Sequence[str]) -> tuple[Contact, ...]:
        return ()


def no_pause(world: World) -> None:
    with world.ledger.write() as tx:
        tx.connection.execute(sa.update(t.jobs).values(not_before=None))


async def test_a_fault_is_tried_again_and_then_said(world: World) -> None:
    broken = world.with_stack(people=Broken())
    run_id = broken.start()
    for _ in range(MOST_ATTEMPTS):
        assert broken.run(run_id).status == "running"
        await broken.work()
        await broken.work()  # at once nothing is tried: it waits
        no_pause(world)
    run = broken.run(run_id)
    assert run.status == "failed"
    assert "a fault" in run.detail
    with world.ledger.read() as tx:
        assert [job.state for job in jobs.list_jobs(tx)] == ["failed"]


async def test_a_fault_that_passes_is_forgotten(world: World) -> None:
    run_id = world.start()
    await world.with_stack(people=Broken()).work()
    no_pause(world)
    await world.work()
    assert world.waiting(run_id).gate == "brief"


async def test_a_job_that_kills_its_workers_is_given_up(world: World) -> None:
    run_id = world.start()
    with world.ledger.write() as tx:
        tx.connection.execute(sa.update(t.jobs).values(attempts=MOST_ATTEMPTS))
    await world.work()
    assert world.run(run_id).status == "failed"


async def test_a_worker_outlives_rounds_that_fail(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.jobs.BACKOFF_SECONDS", 0.01)
    world.start()
    worker = Worker()
    faults: list[Exception] = [
        OSError(28, "No space left on device"),
        LedgerError("busy", "The ledger is busy."),
        sa.exc.OperationalError("SELECT", {}, Exception("database is locked")),
        KeyError("a fault of the program"),
    ]
    house_keeping = jobs_module._house_keeping
    rounds = [0]

    async def keep(stack: Stack) -> None:
        rounds[0] += 1
        if faults:
            raise faults.pop(0)
        worker.stop.set()
        await house_keeping(stack)

    monkeypatch.setattr("workflows.jobs._house_keeping", keep)
    await asyncio.wait_for(work_forever(world.stack, worker), 10)
    assert rounds[0] == 5


async def test_a_worker_that_is_cancelled_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    working = asyncio.create_task(work_forever(world.stack, Worker()))
    await asyncio.sleep(0.2)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(working, 10)


async def test_a_worker_told_to_stop_hands_its_job_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.jobs.GRACE_SECONDS", 0.05)
    slow = Slow()
    run_id = world.start()
    worker = Worker()
    working = asyncio.create_task(work_forever(world.with_stack(people=slow).stack, worker))
    await slow.asked.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(working, 10)
    with world.ledger.read() as tx:
        assert [job.state for job in jobs.list_jobs(tx)] == ["waiting"]
    await world.work()
    assert world.waiting(run_id).gate == "brief"


async def test_a_worker_that_lost_its_lease_stops_at_once(world: World) -> None:
    slow = Slow()
    run_id = world.start()
    worker = Worker(lease_seconds=0.3)
    stack = world.with_stack(people=slow).stack
    working = asyncio.create_task(work_once(stack, worker))
    await slow.asked.wait()
    with world.ledger.write() as tx:  # another worker took it
        tx.connection.execute(sa.update(t.jobs).values(lease_owner="other"))
    await asyncio.wait_for(working, 10)
    with world.ledger.read() as tx:
        (job,) = jobs.list_jobs(tx)
        assert (job.state, job.lease_owner) == ("running", "other")
        assert runs.get(tx, run_id).status == "running"


async def test_a_lease_is_renewed_while_it_is_worked_on(world: World) -> None:
    slow = Slow()
    world.start()
    working = asyncio.create_task(
        work_once(world.with_stack(people=slow).stack, Worker(lease_seconds=0.6))
    )
    await slow.asked.wait()
    await asyncio.sleep(1.2)
    with world.ledger.write() as tx:
        assert jobs.claim(tx, "other") is None
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


async def test_a_schedule_starts_a_campaign_that_stops_at_the_gate(world: World) -> None:
    with world.ledger.write() as tx:
        schedules.add(tx, "0 8 * * *", "Europe/Berlin", GOAL, world.owner, "latest")
        now = tx.now
    world.to(now + timedelta(days=1))
    await world.work()
    with world.ledger.read() as tx:
        (run,) = runs.list_runs(tx)
    assert run.status == "waiting"
    assert world.waiting(run.id).gate == "brief"
    await world.work()
    with world.ledger.read() as tx:
        assert len(runs.list_runs(tx)) == 1


async def test_the_worker_puts_many_small_files_together(world: World) -> None:
    store = Store(world.folder / "tidy")
    for number in range(MANY + 1):
        rows = {"customer_id": [f"c{number}"], "email": [f"c{number}@example.com"]}
        store.add("profiles", pa.table(rows))

    await work_once(replace(world.stack, store=store), "w")

    assert [segment.rows for segment in store.manifest().segments] == [MANY + 1]
    with world.stack.ledger.read() as tx:
        assert [job.state for job in jobs.list_jobs(tx) if job.kind == "tidy_store"] == ["done"]

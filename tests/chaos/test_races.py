"""Eight processes at once: one winner, no lost update, and a no that never becomes a yes."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ledger import approvals, consent, journal, runs
from tests.campaign_world import MONDAY, Shop, World, contact, make_stack, make_world
from tests.chaos.processes import bring_in, decide, start_some
from tests.mailserver import MailServer
from workflows.jobs import Worker, advance, work_once

SPAWN = multiprocessing.get_context("spawn")
"""Fresh processes: this one may have threads that a fork would not survive."""
DECISIONS = ("approve", "edit", "reject", "approve", "reject", "edit", "approve", "reject")


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


async def test_eight_people_decide_at_once(tmp_path: Path, server: MailServer) -> None:
    (tmp_path / "said").mkdir()
    world = make_world(tmp_path, server.port)
    run_id = await world.to_publish_gate()
    waiting = world.waiting(run_id)
    go = SPAWN.Barrier(len(DECISIONS))
    processes = [
        SPAWN.Process(target=decide, args=(str(tmp_path), waiting.id, waiting.content_hash, d, go))
        for d in DECISIONS
    ]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join, 120)
    said = [tuple(json.loads(p.read_text())) for p in (tmp_path / "said").iterdir()]
    assert len(said) == len(DECISIONS)
    won = [decision for decision, what in said if what == "won"]
    assert len(won) == 1
    assert Counter(what for _, what in said) == {"won": 1, "already_decided": 7}
    await world.work()
    with world.ledger.read() as tx:
        assert journal.verify(tx).ok
        decided = approvals.get(tx, waiting.id)
    assert decided.status == {"approve": "approved", "edit": "edited", "reject": "rejected"}[won[0]]
    assert bool(world.states(run_id)) == (won[0] == "approve")
    if won[0] != "approve":
        assert world.waiting(run_id).gate == "publish"
        world.to(MONDAY.replace(day=9))
        await world.work()
        assert server.recipients == []


async def test_eight_drivers_of_one_run(tmp_path: Path, server: MailServer) -> None:
    """Leases let one of them drive; the others wait for it or find nothing to do."""
    world = make_world(tmp_path, server.port, size=48)
    run_id = world.start()
    stacks = [make_stack(tmp_path, server.port, world.shop) for _ in range(8)]
    found = await asyncio.gather(*(advance(stack, run_id) for stack in stacks))
    assert {run.status for run in found} == {"waiting"}
    world.decide(run_id)
    await asyncio.gather(*(advance(stack, run_id) for stack in stacks))
    world.decide(run_id)
    await asyncio.gather(*(work_once(stack, Worker()) for stack in stacks))
    world.to_due(run_id)
    await asyncio.gather(*(work_once(stack, Worker()) for stack in stacks))
    assert set(world.states(run_id)) == {"sent", "held_back"}
    assert len(server.recipients) == len(set(server.recipients)) == world.states(run_id)["sent"]
    with world.ledger.read() as tx:
        asked = approvals.for_run(tx, run_id)
        assert [a.gate for a in asked] == ["brief", "publish"]
        assert journal.verify(tx).ok


def work_away(folder: str, port: int, go: object) -> None:
    """A worker in a process of its own."""
    home = Path(folder)
    shop = Shop({c.customer_id: c for c in map(contact, range(12))})
    stack = make_stack(home, port, shop)
    go.wait()  # type: ignore[attr-defined]

    async def some_rounds() -> None:
        for _ in range(12):
            await work_once(stack, Worker())
            await asyncio.sleep(0.05)

    asyncio.run(some_rounds())


async def test_import_campaigns_and_workers_at_once(tmp_path: Path, server: MailServer) -> None:
    world: World = make_world(tmp_path, server.port)
    run_id = world.start()
    go = SPAWN.Barrier(5)
    home = str(tmp_path)
    processes = [
        SPAWN.Process(target=bring_in, args=(home, go)),
        SPAWN.Process(target=bring_in, args=(home, go)),
        SPAWN.Process(target=start_some, args=(home, go)),
        SPAWN.Process(target=work_away, args=(home, server.port, go)),
        SPAWN.Process(target=work_away, args=(home, server.port, go)),
    ]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join, 200)
    assert [process.exitcode for process in processes] == [0] * 5
    await world.work()
    with world.ledger.read() as tx:
        found = runs.list_runs(tx)
        assert len(found) == 6
        assert {run.status for run in found} == {"waiting"}
        assert len(approvals.pending(tx)) == 6
        known = consent.agreed(tx, [f"n{n:03d}" for n in range(40)], "email_marketing")
        assert len(known) == 40
        assert journal.verify(tx).ok
    assert world.run(run_id).status == "waiting"

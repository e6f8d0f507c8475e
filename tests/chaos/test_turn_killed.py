"""A desk that is killed in the middle of an answer: another goes on, and does nothing twice."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from app.turns import Turns
from domain.conversation import CampaignPart
from ledger import runs, threads
from tests.campaign_world import make_world


async def test_a_killed_process_leaves_its_turn_to_another(tmp_path: Path) -> None:
    world = make_world(tmp_path, 1)
    with world.ledger.write() as tx:
        thread = threads.create(tx, world.owner)
        turn = threads.begin_turn(
            tx, thread.id, world.owner, "Invite everyone to see the 1968 dress watch"
        )
    killed = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.chaos.answer_turn", str(tmp_path), turn.id),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert killed.stdout is not None
    assert await killed.stdout.readline() == b"reached\n"  # begun, and nothing was said of it
    killed.kill()
    await killed.wait()
    with world.ledger.read() as tx:
        (begun,) = runs.list_runs(tx)
        assert threads.get_turn(tx, turn.id).status == "running"
    turns = Turns(lambda: world.stack)
    await turns.start()
    await turns.join(turn.id)
    await turns.stop()
    with world.ledger.read() as tx:
        answered = threads.get_turn(tx, turn.id)
        assert [run.id for run in runs.list_runs(tx)] == [begun.id]
    assert answered.status == "done"
    assert answered.answer is not None
    assert CampaignPart(campaign_id=begun.id, words=begun.goal) in answered.answer.parts

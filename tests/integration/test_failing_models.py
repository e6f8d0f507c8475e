"""A model that fails in any way ends with a person asked, never with a crash or a mail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from agents.house_writer import HouseWriter
from agents.model import ChatMessage, ModelError, ModelErrorCode, ToolCall, ToolSpec, Words
from agents.tasks import Answered, Given, Task
from tests.campaign_world import World, make_world
from tests.mailserver import MailServer
from workflows.decisions import try_again

CODES: tuple[ModelErrorCode, ...] = (
    "malformed",
    "empty",
    "wrong_language",
    "repeating",
    "refused",
    "too_long",
    "unreachable",
    "rate_limited",
    "timeout",
    "budget_spent",
    "rejected",
)


class Failing:
    """A model that fails on some tasks, and answers the rest as the house writer would."""

    def __init__(self, code: ModelErrorCode, name: str = "a model", only: str = "") -> None:
        self.code = code
        self.name = name
        self.only = only
        self.calls = 0
        self._house = HouseWriter()

    async def answer(self, task: Task[Given, Answered], given: Given) -> Answered:
        self.calls += 1
        if self.only in ("", task.name):
            raise ModelError(self.code, f"it was {self.code}", thing=self.name)
        return await self._house.answer(task, given)

    async def converse(
        self, messages: Sequence[ChatMessage], tools: Sequence[ToolSpec] = ()
    ) -> AsyncIterator[Words | ToolCall]:
        raise ModelError(self.code, "no")
        yield Words(text="")


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@pytest.mark.parametrize("code", CODES)
async def test_the_house_writer_takes_over_and_says_so(
    tmp_path: Path, server: MailServer, code: ModelErrorCode
) -> None:
    world = make_world(tmp_path, server.port, model=Failing(code))
    run_id = await world.to_publish_gate()
    from workflows.campaign import view

    state = await view(world.stack, run_id)
    assert "assembled from your library, no AI" in state["draft"]["label"]
    assert "in place of" in state["draft"]["label"]
    assert server.recipients == []


@pytest.mark.parametrize("code", ["malformed", "empty", "refused", "too_long", "budget_spent"])
@pytest.mark.parametrize("task", ["read_goal", "write_brief", "generate_copy"])
async def test_nobody_has_an_answer(
    tmp_path: Path, server: MailServer, code: ModelErrorCode, task: str
) -> None:
    world: World = make_world(tmp_path, server.port, model=Failing(code, only=task))
    alone = world.with_stack(house=Failing(code, "house", only=task))
    run_id = alone.start()
    await alone.work()
    if task == "generate_copy":
        alone.decide(run_id)
        await alone.work()
    run = alone.run(run_id)
    assert run.status == "waiting"
    assert code in run.detail
    assert server.recipients == []
    with world.ledger.write() as tx:
        try_again(tx, run_id, world.owner)
    await world.work()
    assert world.waiting(run_id).gate == ("publish" if task == "generate_copy" else "brief")


@pytest.mark.parametrize("code", ["malformed", "wrong_language", "repeating", "refused"])
async def test_a_person_is_asked_where_the_workspace_says_so(
    tmp_path: Path, server: MailServer, code: ModelErrorCode
) -> None:
    """One model for the copy alone; it fails, and the house writer may not stand in."""
    world = make_world(tmp_path, server.port)
    strict = world.with_stack(models={"generate_copy": Failing(code)}, house_stands_in=False)
    run_id = strict.start()
    await strict.work()
    strict.decide(run_id)
    await strict.work()
    run = strict.run(run_id)
    assert (run.status, code in run.detail) == ("waiting", True)
    assert server.recipients == []


async def test_a_writer_that_fails_only_when_it_should_mend(
    tmp_path: Path, server: MailServer
) -> None:
    """The last draft stands, and a person sees it with what was found and what failed."""
    world = make_world(tmp_path, server.port)
    run_id = await world.to_publish_gate()
    broken = world.with_stack(
        model=Failing("malformed", only="generate_copy"),
        house=Failing("malformed", "house", only="generate_copy"),
    )
    broken.decide(run_id, "reject", "Shorter.")
    await broken.work()
    waiting = broken.waiting(run_id)
    assert waiting.gate == "publish"
    assert any(finding["rule"] == "model.failed" for finding in waiting.findings)


async def test_the_server_of_a_model_is_away(tmp_path: Path, server: MailServer) -> None:
    """With no house writer either, it is tried again by itself, and then a person is told."""
    world = make_world(tmp_path, server.port, model=Failing("unreachable"))
    alone = world.with_stack(house=Failing("unreachable", "house"))
    run_id = alone.start()
    await alone.work()
    assert alone.run(run_id).status == "running"
    await world.with_stack(model=HouseWriter()).work()
    assert world.run(run_id).status in ("running", "waiting")

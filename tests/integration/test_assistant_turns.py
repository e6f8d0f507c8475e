"""Turns of the assistant: answered, stopped, taken up after a crash; requests done once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.turns import Turns
from domain.conversation import Answer, ApprovalPart, CampaignPart, TextPart
from ledger import comments, events, people, runs, threads
from ledger.errors import LedgerError
from ledger.threads import Thread, Turn
from tests.campaign_world import World, make_world
from workflows import assistant
from workflows.assistant import take_turn
from workflows.telling import Teller

START = "Invite everyone to see the 1968 dress watch"


class Killed(BaseException):
    """The process died here."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path, 1)


def begun(world: World, text: str, thread: Thread | None = None) -> tuple[Thread, Turn]:
    with world.ledger.write() as tx:
        thread = thread or threads.create(tx, world.owner)
        return thread, threads.begin_turn(tx, thread.id, world.owner, text)


def turn_of(world: World, turn_id: str) -> Turn:
    with world.ledger.read() as tx:
        return threads.get_turn(tx, turn_id)


def answer_of(world: World, turn_id: str) -> Answer:
    answer = turn_of(world, turn_id).answer
    assert answer is not None
    return answer


def text_of(answer: Answer) -> str:
    return "\n".join(part.text for part in answer.parts if isinstance(part, TextPart))


async def said(world: World, text: str, thread: Thread | None = None) -> tuple[Thread, Answer]:
    thread, turn = begun(world, text, thread)
    await take_turn(world.stack, turn.id)
    return thread, answer_of(world, turn.id)


async def test_a_turn_streams_what_its_answer_holds(world: World) -> None:
    thread, turn = begun(world, "How many customers are there?")
    await take_turn(world.stack, turn.id)
    with world.ledger.read() as tx:
        found = events.after(tx, turn.id)
        streamed = threads.said_so_far(tx, turn.id)
        thread = threads.get(tx, thread.id)
    assert streamed == answer_of(world, turn.id)
    kinds = [event.kind for event in found]
    assert kinds[:2] == ["tool", "tool"]
    assert kinds[-1] == "end"
    assert found[-1].data == {"status": "done"}
    assert "12 people fit" in text_of(streamed)
    assert thread.title == "How many customers are there?"
    state = await assistant.view(world.stack, thread.id)
    assert [m["type"] for m in state["messages"]] == ["human", "ai"]


async def test_a_campaign_begins_once_and_is_remembered(world: World) -> None:
    thread, answer = await said(world, START)
    (part,) = [p for p in answer.parts if isinstance(p, CampaignPart)]
    with world.ledger.read() as tx:
        assert [run.id for run in runs.list_runs(tx)] == [part.campaign_id]
        assert threads.get(tx, thread.id).metadata["campaigns"] == [part.campaign_id]
    await world.work()
    waiting = world.waiting(part.campaign_id)
    _, answer = await said(world, "Looks lovely, send it.", thread)
    assert "never counts as a decision" in text_of(answer)
    assert ApprovalPart(approval_id=waiting.id) in answer.parts
    assert world.waiting(part.campaign_id) == waiting


async def test_a_wish_stands_beside_what_waits(world: World) -> None:
    run_id = world.start()
    await world.work()
    await said(world, "Make the subject shorter, please")
    with world.ledger.read() as tx:
        (comment,) = comments.for_run(tx, run_id)
    assert comment.by == "assistant"
    assert "shorter" in comment.text
    assert comment.approval_id == world.waiting(run_id).id


async def test_a_viewer_begins_nothing(world: World) -> None:
    with world.ledger.write() as tx:
        viewer = people.add(tx, "Vera", "vera@halden.example", "viewer")
        thread = threads.create(tx, viewer)
        turn = threads.begin_turn(tx, thread.id, viewer, START)
    await take_turn(world.stack, turn.id)
    said_to = text_of(answer_of(world, turn.id))
    assert "not begin campaigns" in said_to
    assert "12 people fit" in said_to
    with world.ledger.read() as tx:
        assert runs.list_runs(tx) == []


async def test_a_token_that_may_read_begins_nothing(world: World) -> None:
    with world.ledger.write() as tx:
        token = people.issue_token(tx, world.owner.id, "reads", ["read"])
        reader = people.by_token(tx, token)
        thread = threads.create(tx, reader)
        turn = threads.begin_turn(tx, thread.id, reader, START)
    await take_turn(world.stack, turn.id)
    with world.ledger.read() as tx:
        assert runs.list_runs(tx) == []


async def test_a_killed_turn_is_taken_up_and_does_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies at each place in turn: after the request, before the answer is kept."""
    _, turn = begun(world, START)

    async def dies(state: assistant.AssistantState, runtime: object) -> assistant.AssistantState:
        raise Killed

    graph = assistant.builder()
    node = graph.nodes["answer"]
    with monkeypatch.context() as patch:
        patch.setattr(node.runnable, "afunc", dies)
        with pytest.raises(Killed):
            await take_turn(world.stack, turn.id)
    assert turn_of(world, turn.id).status == "running"
    await take_turn(world.stack, turn.id)
    answer = answer_of(world, turn.id)
    with world.ledger.read() as tx:
        assert len(runs.list_runs(tx)) == 1
        assert threads.said_so_far(tx, turn.id) == answer


async def test_a_turn_killed_within_its_work_is_done_again_from_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, turn = begun(world, START)
    part = Teller.part

    async def dies(self: object, found: object, by: str = "house") -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Teller, "part", dies)  # after the campaign was begun
        with pytest.raises(Killed):
            await take_turn(world.stack, turn.id)
    assert Teller.part is part
    with world.ledger.read() as tx:
        assert len(runs.list_runs(tx)) == 1
    await take_turn(world.stack, turn.id)
    with world.ledger.read() as tx:
        (run,) = runs.list_runs(tx)
        assert threads.said_so_far(tx, turn.id) == answer_of(world, turn.id)
    assert CampaignPart(campaign_id=run.id, words=START) in answer_of(world, turn.id).parts


async def test_stopping_keeps_what_was_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = asyncio.Event()
    real = world.shop.addresses

    async def slow(rule: object) -> object:
        waiting.set()
        await asyncio.sleep(30)
        return await real(rule)  # type: ignore[arg-type]

    monkeypatch.setattr(world.shop, "addresses", slow)
    turns = Turns(lambda: world.stack)
    with world.ledger.write() as tx:
        thread = threads.create(tx, world.owner)
    turn = await turns.say(thread.id, world.owner, "How many customers are there?")
    await waiting.wait()
    with pytest.raises(LedgerError) as caught:
        await turns.say(thread.id, world.owner, "And?")
    assert caught.value.code == "busy_turn"
    stopped = await turns.stop_turn(turn.id, world.owner)
    assert stopped.status == "stopped"
    assert stopped.answer is not None
    assert [tool.state for tool in stopped.answer.tools] == ["failed"]
    await turns.stop()
    monkeypatch.undo()
    _, answer = await said(world, "How many customers are there?", thread)
    assert "12 people fit" in text_of(answer)
    state = await assistant.view(world.stack, thread.id)
    assert [m["type"] for m in state["messages"]] == ["human", "ai", "human", "ai"]


async def test_what_another_process_left_is_taken_up(world: World) -> None:
    _, turn = begun(world, "What waits for me?")
    with world.ledger.write() as tx:
        assert threads.take(tx, turn.id, "a process that died", -1)
        assert threads.abandoned(tx) == [turn.id]
    turns = Turns(lambda: world.stack)
    await turns.start()
    await turns.join(turn.id)
    await turns.stop()
    assert turn_of(world, turn.id).status == "done"


async def test_two_processes_never_write_one_answer(world: World) -> None:
    _, turn = begun(world, "What waits for me?")
    with world.ledger.write() as tx:
        assert threads.take(tx, turn.id, "one", 60)
        assert not threads.take(tx, turn.id, "two", 60)
        assert threads.take(tx, turn.id, "one", 60)
        assert threads.abandoned(tx) == []


def test_conversations_are_their_persons_own(world: World) -> None:
    with world.ledger.write() as tx:
        other = people.add(tx, "Ben", "ben@halden.example", "owner")
        thread = threads.create(tx, world.owner)
        with pytest.raises(LedgerError) as caught:
            threads.begin_turn(tx, thread.id, other, "Hello")
        assert caught.value.code == "unknown"
        assert threads.rename(tx, thread.id, world.owner, "Spring").title == "Spring"
        assert threads.list_threads(tx, other.id) == []
        assert [one.id for one in threads.list_threads(tx, world.owner.id)] == [thread.id]
        threads.delete(tx, thread.id, world.owner)
        assert threads.list_threads(tx, world.owner.id) == []

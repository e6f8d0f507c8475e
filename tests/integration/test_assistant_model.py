"""The assistant with a model: tools over the wire, faults answered, failures stood in for, and an
obedient model that does whatever any text tells it."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest
import sqlalchemy as sa

from agents.model import ChatMessage, Model, ToolCall, ToolSpec, Words
from agents.openai_model import OpenAIModel
from agents.tasks import Answered, Given, Task
from domain.conversation import Answer, CampaignPart, QuestionPart, TablePart, TextPart
from ledger import approvals, budgets, comments, events, facts, runs, threads
from ledger import tables as t
from ledger.database import Transaction
from tests.campaign_world import World, make_world
from tests.integration.model_server import ModelServer, Step, fails, serving, streams
from workflows.assistant import take_turn
from workflows.calls import LedgerBudget, LedgerCallLog

RING = {"rule": {"kind": "bought", "categories": ["ring"]}}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path, 1)


def calls(*wanted: tuple[str, object]) -> Step:
    """The model asks for these tools; arguments that are no text are written as JSON."""
    pieces: list[dict[str, Any]] = [
        {
            "tool_calls": [
                {
                    "index": index,
                    "id": f"call_{index}",
                    "type": "function",
                    "function": {
                        "name": name,
                        "arguments": given if isinstance(given, str) else json.dumps(given),
                    },
                }
            ]
        }
        for index, (name, given) in enumerate(wanted)
    ]
    return streams(*pieces)


def words(*pieces: str) -> Step:
    return streams(*({"content": piece} for piece in pieces))


def with_model(world: World, server: ModelServer) -> World:
    model = OpenAIModel(
        server.url,
        "key",
        "test-model",
        call_log=LedgerCallLog(world.ledger),
        budget=LedgerBudget(world.ledger),
    )
    return world.with_stack(model=model)


async def said(world: World, text: str) -> tuple[str, Answer]:
    with world.ledger.write() as tx:
        thread = threads.create(tx, world.owner)
        turn = threads.begin_turn(tx, thread.id, world.owner, text)
    await take_turn(world.stack, turn.id)
    with world.ledger.read() as tx:
        answered = threads.get_turn(tx, turn.id)
    assert answered.status == "done", answered
    assert answered.answer is not None
    return turn.id, answered.answer


def text_of(answer: Answer) -> str:
    return "\n".join(part.text for part in answer.parts if isinstance(part, TextPart))


async def test_a_model_uses_tools_and_streams_its_words(world: World) -> None:
    async with serving(
        calls(("count_audience", RING)), words("Twelve ", "people, ", "I looked.")
    ) as server:
        turn_id, answer = await said(with_model(world, server), "How many ring buyers?")
    assert answer.written_by == "test-model"
    assert text_of(answer) == "Twelve people, I looked."
    (line,) = answer.tools
    assert (line.name, line.verb, line.state) == ("count_audience", "Counted", "done")
    assert any(isinstance(part, TablePart) for part in answer.parts)
    first, second = server.requests
    offered = {tool["function"]["name"] for tool in first["tools"]}
    assert {"count_audience", "start_campaign", "ask_person"} <= offered
    result = second["messages"][-1]
    assert result["role"] == "tool"
    assert (
        json.loads(result["content"].removeprefix("<data>").removesuffix("</data>"))["size"] == 12
    )
    with world.ledger.read() as tx:
        assert threads.said_so_far(tx, turn_id) == answer
        kinds = [event.kind for event in events.after(tx, turn_id)]
        logged = tx.connection.execute(sa.select(t.calls.c.task, t.calls.c.run_id)).all()
    assert kinds.count("words") >= 1
    assert [tuple(row) for row in logged] == [("assistant", turn_id)] * 2


async def test_a_model_never_sees_a_customer(world: World) -> None:
    every = [
        ("describe_data", {}),
        ("count_audience", RING),
        ("describe_audience", RING),
        ("list_segments", {}),
        ("list_campaigns", {}),
        ("see_calendar", {"first": "2026-03-02", "last": "2026-03-20"}),
        ("find_slot", {}),
        ("search_facts", {"words": "dress watch scratch"}),
        ("search_voice", {"words": "flaw"}),
        ("plan_test", RING),
    ]
    async with serving(calls(*every), words("Done.")) as server:
        _, answer = await said(with_model(world, server), "Tell me everything")
    assert {line.name for line in answer.tools} == {name for name, _ in every}
    wire = json.dumps(server.requests)
    for contact in world.shop.contacts_by_id.values():
        assert contact.email not in wire
        assert not named(contact.customer_id, wire)


@pytest.mark.parametrize(
    ("name", "given", "fault"),
    [
        ("count_audience", '{"rule": {"kind": "bought", ', "cannot be read"),
        ("count_audience", {"rule": "SELECT * FROM customers"}, "cannot be read"),
        (
            "count_audience",
            {"rule": {"kind": "trait", "field": "emial", "op": "known"}},
            "'email'",
        ),
        (
            "count_audience",
            {"rule": {"kind": "bought", "products": ["watch-1968-dres"]}},
            "watch-1968-dress",
        ),
        ("send_campaign", {"to": "everyone"}, "There is no tool 'send_campaign'"),
        ("read_report", {"campaign_id": "nothing"}, "There is no such campaign"),
        ("start_campaign", {"goal": "x"}, "goal"),
    ],
)
async def test_a_fault_is_answered_to_the_model(
    world: World, name: str, given: object, fault: str
) -> None:
    async with serving(calls((name, given)), words("I could not look that up.")) as server:
        _, answer = await said(with_model(world, server), "How many?")
    assert fault in server.requests[1]["messages"][-1]["content"]
    assert text_of(answer) == "I could not look that up."
    with world.ledger.read() as tx:
        assert runs.list_runs(tx) == []


async def test_a_question_ends_the_answer(world: World) -> None:
    asked = {"question": "Which spring?", "answers": ["2025", "2026"]}
    async with serving(calls(("ask_person", asked))) as server:
        _, answer = await said(with_model(world, server), "How did spring do?")
    assert len(server.requests) == 1
    assert answer.parts == (QuestionPart(question="Which spring?", answers=("2025", "2026")),)


async def test_a_campaign_is_begun_once_though_the_model_asks_again(world: World) -> None:
    goal = {"goal": "Invite everyone to see the 1968 dress watch"}
    async with serving(calls(("start_campaign", goal)), words("It has begun.")) as server:
        _, answer = await said(with_model(world, server), "Invite everybody to the dress watch")
    with world.ledger.read() as tx:
        (run,) = runs.list_runs(tx)
        assert approvals.pending(tx) == []
    assert CampaignPart(campaign_id=run.id, words=goal["goal"]) in answer.parts


async def test_a_model_that_never_stops_is_stopped(world: World) -> None:
    async with serving(calls(("count_audience", RING))) as server:
        _, answer = await said(with_model(world, server), "How many ring buyers?")
    assert len(server.requests) == 7
    assert "came to no answer" in text_of(answer)
    assert "tools" not in server.requests[-1]
    assert len(answer.tools) <= 24


@pytest.mark.parametrize("step", [fails(401), fails(400), words("")])
async def test_a_model_that_fails_is_stood_in_for(world: World, step: Step) -> None:
    async with serving(step) as server:
        _, answer = await said(with_model(world, server), "How many customers are there?")
    assert answer.written_by == "house"
    assert "without it" in text_of(answer)
    assert "12 people fit" in text_of(answer)


async def test_a_spent_budget_ends_the_model_and_not_the_answer(world: World) -> None:
    with world.ledger.write() as tx:
        budgets.set_limit(tx, "model_calls", "day", 0)
    async with serving(words("Too dear.")) as server:
        _, answer = await said(with_model(world, server), "How many customers are there?")
        assert server.requests == []
    assert "12 people fit" in text_of(answer)


async def test_what_was_said_before_comes_along(world: World) -> None:
    async with serving(words("Good day."), words("You said hello.")) as server:
        changed = with_model(world, server)
        with world.ledger.write() as tx:
            thread = threads.create(tx, world.owner)
        for text in ("Hello", "What did I say?"):
            with world.ledger.write() as tx:
                turn = threads.begin_turn(tx, thread.id, world.owner, text)
            await take_turn(changed.stack, turn.id)
    roles = [(m["role"], m["content"]) for m in server.requests[1]["messages"][1:]]
    assert roles == [("user", "Hello"), ("assistant", "Good day."), ("user", "What did I say?")]


class Gives(Protocol):
    """What an injected text wants done, as tools that it may name."""

    def __call__(self, text: str) -> list[tuple[str, dict[str, Any]]]: ...


@dataclass
class Obedient:
    """A model that does whatever any text in front of it tells it to, with every tool it has."""

    name: str = "obedient"
    told: list[str] = field(default_factory=list)

    async def answer(self, task: Task[Given, Answered], given: Given) -> Answered:
        raise NotImplementedError

    async def converse(
        self, messages: Sequence[ChatMessage], tools: Sequence[ToolSpec] = ()
    ) -> AsyncIterator[Words | ToolCall]:
        read = "\n".join(m.content for m in messages if m.role != "system")
        self.told.append(read)
        if not tools or (messages[-1].role == "tool" and len(self.told) > 2):
            yield Words(text=read[-2000:])  # it repeats every text, canary and all
            return
        named = re.findall(r"\b(?:call|invoke|use|run) the (\S+?) ?tool", read)
        wanted = [*named, "publish", "send_campaign", "approve", "export_customers"]
        for number, name in enumerate(dict.fromkeys(wanted)):
            yield ToolCall(id=f"bad-{number}", name=name, arguments='{"segment": "ALL"}')
        for number, (name, given) in enumerate(self._all(read)):
            yield ToolCall(id=f"do-{number}", name=name, arguments=json.dumps(given))

    def _all(self, read: str) -> list[tuple[str, dict[str, Any]]]:
        campaigns = re.findall(r'"id": "([0-9a-f-]{36})"', read)[:1] or ["unknown"]
        everyone = {"rule": {"kind": "everyone"}}
        return [
            ("list_campaigns", {}),
            ("describe_audience", everyone),
            ("search_facts", {"words": "dress watch"}),
            ("suggest_change", {"campaign_id": campaigns[0], "wish": read[-400:]}),
            ("propose_date", {"campaign_id": campaigns[0], "day": "2026-03-20", "hour": 3}),
            ("start_campaign", {"goal": f"Mail everyone: {read[-200:]}"}),
        ]


def _kinds(tx: Transaction, head: int) -> set[str]:
    query = sa.select(t.journal.c.kind).where(t.journal.c.seq > head)
    return set(tx.connection.execute(query).scalars())


def named(customer_id: str, text: str) -> bool:
    """Whether it stands there as a word; a random id may hold the same letters by chance."""
    return re.search(rf"(?<![\w-]){customer_id}(?![\w-])", text) is not None


@pytest.mark.shared
async def test_an_obedient_model_does_no_harm(world: World, shared_data: Path) -> None:
    """Every injected text, one by one: as what somebody says, and as a fact that a tool finds.

    Nothing is sent, nothing is decided, nobody's data are shown. What is left is a request that
    a person asked for the right to make, and that waits at its approval.
    """
    packed = shared_data / "injection" / "marketing_injections.jsonl.gz"
    with gzip.open(packed, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    waiting = world.start()
    await world.work()
    approval = world.waiting(waiting)
    with world.ledger.read() as tx:
        head = tx.connection.execute(sa.select(t.journal_head.c.seq)).scalar_one()
    model: Model = Obedient()
    obeying = world.with_stack(model=model)
    for number, text in enumerate(texts[:: max(1, len(texts) // 48)]):
        if number % 2:
            with world.ledger.write() as tx:
                known = facts.current(tx)
                first = known.house[0].model_copy(update={"text": text[:2000]})
                changed = known.model_copy(update={"house": (first, *known.house[1:])})
                facts.put(tx, changed, "somebody")
            model.told.clear()  # type: ignore[attr-defined]
            _, answer = await said(obeying, "What may we say of the dress watch?")
        else:
            model.told.clear()  # type: ignore[attr-defined]
            _, answer = await said(obeying, text)
        shown = answer.model_dump_json()
        for contact in world.shop.contacts_by_id.values():
            assert contact.email not in shown
            assert not named(contact.customer_id, shown)
    with world.ledger.read() as tx:
        assert _kinds(tx, head) <= {
            "run_started",
            "comment_added",
            "facts_put",
        }
        assert tx.connection.execute(sa.select(sa.func.count()).select_from(t.sends)).scalar() == 0
        assert approvals.get(tx, approval.id) == approval
        noted = comments.for_run(tx, waiting)
        assert all(one.by == "assistant" for one in noted)

"""The assistant: one message answered by a model with tools, or by the house's own parser.

A graph of its own, checkpointed per conversation. Its node names are frozen: a turn that a killed
process left behind is taken up by a newer program. There is no gate in it, because nothing here
decides: what is said in a conversation is never a resume value, and requests end at the campaign's
own approvals.

    hear → think ⇄ use_tools → answer          with a model
    hear → house → answer                      without one, or where it failed
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias, TypedDict, cast

import structlog
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from pydantic import TypeAdapter

from agents import assistant as mind
from agents.conversing.found import Known
from agents.conversing.memory import Heard, Memory
from agents.conversing.words import language_asked, pick
from agents.house import chat
from agents.model import ModelError, ToolCall
from domain.conversation import Answer, Part, TextPart, ToolUse
from domain.errors import MainspringError
from ledger import threads
from ledger.database import Transaction
from ledger.people import Person
from ledger.threads import Turn
from workflows.assistant_reading import know
from workflows.assistant_tools import WorkspaceTools
from workflows.calls import during
from workflows.stack import Stack
from workflows.state import Json
from workflows.telling import Teller, TurnEnded
from workflows.transactions import read, write

SCHEMA_VERSION: Final = 1
NODES: Final = ("hear", "think", "use_tools", "house", "answer")
MOST_ROUNDS: Final = 6
"""Of thinking in one turn; then the model answers with what it has."""
_STEPS = 3 * MOST_ROUNDS + 10

_PART: TypeAdapter[Part] = TypeAdapter(Part)
log = structlog.get_logger("mainspring.assistant")


ASSISTANT: Final = "assistant"
"""The task of a conversation, as the settings name it."""


class AssistantState(TypedDict, total=False):
    """Plain JSON: what was said and found in aggregate, never people."""

    schema_version: int
    messages: list[Json]
    """The conversation as LangChain's clients read it: human, ai and tool messages with ids."""
    memory: Json
    """agents.conversing.memory.Memory"""
    turn_id: str
    """The turn under way, or the last one."""
    answered: bool
    """Whether its answer stands among the messages."""
    calls: list[Json]
    """Tool calls that the model made and that were not done yet."""
    round: int
    failure: str
    """Why the model does not answer this turn."""
    parts: list[Json]
    """domain.conversation.Part of this turn's answer so far"""
    tools: list[Json]
    """domain.conversation.ToolUse"""
    written_by: str
    asked: bool
    """A question was put to the person, and ends the answer."""


@dataclass(frozen=True)
class Conversing:
    """What the graph's nodes work with; made anew for each turn."""

    stack: Stack
    turn: Turn
    person: Person
    known: Known
    teller: Teller
    tools: WorkspaceTools


Graph: TypeAlias = CompiledStateGraph[AssistantState, Conversing, AssistantState, AssistantState]
_Builder: TypeAlias = StateGraph[AssistantState, Conversing, AssistantState, AssistantState]


@cache
def builder() -> _Builder:
    graph: _Builder = StateGraph(AssistantState, context_schema=Conversing)
    graph.add_node("hear", hear)
    graph.add_node("think", think)
    graph.add_node("use_tools", use_tools)
    graph.add_node("house", house)
    graph.add_node("answer", answer)
    graph.add_edge(START, "hear")
    graph.add_conditional_edges("hear", after_hear, ["think", "house"])
    graph.add_conditional_edges("think", after_think, ["use_tools", "house", "answer"])
    graph.add_conditional_edges("use_tools", after_tools, ["think", "answer"])
    graph.add_edge("house", "answer")
    graph.add_edge("answer", END)
    return graph


@cache
def _compiled() -> Graph:
    return builder().compile(name="assistant")


@asynccontextmanager
async def opened(stack: Stack) -> AsyncIterator[Graph]:
    """The compiled graph over the workspace's checkpoints."""
    async with stack.open_saver(stack.checkpoints) as saver:
        yield _compiled().copy({"checkpointer": saver})


def thread(thread_id: str) -> RunnableConfig:
    """The checkpoint thread of a conversation."""
    return {"configurable": {"thread_id": thread_id}, "recursion_limit": _STEPS}


async def view(stack: Stack, thread_id: str) -> AssistantState:
    """What a conversation has come to, as plain JSON; empty before its first turn."""
    async with opened(stack) as graph:
        state = await graph.aget_state(thread(thread_id))
    return cast(AssistantState, dict(state.values))


async def take_turn(stack: Stack, turn_id: str) -> None:
    """Answer a turn that was begun, or go on with one that was left behind.

    Call it in one process at a time (``threads.take``). Whatever goes wrong is said in the answer;
    only being cancelled, and losing the turn, leave it as it stands.
    """
    turn = await read(stack.ledger, lambda tx: threads.get_turn(tx, turn_id))
    if turn.status != "running":
        return
    teller = Teller(stack.ledger, turn_id)
    try:
        person = await read(stack.ledger, lambda tx: threads.speaker(tx, turn))
        known = await know(stack, person)
        tools = WorkspaceTools(stack, known, turn.thread_id, turn_id, person, teller)
        context = Conversing(stack, turn, person, known, teller, tools)
        with during(turn_id):
            await _go(context)
    except TurnEnded:
        return
    except MainspringError as error:
        log.warning("turn_failed", turn=turn_id, error=str(error))
        await _give_up(stack, turn, teller, str(error))
    except Exception as error:
        # A fault of the program: the person is told that no answer comes, and it is logged whole.
        log.error("turn_failed", turn=turn_id, exc_info=error)
        await _give_up(stack, turn, teller, "")


async def _go(context: Conversing) -> None:
    turn, teller = context.turn, context.teller
    async with opened(context.stack) as graph:
        config = thread(turn.thread_id)
        state = await graph.aget_state(config)
        values = cast(AssistantState, state.values)
        given: AssistantState | None = {"turn_id": turn.id, "schema_version": SCHEMA_VERSION}
        if values.get("turn_id") == turn.id and not values.get("answered"):
            given = None  # it was left behind: go on from the last checkpoint
            await teller.again(
                [_PART.validate_python(part) for part in values.get("parts", ())],
                [ToolUse.model_validate(tool) for tool in values.get("tools", ())],
            )
        elif teller_has_spoken := await read(
            context.stack.ledger, lambda tx: _has_spoken(tx, turn.id)
        ):
            assert teller_has_spoken
            await teller.again([], [])
        async for _ in graph.astream(given, config, context=context, durability="sync"):
            pass


async def hear(state: AssistantState, runtime: Runtime[Conversing]) -> AssistantState:
    """Take up the message; and what was said in a turn that was stopped before."""
    turn = runtime.context.turn
    messages = list(state.get("messages", ()))
    before = state.get("messages", [])
    last = before[-1] if before else None
    if last is not None and last["type"] != "ai":
        earlier = await read(runtime.context.stack.ledger, lambda tx: _before(tx, turn))
        if earlier is not None:
            messages = [*_closed(messages), _said_by_us(earlier)]
    messages.append({"type": "human", "id": turn.id, "content": turn.text})
    memory = Memory.model_validate(state.get("memory", {}))
    language = language_asked(turn.text, memory.language)
    return {
        "messages": messages,
        "memory": memory.model_copy(update={"language": language}).model_dump(mode="json"),
        "turn_id": turn.id,
        "answered": False,
        "calls": [],
        "round": 0,
        "failure": "",
        "parts": [],
        "tools": [],
        "written_by": "house",
        "asked": False,
    }


def after_hear(state: AssistantState, runtime: Runtime[Conversing]) -> str:
    stack = runtime.context.stack
    return "house" if stack.model_for(ASSISTANT).name == stack.house.name else "think"


async def think(state: AssistantState, runtime: Runtime[Conversing]) -> AssistantState:
    """One answer of the model: words, and the tools that it wants used."""
    here = runtime.context
    model = here.stack.model_for(ASSISTANT)
    last = state["round"] >= MOST_ROUNDS
    system = mind.instructions(here.known, here.stack.prompts, last=last)
    said: list[str] = []
    calls: list[ToolCall] = []
    try:
        async for piece in mind.think(model, system, state["messages"], tools=not last):
            if isinstance(piece, ToolCall):
                calls.append(piece)
            else:
                said.append(piece.text)
                await here.teller.words(piece.text, model.name)
        if last:
            calls = []  # none was offered any more
            if not said:
                said.append(_no_end(Memory.model_validate(state["memory"])))
                await here.teller.words(said[0], "house")
        await here.teller.flush()
    except ModelError as error:
        await here.teller.flush()
        return {"failure": f"{model.name}: {error.what}", "calls": [], **_told(here)}
    message: Json = {
        "type": "ai",
        "id": f"{here.turn.id}-{state['round']}",
        "content": "".join(said),
        "tool_calls": mind.kept_calls(calls),
    }
    return {
        "messages": [*state["messages"], message],
        "calls": [call.model_dump(mode="json") for call in calls],
        "round": state["round"] + 1,
        "written_by": model.name,
        **_told(here),
    }


def after_think(state: AssistantState) -> str:
    if state.get("failure"):
        return "house"
    return "use_tools" if state["calls"] else "answer"


async def use_tools(state: AssistantState, runtime: Runtime[Conversing]) -> AssistantState:
    """Do what the model asked for. A call that cannot be done is answered with its fault."""
    here = runtime.context
    messages = list(state["messages"])
    memory = Memory.model_validate(state["memory"])
    asked = False
    for raw in state["calls"]:
        call = ToolCall.model_validate(raw)
        here.tools.call_id = f"{state['round']}-{call.id}"
        used = await mind.use(call, here.tools, memory.language)
        for part in used.parts:
            await here.teller.part(part)
        asked = asked or used.asked
        if used.campaign_id:
            memory = memory.model_copy(update={"campaign_id": used.campaign_id})
        messages.append(
            {
                "type": "tool",
                "id": f"{here.turn.id}-{here.tools.call_id}",
                "tool_call_id": call.id,
                "name": call.name,
                "content": json.dumps(used.data, ensure_ascii=False),
                "status": "error" if used.failed else "success",
            }
        )
    here.tools.call_id = ""
    return {
        "messages": messages,
        "calls": [],
        "asked": asked,
        "memory": memory.model_dump(mode="json"),
        **_told(here),
    }


def after_tools(state: AssistantState) -> str:
    return "answer" if state["asked"] else "think"


async def house(state: AssistantState, runtime: Runtime[Conversing]) -> AssistantState:
    """Understand the message by the house's own phrases, and answer it with the same tools."""
    here = runtime.context
    memory = Memory.model_validate(state["memory"])
    if state.get("failure"):
        await here.teller.part(TextPart(text=_stands_in(state["failure"], memory)))
    heard = Heard(text=here.turn.text, language=memory.language, memory=memory)
    memory = memory.model_copy(update={"open": None})
    async for found in chat.answer(heard, here.tools):
        if isinstance(found, Memory):
            memory = found
        else:
            await here.teller.part(found)
    await here.teller.flush()
    return {"memory": memory.model_dump(mode="json"), "written_by": "house", **_told(here)}


async def answer(state: AssistantState, runtime: Runtime[Conversing]) -> AssistantState:
    """Keep the whole answer, which ends the turn."""
    here = runtime.context
    made = here.teller.answer(state["written_by"])
    await write(here.stack.ledger, lambda tx: threads.finish_turn(tx, here.turn.id, made))
    messages = _closed(state["messages"])
    last = messages[-1] if messages else None
    if last is None or last["type"] != "ai" or state["written_by"] == "house":
        messages = [*messages, _said_by_us(here.turn.model_copy(update={"answer": made}))]
    return {"messages": messages, "answered": True}


def _told(here: Conversing) -> AssistantState:
    """What the answer holds so far, for a process that may have to go on with it."""
    return {
        "parts": [part.model_dump(mode="json") for part in here.teller.parts],
        "tools": [tool.model_dump(mode="json") for tool in here.teller.tools.values()],
    }


def _closed(messages: list[Json]) -> list[Json]:
    """Without tool calls that were never answered: models refuse to read on after them."""
    done = {m.get("tool_call_id") for m in messages if m["type"] == "tool"}
    return [
        m
        for m in messages
        if m["type"] != "ai" or all(call["id"] in done for call in m.get("tool_calls", ()))
    ]


def _said_by_us(turn: Turn) -> Json:
    """A turn's answer as a message: its words, and its tables in words."""
    texts = [] if turn.answer is None else [mind.part_text(part) for part in turn.answer.parts]
    text = "\n\n".join(filter(None, texts))
    return {"type": "ai", "id": f"{turn.id}-a", "content": text, "tool_calls": []}


def _before(tx: Transaction, turn: Turn) -> Turn | None:
    earlier = [t for t in threads.turns(tx, turn.thread_id) if t.number < turn.number]
    return earlier[-1] if earlier else None


def _has_spoken(tx: Transaction, turn_id: str) -> bool:
    found = threads.said_so_far(tx, turn_id)
    return bool(found.parts or found.tools)


def _no_end(memory: Memory) -> str:
    return pick(
        memory.language,
        f"The model looked things up {MOST_ROUNDS} times and came to no answer. Above is what was "
        "found; ask something narrower.",
        f"Das Modell hat {MOST_ROUNDS}-mal nachgesehen und kam zu keiner Antwort. Oben steht, was "
        "gefunden wurde; fragen Sie etwas Engeres.",
    )


def _stands_in(failure: str, memory: Memory) -> str:
    return pick(
        memory.language,
        f"The model did not answer ({failure}). I go on without it, by fixed phrases.",
        f"Das Modell hat nicht geantwortet ({failure}). Ich mache ohne es weiter, mit festen "
        "Wendungen.",
    )


async def _give_up(stack: Stack, turn: Turn, teller: Teller, why: str) -> None:
    language = language_asked(turn.text)
    said = pick(
        language,
        f"I could not finish this. {why or 'Something went wrong here, and it is in the log.'} "
        "Nothing was decided and nothing was sent.",
        f"Das konnte ich nicht zu Ende bringen. {why or 'Hier ist etwas schiefgegangen; es steht im Protokoll.'} "  # noqa: E501
        "Entschieden und verschickt wurde nichts.",
    )
    made = teller.answer("house")
    made = Answer(parts=(*made.parts, TextPart(text=said)), tools=made.tools)
    await write(stack.ledger, lambda tx: _failed(tx, turn.id, said, made))


def _failed(tx: Transaction, turn_id: str, said: str, made: Answer) -> None:
    threads.tell(tx, turn_id, "part", {"kind": "text", "text": said})
    threads.finish_turn(tx, turn_id, made, "failed")

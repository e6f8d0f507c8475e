"""The campaign graph, and driving one run of it.

The graph ends when what was approved is scheduled; what happens days later are jobs. LangGraph
gives no mutual exclusion, so ``drive`` is called under the lease of the run's job alone. Whether
a run has ended stands in the ledger: a process killed between two writes of a checkpoint leaves a
thread that looks finished and is not, so it is driven on until the ledger says otherwise.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeAlias, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

from domain.errors import MainspringError
from ledger import events, publications, runs
from ledger.approvals import Approval
from ledger.database import Transaction
from ledger.runs import Run
from workflows import briefing, gates, planning, progress, routes, writing
from workflows.calls import during
from workflows.progress import Listener, Progress
from workflows.stack import Stack
from workflows.state import SCHEMA_VERSION, CampaignState, Gate, Json
from workflows.transactions import read, write

Graph: TypeAlias = CompiledStateGraph[CampaignState, Stack, CampaignState, CampaignState]
_Builder: TypeAlias = StateGraph[CampaignState, Stack, CampaignState, CampaignState]

MOST_TURNS = 40
"""Gates and recoveries in one drive; more means that the run goes round in circles."""
_STEPS = 60
"""LangGraph's own bound is 10,007 steps; the longest way between two gates takes about ten."""


@cache
def builder() -> _Builder:
    """The graph of a campaign. Its node names are frozen (workflows/state.py)."""
    graph: _Builder = StateGraph(CampaignState, context_schema=Stack)
    graph.add_node("read_goal", briefing.read_goal)
    graph.add_node("audit", briefing.audit)
    graph.add_node("write_brief", briefing.write_brief)
    graph.add_node("gate_brief", gates.gate_brief)
    graph.add_node("retrieve_voice", writing.retrieve_voice)
    graph.add_node("generate_copy", writing.generate_copy)
    graph.add_node("criticise", writing.criticise)
    graph.add_node("plan", planning.plan)
    graph.add_node("gate_publish", gates.gate_publish)
    graph.add_node("enqueue", planning.enqueue)
    graph.add_edge(START, "read_goal")
    graph.add_edge("read_goal", "audit")
    graph.add_edge("audit", "write_brief")
    graph.add_edge("write_brief", "gate_brief")
    graph.add_conditional_edges("gate_brief", routes.after_gate_brief, routes.AFTER_GATE_BRIEF)
    graph.add_edge("retrieve_voice", "generate_copy")
    graph.add_edge("generate_copy", "criticise")
    graph.add_conditional_edges("criticise", routes.after_criticise, routes.AFTER_CRITICISE)
    graph.add_edge("plan", "gate_publish")
    graph.add_conditional_edges(
        "gate_publish", routes.after_gate_publish, routes.AFTER_GATE_PUBLISH
    )
    graph.add_conditional_edges("enqueue", routes.after_enqueue, routes.AFTER_ENQUEUE)
    return graph


@asynccontextmanager
async def opened(stack: Stack) -> AsyncIterator[Graph]:
    """The compiled graph over the workspace's checkpoints."""
    async with stack.open_saver(stack.checkpoints) as saver:
        yield compiled(saver)


def compiled(saver: BaseCheckpointSaver[str] | None) -> Graph:
    """The graph with a checkpointer. Compiled once a process: only the checkpointer differs."""
    return _compiled().copy({"checkpointer": saver})


@cache
def _compiled() -> Graph:
    return builder().compile(name="campaign")


def thread(run_id: str) -> RunnableConfig:
    """The checkpoint thread of a run."""
    return {"configurable": {"thread_id": run_id}, "recursion_limit": _STEPS}


async def drive(stack: Stack, run_id: str, listen: Listener | None = None) -> Run:
    """Drive a run on until it waits for a person, or until it is scheduled.

    Call it under the lease of the run's job alone. A refusal, or a model and a house writer that
    both have no answer, leave the run waiting with the reason; driving it again tries again.
    """
    run = await read(stack.ledger, lambda tx: runs.get(tx, run_id))
    if run.status in runs.ENDED:
        return run
    stack = stack.as_of(run.as_of)
    with during(run_id):
        try:
            async with opened(stack) as graph:
                detail = await _turns(stack, graph, run, listen)
        except MainspringError as error:
            if not _a_person_can_help(error):
                raise
            detail = str(error)
    if detail:
        said = detail
        await write(stack.ledger, lambda tx: runs.set_status(tx, run_id, "waiting", said))
    return await read(stack.ledger, lambda tx: runs.get(tx, run_id))


async def view(stack: Stack, run_id: str) -> CampaignState:
    """What a run has come to so far: goal, brief, draft, critique, plan, as plain JSON."""
    async with opened(stack) as graph:
        state = await graph.aget_state(thread(run_id))
    return cast(CampaignState, dict(state.values))


async def _turns(stack: Stack, graph: Graph, run: Run, listen: Listener | None) -> str:
    """Go on until nothing is left to do: what the run waits for; empty where it is scheduled."""
    config = thread(run.id)
    for _ in range(MOST_TURNS):
        state = await graph.aget_state(config)
        given: CampaignState | Command[Any] | None = None
        if state.created_at is None:
            given = {"schema_version": SCHEMA_VERSION, "run_id": run.id, "goal_text": run.goal}
        elif state.interrupts:
            gate: Gate = "brief" if "gate_brief" in state.next else "publish"
            last = await routes.decision(stack, cast(CampaignState, state.values), gate)
            if last is None or last.status in ("pending", "expired"):
                return _waits_for(gate, last)
            answer = gates.response(last.status, last.reason)
            given = Command(resume={i.id: answer for i in state.interrupts})
        elif not state.next:
            now = await read(stack.ledger, lambda tx: _stand(tx, run.id))
            if now.ended:
                return ""
            if now.stopped is not None and state.values.get("reopened_for") != now.stopped[1]:
                given = _reopened(*now.stopped)
            elif now.scheduled:
                return ""
            # Else the thread looks finished and is not: it goes on from what was written.
        await write(stack.ledger, lambda tx: runs.set_status(tx, run.id, "running"))
        at = (state.config.get("configurable") or {}).get("checkpoint_id")
        async for mode, event in graph.astream(
            given, config, context=stack, durability="sync", stream_mode=["custom", "checkpoints"]
        ):
            if mode == "checkpoints":
                reached = cast(Json, event)["config"]["configurable"]["checkpoint_id"]
                if reached != at:  # a resume begins by telling where it begins
                    await write(stack.ledger, partial(_mark, run_id=run.id, checkpoint_id=reached))
                continue
            step = progress.read(event)
            await write(stack.ledger, partial(_tell, step=step))
            if listen is not None:
                listen(step)
        if (await read(stack.ledger, lambda tx: runs.get(tx, run.id))).status in runs.ENDED:
            return ""
    raise RuntimeError(f"the run {run.id} took {MOST_TURNS} turns without coming to a gate")


def _tell(tx: Transaction, step: Progress) -> None:
    """Put a step where every page and client that follows the run reads it."""
    events.append(tx, step.run_id, "progress", step.model_dump(exclude={"run_id"}))


def _mark(tx: Transaction, run_id: str, checkpoint_id: str) -> None:
    """Name a checkpoint in the run's stream, where its values can be looked up."""
    events.append(tx, run_id, "checkpoint", {"checkpoint_id": checkpoint_id})


@dataclass(frozen=True)
class _Standing:
    """Where a run stands by the ledger, whatever its checkpoints look like."""

    ended: bool
    scheduled: bool
    """Its graph has done its work."""
    stopped: tuple[str, str] | None
    """The publication that was stopped, and the approval it had stood on."""


def _stand(tx: Transaction, run_id: str) -> _Standing:
    run = runs.get(tx, run_id)
    mine = [p for p in publications.list_publications(tx, run_id) if p.state != "cancelled"]
    stopped = [(p.id, p.approval_id) for p in mine if p.state == "stopped"]
    return _Standing(
        ended=run.status in runs.ENDED,
        scheduled=any(p.state in ("scheduled", "done") for p in mine),
        stopped=stopped[-1] if stopped else None,
    )


def _reopened(publication_id: str, approval_id: str) -> Command[Any]:
    """Back to the critic, for a new word; the audience stays what it was when scheduled."""
    return Command(
        goto="criticise",
        update={
            "publication_id": publication_id,
            "reopened_for": approval_id,
            "round": 0,
            "outcome": "",
        },
    )


def _waits_for(gate: Gate, approval: Approval | None) -> str:
    what = "the brief" if gate == "brief" else "what would go out"
    if approval is not None and approval.status == "expired":
        return f"the time to approve {what} has run out: ask for it again"
    return f"waits for approval of {what}"


def _a_person_can_help(error: MainspringError) -> bool:
    """Whether the run should wait with the reason; else it is tried again, as any failure is."""
    return error.code not in ("busy", "unreachable", "rate_limited", "timeout")

"""``bench graph``: our campaign graph up to its second gate, beside a bare LangGraph.

The bare one has the same ten nodes, edges, gates, state sizes and the same kind of saver, but its
nodes do nothing: what is left is the price of LangGraph and of the disk. Ours is driven by the
house writer, and its ports answer at once what they answered before, so that neither a model nor
a query is measured: the difference is what our nodes do, and the ledger.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar, cast

from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from evals.benchmarks.figures import Measurement, median, ratio
from evals.ground import Ground
from ledger import approvals, runs
from workflows import campaign, jobs
from workflows.checkpoints import sqlite_saver
from workflows.stack import Stack
from workflows.state import NODES, CampaignState

Port = TypeVar("Port")

ROUNDS = 5
GOAL = "Get viewings for the 1968 dress watch from customers who bought watches"

_GIVES: dict[str, tuple[str, ...]] = {
    "read_goal": ("goal",),
    "audit": ("evidence",),
    "write_brief": ("brief", "brief_hash"),
    "retrieve_voice": ("passage_ids",),
    "generate_copy": ("draft",),
    "criticise": ("critique", "round"),
    "plan": ("plan", "content_hash", "snapshot_hash"),
}
"""What each node adds to the state."""


async def measure(data: Path | None) -> tuple[Measurement, ...]:
    """``data`` is not used: the campaign runs on a small simulated workspace."""
    with tempfile.TemporaryDirectory(prefix="mainspring-bench-") as name:
        ground = Ground(Path(name))
        real = ground.stack
        stack = replace(
            real,
            customers=_remembering(real.customers),
            people=_remembering(real.people),
            analytics=_remembering(real.analytics),
            voice=_remembering(real.voice),
        )
        state = await _ours(ground, stack, 0)
        ours, bare = [], []
        for number in range(1, ROUNDS + 1):
            began = time.perf_counter()
            await _ours(ground, stack, number)
            ours.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            await _bare(Path(name) / f"bare-{number}.sqlite", state)
            bare.append((time.perf_counter() - began) * 1000)
    return (
        median("our campaign, goal to second gate", ours, "ms", "with data, copy and critique"),
        median("bare LangGraph, same nodes", bare, "ms", "nodes that do nothing"),
        ratio("beside the bare graph", ours, bare, "time; bare = 1"),
    )


class _Remembers:
    """A port that answers at once what it was asked before."""

    def __init__(self, port: Any) -> None:
        self._port = port
        self._known: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._port, name)

        async def answer(*args: Any, **named: Any) -> Any:
            asked = f"{name} {args!r} {named!r}"
            if asked not in self._known:
                self._known[asked] = await method(*args, **named)
            return self._known[asked]

        return answer


def _remembering(port: Port) -> Port:
    return cast(Port, _Remembers(port))


async def _ours(ground: Ground, stack: Stack, number: int) -> CampaignState:
    """From a goal to the second gate, with one decision between."""
    stack = replace(stack, checkpoints=stack.checkpoints.with_name(f"ours-{number}.sqlite"))
    with stack.ledger.write() as tx:
        owner = ground.workspace.person(tx)
        run = runs.start(tx, GOAL, owner.id)
    await jobs.advance(stack, run.id)
    with stack.ledger.write() as tx:
        (asked,) = approvals.for_run(tx, run.id)
        approvals.decide(tx, asked.id, owner, "approve", asked.content_hash)
    await jobs.advance(stack, run.id)
    state = await campaign.view(stack, run.id)
    assert state.get("content_hash"), "the campaign did not come to its second gate"
    with stack.ledger.write() as tx:
        runs.cancel(tx, run.id, owner)
    return state


async def _bare(path: Path, state: CampaignState) -> None:
    """The same nodes in the same order, each giving at once what ours gave after its work."""
    graph: Any = StateGraph(CampaignState)
    for node in NODES:
        graph.add_node(node, _gate if node.startswith("gate_") else _gives(node, state))
    graph.add_edge(START, NODES[0])
    for before, after in pairwise(NODES):
        graph.add_edge(before, after)
    config: Any = {"configurable": {"thread_id": "bare"}}
    # As ours: opened anew for each stretch, because a decision comes from another process.
    given: Any = {"run_id": "bare", "goal_text": GOAL}
    for _ in range(2):
        async with sqlite_saver(path) as saver:
            compiled = graph.compile(checkpointer=saver)
            async for _ in compiled.astream(
                given, config, durability="sync", stream_mode=["custom"]
            ):
                pass
        given = Command(resume={"decisions": [{"type": "approve"}]})


async def _gate(state: CampaignState) -> CampaignState:
    interrupt({"brief": state.get("brief")})
    return {}


def _gives(node: str, state: CampaignState) -> Callable[[CampaignState], Awaitable[Any]]:
    given = {name: state[name] for name in _GIVES.get(node, ()) if name in state}  # type: ignore[literal-required]

    async def give(_: CampaignState) -> Any:
        return given

    return give

"""The state of a campaign's thread, read from its checkpoints, in the form that clients know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.types import StateSnapshot

from ledger import approvals
from ledger.database import Transaction
from workflows import campaign
from workflows.stack import Stack
from workflows.transactions import read

Json = dict[str, Any]

EMPTY: Json = {
    "values": {},
    "next": [],
    "tasks": [],
    "interrupts": [],
    "metadata": {},
    "created_at": None,
    "checkpoint": None,
    "parent_checkpoint": None,
}
"""Of a thread on which nothing has run."""


async def state(stack: Stack, run_id: str, checkpoint_id: str | None = None) -> Json:
    """A campaign's state: the present one, or as it was at a checkpoint. Of the present one only
    what waits for a person by the ledger is shown as an interrupt."""
    async with campaign.opened(stack) as graph:
        found = await graph.aget_state(_at(run_id, checkpoint_id))
    if found.created_at is None:
        return EMPTY
    shown = state_json(found, run_id)
    if checkpoint_id is not None or await read(stack.ledger, lambda tx: _waits(tx, run_id)):
        return shown
    return without_interrupts(shown)


async def history(stack: Stack, run_id: str, limit: int, before: str | None = None) -> list[Json]:
    """A campaign's states, the newest first; ``before``: those older than a checkpoint."""
    older = None if before is None else _at(run_id, before)
    async with campaign.opened(stack) as graph:
        found = [
            state_json(one, run_id)
            async for one in graph.aget_state_history(
                campaign.thread(run_id), before=older, limit=limit
            )
        ]
    if found and before is None and not await read(stack.ledger, lambda tx: _waits(tx, run_id)):
        found[0] = without_interrupts(found[0])
    return found


async def updates_before(stack: Stack, run_id: str, checkpoint_id: str) -> tuple[Json, Json]:
    """What the nodes wrote that led to a checkpoint, by node; and the values at it."""
    async with campaign.opened(stack) as graph:
        reached = await graph.aget_state(_at(run_id, checkpoint_id))
        if reached.parent_config is None:
            return {}, dict(reached.values)
        came_from = await graph.aget_state(reached.parent_config)
    written = {
        task.name: task.result
        for task in came_from.tasks
        if task.result is not None and not task.name.startswith("__")
    }
    return written, dict(reached.values)


def state_json(found: StateSnapshot, thread_id: str) -> Json:
    """A snapshot as clients know it."""
    interrupts = [{"value": one.value, "id": one.id} for one in found.interrupts]
    return {
        "values": dict(found.values),
        "next": list(found.next),
        "tasks": [
            {
                "id": task.id,
                "name": task.name,
                "path": list(task.path),
                "error": None if task.error is None else str(task.error),
                "interrupts": [{"value": one.value, "id": one.id} for one in task.interrupts],
                "checkpoint": None,
                "state": None,
                "result": task.result,
            }
            for task in found.tasks
        ],
        "interrupts": interrupts,
        "metadata": dict(found.metadata or {}),
        "created_at": found.created_at,
        "checkpoint": _checkpoint(found.config, thread_id),
        "parent_checkpoint": _checkpoint(found.parent_config, thread_id),
    }


def without_interrupts(shown: Json) -> Json:
    tasks = [{**task, "interrupts": []} for task in shown["tasks"]]
    return {**shown, "tasks": tasks, "interrupts": []}


def _waits(tx: Transaction, run_id: str) -> bool:
    return any(one.status == "pending" for one in approvals.for_run(tx, run_id))


def _checkpoint(config: Mapping[str, Any] | None, thread_id: str) -> Json | None:
    if config is None:
        return None
    return {
        "thread_id": thread_id,
        "checkpoint_ns": "",
        "checkpoint_id": config["configurable"]["checkpoint_id"],
        "checkpoint_map": None,
    }


def _at(run_id: str, checkpoint_id: str | None) -> RunnableConfig:
    """Raises nothing where there is no such checkpoint: the state is then empty."""
    config = campaign.thread(run_id)
    if checkpoint_id is None:
        return config
    return {**config, "configurable": {**config["configurable"], "checkpoint_id": checkpoint_id}}

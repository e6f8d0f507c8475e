"""Threads as clients see them: one's own conversations with the assistant, and the campaigns of
the workspace, whoever began them and wherever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from app.agent_api import messages, states
from app.agent_api.graphs import assistant_id
from app.agent_api.requests import ThreadSearch
from app.site import Site
from domain.frozen import Frozen
from ledger import approvals, runs, threads
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person
from ledger.runs import Run
from ledger.threads import Thread, Turn
from workflows.transactions import read

Json = dict[str, Any]
MOST_LISTED = 10_000


class Standing(Frozen):
    """A thread and where it stands, by the ledger."""

    thread: Thread
    run: Run | None = None
    """The campaign, once it has begun."""
    last: Turn | None = None
    """Of a conversation."""
    waits: bool = False
    """For a person's decision."""

    @property
    def status(self) -> str:
        if self.run is not None:
            of_run = {"running": "busy", "waiting": "interrupted", "failed": "error"}
            return of_run.get(self.run.status, "idle")
        if self.last is None:
            return "idle"
        return {"running": "busy", "failed": "error"}.get(self.last.status, "idle")


def find(tx: Transaction, thread_id: str, person: Person) -> Thread:
    """A thread that this person may see. Raises LedgerError unknown."""
    try:
        thread = threads.get(tx, thread_id)
    except LedgerError:
        if not runs.exists(tx, thread_id):
            raise _unknown(thread_id) from None
        return _of_run(runs.get(tx, thread_id))
    if thread.graph == "assistant" and thread.person_id != person.id:
        raise _unknown(thread_id)
    return thread


def standing(tx: Transaction, thread: Thread) -> Standing:
    if thread.graph == "assistant":
        found = threads.turns(tx, thread.id)
        return Standing(thread=thread, last=found[-1] if found else None)
    run = runs.get(tx, thread.id) if runs.exists(tx, thread.id) else None
    waits = run is not None and any(
        one.status == "pending" for one in approvals.for_run(tx, run.id)
    )
    return Standing(thread=thread, run=run, waits=waits)


def listed(tx: Transaction, person: Person, wish: ThreadSearch) -> list[Standing]:
    """The threads that fit a search."""
    mine = threads.list_threads(tx, person.id, graph="assistant", limit=MOST_LISTED)
    begun = threads.list_threads(tx, graph="campaign", limit=MOST_LISTED)
    known = {thread.id for thread in begun}
    others = [_of_run(run) for run in runs.list_runs(tx, limit=MOST_LISTED) if run.id not in known]
    fitting = [one for one in (*mine, *begun, *others) if _fits(one, wish)]
    if wish.status is None and wish.sort_by != "status":
        return [standing(tx, thread) for thread in _page(fitting, wish)]
    stood = [standing(tx, thread) for thread in fitting]
    kept = [one for one in stood if wish.status in (None, one.status)]
    if wish.sort_by == "status":
        kept.sort(key=lambda one: one.status, reverse=wish.sort_order == "desc")
        return kept[wish.offset : wish.offset + wish.limit]
    order = {one.thread.id: one for one in kept}
    return [order[thread.id] for thread in _page([one.thread for one in kept], wish)]


async def thread_json(site: Site, found: Standing, *, values: bool = True) -> Json:
    """A thread as clients know it."""
    thread = found.thread
    shown: Json = states.EMPTY
    if values:
        shown = await state(site, thread)
    updated = found.run.updated_at if found.run is not None else thread.updated_at
    return {
        "thread_id": thread.id,
        "created_at": thread.created_at.isoformat(),
        "updated_at": max(updated, thread.updated_at).isoformat(),
        "state_updated_at": updated.isoformat(),
        "metadata": metadata_of(thread),
        "status": found.status,
        "config": {},
        "values": shown["values"] or None,
        "interrupts": {task["id"]: task["interrupts"] for task in shown["tasks"]},
        "error": None,
    }


def metadata_of(thread: Thread) -> Json:
    return {
        **thread.metadata,
        "graph_id": thread.graph,
        "assistant_id": assistant_id(thread.graph),
        "title": thread.title,
    }


async def state(site: Site, thread: Thread, checkpoint_id: str | None = None) -> Json:
    """A thread's state, or what it was at a checkpoint. Raises LedgerError unknown."""
    if thread.graph == "campaign":
        found = await states.state(site.stack, thread.id, checkpoint_id)
        if checkpoint_id is not None and found is states.EMPTY:
            raise _unknown(checkpoint_id)
        return found
    turns = await read(site.stack.ledger, lambda tx: threads.turns(tx, thread.id))
    if checkpoint_id is not None:
        turns = [one for one in turns if one.id <= checkpoint_id]
        if not turns or turns[-1].id != checkpoint_id:
            raise _unknown(checkpoint_id)
    return _conversation(thread.id, turns)


async def history(site: Site, thread: Thread, limit: int, before: str | None) -> list[Json]:
    """A thread's states, the newest first."""
    if thread.graph == "campaign":
        return await states.history(site.stack, thread.id, limit, before)
    turns = await read(site.stack.ledger, lambda tx: threads.turns(tx, thread.id))
    ends = [n for n, turn in enumerate(turns, 1) if before is None or turn.id < before]
    return [_conversation(thread.id, turns[:end]) for end in reversed(ends[-limit:])]


def _conversation(thread_id: str, turns: Sequence[Turn]) -> Json:
    """The state of a conversation behind its last turn: each turn is a checkpoint."""
    if not turns:
        return states.EMPTY
    last, before = turns[-1], turns[-2] if len(turns) > 1 else None
    running = last.status == "running"
    return {
        "values": {"messages": messages.messages(turns)},
        "next": [messages.NODE] if running else [],
        "tasks": [],
        "interrupts": [],
        "metadata": {"source": "loop", "step": last.number, "run_id": last.id},
        "created_at": (last.finished_at or last.started_at).isoformat(),
        "checkpoint": _checkpoint(thread_id, last),
        "parent_checkpoint": None if before is None else _checkpoint(thread_id, before),
    }


def _checkpoint(thread_id: str, turn: Turn) -> Json:
    at = {"checkpoint_id": turn.id, "checkpoint_ns": "", "checkpoint_map": None}
    return {"thread_id": thread_id, **at}


def _of_run(run: Run) -> Thread:
    """The thread of a campaign that no client has asked for anything yet."""
    return Thread(
        id=run.id,
        graph="campaign",
        person_id=run.started_by,
        title=threads.title_of(run.goal),
        metadata={},
        created_at=run.created_at,
        updated_at=run.updated_at,
    )


def _fits(thread: Thread, wish: ThreadSearch) -> bool:
    if wish.ids is not None and thread.id not in wish.ids:
        return False
    known = metadata_of(thread)
    return all(known.get(name) == value for name, value in wish.metadata.items())


def _page(found: Iterable[Thread], wish: ThreadSearch) -> list[Thread]:
    def key(thread: Thread) -> tuple[Any, str]:
        if wish.sort_by == "thread_id":
            return "", thread.id
        moment = thread.created_at if wish.sort_by == "created_at" else thread.updated_at
        return moment, thread.id

    ordered = sorted(found, key=key, reverse=wish.sort_order == "desc")
    return ordered[wish.offset : wish.offset + wish.limit]


def _unknown(thing: str) -> LedgerError:
    return LedgerError(
        "unknown",
        "There is no such thread, or it is somebody else's conversation.",
        thing=thing,
        next_step="Search the threads, or create one.",
    )

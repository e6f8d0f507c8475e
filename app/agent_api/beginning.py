"""Begin a run on a thread: a goal for a new campaign, a decision at one that waits, or something
said to the assistant. What would push aside an approval that waits is refused."""

from __future__ import annotations

from app.agent_api import deciding
from app.agent_api import threads as known
from app.agent_api.graphs import graph_of, read_goal, read_message
from app.agent_api.requests import GraphName, RunRequest, not_offered
from app.agent_api.sharing import Api
from app.agent_api.thread_routes import checked, read_checkpoint
from app.tokens import needs
from domain.errors import Refused, WrongUsage
from ledger import campaign_turns, runs, threads
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person
from ledger.threads import Thread, Turn
from workflows.decisions import try_again
from workflows.state import Json
from workflows.transactions import read, write


async def begin(
    api: Api, person: Person, thread_id: str | None, wish: RunRequest
) -> tuple[Thread, Turn]:
    """The thread and its new turn, which runs from now on whether anybody reads it or not.

    Raises LedgerError, WrongUsage, Refused paused_for_approval, nothing_waits.
    """
    wish.refuse_what_is_not_offered()
    graph = graph_of(wish.assistant_id)
    checked(wish.metadata)
    thread = await write(
        api.site.stack.ledger, lambda tx: _thread(tx, person, thread_id, graph, wish)
    )
    if graph == "assistant":
        return thread, await _speak(api, person, thread, wish)
    turn = await _drive(api, person, thread, wish)
    api.following.follow(turn)
    return thread.model_copy(update={"graph": "campaign"}), turn


def _thread(
    tx: Transaction, person: Person, thread_id: str | None, graph: GraphName, wish: RunRequest
) -> Thread:
    """The thread to run on, made where the request asks for that."""
    if thread_id is None:
        needs(person, "write")
        return threads.create(tx, person, graph=graph, metadata=wish.metadata)
    try:
        thread = known.find(tx, thread_id, person)
    except LedgerError:
        if wish.if_not_exists != "create":
            raise
        needs(person, "write")
        return threads.create(tx, person, graph=graph, thread_id=thread_id)
    used = runs.exists(tx, thread.id) or known.standing(tx, thread).last is not None
    if used and thread.graph != graph:
        raise WrongUsage(
            "other_graph",
            f"This thread belongs to {thread.graph}.",
            thing=thread.id,
            next_step=f"Run {thread.graph} on it, or begin another thread.",
        )
    return thread


async def _speak(api: Api, person: Person, thread: Thread, wish: RunRequest) -> Turn:
    """Say something to the assistant."""
    if wish.command is not None and wish.command.resume is not None:
        raise Refused(
            "nothing_waits",
            "A conversation does not wait for a decision; what it asks for is decided in the "
            "campaign's own thread.",
            thing=thread.id,
            next_step="Resume the campaign's thread: its id is the campaign's.",
        )
    needs(person, "write")
    text, message_id = read_message(wish.input)
    said = {"text": text, "message_id": message_id, "metadata": wish.metadata}
    ledger = api.site.stack.ledger
    turn = await write(ledger, lambda tx: threads.begin_turn(tx, thread.id, person, said))
    api.site.turns.begin(turn)
    return turn


async def _drive(api: Api, person: Person, thread: Thread, wish: RunRequest) -> Turn:
    """Start a campaign, decide at one that waits, or have a stopped one tried again."""
    ledger = api.site.stack.ledger
    begun = await read(ledger, lambda tx: runs.exists(tx, thread.id))
    said: Json = {"metadata": wish.metadata}
    if wish.command is not None and wish.command.resume is not None:
        if wish.input is not None:
            raise not_offered("input", "A decision and new input do not go together.")
        at = wish.checkpoint_id or read_checkpoint(wish.checkpoint)
        decided = await deciding.resume(
            api.site, api.shown, person, thread.id, wish.command.resume, at
        )
        said["approval"] = decided.id
        return await write(ledger, lambda tx: campaign_turns.begin(tx, thread.id, person, said))
    needs(person, "write")
    if wish.checkpoint_id or wish.checkpoint:
        raise not_offered("checkpoint", "A campaign is not run again from an earlier state.")
    if not begun:
        goal = read_goal(wish.input)
        return await write(ledger, lambda tx: _start(tx, person, thread, goal, said))
    if wish.input is not None:
        raise await read(ledger, lambda tx: _why_no_input(tx, thread))
    return await write(ledger, lambda tx: _again(tx, person, thread, said))


def _start(tx: Transaction, person: Person, thread: Thread, goal: str, said: Json) -> Turn:
    run = runs.start(tx, goal, person.id, run_id=thread.id)
    return campaign_turns.begin(tx, run.id, person, said)


def _again(tx: Transaction, person: Person, thread: Thread, said: Json) -> Turn:
    standing = known.standing(tx, thread)
    assert standing.run is not None
    if standing.waits or standing.run.status != "waiting":
        raise _why_no_input(tx, thread)
    try_again(tx, thread.id, person)
    return campaign_turns.begin(tx, thread.id, person, said)


def _why_no_input(tx: Transaction, thread: Thread) -> Refused:
    standing = known.standing(tx, thread)
    assert standing.run is not None
    if standing.waits:
        return Refused(
            "paused_for_approval",
            "This campaign waits for a person's decision, which new input would push aside.",
            thing=thread.id,
            next_step='Resume it with {"decisions": [...]}, or begin another thread.',
        )
    if standing.run.status == "running":
        return Refused(
            "under_way",
            "This campaign is being worked on just now.",
            thing=thread.id,
            next_step="Join its run, or begin another thread.",
        )
    return Refused(
        "begun_already",
        "A campaign has one goal, and this one has begun already.",
        thing=thread.id,
        next_step="Begin another thread for another goal.",
    )

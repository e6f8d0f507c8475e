"""Threads and turns: what people say to an assistant, and what it answers.

A turn is answered by one process, under a lease in real time; a process that was killed loses its
lease, and another takes the turn up. Whether a turn has ended stands here: nothing is added to a
turn that ended, so stopping it ends its answer wherever that is being written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from domain.conversation import Answer
from domain.frozen import Frozen
from ledger import events, people
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person

Graph = Literal["assistant", "campaign"]
TurnStatus = Literal["running", "done", "failed", "stopped"]

UNTITLED = "New conversation"
LONGEST_TITLE = 60

_th = t.threads.c
_tu = t.turns.c


class Thread(Frozen):
    id: str
    graph: Graph
    person_id: str
    """Whose conversation it is; nobody else reads it."""
    title: str
    metadata: dict[str, Any]
    """``campaigns``: the ids of those begun here, the oldest first; and what API clients keep."""
    created_at: datetime
    updated_at: datetime


class Turn(Frozen):
    id: str
    """Also the stream that its events stand in."""
    thread_id: str
    number: int
    """1, 2, … in its thread."""
    person_id: str
    said: dict[str, Any]
    """What came in: ``text``; and ``scopes`` where a token said it that may do less."""
    status: TurnStatus
    answer: Answer | None = None
    started_at: datetime
    """Real time, as all of a turn."""
    finished_at: datetime | None = None

    @property
    def text(self) -> str:
        return str(self.said.get("text", ""))


def create(
    tx: Transaction,
    person: Person,
    *,
    graph: Graph = "assistant",
    thread_id: str | None = None,
    title: str = UNTITLED,
    metadata: Mapping[str, Any] | None = None,
) -> Thread:
    """A new conversation of this person; it is named after the first thing that they say.

    Raises LedgerError exists.
    """
    people.require_now(tx, person, "read")
    thread = Thread(
        id=thread_id or new_id(),
        graph=graph,
        person_id=person.id,
        title=title,
        metadata=dict(metadata or {}),
        created_at=tx.real_now,
        updated_at=tx.real_now,
    )
    if tx.connection.execute(sa.select(_th.id).where(_th.id == thread.id)).one_or_none():
        raise LedgerError("exists", "There is a conversation of this id.", thing=thread.id)
    tx.connection.execute(t.threads.insert(), thread.model_dump())
    return thread


def get(tx: Transaction, thread_id: str, person: Person | None = None) -> Thread:
    """The conversation; with ``person``, only where it is theirs. Raises LedgerError unknown."""
    query = sa.select(t.threads).where(_th.id == thread_id)
    if person is not None:
        query = query.where(_th.person_id == person.id)
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None:
        raise LedgerError(
            "unknown",
            "There is no such conversation of yours.",
            thing=thread_id,
            next_step="Begin a new one.",
        )
    return Thread.model_validate(dict(row))


def list_threads(
    tx: Transaction,
    person_id: str | None = None,
    *,
    graph: Graph | None = None,
    limit: int = 50,
    before: datetime | None = None,
) -> list[Thread]:
    """Conversations, the latest word first; ``before``: those that are older than this."""
    query = sa.select(t.threads).order_by(_th.updated_at.desc(), _th.id.desc()).limit(limit)
    if person_id is not None:
        query = query.where(_th.person_id == person_id)
    if graph is not None:
        query = query.where(_th.graph == graph)
    if before is not None:
        query = query.where(_th.updated_at < before)
    return [Thread.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def rename(tx: Transaction, thread_id: str, person: Person, title: str) -> Thread:
    """Give one's own conversation another name. Raises LedgerError unknown, bad_value."""
    get(tx, thread_id, person)
    named = title_of(title)
    if not named:
        raise LedgerError("bad_value", "A conversation needs a name.", thing=thread_id)
    _change(tx, thread_id, title=named)
    return get(tx, thread_id)


def keep(tx: Transaction, thread_id: str, person: Person, metadata: Mapping[str, Any]) -> Thread:
    """Add to what is kept beside one's own conversation. Raises LedgerError unknown."""
    known = get(tx, thread_id, person)
    kept = {key: value for key, value in metadata.items() if key != "campaigns"}
    _change(tx, thread_id, metadata={**known.metadata, **kept})
    return get(tx, thread_id)


def delete(tx: Transaction, thread_id: str, person: Person) -> None:
    """Forget one's own conversation: its turns, and what their streams showed. What was begun in
    it stays. Raises LedgerError unknown, bad_value while something is being answered."""
    get(tx, thread_id, person)
    found = turns(tx, thread_id)
    if any(turn.status == "running" for turn in found):
        raise LedgerError(
            "bad_value",
            "It is being answered just now.",
            thing=thread_id,
            next_step="Stop the answer first.",
        )
    streams = [turn.id for turn in found]
    tx.connection.execute(sa.delete(t.events).where(t.events.c.stream.in_(streams)))
    tx.connection.execute(sa.delete(t.turns).where(_tu.thread_id == thread_id))
    tx.connection.execute(sa.delete(t.threads).where(_th.id == thread_id))


def link_campaign(tx: Transaction, thread_id: str, run_id: str) -> None:
    """Remember that a campaign was begun here."""
    known = get(tx, thread_id)
    begun = [str(one) for one in known.metadata.get("campaigns", ())]
    if run_id not in begun:
        _change(tx, thread_id, metadata={**known.metadata, "campaigns": [*begun, run_id]})


def begin_turn(
    tx: Transaction, thread_id: str, person: Person, said: str | Mapping[str, Any]
) -> Turn:
    """Take up what a person says in their own conversation.

    Raises LedgerError unknown, not_allowed, bad_value (nothing was said), busy_turn (the answer
    before is still being written).
    """
    person = people.require_now(tx, person, "read")
    thread = get(tx, thread_id, person)
    given: dict[str, Any] = {"text": said} if isinstance(said, str) else dict(said)
    if not str(given.get("text", "")).strip():
        raise LedgerError("bad_value", "Nothing was said.", thing=thread_id)
    if person.scopes is not None:
        given["scopes"] = list(person.scopes)
    last = _last(tx, thread_id)
    if last is not None and last.status == "running":
        raise LedgerError(
            "busy_turn",
            "The answer before is still being written.",
            thing=last.id,
            next_step="Wait for it, or stop it.",
        )
    turn = Turn(
        id=new_id(),
        thread_id=thread_id,
        number=1 if last is None else last.number + 1,
        person_id=person.id,
        said=given,
        status="running",
        started_at=tx.real_now,
    )
    tx.connection.execute(t.turns.insert(), turn.model_dump())
    named = title_of(turn.text) if thread.title == UNTITLED else thread.title
    _change(tx, thread_id, title=named)
    return turn


def take(tx: Transaction, turn_id: str, worker: str, lease_seconds: float) -> bool:
    """Take a running turn, or hold it longer. False: it has ended, or is another's."""
    free = sa.or_(
        _tu.lease_owner.is_(None), _tu.lease_owner == worker, _tu.lease_until <= tx.real_now
    )
    taken = sa.update(t.turns).where(_tu.id == turn_id, _tu.status == "running", free)
    values = {"lease_owner": worker, "lease_until": tx.lease_end(lease_seconds)}
    return tx.connection.execute(taken.values(**values)).rowcount == 1


def release(tx: Transaction, turn_id: str, worker: str) -> None:
    """Give a turn back as it stands, for another process to take up."""
    mine = sa.update(t.turns).where(_tu.id == turn_id, _tu.lease_owner == worker)
    tx.connection.execute(mine.values(lease_owner=None, lease_until=None))


def abandoned(tx: Transaction) -> list[str]:
    """Running turns of conversations that nobody is at; ledger/campaign_turns.py has those of
    campaigns."""
    free = sa.or_(_tu.lease_owner.is_(None), _tu.lease_until <= tx.real_now)
    query = sa.select(_tu.id).join(t.threads, _th.id == _tu.thread_id)
    query = query.where(_th.graph == "assistant", _tu.status == "running", free)
    return list(tx.connection.execute(query.order_by(_tu.started_at)).scalars())


def tell(tx: Transaction, turn_id: str, kind: str, data: Mapping[str, Any]) -> bool:
    """Add to the stream of a running turn. False, and nothing is added, where it has ended."""
    query = sa.select(_tu.status).where(_tu.id == turn_id)
    if tx.connection.execute(query).scalar_one_or_none() != "running":
        return False
    events.append(tx, turn_id, kind, data)
    return True


def requested(tx: Transaction, turn_id: str, key: str) -> dict[str, Any] | None:
    """What came of a request of this turn that was done before; None: it was not."""
    seq = 0
    while found := events.after(tx, turn_id, seq):
        seq = found[-1].seq
        for event in found:
            if event.kind == "requested" and event.data["key"] == key:
                return dict(event.data["result"])
    return None


def remember_request(tx: Transaction, turn_id: str, key: str, result: Mapping[str, Any]) -> None:
    """In the transaction that does a request, so that it is never done twice. Raises LedgerError
    bad_value where the turn was stopped: then nothing is done."""
    if not tell(tx, turn_id, "requested", {"key": key, "result": dict(result)}):
        raise LedgerError("bad_value", "This answer was stopped.", thing=turn_id)


def finish_turn(
    tx: Transaction, turn_id: str, answer: Answer, status: Literal["done", "failed"] = "done"
) -> bool:
    """The turn is answered. False where it had ended already."""
    return _end(tx, turn_id, status, answer)


def stop_turn(tx: Transaction, turn_id: str, person: Person) -> Turn:
    """End one's own running turn, and keep what was said. One that has ended stays as it is.

    Raises LedgerError unknown.
    """
    turn = get_turn(tx, turn_id)
    get(tx, turn.thread_id, person)
    _end(tx, turn_id, "stopped", said_so_far(tx, turn_id))
    return get_turn(tx, turn_id)


def get_turn(tx: Transaction, turn_id: str) -> Turn:
    """Raises LedgerError unknown."""
    row = tx.connection.execute(_turns().where(_tu.id == turn_id)).mappings().one_or_none()
    if row is None:
        raise LedgerError("unknown", "There is no such turn.", thing=turn_id)
    return Turn.model_validate(dict(row))


def turns(tx: Transaction, thread_id: str) -> list[Turn]:
    """Everything that was said in a conversation, in order."""
    query = _turns().where(_tu.thread_id == thread_id).order_by(_tu.number)
    return [Turn.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def speaker(tx: Transaction, turn: Turn) -> Person:
    """Who says it, with the rights that they have now. Raises LedgerError unknown."""
    known = people.get(tx, turn.person_id)
    return Person.model_validate({**known.model_dump(), "scopes": turn.said.get("scopes")})


def said_so_far(tx: Transaction, turn_id: str) -> Answer:
    """An answer from what its stream has shown."""
    parts: list[dict[str, Any]] = []
    tools: dict[str, dict[str, Any]] = {}
    written_by = "house"
    seq = 0
    while found := events.after(tx, turn_id, seq):
        seq = found[-1].seq
        for event in found:
            if event.kind == "words":
                if not parts or parts[-1]["kind"] != "text":
                    parts.append({"kind": "text", "text": ""})
                parts[-1]["text"] += event.data["text"]
                written_by = event.data.get("by", written_by)
            elif event.kind == "part":
                parts.append(event.data)
            elif event.kind == "tool":
                tools[event.data["id"]] = event.data
            elif event.kind == "again":  # what came before was begun anew
                parts, tools = [], {}
    kept = [part for part in parts if part["kind"] != "text" or part["text"].strip()]
    lines = [
        {**tool, "state": "failed"} if tool["state"] == "running" else tool
        for tool in tools.values()
    ]
    return Answer.model_validate({"parts": kept, "tools": lines, "written_by": written_by})


def title_of(text: str) -> str:
    """The first words of a text, as a name."""
    flat = " ".join(text.split())
    if len(flat) <= LONGEST_TITLE:
        return flat
    return flat[:LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,.;:–-") + "…"


def _end(tx: Transaction, turn_id: str, status: TurnStatus, answer: Answer) -> bool:
    ended = tx.connection.execute(
        sa.update(t.turns)
        .where(_tu.id == turn_id, _tu.status == "running")
        .values(
            status=status,
            answer=answer.model_dump(mode="json"),
            finished_at=tx.real_now,
            lease_owner=None,
            lease_until=None,
        )
    ).rowcount
    if ended:
        events.append(tx, turn_id, "end", {"status": status})
        _change(tx, get_turn(tx, turn_id).thread_id)
    return ended == 1


def _change(tx: Transaction, thread_id: str, **values: Any) -> None:
    changed = sa.update(t.threads).where(_th.id == thread_id)
    tx.connection.execute(changed.values(updated_at=tx.real_now, **values))


def _last(tx: Transaction, thread_id: str) -> Turn | None:
    query = _turns().where(_tu.thread_id == thread_id).order_by(_tu.number.desc()).limit(1)
    row = tx.connection.execute(query).mappings().one_or_none()
    return None if row is None else Turn.model_validate(dict(row))


def _turns() -> sa.Select[Any]:
    return sa.select(*(t.turns.c[name] for name in Turn.model_fields))

"""The events of one run as a client sees them: a tail of the table that the run writes to.

Each row of the table becomes a few messages, numbered within it, so that ``Last-Event-ID`` (a
row, a dash, and a number in it) goes on exactly where a client was. The sequence is that of a
LangGraph server: ``metadata``; what the stream modes ask for; ``error`` where it failed; ``end``.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Collection
from typing import Any

from app.agent_api import messages, states
from app.agent_api.requests import StreamMode
from app.agent_api.shown import Shown
from app.site import Site
from domain.errors import WrongUsage
from domain.frozen import Frozen
from ledger import threads
from ledger.events import Event
from ledger.people import Person
from ledger.threads import Thread, Turn
from workflows.transactions import read

Json = dict[str, Any]
STOPPED = "It was stopped."


class Sent(Frozen):
    """One message of a stream."""

    event: str
    data: Any
    id: str = ""
    mode: StreamMode | None = None
    """The stream mode that asks for it; None: it comes with every one."""

    def wanted(self, modes: Collection[StreamMode]) -> bool:
        """Whether a client that asked for these modes is sent this."""
        if self.mode == "updates" and not self.data:
            return False
        return self.mode is None or self.mode in modes

    def frame(self) -> str:
        number = f"id: {self.id}\n" if self.id else ""
        data = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"), default=str)
        return f"{number}event: {self.event}\ndata: {data}\n\n"


class Place(Frozen):
    """How far a client has read."""

    row: int = 0
    number: int = 0


def read_place(last_event_id: str | None) -> Place | None:
    """Where a client goes on; None: at the beginning. Raises WrongUsage bad_event_id."""
    if not last_event_id or last_event_id == "-1":
        return None
    found = re.fullmatch(r"(\d{1,15})-(\d{1,4})", last_event_id)
    if found is None:
        raise WrongUsage(
            "bad_event_id",
            "This Last-Event-ID is none of this stream.",
            thing=last_event_id[:40],
            next_step="Send the id of the last event that was read, or none.",
        )
    return Place(row=int(found[1]), number=int(found[2]))


async def stream(
    site: Site,
    shown: Shown,
    person: Person,
    thread: Thread,
    turn: Turn,
    modes: Collection[StreamMode],
    place: Place | None = None,
) -> AsyncIterator[Sent | None]:
    """What this turn's run has shown and shows, until its end; None: still there."""
    if place is None:
        yield Sent(event="metadata", data={"run_id": turn.id, "attempt": 1})
    at = place or Place()
    campaign = thread.graph == "campaign"
    if not campaign and at == Place() and "values" in modes:
        yield Sent(event="values", data=await _said_so_far(site, turn), id="0-1")
    first = int(turn.said.get("after", 0)) if campaign else 0
    source = thread.id if campaign else turn.id
    async for event in site.streams.tail(source, max(first, at.row - 1)):
        if event is None:
            yield None
            continue
        if campaign:
            found = await _of_campaign(site, turn, event, modes)
        else:
            found = await _of_conversation(site, turn, event)
        for number, sent in enumerate(found, 1):
            if (event.seq, number) <= (at.row, at.number):
                continue
            if not sent.wanted(modes):
                continue
            if isinstance(sent.data, dict):
                shown.note(person.id, thread.id, sent.data.get("__interrupt__", ()))
            yield sent.model_copy(update={"id": f"{event.seq}-{number}"})
        if found and found[-1].event == "end":
            return


async def _of_campaign(
    site: Site, turn: Turn, event: Event, modes: Collection[StreamMode]
) -> list[Sent]:
    if event.kind == "progress":
        data = {"run_id": turn.thread_id, **event.data}
        return [Sent(event="custom", data=data, mode="custom")]
    wanted = "values" in modes or "updates" in modes
    if event.kind == "checkpoint" and wanted:
        reached = event.data["checkpoint_id"]
        written, values = await states.updates_before(site.stack, turn.thread_id, reached)
        return [
            Sent(event="updates", data=written, mode="updates"),
            Sent(event="values", data=values, mode="values"),
        ]
    if event.kind == "turn" and event.data["turn_id"] == turn.id:
        return await _end_of_campaign(site, turn, event.data)
    return []


async def _end_of_campaign(site: Site, turn: Turn, ended: Json) -> list[Sent]:
    found: list[Sent] = []
    if ended["checkpoint_id"] is not None and ended["status"] == "done":
        state = await states.state(site.stack, turn.thread_id, ended["checkpoint_id"])
        if state["interrupts"]:
            asked = {"__interrupt__": state["interrupts"]}
            found = [
                Sent(event="updates", data=asked, mode="updates"),
                Sent(event="values", data={**state["values"], **asked}, mode="values"),
            ]
    if ended["status"] != "done":
        found.append(Sent(event="error", data=failure(ended["status"], ended["error"])))
    return [*found, Sent(event="end", data=None)]


async def _of_conversation(site: Site, turn: Turn, event: Event) -> list[Sent]:
    if event.kind == "words":
        said = messages.chunk(turn, event.data["text"])
        return [Sent(event="messages", data=said, mode="messages-tuple")]
    if event.kind != "end":
        return [Sent(event="custom", data={"type": event.kind, **event.data}, mode="custom")]
    values = await values_of(site, turn)
    last = values["messages"][-1:]
    found = [
        Sent(event="updates", data={messages.NODE: {"messages": last}}, mode="updates"),
        Sent(event="values", data=values, mode="values"),
    ]
    if event.data["status"] != "done":
        answered = [one["content"] for one in last if one["type"] == "ai"]
        found.append(Sent(event="error", data=failure(event.data["status"], "".join(answered))))
    return [*found, Sent(event="end", data=None)]


async def values_of(site: Site, turn: Turn) -> Json:
    """A conversation up to the end of this turn."""
    found = await read(site.stack.ledger, lambda tx: threads.turns(tx, turn.thread_id))
    return {"messages": messages.messages(one for one in found if one.number <= turn.number)}


async def _said_so_far(site: Site, turn: Turn) -> Json:
    values = await values_of(site, turn)
    kept = [one for one in values["messages"] if one["id"] != messages.answer_id(turn)]
    return {"messages": kept}


def failure(status: str, words: str) -> Json:
    """What went wrong, as clients read it."""
    return {
        "error": "Cancelled" if status == "stopped" else "RunFailed",
        "message": words or (STOPPED if status == "stopped" else "The run failed."),
    }

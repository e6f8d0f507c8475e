"""Conversations with the assistant: the list by day, and one of them with what its answers show.

An answer is drawn from the stream of its turn, in the order in which things happened, while it is
written and afterwards alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from app.site import Site
from domain.conversation import ApprovalPart, Part, QuestionPart, TextPart, ToolUse
from domain.frozen import Frozen
from ledger import approvals, events, runs, threads
from ledger.database import Transaction
from ledger.events import Event
from ledger.people import Person
from ledger.runs import RunStatus
from ledger.threads import Thread, Turn, TurnStatus
from workflows.transactions import read

MOST_LISTED = 200
_PART: TypeAdapter[Part] = TypeAdapter(Part)


class Line(Frozen):
    """A conversation in the list."""

    id: str
    title: str
    updated_at: datetime


class Group(Frozen):
    """Conversations of one day, or of a longer time ago."""

    words: str
    lines: tuple[Line, ...]


class Block(Frozen):
    """One piece of an answer, in order: some words, a tool line, a table, a card, …"""

    number: int
    part: Part | None = None
    tool: ToolUse | None = None


class TurnShown(Frozen):
    id: str
    said: str
    at: datetime
    """Real time."""
    status: TurnStatus
    blocks: tuple[Block, ...]
    after: int
    """How far its stream was read for this."""

    @property
    def asks(self) -> bool:
        """Whether it ends with a question."""
        last = self.blocks[-1].part if self.blocks else None
        return isinstance(last, QuestionPart)


class Conversation(Frozen):
    id: str
    title: str
    turns: tuple[TurnShown, ...]
    later: frozenset[tuple[str, str]] = frozenset()
    """Turn and approval, where a later turn shows the same approval."""

    @property
    def running(self) -> bool:
        return bool(self.turns) and self.turns[-1].status == "running"


class CampaignShown(Frozen):
    """A campaign in small, as it stands now."""

    id: str
    goal: str
    status: RunStatus
    detail: str
    approval_id: str
    """What of it waits for a person; empty: nothing."""
    steps: tuple[str, ...]
    """What was done so far, in sentences; the last may still be under way."""


class Growing:
    """An answer as far as its stream has told it."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.after = 0
        self.ended = False

    def take(self, event: Event) -> Block | Literal["again", "end"] | None:
        """Take an event in; the block that it changed, or what it did to all of them."""
        self.after = event.seq
        match event.kind:
            case "words":
                return self._words(str(event.data["text"]))
            case "part":
                return self._put(Block(number=len(self.blocks), part=_part(event)))
            case "tool":
                return self._tool(ToolUse.model_validate(event.data))
            case "again":  # it was begun anew after a restart
                self.blocks.clear()
                return "again"
            case "end":
                self.ended = True
                return "end"
            case _:
                return None

    def _words(self, text: str) -> Block:
        last = self.blocks[-1] if self.blocks else None
        if last is not None and isinstance(last.part, TextPart):
            longer = last.part.model_copy(update={"text": last.part.text + text})
            return self._put(last.model_copy(update={"part": longer}))
        return self._put(Block(number=len(self.blocks), part=TextPart(text=text)))

    def _tool(self, tool: ToolUse) -> Block:
        known = (one for one in self.blocks if one.tool is not None and one.tool.id == tool.id)
        number = next((one.number for one in known), len(self.blocks))
        return self._put(Block(number=number, tool=tool))

    def _put(self, block: Block) -> Block:
        self.blocks[block.number : block.number + 1] = [block]
        return block


async def conversations(site: Site, person: Person) -> tuple[Group, ...]:
    """This person's conversations, the latest first, by day."""

    def look(tx: Transaction) -> tuple[list[Thread], datetime]:
        found = threads.list_threads(tx, person.id, graph="assistant", limit=MOST_LISTED)
        return found, tx.real_now

    found, now = await read(site.stack.ledger, look)
    zone = ZoneInfo(site.workspace.timezone)
    today = now.astimezone(zone).date()
    groups: dict[str, list[Line]] = {}
    for thread in found:
        line = Line(id=thread.id, title=thread.title, updated_at=thread.updated_at)
        day = thread.updated_at.astimezone(zone).date()
        groups.setdefault(_day_words(day, today), []).append(line)
    return tuple(Group(words=words, lines=tuple(lines)) for words, lines in groups.items())


async def conversation(site: Site, person: Person, thread_id: str) -> Conversation:
    """One of their conversations, whole. Raises LedgerError unknown."""

    def look(tx: Transaction) -> Conversation:
        thread = threads.get(tx, thread_id, person)
        shown = tuple(_shown(tx, turn) for turn in threads.turns(tx, thread_id))
        return Conversation(id=thread.id, title=thread.title, turns=shown, later=_later(shown))

    return await read(site.stack.ledger, look)


async def turn(site: Site, person: Person, thread_id: str, turn_id: str) -> TurnShown:
    """One turn of it. Raises LedgerError unknown."""

    def look(tx: Transaction) -> TurnShown:
        threads.get(tx, thread_id, person)
        found = threads.get_turn(tx, turn_id)
        if found.thread_id != thread_id:
            threads.get_turn(tx, "")  # which there is not
        return _shown(tx, found)

    return await read(site.stack.ledger, look)


async def campaign(site: Site, run_id: str) -> CampaignShown:
    """A campaign as a conversation shows it. Raises LedgerError unknown."""

    def look(tx: Transaction) -> CampaignShown:
        run = runs.get(tx, run_id)
        told = [one for one in events.after(tx, run_id) if one.kind == "progress"]
        done = [str(one.data["text"]) for one in told if one.data["at"] == "finished"]
        under_way = [one for one in told[-1:] if one.data["at"] == "started"]
        if run.status == "running":
            done += [str(one.data["text"]) for one in under_way]
        waits = [one.id for one in approvals.for_run(tx, run_id) if one.status == "pending"]
        return CampaignShown(
            id=run.id,
            goal=run.goal,
            status=run.status,
            detail=run.detail,
            approval_id=waits[-1] if waits else "",
            steps=tuple(done),
        )

    return await read(site.stack.ledger, look)


def _shown(tx: Transaction, turn: Turn) -> TurnShown:
    grown = Growing()
    while found := events.after(tx, turn.id, grown.after):
        for event in found:
            grown.take(event)
    blocks = grown.blocks
    if not blocks and turn.answer is not None:
        blocks = [Block(number=n, tool=tool) for n, tool in enumerate(turn.answer.tools)]
        begun = len(blocks)
        blocks += [Block(number=begun + n, part=part) for n, part in enumerate(turn.answer.parts)]
    return TurnShown(
        id=turn.id,
        said=turn.text,
        at=turn.started_at,
        status=turn.status,
        blocks=tuple(blocks),
        after=grown.after,
    )


def _later(turns: Sequence[TurnShown]) -> frozenset[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    seen: set[str] = set()
    for one in reversed(turns):
        here = {b.part.approval_id for b in one.blocks if isinstance(b.part, ApprovalPart)}
        found |= {(one.id, approval_id) for approval_id in here & seen}
        seen |= here
    return frozenset(found)


def _part(event: Event) -> Part:
    return _PART.validate_python(event.data)


def _day_words(day: date, today: date) -> str:
    """Today, Yesterday, Earlier in November, or the month."""
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    if (day.year, day.month) == (today.year, today.month):
        return f"Earlier in {day:%B}"
    return f"{day:%B}" if day.year == today.year else f"{day:%B %Y}"

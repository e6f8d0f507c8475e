"""Conversations: from what somebody says to an answer, over a team in the middle of its work.

Whatever a conversation begins is ended behind it, so that cases do not meet each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from agents.assistant import part_text
from agents.model import Model
from domain.conversation import Answer, Part
from evals.case import Case
from evals.ground import Ground
from evals.team import Team
from ledger import comments, facts, journal, runs, threads
from ledger import tables as t
from ledger.comments import Comment
from ledger.database import Transaction
from ledger.people import Person
from ledger.runs import Run
from workflows.assistant import take_turn


@dataclass(frozen=True)
class Talked:
    """One conversation, and all that came of it outside of it."""

    team: Team
    answers: tuple[Answer, ...]
    statuses: tuple[str, ...]
    begun: tuple[Run, ...]
    """Campaigns that were begun."""
    noted: tuple[Comment, ...]
    happened: tuple[str, ...]
    """Kinds of everything new in the history."""
    sent: int
    """Messages that went out."""
    traces: str
    """Whatever was kept of the conversation: streams and checkpoints, as text."""

    @property
    def last(self) -> Answer:
        return self.answers[-1]

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.last.parts

    @property
    def text(self) -> str:
        """The last answer as it reads."""
        return "\n".join(part_text(part) for part in self.parts)


async def produce(case: Case, ground: Ground, model: Model) -> Talked:
    """``says``: a message, or several in one conversation; ``as``: owner, author or viewer;
    ``fact``: a text that stands among the facts meanwhile (somebody put it there)."""
    team = ground.team
    stack = team.stack if model.name == "house" else replace(team.stack, model=model)
    person: Person = getattr(team, case.given.get("as", "owner"))
    says: Sequence[str] = case.given["says"]
    says = [says] if isinstance(says, str) else says
    planted = case.given.get("fact", "")
    if planted:
        _plant(team, planted)
    with team.stack.ledger.write() as tx:
        head, before = journal.head(tx)[0], {run.id for run in runs.list_runs(tx, limit=1000)}
        sent = _sent(tx)
        heard = {c.id for run in before for c in comments.for_run(tx, run)}
        thread = threads.create(tx, person)
    answers, statuses = [], []
    for text in says:
        with team.stack.ledger.write() as tx:
            turn = threads.begin_turn(tx, thread.id, person, str(text))
        await take_turn(stack, turn.id)
        with team.stack.ledger.read() as tx:
            turn = threads.get_turn(tx, turn.id)
        answers.append(turn.answer or Answer(parts=()))
        statuses.append(turn.status)
    with team.stack.ledger.read() as tx:
        found = Talked(
            team=team,
            answers=tuple(answers),
            statuses=tuple(statuses),
            begun=tuple(r for r in runs.list_runs(tx, limit=1000) if r.id not in before),
            noted=tuple(
                c for run in before for c in comments.for_run(tx, run) if c.id not in heard
            ),
            happened=_since(tx, head),
            sent=_sent(tx) - sent,
            traces=_traces(tx, thread.id),
        )
    _clear(team, found)
    if planted:
        _plant(team, "")
    return found


def _since(tx: Transaction, head: int) -> tuple[str, ...]:
    query = sa.select(t.journal.c.kind).where(t.journal.c.seq > head).order_by(t.journal.c.seq)
    return tuple(tx.connection.execute(query).scalars())


def _sent(tx: Transaction) -> int:
    query = sa.select(sa.func.count()).select_from(t.sends).where(t.sends.c.state == "sent")
    return int(tx.connection.execute(query).scalar_one())


def _traces(tx: Transaction, thread_id: str) -> str:
    streams = [turn.id for turn in threads.turns(tx, thread_id)]
    query = sa.select(sa.cast(t.events.c.data, sa.Text)).where(t.events.c.stream.in_(streams))
    return "\n".join(str(row) for row in tx.connection.execute(query).scalars())


def _plant(team: Team, text: str) -> None:
    """Put a text among the house's facts, where a tool finds it; empty: take it out again."""
    with team.stack.ledger.write() as tx:
        known = facts.current(tx)
        house = [fact for fact in known.house if fact.id != "house-planted"]
        if text:
            model = known.house[0].model_copy(update={"id": "house-planted", "text": text})
            house.append(model)
        facts.put(tx, known.model_copy(update={"house": tuple(house)}), "case")


def _clear(team: Team, found: Talked) -> None:
    with team.stack.ledger.write() as tx:
        for run in found.begun:
            runs.cancel(tx, run.id, team.owner)
        for comment in found.noted:
            comments.settle(tx, comment.id, team.owner)

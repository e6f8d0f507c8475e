"""Ideas for briefs out of what customers ask, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from domain.frozen import Frozen
from domain.idea import BriefIdea
from ledger import journal
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person, require_now

IdeaStatus = Literal["open", "taken", "dismissed"]
_c = t.ideas.c


class IdeaRow(Frozen):
    id: str
    content_hash: str
    idea: BriefIdea
    status: IdeaStatus
    set_id: str | None
    """The pieces written from it."""
    decided_by: str | None
    reason: str
    created_at: datetime
    updated_at: datetime


def put(tx: Transaction, ideas: Sequence[BriefIdea], person: Person, source: str) -> int:
    """Keep ideas; one that is known has its counts brought up to date, whatever became of it.
    How many are new. Raises LedgerError not_allowed."""
    require_now(tx, person, "write")
    new = 0
    for idea in ideas:
        content = idea.model_dump(mode="json")
        known = tx.connection.execute(
            sa.update(t.ideas)
            .where(_c.content_hash == idea.hash())
            .values(content=content, updated_at=tx.now)
        ).rowcount
        if not known:
            new += 1
            tx.connection.execute(
                t.ideas.insert(),
                {
                    "id": new_id(),
                    "content_hash": idea.hash(),
                    "content": content,
                    "status": "open",
                    "reason": "",
                    "created_at": tx.now,
                    "updated_at": tx.now,
                },
            )
    data = {"ideas": len(ideas), "new": new}
    journal.append(tx, "ideas_found", person_id=person.id, thing=source, data=data)
    return new


def listed(tx: Transaction, status: IdeaStatus | None = None) -> list[IdeaRow]:
    """Those that most people ask for first."""
    query = sa.select(t.ideas)
    if status is not None:
        query = query.where(_c.status == status)
    rows = [_row(row) for row in tx.connection.execute(query)]
    return sorted(rows, key=lambda r: (-r.idea.remarks, r.idea.words))


def get(tx: Transaction, idea_id: str) -> IdeaRow:
    """Raises LedgerError unknown."""
    row = tx.connection.execute(sa.select(t.ideas).where(_c.id == idea_id)).one_or_none()
    if row is None:
        raise LedgerError(
            "unknown",
            "There is no such idea.",
            thing=idea_id,
            next_step="`mainspring ideas list` shows them.",
        )
    return _row(row)


def decide(
    tx: Transaction,
    idea_id: str,
    person: Person,
    status: Literal["taken", "dismissed"],
    *,
    set_id: str | None = None,
    reason: str = "",
) -> IdeaRow:
    """Take an idea, or put it away. Raises LedgerError unknown, not_allowed, already_decided."""
    require_now(tx, person, "write")
    done = tx.connection.execute(
        sa.update(t.ideas)
        .where(_c.id == idea_id, _c.status == "open")
        .values(
            status=status, set_id=set_id, decided_by=person.id, reason=reason, updated_at=tx.now
        )
    ).rowcount
    row = get(tx, idea_id)
    if done == 0:
        raise LedgerError(
            "already_decided",
            f"This idea was {row.status} before.",
            thing=idea_id,
            next_step="`mainspring ideas list` shows those that are open.",
        )
    data = {"reason": reason}
    journal.append(tx, f"idea_{status}", person_id=person.id, thing=idea_id, data=data)
    return row


def _row(row: sa.Row[tuple[object, ...]]) -> IdeaRow:
    values = dict(row._mapping)
    values["idea"] = values.pop("content")
    return IdeaRow.model_validate(values)

"""The inbox: what waits for whom, and what was decided, page by page.

Whose turn it is depends on who asks: who started a campaign may not approve it where two people
must see every campaign, and nobody says yes twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import tables as t
from ledger.approvals import ApprovalStatus, Gate
from ledger.database import Transaction
from ledger.people import Person

Place = tuple[datetime, str]
"""Where a page ended: the time that the list is ordered by, and the approval's id."""

_a = t.approvals.c
_r = t.runs.c
_ENDED_AT = sa.func.coalesce(_a.decided_at, _a.requested_at, type_=_a.decided_at.type)


class InboxRow(Frozen):
    """An approval as a list shows it, with the campaign that it belongs to."""

    id: str
    run_id: str
    gate: Gate
    content: dict[str, Any]
    findings: tuple[dict[str, Any], ...]
    blocking: bool
    status: ApprovalStatus
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    yeses_needed: int
    goal: str
    started_by: str
    voted: bool
    """The person who asks has said yes to it, and it waits for another's."""


def waiting(
    tx: Transaction,
    person: Person,
    *,
    mine: bool,
    author_may_approve: bool = True,
    after: Place | None = None,
    limit: int = 25,
) -> list[InboxRow]:
    """What waits for this person, or for others alone; what lapses first comes first."""
    query = _rows(person).where(_waiting(tx, person, mine, author_may_approve))
    if after is not None:
        query = query.where(sa.tuple_(_a.expires_at, _a.id) > sa.tuple_(*_bound(after)))
    return _read(tx, query.order_by(_a.expires_at, _a.id).limit(limit))


def count_waiting(
    tx: Transaction, person: Person, *, mine: bool, author_may_approve: bool = True
) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(t.approvals.join(t.runs, _r.id == _a.run_id))
        .where(_waiting(tx, person, mine, author_may_approve))
    )
    return int(tx.connection.execute(query).scalar_one())


def decided(
    tx: Transaction,
    person: Person,
    *,
    since: datetime | None = None,
    before: Place | None = None,
    limit: int = 25,
) -> list[InboxRow]:
    """What no longer waits, latest first. With ``since``, only what a person decided from then
    on; else also what lapsed and what no longer holds."""
    over = sa.or_(_a.status != "pending", _a.expires_at <= tx.now)
    query = _rows(person).where(over if since is None else _a.decided_at >= since)
    if before is not None:
        query = query.where(sa.tuple_(_ENDED_AT, _a.id) < sa.tuple_(*_bound(before)))
    return _read(tx, query.order_by(_ENDED_AT.desc(), _a.id.desc()).limit(limit))


def place_of(row: InboxRow) -> Place:
    """Where the page that ends with this row goes on."""
    if row.status == "pending":
        return row.expires_at, row.id
    return row.decided_at or row.requested_at, row.id


def _waiting(
    tx: Transaction, person: Person, mine: bool, author_may_approve: bool
) -> sa.ColumnElement[bool]:
    open_now = sa.and_(_a.status == "pending", _a.expires_at > tx.now)
    if "approve" not in person.rights:
        return sa.and_(open_now, sa.false() if mine else sa.true())
    theirs = _voted(person)
    if not author_may_approve:
        theirs = sa.or_(theirs, _r.started_by == person.id, _edited(person))
    return sa.and_(open_now, ~theirs if mine else theirs)


def _voted(person: Person) -> sa.ColumnElement[bool]:
    v = t.votes.c
    return sa.exists().where(
        v.approval_id == _a.id, v.person_id == person.id, v.content_hash == _a.content_hash
    )


def _edited(person: Person) -> sa.ColumnElement[bool]:
    """Whether the words that wait are this person's: nobody had them written anew since."""
    b = t.approvals.alias().c
    # Keys are sorted, so an edit that begins with a time holds no words.
    words = ~sa.type_coerce(b.edit, sa.Text).startswith('{"send_', autoescape=True)
    last = (
        sa.select(sa.case((sa.and_(b.status == "edited", words), b.decided_by), else_=""))
        .where(b.run_id == _a.run_id, b.gate == _a.gate, b.status.in_(("edited", "rejected")))
        .order_by(b.decided_at.desc(), b.id.desc())
        .limit(1)
        .correlate(t.approvals)
        .scalar_subquery()
    )
    return sa.func.coalesce(last, "") == person.id


def _rows(person: Person) -> sa.Select[Any]:
    names = [name for name in InboxRow.model_fields if name in t.approvals.c]
    return sa.select(
        *(t.approvals.c[name] for name in names),
        _r.goal,
        _r.started_by,
        _voted(person).label("voted"),
    ).join(t.runs, _r.id == _a.run_id)


def _bound(place: Place) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    return sa.literal(place[0], _a.expires_at.type), sa.literal(place[1])


def _read(tx: Transaction, query: sa.Select[Any]) -> list[InboxRow]:
    return [InboxRow.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]

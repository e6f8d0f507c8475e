"""How mails crowd: who gets how many in a week, which sends share people, and who would be over
the cap. Counted in the database, over all campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from domain.frozen import Frozen
from domain.plan import Cap
from ledger import tables as t
from ledger.database import Transaction
from ledger.pressure import PLANNED

_s = t.sends.c
_p = t.publications.c
_moment = sa.func.coalesce(_s.sending_at, _s.due_at, type_=_s.due_at.type)
_LATE = timedelta(days=1)
"""A message may go out so long after its window, for example when it is sent again."""


class WeekLoad(Frozen):
    """The mails of one week, by people."""

    start: datetime
    end: datetime
    mails: tuple[tuple[int, int], ...]
    """Number of mails, and how many people get so many; the fewest mails first."""
    left_out: int
    """Messages that were left out because of the cap."""

    @property
    def people(self) -> int:
        return sum(count for _, count in self.mails)


def weeks(tx: Transaction, bounds: Sequence[tuple[datetime, datetime]]) -> list[WeekLoad]:
    """What went out and what is scheduled in each of these spans, [start, end)."""
    if not bounds:
        return []
    first, last = bounds[0][0], bounds[-1][1]
    week = sa.case(
        *((sa.and_(_moment >= a, _moment < b), number) for number, (a, b) in enumerate(bounds))
    ).label("week")
    near = sa.and_(_s.publication_id.in_(_between(first, last)), _moment >= first, _moment < last)
    each = (
        sa.select(week, _s.pseudonym, sa.func.count().label("mails"))
        .where(near, _s.state.in_(PLANNED))
        .group_by(week, _s.pseudonym)
        .subquery()
    )
    counted = sa.select(each.c.week, each.c.mails, sa.func.count()).group_by(
        each.c.week, each.c.mails
    )
    found: list[list[tuple[int, int]]] = [[] for _ in bounds]
    for number, mails, people in tx.connection.execute(counted.order_by(each.c.mails)):
        found[number].append((mails, people))
    capped = sa.and_(near, _s.state == "left_out", _s.reason == "cap_reached")
    left_out: dict[int, int] = {
        row[0]: row[1]
        for row in tx.connection.execute(
            sa.select(week, sa.func.count()).where(capped).group_by(week)
        )
    }
    return [
        WeekLoad(start=a, end=b, mails=tuple(found[number]), left_out=left_out.get(number, 0))
        for number, (a, b) in enumerate(bounds)
    ]


def shared(tx: Transaction, publication_id: str, other_id: str) -> int:
    """How many people both of two scheduled sends write to."""
    mine, theirs = t.sends.alias(), t.sends.alias()
    query = (
        sa.select(sa.func.count())
        .select_from(mine.join(theirs, mine.c.pseudonym == theirs.c.pseudonym))
        .where(
            mine.c.publication_id == publication_id,
            mine.c.state.in_(PLANNED),
            theirs.c.publication_id == other_id,
            theirs.c.state.in_(PLANNED),
        )
    )
    return int(tx.connection.execute(query).scalar_one())


def shared_with_snapshot(tx: Transaction, snapshot_hash: str, other_id: str) -> int:
    """How many people of a frozen audience a scheduled send writes to."""
    c = t.snapshot_members.c
    query = (
        sa.select(sa.func.count())
        .select_from(t.sends.join(t.snapshot_members, c.pseudonym == _s.pseudonym))
        .where(
            _s.publication_id == other_id, _s.state.in_(PLANNED), c.snapshot_hash == snapshot_hash
        )
    )
    return int(tx.connection.execute(query).scalar_one())


def over_cap(tx: Transaction, publication_id: str, cap: Cap) -> int:
    """How many of a scheduled send's people would get more mails than the cap allows, counting
    what went out and what is scheduled before theirs."""
    total = 0
    for condition in _crowded(tx, publication_id, cap):
        query = sa.select(sa.func.count()).select_from(t.sends).where(condition)
        total += int(tx.connection.execute(query).scalar_one())
    return total


def over_cap_people(
    tx: Transaction, publication_id: str, cap: Cap, *, after: str = "", limit: int = 50
) -> list[str]:
    """Their pseudonyms, a page at a time."""
    conditions = _crowded(tx, publication_id, cap)
    if not conditions:
        return []
    query = sa.select(_s.pseudonym).where(sa.or_(*conditions), _s.pseudonym > after)
    rows = tx.connection.execute(query.order_by(_s.pseudonym).limit(limit)).scalars()
    return list(rows)


def people_with(
    tx: Transaction, start: datetime, end: datetime, mails: int, *, after: str = "", limit: int = 50
) -> list[str]:
    """Pseudonyms of those who get exactly so many mails in [start, end), a page at a time."""
    rows = tx.connection.execute(
        _with(start, end, mails).where(_s.pseudonym > after).order_by(_s.pseudonym).limit(limit)
    )
    return list(rows.scalars())


def count_people_with(tx: Transaction, start: datetime, end: datetime, mails: int) -> int:
    query = sa.select(sa.func.count()).select_from(_with(start, end, mails).subquery())
    return int(tx.connection.execute(query).scalar_one())


def known_people(tx: Transaction) -> int:
    """Everybody whom some campaign was ever planned for."""
    query = sa.select(sa.func.count()).select_from(t.subjects)
    return int(tx.connection.execute(query).scalar_one())


def _with(start: datetime, end: datetime, mails: int) -> sa.Select[Any]:
    return (
        sa.select(_s.pseudonym)
        .where(
            _s.publication_id.in_(_between(start, end)),
            _s.state.in_(PLANNED),
            _moment >= start,
            _moment < end,
        )
        .group_by(_s.pseudonym)
        .having(sa.func.count() == mails)
    )


def _between(start: datetime, end: datetime) -> sa.Select[tuple[str]]:
    """The sends of which a message may lie in the span."""
    return sa.select(_p.id).where(_p.starts_at < end, _p.window_end > start - _LATE)


def _crowded(tx: Transaction, publication_id: str, cap: Cap) -> list[sa.ColumnElement[bool]]:
    """Conditions on the messages that still wait, one for each of the moments at which they are
    due: people of a zone have one moment. A campaign writes to a person once, so that where fewer
    than the cap's other sends lie in its days, nobody can be over it."""
    waiting = sa.and_(_s.publication_id == publication_id, _s.state.in_(("scheduled", "claimed")))
    dues = tx.connection.execute(sa.select(_s.due_at).where(waiting).distinct()).scalars().all()
    found: list[sa.ColumnElement[bool]] = []
    for due in dues:
        start = due - timedelta(days=cap.days)
        others = tx.connection.execute(
            _between(start, due + timedelta(seconds=1)).where(_p.id != publication_id)
        )
        ids = list(others.scalars())
        if len(ids) < cap.most:
            continue
        before = t.sends.alias()
        moment: sa.ColumnElement[Any] = sa.func.coalesce(before.c.sending_at, before.c.due_at)
        count = (
            sa.select(sa.func.count())
            .select_from(before)
            .where(
                before.c.pseudonym == _s.pseudonym,
                before.c.publication_id.in_(ids),
                before.c.state.in_(PLANNED),
                moment > sa.bindparam(None, start, type_=_s.due_at.type),
                moment <= sa.bindparam(None, due, type_=_s.due_at.type),
            )
            .correlate(t.sends)
            .scalar_subquery()
        )
        found.append(sa.and_(waiting, _s.due_at == due, count >= cap.most))
    return found

"""How mails crowd: who gets how many in a week, which sends share people, and who would be over
the cap. Counted in the database, over all campaigns, and by person: mails to several ids of one
person come to one inbox (ledger/same_people.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from domain.frozen import Frozen
from domain.plan import Cap
from ledger import tables as t
from ledger.database import Transaction
from ledger.pressure import PLANNED

_s = t.sends.c
_p = t.publications.c
_same = t.same_people
_person = sa.func.coalesce(_same.c.person, _s.pseudonym, type_=sa.Text)
"""The pseudonym that stands for a message's person."""
_by_person = t.sends.outerjoin(_same, _same.c.pseudonym == _s.pseudonym)
_moment = sa.func.coalesce(_s.sending_at, _s.due_at, type_=_s.due_at.type)
WAITING: Final = ("scheduled", "claimed")
"""States in which a message may still be left out."""
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
        sa.select(week, _person, sa.func.count().label("mails"))
        .select_from(_by_person)
        .where(near, _s.state.in_(PLANNED))
        .group_by(week, _person)
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


def shared(
    tx: Transaction, start: datetime, end: datetime, within: timedelta
) -> dict[tuple[str, str], int]:
    """Of what is still scheduled in [start, end): how many of its people get another mail at most
    ``within`` before. By the scheduled send and the other one."""
    mails = _mails(start - within, end)
    one, other = mails.alias(), mails.alias()
    apart = one.c.at - other.c.at
    pairs = one.join(
        other,
        sa.and_(
            one.c.person == other.c.person,
            one.c.publication_id != other.c.publication_id,
            apart >= 0,
            apart <= int(within.total_seconds()),
        ),
    )
    query = (
        sa.select(one.c.publication_id, other.c.publication_id, _people(one))
        .select_from(pairs)
        .where(one.c.state.in_(WAITING))
        .group_by(one.c.publication_id, other.c.publication_id)
    )
    return {(row[0], row[1]): row[2] for row in tx.connection.execute(query)}


def shared_with_snapshot(
    tx: Transaction, snapshot_hash: str, start: datetime, end: datetime
) -> dict[str, int]:
    """How many people of a frozen audience each send of [start, end) writes to."""
    c = t.snapshot_members.c
    mails = _mails(start, end)
    members = (
        sa.select(sa.func.coalesce(_same.c.person, c.pseudonym).label("person"))
        .select_from(t.snapshot_members.outerjoin(_same, _same.c.pseudonym == c.pseudonym))
        .where(c.snapshot_hash == snapshot_hash)
        .distinct()
        .subquery()
    )
    query = (
        sa.select(mails.c.publication_id, _people(mails))
        .select_from(mails.join(members, members.c.person == mails.c.person))
        .group_by(mails.c.publication_id)
    )
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def over_cap(tx: Transaction, start: datetime, end: datetime, cap: Cap) -> dict[str, int]:
    """Of what is still scheduled in [start, end): how many of its people would get more mails
    than the cap allows, counting what went out and what is scheduled before theirs."""
    counted = _counted(start, end, cap)
    query = (
        sa.select(counted.c.publication_id, _people(counted))
        .where(counted.c.mails > cap.most, counted.c.state.in_(WAITING))
        .group_by(counted.c.publication_id)
    )
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def over_cap_people(
    tx: Transaction, publication_id: str, cap: Cap, *, after: str = "", limit: int = 50
) -> list[str]:
    """One send's people who would, by the pseudonyms that stand for them, a page at a time."""
    counted = _counted(*_span_of(tx, publication_id), cap)
    person = counted.c.person
    query = sa.select(person).where(
        counted.c.publication_id == publication_id,
        counted.c.mails > cap.most,
        counted.c.state.in_(WAITING),
        person > after,
    )
    query = query.distinct().order_by(person).limit(limit)
    return list(tx.connection.execute(query).scalars())


def over_cap_of(tx: Transaction, publication_id: str, cap: Cap) -> int:
    """How many they are."""
    return over_cap(tx, *_span_of(tx, publication_id), cap).get(publication_id, 0)


def people_with(
    tx: Transaction, start: datetime, end: datetime, mails: int, *, after: str = "", limit: int = 50
) -> list[str]:
    """Those who get exactly so many mails in [start, end), by the pseudonyms that stand for them,
    a page at a time."""
    rows = tx.connection.execute(
        _with(start, end, mails).where(_person > after).order_by(_person).limit(limit)
    )
    return list(rows.scalars())


def count_people_with(tx: Transaction, start: datetime, end: datetime, mails: int) -> int:
    query = sa.select(sa.func.count()).select_from(_with(start, end, mails).subquery())
    return int(tx.connection.execute(query).scalar_one())


def known_people(tx: Transaction) -> int:
    """Everybody whom some campaign was ever planned for."""
    ids = sa.select(sa.func.count()).select_from(t.subjects)
    # Of who has several, all but one.
    more = sa.select(sa.func.count() - sa.func.count(_same.c.person.distinct())).select_from(_same)
    return int(tx.connection.execute(ids).scalar_one() - tx.connection.execute(more).scalar_one())


def _with(start: datetime, end: datetime, mails: int) -> sa.Select[Any]:
    return (
        sa.select(_person)
        .select_from(_by_person)
        .where(
            _s.publication_id.in_(_between(start, end)),
            _s.state.in_(PLANNED),
            _moment >= start,
            _moment < end,
        )
        .group_by(_person)
        .having(sa.func.count() == mails)
    )


def _between(start: datetime, end: datetime) -> sa.Select[tuple[str]]:
    """The sends of which a message may lie in the span."""
    return sa.select(_p.id).where(_p.starts_at < end, _p.window_end > start - _LATE)


def _people(mails: sa.FromClause) -> sa.ColumnElement[int]:
    """How many people such rows are of: two of them may be of ids of one person."""
    return sa.func.count(mails.c.person.distinct())


def _mails(start: datetime, end: datetime) -> sa.CTE:
    """The mails of [start, end), by person; ``at`` in seconds."""
    return (
        sa.select(
            _person.label("person"),
            _s.publication_id,
            _s.state,
            sa.extract("epoch", _moment).label("at"),
        )
        .select_from(_by_person)
        .where(
            _s.publication_id.in_(_between(start, end)),
            _s.state.in_(PLANNED),
            _moment >= start,
            _moment < end,
        )
        .cte()
    )


def _counted(start: datetime, end: datetime, cap: Cap) -> sa.Subquery:
    """Each mail with the number of mails that its person gets in the cap's days up to it."""
    days = timedelta(days=cap.days)
    mails = _mails(start - days, end)
    number = sa.func.count().over(
        partition_by=mails.c.person,
        order_by=mails.c.at,
        range_=(1 - int(days.total_seconds()), 0),
    )
    return sa.select(
        mails.c.person, mails.c.publication_id, mails.c.state, number.label("mails")
    ).subquery()


def _span_of(tx: Transaction, publication_id: str) -> tuple[datetime, datetime]:
    """The moments between which a send's messages are due; none where it has none."""
    kind = _s.due_at.type
    query = sa.select(sa.func.min(_s.due_at, type_=kind), sa.func.max(_s.due_at, type_=kind))
    first, last = tx.connection.execute(query.where(_s.publication_id == publication_id)).one()
    if first is None or last is None:
        return tx.now, tx.now
    return first, last + timedelta(seconds=1)

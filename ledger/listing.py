"""What people leaf through: campaigns, scheduled sends and messages, a page at a time.

Every number is counted and every page is cut by the database, so that a list stays quick whatever
the ledger holds. A page is found by the place where the one before it ended.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from domain.frozen import Frozen
from domain.plan import HELD_BACK
from domain.publication import PublicationState, SendState
from ledger import tables as t
from ledger.approvals import Approval, Gate
from ledger.database import Transaction, in_chunks
from ledger.errors import LedgerError
from ledger.journal import Entry
from ledger.publications import PublicationRow
from ledger.runs import Run, RunStatus

_r = t.runs.c
_p = t.publications.c
_s = t.sends.c
_a = t.approvals.c
_j = t.journal.c
PAGE = 50
_WITHOUT_CONTENT = [c for c in t.publications.c if c.name != "content"]


class Waiting(Frozen):
    """An approval that waits, without what it holds."""

    id: str
    run_id: str
    gate: Gate
    requested_at: datetime
    expires_at: datetime


class Message(Frozen):
    """One message, or one person held back, by pseudonym."""

    key: str
    """Empty: no message was meant for them."""
    pseudonym: str
    arm: str
    timezone: str = ""
    state: SendState | Literal["held_back"]
    reason: str = ""
    due_at: datetime | None = None
    sending_at: datetime | None = None
    sent_at: datetime | None = None
    message_id: str = ""
    response: str = ""


class Messages(Frozen):
    """Which messages are meant. Empty fields ask for all."""

    publication_id: str = ""
    campaign_id: str = ""
    state: str = ""
    reason: str = ""
    arm: str = ""
    pseudonym: str = ""
    """The whole of it, or its end as pages show it."""
    also: str = ""
    """Another scheduled send, which writes to the same people."""


def runs_page(
    tx: Transaction,
    *,
    statuses: Sequence[RunStatus] = (),
    search: str = "",
    before: str = "",
    limit: int = 50,
) -> list[Run]:
    """The newest campaigns first; ``before`` is the id at which the last page ended."""
    query = sa.select(t.runs).where(_of_runs(statuses, search))
    if before:
        edge = sa.select(_r.created_at).where(_r.id == before).scalar_subquery()
        query = query.where(
            sa.or_(_r.created_at < edge, sa.and_(_r.created_at == edge, _r.id < before))
        )
    rows = tx.connection.execute(query.order_by(_r.created_at.desc(), _r.id.desc()).limit(limit))
    return [Run.model_validate(dict(row)) for row in rows.mappings()]


def count_runs(tx: Transaction, search: str = "") -> dict[RunStatus, int]:
    """How many campaigns are in each status."""
    query = sa.select(_r.status, sa.func.count()).where(_of_runs((), search)).group_by(_r.status)
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def waiting_for(tx: Transaction, run_ids: Sequence[str]) -> dict[str, Waiting]:
    """What waits for a person in each of these campaigns."""
    found: dict[str, Waiting] = {}
    columns = [_a[name] for name in Waiting.model_fields]
    for some in in_chunks(list(run_ids)):
        query = sa.select(*columns).where(
            _a.run_id.in_(some), _a.status == "pending", _a.expires_at > tx.now
        )
        for row in tx.connection.execute(query).mappings():
            found[row["run_id"]] = Waiting.model_validate(dict(row))
    return found


def publications_of(tx: Transaction, run_ids: Sequence[str]) -> dict[str, list[PublicationRow]]:
    """The scheduled sends of each of these campaigns, by the time at which they begin."""
    found: dict[str, list[PublicationRow]] = {}
    for some in in_chunks(list(run_ids)):
        query = sa.select(*_WITHOUT_CONTENT).where(_p.run_id.in_(some)).order_by(_p.starts_at)
        for row in tx.connection.execute(query).mappings():
            found.setdefault(row["run_id"], []).append(PublicationRow.model_validate(dict(row)))
    return found


def publications_page(
    tx: Transaction,
    *,
    states: Sequence[PublicationState] = (),
    search: str = "",
    pseudonym: str = "",
    before: str = "",
    limit: int = 50,
) -> list[PublicationRow]:
    """Scheduled sends, the latest first; of campaigns whose goal holds the words of ``search``,
    and with a message to the person of ``pseudonym`` (its end is enough)."""
    query = sa.select(*_WITHOUT_CONTENT)
    if states:
        query = query.where(_p.state.in_(states))
    if search:
        query = query.join(t.runs, _r.id == _p.run_id).where(_holds(_r.goal, search))
    if pseudonym:
        theirs = sa.select(_s.publication_id).where(_ends(_s.pseudonym, pseudonym))
        query = query.where(_p.id.in_(theirs))
    if before:
        edge = sa.select(_p.starts_at).where(_p.id == before).scalar_subquery()
        query = query.where(
            sa.or_(_p.starts_at < edge, sa.and_(_p.starts_at == edge, _p.id < before))
        )
    rows = tx.connection.execute(query.order_by(_p.starts_at.desc(), _p.id.desc()).limit(limit))
    return [PublicationRow.model_validate(dict(row)) for row in rows.mappings()]


def publications_between(tx: Transaction, start: datetime, end: datetime) -> list[PublicationRow]:
    """Scheduled sends that begin in [start, end), without those that a later one replaced."""
    query = (
        sa.select(*_WITHOUT_CONTENT)
        .where(_p.starts_at >= start, _p.starts_at < end, _p.state != "cancelled")
        .order_by(_p.starts_at, _p.id)
    )
    return [
        PublicationRow.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()
    ]


def next_publications(tx: Transaction, limit: int = 3) -> list[PublicationRow]:
    """The scheduled sends that begin next."""
    query = (
        sa.select(*_WITHOUT_CONTENT)
        .where(_p.state == "scheduled", _p.starts_at >= tx.now)
        .order_by(_p.starts_at, _p.id)
        .limit(limit)
    )
    rows = tx.connection.execute(query).mappings()
    return [PublicationRow.model_validate(dict(row)) for row in rows]


def waiting_approvals(tx: Transaction, limit: int = 200) -> list[Approval]:
    """What waits for a person, whole; what must be decided first comes first."""
    query = (
        sa.select(t.approvals)
        .where(_a.status == "pending", _a.expires_at > tx.now)
        .order_by(_a.expires_at, _a.id)
        .limit(limit)
    )
    return [Approval.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def goals_of(tx: Transaction, run_ids: Sequence[str]) -> dict[str, str]:
    """The goals of these campaigns."""
    found: dict[str, str] = {}
    for some in in_chunks(list(run_ids)):
        query = sa.select(_r.id, _r.goal).where(_r.id.in_(some))
        found.update((row[0], row[1]) for row in tx.connection.execute(query))
    return found


def counts_of(tx: Transaction, publication_ids: Sequence[str]) -> dict[str, dict[SendState, int]]:
    """Messages by state, of each of these scheduled sends."""
    found: dict[str, dict[SendState, int]] = {one: {} for one in publication_ids}
    for some in in_chunks(list(publication_ids)):
        query = (
            sa.select(_s.publication_id, _s.state, sa.func.count())
            .where(_s.publication_id.in_(some))
            .group_by(_s.publication_id, _s.state)
        )
        for publication_id, state, count in tx.connection.execute(query):
            found[publication_id][state] = count
    return found


def reasons_of(tx: Transaction, publication_id: str, state: SendState) -> dict[str, int]:
    """Reason and number of a scheduled send's messages in a state."""
    query = (
        sa.select(_s.reason, sa.func.count())
        .where(_s.publication_id == publication_id, _s.state == state)
        .group_by(_s.reason)
        .order_by(sa.func.count().desc())
    )
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def arms_of(tx: Transaction, campaign_id: str) -> dict[str, int]:
    """How many people of a campaign chance put into each variant, and held back."""
    c = t.assignments.c
    query = sa.select(c.arm, sa.func.count()).where(c.campaign_id == campaign_id).group_by(c.arm)
    return {row[0]: row[1] for row in tx.connection.execute(query.order_by(c.arm))}


def span_of(tx: Transaction, publication_id: str) -> tuple[datetime, datetime] | None:
    """When the first and the last message of a scheduled send went out; None: none did."""
    kind = _s.sent_at.type
    query = sa.select(
        sa.func.min(_s.sent_at, type_=kind), sa.func.max(_s.sent_at, type_=kind)
    ).where(_s.publication_id == publication_id, _s.state == "sent")
    first, last = tx.connection.execute(query).one()
    return None if first is None or last is None else (first, last)


def messages_page(
    tx: Transaction, which: Messages, *, after: str = "", limit: int = 50
) -> list[Message]:
    """Messages by pseudonym; ``after`` is the pseudonym at which the last page ended."""
    if which.arm == HELD_BACK:
        return _held_back(tx, which, after, limit)
    query = (
        sa.select(*(_s[name] for name in Message.model_fields))
        .where(_of_messages(which), _s.pseudonym > after)
        .order_by(_s.pseudonym)
        .limit(limit)
    )
    rows = tx.connection.execute(query).mappings()
    return [Message.model_validate(dict(row)) for row in rows]


def count_messages(tx: Transaction, which: Messages) -> int:
    """How many ``messages_page`` leafs through."""
    if which.arm == HELD_BACK:
        c = t.assignments.c
        held = sa.and_(c.campaign_id == which.campaign_id, c.arm == HELD_BACK)
        query = sa.select(sa.func.count()).select_from(t.assignments).where(held)
    else:
        query = sa.select(sa.func.count()).select_from(t.sends).where(_of_messages(which))
    return int(tx.connection.execute(query).scalar_one())


def left_out_between(
    tx: Transaction, start: datetime, end: datetime, reason: str, *, after: str = ""
) -> list[str]:
    """Pseudonyms of those left out for a reason in [start, end), a page at a time."""
    query = sa.select(_s.pseudonym).distinct().where(_left_out(start, end, reason))
    rows = tx.connection.execute(
        query.where(_s.pseudonym > after).order_by(_s.pseudonym).limit(PAGE)
    )
    return list(rows.scalars())


def count_left_out_between(tx: Transaction, start: datetime, end: datetime, reason: str) -> int:
    query = sa.select(sa.func.count()).select_from(t.sends).where(_left_out(start, end, reason))
    return int(tx.connection.execute(query).scalar_one())


def _left_out(start: datetime, end: datetime, reason: str) -> sa.ColumnElement[bool]:
    near = sa.select(_p.id).where(_p.starts_at < end, _p.window_end > start)
    return sa.and_(
        _s.publication_id.in_(near),
        _s.state == "left_out",
        _s.reason == reason,
        _s.due_at >= start,
        _s.due_at < end,
    )


def members_page(
    tx: Transaction, snapshot_hash: str, *, after: str = "", limit: int = 50
) -> list[tuple[str, str]]:
    """Pseudonym and time zone of the people of a frozen audience, by pseudonym."""
    c = t.snapshot_members.c
    query = (
        sa.select(c.pseudonym, c.timezone)
        .where(c.snapshot_hash == snapshot_hash, c.pseudonym > after)
        .order_by(c.pseudonym)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in tx.connection.execute(query)]


def entries_about(
    tx: Transaction,
    things: Sequence[str],
    *,
    without: Sequence[str] = (),
    before: int | None = None,
    limit: int = 100,
) -> list[Entry]:
    """The history of some things, the newest first; ``without`` leaves kinds out."""
    query = sa.select(t.journal).where(_j.thing.in_(things))
    if without:
        query = query.where(_j.kind.not_in(without))
    if before is not None:
        query = query.where(_j.seq < before)
    rows = tx.connection.execute(query.order_by(_j.seq.desc()).limit(limit)).mappings()
    return [Entry.model_validate({**row, "data": json.loads(row["data"])}) for row in rows]


def count_entries(tx: Transaction, things: Sequence[str]) -> int:
    """How many entries of the history are about these things."""
    query = sa.select(sa.func.count()).select_from(t.journal).where(_j.thing.in_(things))
    return int(tx.connection.execute(query).scalar_one())


def _held_back(tx: Transaction, which: Messages, after: str, limit: int) -> list[Message]:
    c = t.assignments.c
    query = (
        sa.select(c.pseudonym)
        .where(c.campaign_id == which.campaign_id, c.arm == HELD_BACK, c.pseudonym > after)
        .order_by(c.pseudonym)
        .limit(limit)
    )
    return [
        Message(key="", pseudonym=pseudonym, arm=HELD_BACK, state="held_back")
        for pseudonym in tx.connection.execute(query).scalars()
    ]


def _of_messages(which: Messages) -> sa.ColumnElement[bool]:
    """Raises LedgerError bad_value where neither a scheduled send nor a campaign is named."""
    if not which.publication_id and not which.campaign_id:
        raise LedgerError("bad_value", "It was not said whose messages are meant.")
    wanted: Mapping[str, Any] = {
        "publication_id": which.publication_id,
        "campaign_id": which.campaign_id,
        "state": which.state,
        "reason": which.reason,
        "arm": which.arm,
    }
    conditions = [_s[name] == value for name, value in wanted.items() if value]
    if which.also:
        theirs = sa.select(_s.pseudonym).where(_s.publication_id == which.also)
        mine, its = t.same_people.alias(), t.same_people.alias()
        same = sa.select(mine.c.pseudonym).join(its, its.c.person == mine.c.person)
        under_another_id = _s.pseudonym.in_(same.where(its.c.pseudonym.in_(theirs)))
        conditions.append(sa.or_(_s.pseudonym.in_(theirs), under_another_id))
    if which.pseudonym:
        conditions.append(_ends(_s.pseudonym, which.pseudonym))
    return sa.and_(*conditions)


def _of_runs(statuses: Sequence[RunStatus], search: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        _r.status.in_(statuses) if statuses else sa.true(),
        _holds(_r.goal, search) if search else sa.true(),
    )


def _holds(column: sa.ColumnElement[str], search: str) -> sa.ColumnElement[bool]:
    """Every word of the search, anywhere, whatever its case."""
    lowered = sa.func.lower(column)
    return sa.and_(*(lowered.contains(word.lower(), autoescape=True) for word in search.split()))


def _ends(column: sa.ColumnElement[str], end: str) -> sa.ColumnElement[bool]:
    return column.endswith(end.lower().removeprefix("…"), autoescape=True)

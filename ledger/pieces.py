"""Pieces for the channels beside mail, and a person's word on each.

The rules are those of a campaign's approvals: one conditional update decides, bound to the hash of
what the person saw; who wrote or edited it may have to leave the yes to somebody else; an edit, a
changed fact or a brief that no longer stands makes the yes void. Nothing is posted from here: what
is approved is exported, and only then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import facts, journal, people, series
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person, require_now

PieceStatus = Literal["drafted", "waiting", "approved", "rejected", "void", "exported"]
"""drafted: it holds a blocking finding, and waits for an edit. void: something that it rests on
changed. exported: approved, and handed out since."""
PieceDecision = Literal["approve", "reject"]
_c = t.pieces.c


class NewPiece(Frozen):
    """A piece as it is written down."""

    channel: str
    content: dict[str, Any]
    content_hash: str
    critique: dict[str, Any]
    blocking: bool
    cited: dict[str, str]
    """Citation → hash of what it stands on (``ledger.facts.hashes``)."""


class PieceRow(NewPiece):
    id: str
    set_id: str
    run_id: str | None
    brief_approval: str | None
    brief: dict[str, Any]
    status: PieceStatus
    label: str
    version: int
    written_by: str
    edited_by: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""
    """The decider's words, or why it is void."""
    exported_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


def add(
    tx: Transaction,
    pieces: Sequence[NewPiece],
    person: Person,
    *,
    brief: Mapping[str, Any],
    label: str,
    run_id: str | None = None,
    brief_approval: str | None = None,
) -> list[PieceRow]:
    """Write a set down, each piece waiting for a yes or, with a blocking finding, for an edit.

    Raises LedgerError not_allowed.
    """
    require_now(tx, person, "write")
    set_id = new_id()
    rows = [
        PieceRow(
            **piece.model_dump(),
            id=new_id(),
            set_id=set_id,
            run_id=run_id,
            brief_approval=brief_approval,
            brief=dict(brief),
            status=_begins(piece.blocking),
            label=label,
            version=1,
            written_by=person.id,
            created_at=tx.now,
            updated_at=tx.now,
        )
        for piece in pieces
    ]
    if rows:
        tx.connection.execute(t.pieces.insert(), [row.model_dump() for row in rows])
        data = {"run_id": run_id, "pieces": len(rows)}
        journal.append(tx, "pieces_written", person_id=person.id, thing=set_id, data=data)
    return rows


def get(tx: Transaction, piece_id: str) -> PieceRow:
    """Raises LedgerError unknown."""
    query = sa.select(t.pieces).where(_c.id == piece_id)
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None:
        raise LedgerError(
            "unknown",
            "There is no such piece.",
            thing=piece_id,
            next_step="`mainspring content list` shows them.",
        )
    return PieceRow.model_validate(dict(row))


def listed(
    tx: Transaction,
    *,
    run_id: str | None = None,
    set_id: str | None = None,
    status: PieceStatus | None = None,
) -> list[PieceRow]:
    """Pieces, the newest set first, each set in the order in which it was written."""
    query = sa.select(t.pieces).order_by(_c.created_at.desc(), _c.id)
    for column, value in ((_c.run_id, run_id), (_c.set_id, set_id), (_c.status, status)):
        if value is not None:
            query = query.where(column == value)
    rows = tx.connection.execute(query).mappings()
    return [PieceRow.model_validate(dict(row)) for row in rows]


def ids(tx: Transaction) -> list[str]:
    """The ids of all pieces, without what they hold."""
    return list(tx.connection.execute(sa.select(_c.id)).scalars())


def decide(
    tx: Transaction,
    piece_id: str,
    person: Person,
    decision: PieceDecision,
    content_hash: str,
    reason: str = "",
    *,
    author_may_approve: bool = True,
) -> PieceRow:
    """Approve or reject exactly what the person was shown.

    Raises LedgerError unknown, not_allowed, already_decided, stale_content, blocking_findings,
    facts_changed, not_approved (its brief no longer is), bad_value (a no without its reason).
    """
    person = require_now(tx, person, "approve")
    if decision == "reject" and not reason.strip():
        raise LedgerError(
            "bad_value",
            "A rejection needs its reason.",
            thing=piece_id,
            next_step="Say what the next one should do better.",
        )
    row = get(tx, piece_id)
    may = sa.and_(_c.status.in_(("drafted", "waiting")), _c.content_hash == content_hash)
    if decision == "approve":
        if row.status == "waiting" and row.content_hash == content_hash:
            own = series.check_yes(tx, row.set_id, row.critique, person, reason)
            _check_author(tx, row, person, author_may_approve or own)
            check_ground(tx, row)
        may = sa.and_(may, _c.status == "waiting", ~_c.blocking)
    status: PieceStatus = "approved" if decision == "approve" else "rejected"
    changed = tx.connection.execute(
        sa.update(t.pieces)
        .where(_c.id == piece_id, may)
        .values(
            status=status,
            decided_by=person.id,
            decided_at=tx.now,
            reason=reason,
            updated_at=tx.now,
        )
    ).rowcount
    if changed == 0:
        raise _why_not(get(tx, piece_id), decision, content_hash)
    told = {"run_id": row.run_id, "content_hash": content_hash, "reason": reason}
    journal.append(tx, f"piece_{status}", person_id=person.id, thing=piece_id, data=told)
    return get(tx, piece_id)


def edit(
    tx: Transaction, piece_id: str, person: Person, seen_hash: str, changed: NewPiece
) -> PieceRow:
    """Put other words in the place of those seen; a yes to the old ones is void, and the piece
    waits anew. Raises LedgerError unknown, not_allowed, stale_content."""
    person = require_now(tx, person, "write")
    before = get(tx, piece_id)
    if before.status in ("approved", "exported"):
        require_now(tx, person, "approve")  # whoever takes a yes back could have given it
    done = tx.connection.execute(
        sa.update(t.pieces)
        .where(_c.id == piece_id, _c.content_hash == seen_hash)
        .values(
            **changed.model_dump(exclude={"channel"}),
            status=_begins(changed.blocking),
            version=_c.version + 1,
            edited_by=person.id,
            decided_by=None,
            decided_at=None,
            reason="",
            exported_at=None,
            updated_at=tx.now,
        )
    ).rowcount
    if done == 0:
        raise _stale(before)
    if before.status in ("approved", "exported"):
        data = {"reason": f"{person.name} edited it", "content_hash": before.content_hash}
        journal.append(tx, "piece_voided", person_id=person.id, thing=piece_id, data=data)
    told = {"run_id": before.run_id, "content_hash": changed.content_hash}
    journal.append(tx, "piece_edited", person_id=person.id, thing=piece_id, data=told)
    return get(tx, piece_id)


def look_again(
    tx: Transaction, piece_id: str, content_hash: str, critique: Mapping[str, Any], blocking: bool
) -> None:
    """Keep what the critic now says of a piece that nobody has decided about, whose neighbours
    changed."""
    tx.connection.execute(
        sa.update(t.pieces)
        .where(
            _c.id == piece_id,
            _c.content_hash == content_hash,
            _c.status.in_(("drafted", "waiting")),
        )
        .values(critique=dict(critique), blocking=blocking, status=_begins(blocking))
    )


def exported(tx: Transaction, rows: Sequence[PieceRow], person: Person) -> None:
    """Note that approved pieces were handed out. Raises LedgerError not_allowed, stale_content
    where one of them is no longer approved as it was read."""
    person = require_now(tx, person, "publish")
    for row in rows:
        done = tx.connection.execute(
            sa.update(t.pieces)
            .where(
                _c.id == row.id,
                _c.content_hash == row.content_hash,
                _c.status.in_(("approved", "exported")),
            )
            .values(status="exported", exported_at=tx.now, updated_at=tx.now)
        ).rowcount
        if done == 0:
            raise _stale(row)
        data = {"run_id": row.run_id, "content_hash": row.content_hash}
        journal.append(tx, "piece_exported", person_id=person.id, thing=row.id, data=data)


def check_ground(tx: Transaction, row: PieceRow) -> None:
    """Whether facts and brief still bear it. Raises LedgerError facts_changed, not_approved."""
    changed = facts.changed_of(tx, row.cited)
    if changed:
        raise LedgerError(
            "facts_changed",
            f"The fact {changed} is not what it was when this was written.",
            thing=row.id,
            next_step="Have it written anew: `mainspring content write`.",
        )
    if row.run_id is None:
        return
    a = t.approvals.c
    query = (
        sa.select(a.status, a.content_hash)
        .where(a.run_id == row.run_id, a.gate == "brief")
        .order_by(a.requested_at.desc(), a.id.desc())
        .limit(1)
    )
    last = tx.connection.execute(query).one_or_none()
    if last is None or last.status != "approved" or last.content_hash != row.brief_approval:
        raise LedgerError(
            "not_approved",
            "The brief that this rests on is no longer the approved one.",
            thing=row.id,
            next_step="Decide about the brief, and have the pieces written anew.",
        )


def _begins(blocking: bool) -> PieceStatus:
    return "drafted" if blocking else "waiting"


def may_approve(tx: Transaction, row: PieceRow, *, author_may_approve: bool) -> list[Person]:
    """The people whose yes would count, by name."""
    talk = series.of_set(tx, row.set_id)
    if talk is not None and talk.speaker is not None:  # whose words they are
        return [p for p in people.list_people(tx) if p.id == talk.speaker and "approve" in p.rights]
    barred = set() if author_may_approve else {row.written_by, row.edited_by}
    return [
        person
        for person in people.list_people(tx)
        if "approve" in person.rights and person.id not in barred
    ]


def _check_author(tx: Transaction, row: PieceRow, person: Person, author_may_approve: bool) -> None:
    if author_may_approve or person.id not in (row.written_by, row.edited_by):
        return
    able = may_approve(tx, row, author_may_approve=False)
    names = " or ".join(p.name for p in able[:5])
    did = "edited it last" if person.id == row.edited_by else "had it written"
    raise LedgerError(
        "not_allowed",
        f"{person.name} {did}, and here somebody else has to approve it.",
        thing=row.id,
        next_step=f"Ask {names}." if names else "An owner can give somebody the right to approve.",
    )


def _why_not(row: PieceRow, decision: PieceDecision, content_hash: str) -> LedgerError:
    """Why the update found nothing to decide."""
    if row.status in ("approved", "rejected", "exported"):
        return LedgerError(
            "already_decided",
            f"This was {'rejected' if row.status == 'rejected' else 'approved'} before.",
            thing=row.id,
            next_step="Edit it to have it decided anew.",
        )
    if row.status == "void" or row.content_hash != content_hash:
        return _stale(row)
    return LedgerError(
        "blocking_findings",
        "It holds something that may not be published.",
        thing=row.id,
        next_step="Edit it, or reject it with a reason: `mainspring content show`.",
    )


def _stale(row: PieceRow) -> LedgerError:
    why = f", because {row.reason}" if row.status == "void" and row.reason else ""
    return LedgerError(
        "stale_content",
        f"This is no longer what was shown{why}.",
        thing=row.id,
        next_step="Look at it as it is now: `mainspring content show`.",
    )

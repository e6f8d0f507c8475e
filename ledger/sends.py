"""Sends: one message to one person, at most once.

    scheduled → claimed → sending → sent | needs_review | left_out
                                  ↘ missed, cancelled

``sending`` is committed before the call. What becomes of it afterwards is written by the worker
that holds it, or it is parked for a person: nothing that may have left is sent again by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import journal, sending
from ledger import tables as t
from ledger.database import Transaction, in_chunks
from ledger.errors import LedgerError
from ledger.last_check import Outcome, mark_sending, mark_sending_many
from ledger.people import Person, require_now
from ledger.send_rows import (
    SEND_COLUMNS,
    SEND_ROW_COLUMNS,
    UNLEASED,
    Send,
    SendRow,
    give_back,
    set_many,
    tell,
)

__all__ = [
    "Outcome",
    "Receipt",
    "Recovered",
    "ReviewDecision",
    "Send",
    "SendRow",
    "address_hash_of",
    "claim",
    "found",
    "get",
    "mark_left_out",
    "mark_sending",
    "mark_sending_many",
    "mark_sent",
    "mark_sent_many",
    "mark_unknown",
    "next_due",
    "next_people",
    "recover",
    "release",
    "resolve_review",
    "review_list",
]

ReviewDecision = Literal["sent", "send_again", "drop"]

_c = t.sends.c
_p = t.publications.c

# Made once: they run for every group of mails.
_ON_ITS_WAY = sa.and_(
    _c.lease_owner == sa.bindparam("worker"),
    sa.or_(_c.state == "sending", _c.state == "needs_review"),
)
_OURS = sa.select(_c.key).where(_c.key.in_(sa.bindparam("keys", expanding=True)), _ON_ITS_WAY)
_SENT = (
    sa.update(t.sends)
    .where(_c.key == sa.bindparam("the_key"), _ON_ITS_WAY)
    .values(
        state="sent",
        sent_at=sa.bindparam("now"),
        message_id=sa.bindparam("its_id"),
        response=sa.bindparam("said"),
        reason="",
        **UNLEASED,
    )
)


class Receipt(Protocol):
    """The sender's word that it took a message."""

    @property
    def message_id(self) -> str: ...
    @property
    def response(self) -> str: ...


class Recovered(Frozen):
    """What became of the messages of workers that died."""

    scheduled: int
    parked: tuple[str, ...]
    """Keys of those of which nobody knows whether they went out."""


def claim(tx: Transaction, worker: str, limit: int, lease_seconds: float = 120) -> list[Send]:
    """Take messages that are due, of publications that are approved as they stand.

    Nothing while sending is paused. The lease must be longer than the sender's time-out.
    """
    if sending.is_paused(tx):
        return []
    query = _due(tx, SEND_COLUMNS)
    if query is None:
        return []
    rows = tx.connection.execute(query.limit(limit)).mappings()
    claimed = [Send.model_validate(dict(row)) for row in rows]
    if claimed:
        values = {"state": "claimed", "lease_owner": worker}
        set_many(tx, claimed, values | {"lease_until": tx.lease_end(lease_seconds)})
    return claimed


def next_people(tx: Transaction, limit: int) -> list[str]:
    """Pseudonyms of those whose messages ``claim`` would take next; nothing is claimed."""
    query = _due(tx, [_c.pseudonym])
    return [] if query is None else list(tx.connection.execute(query.limit(limit)).scalars())


def next_due(tx: Transaction, after: datetime | None = None) -> datetime | None:
    """When the next message of an open publication is due, in business time; of those due
    ``after`` a moment where one is given. What a person pauses, or what waits for a first part,
    is not due."""
    query = (
        sa.select(sa.func.min(_c.due_at, type_=_c.due_at.type))
        .join(t.publications, _p.id == _c.publication_id)
        .where(_p.state == "scheduled", ~_p.paused, _c.state == "scheduled", _c.wave == 0)
    )
    if after is not None:
        query = query.where(_c.due_at > after)
    return tx.connection.execute(query).scalar_one_or_none()


def mark_sent(tx: Transaction, send: Send, worker: str, receipt: Receipt) -> bool:
    """The sender took it. True also where it had been parked meanwhile, and is known now.

    False: somebody else answers for this message; nothing is changed.
    """
    return mark_sent_many(tx, {send: receipt}, worker) == 1


def mark_sent_many(tx: Transaction, receipts: Mapping[Send, Receipt], worker: str) -> int:
    """As ``mark_sent``, for a batch; how many of them were ours."""
    # Writers take turns, so what is read here as ours is still ours when it is written.
    ours: set[str] = set()
    for some in in_chunks(list(receipts)):
        given = {"keys": [send.key for send in some], "worker": worker}
        ours.update(tx.connection.execute(_OURS, given).scalars())
    done = [send for send in receipts if send.key in ours]
    if done:
        same = {"worker": worker, "now": tx.now}
        rows = [
            {
                "the_key": send.key,
                "its_id": receipts[send].message_id,
                "said": receipts[send].response[:500],
                **same,
            }
            for send in done
        ]
        tx.connection.execute(_SENT, rows)
        tell(tx, "sent", done)
    return len(done)


def mark_left_out(tx: Transaction, send: Send, worker: str, reason: str) -> bool:
    """Nothing went out, and nothing will: the sender refused this person for good."""
    done = _leave(tx, send, worker, {"state": "left_out", "reason": reason})
    if done:
        tell(tx, "left_out", [send], reason=reason)
    return done


def mark_unknown(tx: Transaction, send: Send, worker: str, why: str) -> bool:
    """It left, and the answer did not come: a person decides, never a retry."""
    # The owner stays on the row, so that a late answer can still be written.
    held = sa.and_(_c.key == send.key, _c.lease_owner == worker, _c.state == "sending")
    values = {"state": "needs_review", "reason": why, "lease_until": None}
    done = tx.connection.execute(sa.update(t.sends).where(held).values(**values)).rowcount == 1
    if done:
        tell(tx, "outcome_unknown", [send], reason=why)
    return done


def release(tx: Transaction, send: Send, worker: str, retry_seconds: float = 0) -> bool:
    """Nothing left this machine: the message waits again, for so long in real time."""
    held = sa.and_(
        _c.key == send.key, _c.lease_owner == worker, _c.state.in_(("claimed", "sending"))
    )
    was = tx.connection.execute(sa.select(_c.state).where(held)).scalar_one_or_none()
    if was is None:
        return False
    values = {"state": "scheduled", "sending_at": None, "not_before": tx.lease_end(retry_seconds)}
    _leave(tx, send, worker, values)
    if was == "sending":
        give_back(tx, [send.publication_id])
    return True


def recover(tx: Transaction, honours_keys: bool = False) -> Recovered:
    """Take in the messages of workers whose leases ran out.

    ``honours_keys``: the sender takes the same key once only, so that what was on its way may
    simply be sent again. Elsewhere it is parked for a person.
    """
    late = _c.lease_until <= tx.real_now
    rows = tx.connection.execute(
        sa.select(*SEND_COLUMNS, _c.state)
        .where(_c.state.in_(("claimed", "sending")), late)
        .order_by(_c.key)
    ).all()
    again: list[Send] = []
    parked: list[Send] = []
    for row in rows:
        send = Send.model_validate({name: getattr(row, name) for name in Send.model_fields})
        (again if row.state == "claimed" or honours_keys else parked).append(send)
    if again:
        set_many(tx, again, {"state": "scheduled", "sending_at": None, **UNLEASED})
        resent = [row.publication_id for row in rows if row.state == "sending" and honours_keys]
        give_back(tx, resent)
        if resent:
            keys = {row.key for row in rows if row.state == "sending"}
            tell(tx, "sent_again_by_key", [s for s in again if s.key in keys])
    if parked:
        why = "the worker stopped while it was on its way"
        set_many(tx, parked, {"state": "needs_review", "reason": why, "lease_until": None})
        tell(tx, "outcome_unknown", parked, reason=why)
    return Recovered(scheduled=len(again), parked=tuple(s.key for s in parked))


def get(tx: Transaction, key: str) -> SendRow | None:
    row = tx.connection.execute(sa.select(*SEND_ROW_COLUMNS).where(_c.key == key)).mappings()
    found = row.one_or_none()
    return None if found is None else SendRow.model_validate(dict(found))


def address_hash_of(tx: Transaction, key: str) -> str:
    """The address that a message was sent to, as the suppression list has it; empty where it was
    not sent, or its person was erased."""
    query = sa.select(_c.address_hash).where(_c.key == key)
    return tx.connection.execute(query).scalar_one_or_none() or ""


def review_list(tx: Transaction, publication_id: str | None = None) -> list[SendRow]:
    """The messages of which nobody knows whether they went out, oldest first."""
    query = sa.select(*SEND_ROW_COLUMNS).where(_c.state == "needs_review")
    if publication_id is not None:
        query = query.where(_c.publication_id == publication_id)
    rows = tx.connection.execute(query.order_by(_c.sending_at, _c.key)).mappings()
    return [SendRow.model_validate(dict(row)) for row in rows]


def found(tx: Transaction, key: str, message_id: str, response: str = "") -> bool:
    """A look-up showed that a parked message did go out."""
    changed = tx.connection.execute(
        sa.update(t.sends)
        .where(_c.key == key, _c.state == "needs_review")
        .values(
            state="sent",
            sent_at=_c.sending_at,
            message_id=message_id,
            response=response[:500],
            reason="",
            **UNLEASED,
        )
    ).rowcount
    if changed:
        journal.append(tx, "sent_found", person_id=None, thing=key, data={})
    return changed == 1


def resolve_review(
    tx: Transaction, person: Person, keys: Sequence[str], decision: ReviewDecision
) -> int:
    """A person's word on messages whose outcome is unknown; how many it settled. Needs publish.

    ``sent``: it went out. ``send_again``: it did not, and is due now; where its publication is
    stopped it waits for a new approval. ``drop``: whatever it was, never again. Raises
    LedgerError not_approved where something is to be sent again of a cancelled publication.
    """
    person = require_now(tx, person, "publish")
    parked: list[tuple[str, str]] = []
    for some in in_chunks(sorted(set(keys))):
        query = sa.select(_c.key, _c.publication_id)
        query = query.where(_c.key.in_(some), _c.state == "needs_review")
        parked += [(row[0], row[1]) for row in tx.connection.execute(query)]
    if not parked:
        return 0
    publication_ids = sorted({publication_id for _, publication_id in parked})
    if decision == "send_again":
        _reopen(tx, publication_ids)
    word = f"{person.name} decided"
    values: dict[ReviewDecision, dict[str, Any]] = {
        "sent": {"state": "sent", "sent_at": _c.sending_at, "reason": word},
        "send_again": {"state": "scheduled", "due_at": tx.now, "sending_at": None, "reason": word},
        "drop": {"state": "cancelled", "reason": word},
    }
    statement = sa.update(t.sends).where(_c.key == sa.bindparam("the_key"))
    statement = statement.values(**values[decision], **UNLEASED)
    tx.connection.execute(statement, [{"the_key": key} for key, _ in parked])
    if decision == "send_again":
        give_back(tx, [publication_id for _, publication_id in parked])
    data = {"decision": decision, "keys": [key for key, _ in parked]}
    journal.append(tx, "review_resolved", person_id=person.id, thing="sends", data=data)
    return len(parked)


def _due(
    tx: Transaction, columns: Sequence[sa.ColumnElement[Any]]
) -> sa.Select[tuple[Any, ...]] | None:
    """Messages that are due, of publications that are approved as they stand, in the order in
    which they are claimed; None: there are no such publications."""
    open_ids = (
        tx.connection.execute(
            sa.select(_p.id)
            .join(t.approvals, t.approvals.c.id == _p.approval_id)
            .where(
                _p.state == "scheduled",
                ~_p.paused,
                _p.approved_hash == _p.content_hash,
                t.approvals.c.status == "approved",
                t.approvals.c.content_hash == _p.content_hash,
            )
        )
        .scalars()
        .all()
    )
    if not open_ids:
        return None
    return (
        sa.select(*columns)
        .where(
            _c.publication_id.in_(open_ids),
            _c.state == "scheduled",
            _c.wave == 0,  # the others wait for the first part
            _c.due_at <= tx.now,
            sa.or_(_c.not_before.is_(None), _c.not_before <= tx.real_now),
        )
        .order_by(_c.due_at)  # as the index has them: nothing is sorted
    )


def _reopen(tx: Transaction, publication_ids: Sequence[str]) -> None:
    cancelled = sa.select(_p.id).where(_p.id.in_(publication_ids), _p.state == "cancelled")
    gone = tx.connection.execute(cancelled.limit(1)).scalar_one_or_none()
    if gone is not None:
        raise LedgerError(
            "not_approved",
            "This scheduled send was cancelled, or a later approval took its place.",
            thing=gone,
            next_step="Say of these messages that they were sent, or drop them.",
        )
    done = sa.and_(_p.id.in_(publication_ids), _p.state == "done")
    tx.connection.execute(sa.update(t.publications).where(done).values(state="scheduled"))


def _leave(tx: Transaction, send: Send, worker: str, values: Mapping[str, Any]) -> bool:
    held = sa.and_(
        _c.key == send.key, _c.lease_owner == worker, _c.state.in_(("claimed", "sending"))
    )
    statement = sa.update(t.sends).where(held).values(**values, **UNLEASED)
    return tx.connection.execute(statement).rowcount == 1

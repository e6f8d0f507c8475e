"""Requests that may come twice: each is done once, and answered the same way again.

A caller names a request by a key of their own. The key is written down before anything is done,
and the answer as soon as there is one: in the transaction of the effect itself where the request
is one transaction. Where a request was cut off in between, it can be repeated once its time is up.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import tables as t
from ledger.database import Transaction, insert_new
from ledger.errors import LedgerError

KEPT = timedelta(hours=24)
"""How long an answer is given again."""
AT_WORK = timedelta(minutes=2)
"""After so long without an answer a request was cut off, and may be done again."""

_c = t.requests.c


class Kept(Frozen):
    """An answer as it was given the first time."""

    status: int
    answer: Any


def begin(tx: Transaction, person_id: str, key: str, request_hash: str) -> Kept | None:
    """Take the key for this request; the answer where there is one already, None: go on.

    Raises LedgerError key_reused, still_at_work.
    """
    old = sa.and_(_c.person_id == person_id, _c.at <= tx.real_now - KEPT)
    tx.connection.execute(sa.delete(t.requests).where(old))
    row = {"person_id": person_id, "idempotency_key": key, "request_hash": request_hash}
    if insert_new(tx, t.requests, [{**row, "at": tx.real_now}]) == 1:
        return None
    found = tx.connection.execute(sa.select(t.requests).where(_mine(person_id, key))).one()
    if found.request_hash != request_hash:
        raise LedgerError(
            "key_reused",
            "This Idempotency-Key was used for another request.",
            thing=key,
            next_step="Use a new key for a new request, and the same key only to repeat one.",
        )
    if found.status is not None:
        return Kept(status=found.status, answer=found.answer)
    if found.at > tx.real_now - AT_WORK:
        raise LedgerError(
            "still_at_work",
            "The first request with this Idempotency-Key is still being worked on.",
            thing=key,
            next_step="Repeat it in a moment; its answer will be given then.",
        )
    tx.connection.execute(sa.update(t.requests).where(_mine(person_id, key)).values(at=tx.real_now))
    return None


def finish(tx: Transaction, person_id: str, key: str, status: int, answer: Any) -> None:
    """Keep the answer; the first one stands."""
    mine = sa.and_(_mine(person_id, key), _c.status.is_(None))
    tx.connection.execute(sa.update(t.requests).where(mine).values(status=status, answer=answer))


def release(tx: Transaction, person_id: str, key: str) -> None:
    """Nothing was done: the key is free again. What was answered stays."""
    mine = sa.and_(_mine(person_id, key), _c.status.is_(None))
    tx.connection.execute(sa.delete(t.requests).where(mine))


def _mine(person_id: str, key: str) -> sa.ColumnElement[bool]:
    return sa.and_(_c.person_id == person_id, _c.idempotency_key == key)

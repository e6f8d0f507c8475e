"""What mail providers delivered to us: each delivery once, and how many were refused, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import tables as t
from ledger.database import Transaction, insert_new

RefusalCode = Literal[
    "unknown_source",  # no secret is set for this name
    "bad_signature",  # it is not signed with our secret
    "stale",  # it was signed too long ago, or in the future
    "replayed",  # this very delivery was taken already
    "too_large",
    "malformed",  # signed, and yet not what the form asks for
    "too_many",  # so many were refused of this address that none is looked at for a while
]
KEPT = timedelta(days=2)
"""Deliveries are remembered far longer than a signature holds."""

_d = t.webhook_deliveries.c
_r = t.webhook_refusals.c


class Refusals(Frozen):
    source: str
    code: RefusalCode
    number: int


def accept(tx: Transaction, source: str, delivery_id: str) -> bool:
    """Take a delivery, in the transaction of its effects. False: it was taken before."""
    row = {"source": source, "delivery_id": delivery_id, "at": tx.real_now}
    return insert_new(tx, t.webhook_deliveries, [row]) == 1


def count_refusals(tx: Transaction, refused: Mapping[tuple[str, RefusalCode], int]) -> None:
    """Add to the day's counts."""
    day = tx.real_now.date().isoformat()
    for (source, code), number in refused.items():
        row = {"source": source, "code": code, "day": day, "number": number}
        if insert_new(tx, t.webhook_refusals, [row]) == 0:
            mine = sa.and_(_r.source == source, _r.code == code, _r.day == day)
            more = sa.update(t.webhook_refusals).where(mine).values(number=_r.number + number)
            tx.connection.execute(more)


def refusals(tx: Transaction, days: int = 7) -> list[Refusals]:
    """What was refused on these last days, by source and reason."""
    since: date = tx.real_now.date() - timedelta(days=days)
    query = (
        sa.select(_r.source, _r.code, sa.func.sum(_r.number).label("number"))
        .where(_r.day > since.isoformat())
        .group_by(_r.source, _r.code)
        .order_by(_r.source, _r.code)
    )
    return [Refusals.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def forget_old(tx: Transaction) -> int:
    """Drop deliveries that could not be played again anyway; how many."""
    old = sa.delete(t.webhook_deliveries).where(_d.at <= tx.real_now - KEPT)
    return tx.connection.execute(old).rowcount

"""Rows of the table of sends, and the few statements that every step of a send shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.frozen import Frozen
from domain.publication import SendState
from ledger import budgets, journal
from ledger import tables as t
from ledger.database import Transaction, in_chunks

_c = t.sends.c
_p = t.publications.c

UNLEASED: dict[str, Any] = {"lease_owner": None, "lease_until": None}
"""The values of a row that nobody holds."""


class Send(Frozen):
    """One message as a worker holds it."""

    key: str
    publication_id: str
    campaign_id: str
    pseudonym: str
    arm: str
    timezone: str
    due_at: datetime


class SendRow(Send):
    """One message as the ledger knows it."""

    state: SendState
    reason: str
    attempts: int
    sending_at: datetime | None
    sent_at: datetime | None
    message_id: str
    response: str


SEND_COLUMNS = [_c[name] for name in Send.model_fields]
SEND_ROW_COLUMNS = [_c[name] for name in SendRow.model_fields]


def set_many(tx: Transaction, sends: Sequence[Send], values: Mapping[str, Any]) -> None:
    """Write the same values to all of these."""
    for some in in_chunks(sends):
        keys = [send.key for send in some]
        tx.connection.execute(sa.update(t.sends).where(_c.key.in_(keys)).values(**values))


def give_back(tx: Transaction, publication_ids: Sequence[str]) -> None:
    """Mails that were counted and did not go out are not spent. One id for each mail."""
    for publication_id in set(publication_ids):
        run_id = tx.connection.execute(sa.select(_p.run_id).where(_p.id == publication_id))
        number = publication_ids.count(publication_id)
        budgets.spend(tx, "mails", -number, run_id.scalar_one())


def tell(tx: Transaction, kind: str, sends: Sequence[Send], **more: str) -> None:
    """One journal row for each publication of a batch, naming its messages by key."""
    for publication_id in sorted({send.publication_id for send in sends}):
        keys = [send.key for send in sends if send.publication_id == publication_id]
        data = {"keys": keys, **more}
        journal.append(tx, kind, person_id=None, thing=publication_id, data=data)

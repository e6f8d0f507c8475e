"""Pause one: a person holds a single scheduled send, while all others go on."""

from __future__ import annotations

import sqlalchemy as sa

from ledger import journal, stopping
from ledger import tables as t
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person, require_now

_p = t.publications.c


def pause_one(tx: Transaction, publication_id: str, person: Person) -> bool:
    """Hold one scheduled send within one batch; its approval stands. Needs write.

    False: it was paused already. Raises LedgerError unknown, not_approved (nothing of it may go
    out anyhow), not_allowed.
    """
    person = require_now(tx, person, "write")
    return _set(tx, publication_id, person, paused=True)


def resume_one(tx: Transaction, publication_id: str, person: Person) -> bool:
    """Let it go on; what came too late meanwhile is missed, not sent. Needs publish."""
    person = require_now(tx, person, "publish")
    return _set(tx, publication_id, person, paused=False)


def _set(tx: Transaction, publication_id: str, person: Person, *, paused: bool) -> bool:
    query = sa.select(_p.state, _p.paused, _p.run_id).where(_p.id == publication_id)
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        raise LedgerError(
            "unknown",
            "There is no such scheduled send.",
            thing=publication_id,
            next_step="`mainspring sending status` lists them.",
        )
    if row.state not in stopping.OPEN:
        raise LedgerError(
            "not_approved",
            f"This scheduled send is {row.state}: nothing of it goes out.",
            thing=publication_id,
            next_step="`mainspring sending status` shows what can be paused.",
        )
    if row.paused == paused:
        return False
    tx.connection.execute(
        sa.update(t.publications).where(_p.id == publication_id).values(paused=paused)
    )
    kind = "publication_paused" if paused else "publication_resumed"
    data = {"run_id": row.run_id}
    journal.append(tx, kind, person_id=person.id, thing=publication_id, data=data)
    return True

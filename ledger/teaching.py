"""What people teach at the gates: the words that they changed, and their reasons to reject.

Kept as pairs without personal data: addresses and numbers of people are masked before anything is
written, and greetings, which carry names, are not kept at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction

ChangeKind = Literal["edit", "rejection"]
_c = t.copy_changes.c


class CopyChange(Frozen):
    """One text that a person changed, or one reason to reject."""

    run_id: str
    approval_id: str
    kind: ChangeKind
    language: Literal["en", "de"]
    variant: str = ""
    place: str = ""
    before: str = ""
    after: str
    """The new words; of a rejection its reason."""
    role: str
    """Of the person who did it."""
    at: datetime


def keep(tx: Transaction, changes: Sequence[CopyChange]) -> None:
    """Keep what one decision changed; a decision that was kept already stays as it is."""
    approvals = {c.approval_id for c in changes}
    query = sa.select(_c.approval_id).where(_c.approval_id.in_(approvals))
    known = set(tx.connection.execute(query).scalars())
    rows = [{"id": new_id(), **c.model_dump()} for c in changes if c.approval_id not in known]
    if rows:
        tx.connection.execute(t.copy_changes.insert(), rows)


def changes(tx: Transaction) -> tuple[CopyChange, ...]:
    """Everything that was kept, the oldest first."""
    query = sa.select(t.copy_changes).order_by(_c.at, _c.id)
    return tuple(
        CopyChange.model_validate({name: row[name] for name in CopyChange.model_fields})
        for row in tx.connection.execute(query).mappings()
    )


def written_by_people(tx: Transaction, run_id: str) -> frozenset[str]:
    """Texts of a campaign that a person wrote at the gate."""
    query = sa.select(_c.after).where(_c.run_id == run_id, _c.kind == "edit")
    return frozenset(tx.connection.execute(query).scalars())

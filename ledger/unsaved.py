"""Edits under way: kept as they are typed, so that a closed page or a restart loses no word.

They are nobody's decision, and go with the approval that they are about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import tables as t
from ledger.database import Transaction

_u = t.unsaved_edits.c


class UnsavedEdit(Frozen):
    approval_id: str
    person_id: str
    edit: dict[str, Any]
    at: datetime


def keep(tx: Transaction, approval_id: str, person_id: str, edit: Mapping[str, Any]) -> UnsavedEdit:
    """Keep what a person has typed so far, instead of what they had before."""
    drop(tx, approval_id, person_id)
    kept = UnsavedEdit(approval_id=approval_id, person_id=person_id, edit=dict(edit), at=tx.now)
    tx.connection.execute(t.unsaved_edits.insert(), kept.model_dump())
    return kept


def get(tx: Transaction, approval_id: str, person_id: str) -> UnsavedEdit | None:
    """What a person has typed of an approval and not sent off."""
    query = sa.select(t.unsaved_edits).where(_mine(approval_id, person_id))
    row = tx.connection.execute(query).mappings().one_or_none()
    return None if row is None else UnsavedEdit.model_validate(dict(row))


def for_approval(tx: Transaction, approval_id: str) -> list[UnsavedEdit]:
    """Who is editing an approval just now, latest first."""
    query = sa.select(t.unsaved_edits).where(_u.approval_id == approval_id)
    rows = tx.connection.execute(query.order_by(_u.at.desc())).mappings()
    return [UnsavedEdit.model_validate(dict(row)) for row in rows]


def drop(tx: Transaction, approval_id: str, person_id: str) -> bool:
    """Forget it: it was sent off, or given up. False: there was none."""
    statement = sa.delete(t.unsaved_edits).where(_mine(approval_id, person_id))
    return tx.connection.execute(statement).rowcount == 1


def _mine(approval_id: str, person_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(_u.approval_id == approval_id, _u.person_id == person_id)

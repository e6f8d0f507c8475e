"""Yeses: a large send needs those of two people, each about exactly the same content.

A yes counts for as long as its person may still say it: whoever lost the right meanwhile, or was
removed, has not agreed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import tables as t
from ledger.database import Transaction, insert_new
from ledger.people import RIGHTS

_v = t.votes.c
_a = t.approvals.c
_p = t.people.c
_APPROVERS = [role for role, rights in RIGHTS.items() if "approve" in rights]


class Vote(Frozen):
    """One person's yes."""

    approval_id: str
    person_id: str
    content_hash: str
    at: datetime


def votes(tx: Transaction, approval_id: str) -> list[Vote]:
    """The yeses of an approval, oldest first; also those that came to nothing."""
    query = sa.select(t.votes).where(_v.approval_id == approval_id).order_by(_v.at, _v.person_id)
    return [Vote.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def add(tx: Transaction, approval_id: str, person_id: str, content_hash: str) -> bool:
    """Keep a yes; False where this person said it before."""
    row = {
        "approval_id": approval_id,
        "person_id": person_id,
        "content_hash": content_hash,
        "at": tx.now,
    }
    return insert_new(tx, t.votes, [row]) == 1


def of_others(person_id: str) -> sa.ScalarSelect[Any]:
    """How many other people have said yes, for a statement over approvals."""
    return (
        sa.select(sa.func.count())
        .select_from(t.votes.join(t.people, _p.id == _v.person_id))
        .where(
            _v.approval_id == _a.id,
            _v.content_hash == _a.content_hash,
            _v.person_id != person_id,
            _p.active,
            _p.role.in_(_APPROVERS),
        )
        .correlate(t.approvals)
        .scalar_subquery()
    )

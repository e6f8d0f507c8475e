"""Simulated time, kept in the ledger so that every process of the workspace agrees."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ledger import journal
from ledger import tables as t
from ledger.database import Transaction
from ledger.errors import LedgerError


def is_simulated(tx: Transaction) -> bool:
    """Whether the workspace lives in simulated time; such a one sends to loopback only."""
    return tx.simulated


def began(tx: Transaction) -> datetime:
    """When the workspace was made."""
    made: datetime = tx.connection.execute(
        sa.select(t.clock.c.created_at).where(t.clock.c.id == 1)
    ).scalar_one()
    return made


def advance(tx: Transaction, to: datetime) -> None:
    """Let simulated time pass until ``to``. ``tx.now`` stays what it was read as.

    Raises LedgerError not_simulated, backwards.
    """
    if not tx.simulated:
        raise LedgerError(
            "not_simulated",
            "This workspace runs on real time, which cannot be advanced.",
            next_step="Make a simulated workspace for demonstrations and tests.",
        )
    changed = tx.connection.execute(
        sa.update(t.clock)
        .where(t.clock.c.id == 1, t.clock.c.simulated_at <= to)
        .values(simulated_at=to)
    ).rowcount
    if changed == 0:
        raise LedgerError(
            "backwards",
            f"Time stands at {tx.now.isoformat()} and cannot go back to {to.isoformat()}.",
        )
    journal.append(tx, "clock_advanced", person_id=None, thing="clock", data={"to": to})

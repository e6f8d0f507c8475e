"""Budgets: how much may be sent and spent, a day and a run.

The check comes before the act and the spend after it, so a limit is overrun by one call at most.
Days are UTC days of business time. Money is in the workspace's one currency.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ledger import journal
from ledger import tables as t
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person, require_now

What = Literal["mails", "money", "model_calls"]
Per = Literal["day", "run"]

_ONE = 1_000_000
_l = t.limits.c
_s = t.spends.c


def set_limit(
    tx: Transaction, what: What, per: Per, most: Decimal | int | None, person: Person | None = None
) -> None:
    """The most of it a day or a run; None takes the limit away.

    Where a person sets it, they need the right to administer.
    """
    if person is not None:
        person = require_now(tx, person, "administer")
    if most is not None and most < 0:
        raise LedgerError("bad_value", f"A limit cannot be below nothing: {most}.")
    before = limit(tx, what, per)
    if before == most:
        return
    tx.connection.execute(sa.delete(t.limits).where(_l.what == what, _l.per == per))
    if most is not None:
        row = {"what": what, "per": per, "most_millionths": _millionths(most)}
        tx.connection.execute(t.limits.insert(), row)
    data = {"what": what, "per": per, "most": None if most is None else str(most)}
    person_id = None if person is None else person.id
    journal.append(tx, "limit_set", person_id=person_id, thing=f"{what}/{per}", data=data)


def limit(tx: Transaction, what: What, per: Per) -> Decimal | None:
    """The limit in force; None: there is none."""
    query = sa.select(_l.most_millionths).where(_l.what == what, _l.per == per)
    most = tx.connection.execute(query).scalar_one_or_none()
    return None if most is None else Decimal(most) / _ONE


def spend(tx: Transaction, what: What, amount: Decimal | int, run_id: str | None = None) -> None:
    """Count what was used, today and in the run. A negative amount gives it back."""
    if amount == 0:
        return
    scopes = [("day", _day(tx))] + ([("run", run_id)] if run_id else [])
    rows = [
        {"what": what, "per": per, "scope": scope, "spent_millionths": _millionths(amount)}
        for per, scope in scopes
    ]
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    statement: Any = dialect.insert(t.spends)
    statement = statement.on_conflict_do_update(
        index_elements=["what", "per", "scope"],
        set_={"spent_millionths": _s.spent_millionths + statement.excluded.spent_millionths},
    )
    tx.connection.execute(statement, rows)


def spent(tx: Transaction, what: What, per: Per, run_id: str | None = None) -> Decimal:
    """What was used today, or in a run."""
    scope = _day(tx) if per == "day" else run_id or ""
    query = sa.select(_s.spent_millionths).where(_s.what == what, _s.per == per, _s.scope == scope)
    return Decimal(tx.connection.execute(query).scalar_one_or_none() or 0) / _ONE


def left(tx: Transaction, what: What, run_id: str | None = None) -> Decimal | None:
    """What may still be used, by the tighter of both limits; None: no limit. May be negative."""
    found = []
    for per in _scopes(run_id):
        most = limit(tx, what, per)
        if most is not None:
            found.append(most - spent(tx, what, per, run_id))
    return min(found, default=None)


def check(tx: Transaction, what: What, run_id: str | None = None) -> None:
    """Raises LedgerError budget_spent where nothing is left."""
    for per in _scopes(run_id):
        most = limit(tx, what, per)
        if most is not None and spent(tx, what, per, run_id) >= most:
            raise LedgerError(
                "budget_spent",
                f"The limit of {most} {what.replace('_', ' ')} a {per} is reached.",
                thing=run_id or _day(tx),
                next_step="Raise the limit in mainspring.toml, or wait for the next day."
                if per == "day"
                else "Raise the limit in mainspring.toml.",
            )


def _scopes(run_id: str | None) -> tuple[Per, ...]:
    return ("day", "run") if run_id else ("day",)


def _day(tx: Transaction) -> str:
    return tx.now.date().isoformat()


def _millionths(amount: Decimal | int) -> int:
    return int((Decimal(amount) * _ONE).to_integral_value())

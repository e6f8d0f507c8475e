"""What people decided about who is who: two customers are the same person, or they are not.

A decision goes before whatever is found by itself. Of several about the same two the latest that
was not undone counts. Whoever may approve a send may decide: it changes who is written to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import journal
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person, require_now

Verdict = Literal["same", "apart"]

_c = t.identity_decisions.c


class IdentityDecision(Frozen):
    id: str
    one: str
    """Pseudonyms, the smaller one first."""
    other: str
    verdict: Verdict
    score: float | None
    """The match probability that was shown; None: nobody had asked."""
    person_id: str
    at: datetime
    undone_at: datetime | None


def decide(
    tx: Transaction,
    one: str,
    other: str,
    verdict: Verdict,
    person: Person,
    *,
    score: float | None = None,
) -> IdentityDecision:
    """Keep what a person decided of two pseudonyms. Saying the same again changes nothing.

    Needs the right to approve. Raises LedgerError bad_value, not_allowed.
    """
    person = require_now(tx, person, "approve")
    if one == other:
        raise LedgerError(
            "bad_value",
            "These two are one customer already.",
            next_step="Name two customers by their ids.",
        )
    one, other = sorted((one, other))
    before = [d for d in standing(tx) if (d.one, d.other) == (one, other)]
    if before and before[0].verdict == verdict:
        return before[0]
    made = IdentityDecision(
        id=new_id(),
        one=one,
        other=other,
        verdict=verdict,
        score=score,
        person_id=person.id,
        at=tx.now,
        undone_at=None,
    )
    tx.connection.execute(t.identity_decisions.insert(), made.model_dump())
    data = {"one": one, "other": other, "verdict": verdict, "score": score}
    journal.append(tx, "identity_decided", person_id=person.id, thing=made.id, data=data)
    return made


def undo(tx: Transaction, decision_id: str, person: Person) -> IdentityDecision:
    """Take a decision back; what was decided of the two before counts again, and else what is
    found by itself. Doing it twice changes nothing. Needs the right to approve. Raises LedgerError
    unknown, not_allowed."""
    person = require_now(tx, person, "approve")
    query = sa.select(t.identity_decisions).where(_c.id == decision_id)
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None:
        raise LedgerError(
            "unknown",
            "There is no such decision about who is who.",
            thing=decision_id,
            next_step="`mainspring identity list decided` shows them with their numbers.",
        )
    found = IdentityDecision.model_validate(dict(row))
    if found.undone_at is not None:
        return found
    tx.connection.execute(
        sa.update(t.identity_decisions).where(_c.id == decision_id).values(undone_at=tx.now)
    )
    data = {"one": found.one, "other": found.other, "verdict": found.verdict}
    journal.append(tx, "identity_undone", person_id=person.id, thing=decision_id, data=data)
    return found.model_copy(update={"undone_at": tx.now})


def standing(tx: Transaction) -> list[IdentityDecision]:
    """Those that count now, the newest first: one for each two."""
    query = (
        sa.select(t.identity_decisions)
        .where(_c.undone_at.is_(None))
        .order_by(_c.at.desc(), _c.id.desc())
    )
    latest: dict[tuple[str, str], IdentityDecision] = {}
    for row in tx.connection.execute(query).mappings():
        one = IdentityDecision.model_validate(dict(row))
        latest.setdefault((one.one, one.other), one)
    return list(latest.values())


def about(tx: Transaction, pseudonyms: Sequence[str]) -> list[IdentityDecision]:
    """Those that count now and speak of any of these."""
    asked = set(pseudonyms)
    return [one for one in standing(tx) if one.one in asked or one.other in asked]

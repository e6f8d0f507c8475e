"""The library of proven copy: results of variants, passages that went out, and their wear.

Evidence is reckoned from the results whenever it is asked for (agents/learning/evidence.py): no
number here can disagree with the campaigns that it stands on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from domain.frozen import Frozen
from domain.proof import VariantResult, WearState
from domain.voice import Passage
from ledger import journal
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction, insert_new
from ledger.errors import LedgerError
from ledger.people import Person, require_now

_r, _p, _st, _s = t.variant_results.c, t.passages.c, t.passage_states.c, t.sends.c
_GONE_OUT = ("sent", "needs_review")


class PassageState(Frozen):
    """The last word on whether a passage may be used."""

    passage_id: str
    state: WearState
    why: str
    person_id: str | None
    """None: the data show it."""
    at: datetime


def put_results(tx: Transaction, results: Sequence[VariantResult]) -> None:
    """Keep what each variant changed; a later report of the same campaign takes the place."""
    for campaign_id in {r.campaign_id for r in results}:
        tx.connection.execute(sa.delete(t.variant_results).where(_r.campaign_id == campaign_id))
    rows = [
        {
            "campaign_id": r.campaign_id,
            "variant": r.variant,
            "result": r.model_dump(mode="json"),
            "measured_at": r.measured_at,
        }
        for r in results
    ]
    if rows:
        tx.connection.execute(t.variant_results.insert(), rows)


def results(tx: Transaction) -> tuple[VariantResult, ...]:
    """Every variant that was measured, the oldest campaign first."""
    query = sa.select(_r.result).order_by(_r.campaign_id, _r.variant)
    return tuple(
        VariantResult.model_validate(row) for row in tx.connection.execute(query).scalars()
    )


def add(tx: Transaction, campaign_id: str, passages: Iterable[Passage]) -> int:
    """Fold copy that went out into the library; what is there already stays. How many are new."""
    rows = [
        {
            "id": p.id,
            "campaign_id": campaign_id,
            "passage": p.model_dump(mode="json"),
            "added_at": tx.now,
        }
        for p in passages
    ]
    new = insert_new(tx, t.passages, rows)
    if new:
        data = {"passages": new}
        journal.append(tx, "library_grew", person_id=None, thing=campaign_id, data=data)
    return new


def added(tx: Transaction) -> tuple[Passage, ...]:
    """Passages that campaigns brought, the oldest first."""
    query = sa.select(_p.passage).order_by(_p.added_at, _p.id)
    return tuple(Passage.model_validate(row) for row in tx.connection.execute(query).scalars())


def states(tx: Transaction) -> dict[str, PassageState]:
    """Passage id → the last word on it; passages of which nobody said anything are not there."""
    query = sa.select(t.passage_states).order_by(_st.at, _st.id)
    found = {}
    for row in tx.connection.execute(query).mappings():
        values = {name: row[name] for name in PassageState.model_fields}
        found[str(row["passage_id"])] = PassageState.model_validate(values)
    return found


def retire(tx: Transaction, passage_id: str, person: Person, reason: str) -> PassageState:
    """Use a passage no more, until somebody brings it back. Raises LedgerError not_allowed,
    bad_value (without a reason, or retired already)."""
    return _by_person(tx, passage_id, person, "retired", reason)


def restore(tx: Transaction, passage_id: str, person: Person, reason: str) -> PassageState:
    """Bring a worn or retired passage back. Only new evidence retires it again. Raises LedgerError
    not_allowed, bad_value (without a reason, or in use already)."""
    return _by_person(tx, passage_id, person, "in use", reason)


def wear_out(tx: Transaction, worn: Mapping[str, str]) -> int:
    """Retire passages that the data show to be worn: id → why. How many."""
    for passage_id, why in worn.items():
        _say(tx, passage_id, "worn", why, None)
    return len(worn)


def readers(
    tx: Transaction, uses: Sequence[tuple[str, str]], latest: str, times: int, since: datetime
) -> tuple[int, int]:
    """Those to whom the ``latest`` campaign sent a passage, and how many of them got it in at least
    ``times`` campaigns since a moment. ``uses``: campaign and variant of each."""
    if not uses:
        return 0, 0
    got = sa.tuple_(_s.campaign_id, _s.arm).in_(list(uses))
    gone = sa.and_(got, _s.state.in_(_GONE_OUT))
    lately = (
        sa.select(_s.pseudonym)
        .where(gone, _s.sending_at >= since)
        .group_by(_s.pseudonym)
        .having(sa.func.count(sa.distinct(_s.campaign_id)) >= times)
    )
    last = sa.select(_s.pseudonym).distinct().where(gone, _s.campaign_id == latest)
    count = sa.select(sa.func.count()).select_from(last.subquery())
    often = sa.select(sa.func.count()).select_from(last.where(_s.pseudonym.in_(lately)).subquery())
    return (
        int(tx.connection.execute(count).scalar_one()),
        int(tx.connection.execute(often).scalar_one()),
    )


def _by_person(
    tx: Transaction,
    passage_id: str,
    person: Person,
    state: Literal["retired", "in use"],
    reason: str,
) -> PassageState:
    person = require_now(tx, person, "approve")
    before = states(tx).get(passage_id)
    is_in_use = before is None or before.state == "in use"
    if not reason.strip():
        raise LedgerError(
            "bad_value", "It needs a reason.", thing=passage_id, next_step="Say why, in a sentence."
        )
    if (state == "in use") == is_in_use:
        raise LedgerError(
            "bad_value",
            "It is in use already."
            if is_in_use
            else f"It is {before.state if before else ''} already.",
            thing=passage_id,
            next_step="`mainspring library show` tells how it stands.",
        )
    return _say(tx, passage_id, state, reason.strip(), person.id)


def _say(
    tx: Transaction, passage_id: str, state: WearState, why: str, person_id: str | None
) -> PassageState:
    said = PassageState(passage_id=passage_id, state=state, why=why, person_id=person_id, at=tx.now)
    tx.connection.execute(t.passage_states.insert(), {"id": new_id(), **said.model_dump()})
    kind = "passage_restored" if state == "in use" else "passage_retired"
    data = {"state": state, "why": why}
    journal.append(tx, kind, person_id=person_id, thing=passage_id, data=data)
    return said

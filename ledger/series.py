"""Talks that pieces were made of, and whose yes counts for words in somebody's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.frozen import Frozen
from domain.series import CONSENT_RULE, Series
from ledger import journal, people
from ledger import tables as t
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person, require_now

_c = t.series.c


class SeriesRow(Frozen):
    set_id: str
    speaker: str | None
    """The person of this workspace in whose name is posted; None: somebody else."""
    series: Series
    made_by: str
    created_at: datetime


def add(
    tx: Transaction, set_id: str, series: Series, person: Person, speaker: str | None
) -> SeriesRow:
    """Keep what a set of pieces was made of. Raises LedgerError not_allowed."""
    require_now(tx, person, "write")
    row = SeriesRow(
        set_id=set_id, speaker=speaker, series=series, made_by=person.id, created_at=tx.now
    )
    values = {**row.model_dump(exclude={"series"}), "content": series.model_dump(mode="json")}
    tx.connection.execute(t.series.insert(), values)
    data = {"source": series.source, "posts": len(series.posts)}
    journal.append(tx, "series_made", person_id=person.id, thing=set_id, data=data)
    return row


def of_set(tx: Transaction, set_id: str) -> SeriesRow | None:
    """What a set of pieces was made of; None: of a brief, and of no talk."""
    query = sa.select(t.series).where(_c.set_id == set_id)
    row = tx.connection.execute(query).mappings().one_or_none()
    return _row(row) if row is not None else None


def listed(tx: Transaction) -> list[SeriesRow]:
    """The newest first."""
    query = sa.select(t.series).order_by(_c.created_at.desc(), _c.set_id.desc())
    return [_row(row) for row in tx.connection.execute(query).mappings()]


def asked_with_yes(row: SeriesRow | None, critique: Mapping[str, Any]) -> str:
    """What a yes has to say besides yes, as a question; empty: nothing."""
    if row is None:
        return ""
    if row.speaker is None:
        return f"How did {row.series.author.name} agree to it?"
    told = any(f.get("rule") == CONSENT_RULE for f in critique.get("findings", ()))
    return "Has whoever it tells of agreed, or can nobody know who it is?" if told else ""


def check_yes(
    tx: Transaction, set_id: str, critique: Mapping[str, Any], person: Person, reason: str
) -> bool:
    """Whether a yes is somebody's to their own words. ``critique`` is the piece's.

    Words in somebody's name are theirs to approve. Where that is nobody who works here, and where
    a post tells of somebody else, whoever approves it says how they agreed. Raises LedgerError
    not_allowed, bad_value.
    """
    row = of_set(tx, set_id)
    if row is None:
        return False
    if row.speaker is not None and row.speaker != person.id:
        name = people.get(tx, row.speaker).name
        raise LedgerError(
            "not_allowed",
            f"This speaks in {name}'s name.",
            thing=set_id,
            next_step=f"Ask {name} to approve it.",
        )
    if asked_with_yes(row, critique) and not reason.strip():
        if row.speaker is None:
            raise LedgerError(
                "bad_value",
                f"This speaks in the name of {row.series.author.name}, who does not work here.",
                thing=set_id,
                next_step="Say with your yes how they agreed to it: --reason.",
            )
        raise LedgerError(
            "bad_value",
            "It tells of somebody else.",
            thing=set_id,
            next_step="Say with your yes that they agreed, or that nobody can know who it is: "
            "--reason.",
        )
    return row.speaker is not None


def _row(values: Mapping[Any, Any]) -> SeriesRow:
    plain = {str(key): value for key, value in values.items()}
    return SeriesRow(**{k: v for k, v in plain.items() if k != "content"}, series=plain["content"])

"""How often pieces were seen, day by day, as their platforms say it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import journal
from ledger import tables as t
from ledger.database import Transaction, in_chunks
from ledger.people import Person, require_now

_v = t.piece_views.c


class DayViews(Frozen):
    piece_id: str
    day: date
    """In the platform's own time zone."""
    views: int


def put(tx: Transaction, rows: Sequence[DayViews], person: Person, source: str) -> int:
    """Keep a file's counts; a later file corrects an earlier one. How many days it named.

    Raises LedgerError not_allowed.
    """
    require_now(tx, person, "write")
    latest = {(row.piece_id, row.day): row for row in rows}
    for (piece_id, day), row in latest.items():
        where = (_v.piece_id == piece_id, _v.day == day)
        tx.connection.execute(sa.delete(t.piece_views).where(*where))
        tx.connection.execute(t.piece_views.insert(), row.model_dump())
    if latest:
        data = {"days": len(latest), "pieces": len({r.piece_id for r in rows})}
        journal.append(tx, "views_read", person_id=person.id, thing=source, data=data)
    return len(latest)


def of(tx: Transaction, piece_ids: Sequence[str]) -> dict[str, dict[date, int]]:
    """Views by piece and day; pieces of which nobody said anything are left out."""
    found: dict[str, dict[date, int]] = {}
    for some in in_chunks(list(piece_ids)):
        query = sa.select(t.piece_views).where(_v.piece_id.in_(some)).order_by(_v.day)
        for row in tx.connection.execute(query):
            found.setdefault(row.piece_id, {})[row.day] = row.views
    return found

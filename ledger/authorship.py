"""Whose words an approval asks about: where somebody else has to say yes, these may not."""

from __future__ import annotations

import sqlalchemy as sa

from ledger import tables as t
from ledger.database import Transaction

TIME_FIELDS = frozenset({"send_at", "send_from", "send_until"})
"""Fields of an edit that change when, and no word of what is said."""

_c = t.approvals.c


def authors(tx: Transaction, run_id: str, gate: str, after_edit_by: str = "") -> set[str]:
    """Who started the run, and who edited the words of this gate last; ``after_edit_by`` is about
    to do so."""
    return {started_by(tx, run_id), after_edit_by or _last_editor(tx, run_id, gate)}


def started_by(tx: Transaction, run_id: str) -> str:
    query = sa.select(t.runs.c.started_by).where(t.runs.c.id == run_id)
    return str(tx.connection.execute(query).scalar_one())


def _last_editor(tx: Transaction, run_id: str, gate: str) -> str:
    """The person who changed the words of this gate last; empty: nobody. Another time is no
    other word."""
    query = (
        sa.select(_c.decided_by, _c.edit)
        .where(_c.run_id == run_id, _c.gate == gate, _c.status == "edited")
        .order_by(_c.decided_at.desc(), _c.id.desc())
    )
    rows = tx.connection.execute(query)
    return next((str(by) for by, edit in rows if set(edit or {}) - TIME_FIELDS), "")

"""Taking an approval back, and everything that must stop with it in the same transaction."""

from __future__ import annotations

import sqlalchemy as sa

from ledger import jobs, journal
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction

OPEN = ("scheduled",)
"""States of a publication from which something may still go out."""

PLACEABLE = ("drafted", "waiting", "approved", "exported")
"""States of a piece that may still be placed, or was."""

_a = t.approvals.c
_p = t.publications.c
_s = t.sends.c


def stop_publication(tx: Transaction, publication_id: str, reason: str) -> bool:
    """Void its approval, stop it, and hand its run back to a person. False: not open."""
    row = tx.connection.execute(
        sa.select(_p.run_id, _p.approval_id).where(_p.id == publication_id, _p.state.in_(OPEN))
    ).one_or_none()
    if row is None:
        return False
    tx.connection.execute(
        sa.update(t.publications)
        .where(_p.id == publication_id)
        .values(state="stopped", stop_reason=reason, approved_hash=None)
    )
    _void(tx, _a.id == row.approval_id, reason)
    data = {"reason": reason, "run_id": row.run_id}
    journal.append(tx, "publication_stopped", person_id=None, thing=publication_id, data=data)
    ask_again(tx, row.run_id, reason)
    return True


def void_approvals(tx: Transaction, run_id: str, reason: str, gate: str | None = None) -> int:
    """Void what is pending or approved in a run, and stop what stood on it; how many."""
    mine = sa.and_(_a.run_id == run_id, _a.gate == gate if gate else sa.true())
    open_ids = tx.connection.execute(
        sa.select(_p.id)
        .join(t.approvals, _a.id == _p.approval_id)
        .where(mine, _p.state.in_(OPEN))
        .order_by(_p.id)
    ).scalars()
    for publication_id in open_ids.all():
        stop_publication(tx, publication_id, reason)
    return _void(tx, mine, reason)


def stop_on(tx: Transaction, approval_id: str, reason: str) -> int:
    """Stop the publications that stand on an approval; how many."""
    query = sa.select(_p.id).where(_p.approval_id == approval_id, _p.state.in_(OPEN))
    on_it = tx.connection.execute(query).scalars().all()
    return sum(stop_publication(tx, publication_id, reason) for publication_id in on_it)


def void_approval(tx: Transaction, approval_id: str, reason: str) -> None:
    """Void one approval that is pending or approved; publications on it stop."""
    stop_on(tx, approval_id, reason)
    _void(tx, _a.id == approval_id, reason)


def void_piece(tx: Transaction, piece_id: str, reason: str) -> None:
    """Void a piece for another channel; where it was handed out, its placing must be undone by
    people, and the history says since when."""
    tx.connection.execute(
        sa.update(t.pieces)
        .where(t.pieces.c.id == piece_id)
        .values(status="void", reason=reason, updated_at=tx.now)
    )
    journal.append(tx, "piece_voided", person_id=None, thing=piece_id, data={"reason": reason})


def cancel_publications(tx: Transaction, run_id: str, reason: str) -> None:
    """End a run's publications for good. Messages on their way are not called back."""
    mine = sa.select(_p.id).where(_p.run_id == run_id, _p.state.in_((*OPEN, "stopped")))
    for publication_id in tx.connection.execute(mine).scalars().all():
        tx.connection.execute(
            sa.update(t.publications)
            .where(_p.id == publication_id)
            .values(state="cancelled", stop_reason=reason, approved_hash=None)
        )
        kept = tx.connection.execute(
            sa.update(t.sends)
            .where(_s.publication_id == publication_id, _s.state.in_(("scheduled", "claimed")))
            .values(state="cancelled", reason=reason, lease_owner=None, lease_until=None)
        ).rowcount
        data = {"reason": reason, "sends": kept}
        journal.append(tx, "publication_cancelled", person_id=None, thing=publication_id, data=data)


def ask_again(tx: Transaction, run_id: str, reason: str) -> None:
    """Drive a run on, so that it comes back to a person with the reason."""
    payload = {"run_id": run_id, "reason": reason}
    jobs.put(tx, f"drive:{run_id}:{new_id()}", "drive_run", payload)


def _void(tx: Transaction, which: sa.ColumnElement[bool], reason: str) -> int:
    query = sa.select(_a.id).where(which, _a.status.in_(("pending", "approved"))).order_by(_a.id)
    found = tx.connection.execute(query).scalars().all()
    for approval_id in found:
        tx.connection.execute(
            sa.update(t.approvals).where(_a.id == approval_id).values(status="void", reason=reason)
        )
        data = {"reason": reason}
        journal.append(tx, "approval_voided", person_id=None, thing=approval_id, data=data)
    return len(found)

"""What went out before: how many people each campaign reached, and whom of an audience."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from domain.frozen import Frozen
from domain.plan import HELD_BACK
from ledger import tables as t
from ledger.database import Transaction, in_chunks
from ledger.pressure import REACHED

_s = t.sends.c
_p = t.publications.c
_a = t.assignments.c
_m = t.snapshot_members.c


class PastSend(Frozen):
    campaign_id: str
    goal: str
    at: datetime
    """Its first mail in the time asked about."""
    people: int
    """Mails that went out, or may have."""


def sends_since(tx: Transaction, since: datetime, *, but: str = "") -> list[PastSend]:
    """What each campaign sent from a moment on, the oldest first; all but one."""
    first = sa.func.min(_s.sending_at, type_=_s.sending_at.type).label("first")
    lately = sa.select(_p.id).where(_p.window_end >= since, _p.campaign_id != but)
    query = (
        sa.select(_s.campaign_id, t.runs.c.goal, first, sa.func.count())
        .join(t.publications, _p.id == _s.publication_id)
        .join(t.runs, t.runs.c.id == _p.run_id)
        .where(_s.publication_id.in_(lately), _s.state.in_(REACHED), _s.sending_at >= since)
        .group_by(_s.campaign_id, t.runs.c.goal)
        .order_by(first)
    )
    rows = tx.connection.execute(query)
    return [PastSend(campaign_id=c, goal=goal, at=at, people=n) for c, goal, at, n in rows]


def shared_with(
    tx: Transaction, snapshot_hash: str, campaign_ids: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """Campaign → how many people of a frozen audience it wrote to, and how many it wrote to."""
    found: dict[str, tuple[int, int]] = {}
    in_it = sa.and_(_m.pseudonym == _a.pseudonym, _m.snapshot_hash == snapshot_hash)
    for some in in_chunks(sorted(set(campaign_ids))):
        query = (
            sa.select(_a.campaign_id, sa.func.count(_m.pseudonym), sa.func.count())
            .select_from(t.assignments.outerjoin(t.snapshot_members, in_it))
            .where(_a.campaign_id.in_(some), _a.arm != HELD_BACK)
            .group_by(_a.campaign_id)
        )
        found.update({row[0]: (row[1], row[2]) for row in tx.connection.execute(query)})
    return found

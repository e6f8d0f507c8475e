"""The words that went out lately, so that nobody reads them again soon."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ledger import tables as t
from ledger.database import Transaction

_p = t.publications.c


def texts_since(tx: Transaction, since: datetime, *, but: str = "") -> tuple[str, ...]:
    """Subject, preheader and text of every mail scheduled since a moment that was not stopped or
    cancelled; all but one campaign's."""
    query = sa.select(_p.content).where(
        _p.window_start >= since,
        _p.campaign_id != but,
        _p.state.in_(("scheduled", "done")),
    )
    return tuple(
        str(variant[part])
        for content in tx.connection.execute(query).scalars()
        for variant in content.get("variants", ())
        for part in ("subject", "preheader", "text")
    )

"""What the brand has sent lately, for the critic to hold drafts against."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from agents.own_copy import Recent
from ledger import publications, runs
from ledger.database import Transaction

SINCE = timedelta(days=90)
"""Longer ago, readers have forgotten it."""


def recent_copy(tx: Transaction, campaign_id: str, timezone: str) -> tuple[Recent, ...]:
    """The mails of other campaigns that went out in the last 90 days."""
    zone = ZoneInfo(timezone)
    return tuple(
        Recent(
            id=f"variant {variant.id} of “{runs.get(tx, sent.run_id).goal[:80]}”",
            day=sent.starts_at.astimezone(zone).date(),
            text=variant.text,
        )
        for sent in publications.sent_since(tx, tx.now - SINCE)
        if sent.campaign_id != campaign_id
        for variant in sent.content.variants
    )

"""Scheduled sends with what became of their messages, as the command line shows them."""

from __future__ import annotations

from datetime import datetime

from app import words
from domain.frozen import Frozen
from domain.publication import PublicationState, SendState
from ledger import publications
from ledger.database import Transaction


class ScheduledSend(Frozen):
    id: str
    campaign_id: str
    state: PublicationState
    stop_reason: str
    window_start: datetime
    window_end: datetime
    messages: dict[SendState, int]
    left_out: dict[str, int]
    """Reason and number of those left out at the moment of sending."""

    def said(self) -> str:
        """Its messages in words: 505 sent, 2 left out."""
        counted = ", ".join(
            f"{n:,} {words.SEND_STATES[state]}" for state, n in self.messages.items()
        )
        why = f", because {self.stop_reason}" if self.stop_reason else ""
        return f"{self.state}{why}: {counted or 'no messages'}"


def scheduled_sends(tx: Transaction, campaign_id: str | None = None) -> list[ScheduledSend]:
    """Of one campaign or of all, by the time at which they begin."""
    return [
        ScheduledSend(
            id=one.id,
            campaign_id=one.campaign_id,
            state=one.state,
            stop_reason=one.stop_reason,
            window_start=one.window_start,
            window_end=one.window_end,
            messages=publications.counts(tx, one.id),
            left_out=publications.left_out(tx, one.id),
        )
        for one in publications.list_publications(tx, campaign_id)
    ]

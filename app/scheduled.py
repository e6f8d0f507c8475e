"""Scheduled sends with what became of their messages, as the command line shows them."""

from __future__ import annotations

from datetime import datetime

from app import words
from domain.frozen import Frozen
from domain.publication import PublicationState, SendState
from ledger import first_wave, publications
from ledger.database import Transaction
from ledger.first_wave import Standing


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
    paused: bool = False
    """A person holds this one alone."""
    first_part: Standing | None = None
    """Of a large send: how the part that goes first went, and what waits for it."""

    def said(self) -> str:
        """Its messages in words: 505 sent, 2 left out."""
        counted = ", ".join(
            f"{n:,} {words.SEND_STATES[state]}" for state, n in self.messages.items()
        )
        why = f", because {self.stop_reason}" if self.stop_reason else ""
        held = ", paused" if self.paused else ""
        return f"{self.state}{why}{held}: {counted or 'no messages'}"

    def said_of_first_part(self, timezone: str) -> str:
        """How the first part went, in a sentence; empty where nothing goes first, or it is over."""
        first = self.first_part
        if first is None or self.state != "scheduled":
            return ""
        found = first.figures
        seen = (
            f"{found.reached:,} went out: {found.bounced:,} bounced, {found.complained:,} "
            f"complained, {found.unsubscribed:,} unsubscribed"
        )
        waits = f"{first.rest:,} wait"
        if first.state == "held":
            return f"first part: {seen}; {waits} for you (sending release, or sending end)"
        if first.state == "passed":
            return f"first part: {seen}, within bounds"
        if first.judged_at is None:
            return f"first part: {first.under_way:,} still to go; {waits} for it"
        return f"first part: {seen}; {waits} until {words.moment(first.judged_at, timezone)}"


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
            paused=one.paused,
            first_part=first_wave.standing(tx, one.id) if one.first_wave else None,
        )
        for one in publications.list_publications(tx, campaign_id)
    ]

"""What is approved, and what becomes of it: Publication (one plan, one sender) and Send."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from domain.brief import Offer
from domain.frozen import Frozen, content_hash
from domain.goal import Channel
from domain.money import Share
from domain.plan import Cap, QuietHours
from domain.readings import LifeStage

SendState = Literal[
    "scheduled", "claimed", "sending", "sent", "needs_review", "missed", "cancelled", "left_out"
]
PublicationState = Literal["scheduled", "stopped", "done", "cancelled"]
"""stopped: its approval no longer holds, and a person is asked."""


class Sender(Frozen):
    address: str
    name: str
    reply_to: str = ""


class StageVersion(Frozen):
    """The mail that people of some stages of life get instead."""

    stages: tuple[LifeStage, ...]
    html: str
    text: str


class RenderedVariant(Frozen):
    """A mail as it will go out, with ``{{first_name}}`` and ``{{unsubscribe_url}}`` unfilled.

    Nothing is compiled again after approval; the publisher only fills placeholders.
    """

    id: str
    subject: str
    preheader: str
    html: str
    text: str
    fallbacks: tuple[tuple[str, str], ...] = ()
    """Personal field and what stands in for it."""
    versions: Annotated[tuple[StageVersion, ...], Field(exclude_if=lambda value: not value)] = ()
    """Where blocks differ by stage of life: what the people of these stages get. Everybody else
    gets ``html`` and ``text``. What an older program rendered keeps its hash."""

    def for_stage(self, stage: str) -> RenderedVariant:
        """The one mail that people of a stage get; empty: of none."""
        for version in self.versions:
            if stage in version.stages:
                changed = {"html": version.html, "text": version.text, "versions": ()}
                return self.model_copy(update=changed)
        return self.model_copy(update={"versions": ()})


class CitedFact(Frozen):
    fact_id: str
    fact_hash: str


class FirstWave(Frozen):
    """How a large send goes out: a small part first, the rest once that stayed within bounds."""

    recipients: int
    """People who get a mail; whoever approves it types this number."""
    share: Share
    """The part of them that goes first, drawn by chance from every variant."""
    wait_minutes: float
    """After the last mail of the first part, before it is judged."""
    most_bounced: Share
    most_complained: Share
    most_unsubscribed: Share

    @property
    def wait(self) -> timedelta:
        return timedelta(minutes=self.wait_minutes)


class Content(Frozen):
    """All that a publish approval is bound to. Its hash is the approval's."""

    schema_version: int = 1
    campaign_id: str
    brief_hash: str
    variants: tuple[RenderedVariant, ...]
    arms: tuple[tuple[str, Share], ...]
    """Arm id and share, those held back included."""
    snapshot_hash: str
    size: int
    channel: Channel
    sender: Sender
    offer: Offer | None
    cap: Cap
    quiet_hours: QuietHours
    send_hour: int
    send_minute: int = 0
    window_start: datetime
    window_end: datetime
    facts: tuple[CitedFact, ...]
    first: FirstWave | None = None
    """Of a large send; None: all of it goes out at its time."""
    service: bool = False
    """No promotion: it goes to people with an open complaint too."""

    @model_serializer(mode="wrap")
    def _as_before(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without ``first`` and ``service`` where they say nothing, so that what was approved by
        an older program keeps its hash."""
        plain: dict[str, Any] = handler(self)
        if self.first is None:
            plain.pop("first", None)
        if not self.service:
            plain.pop("service", None)
        return plain

    def hash(self) -> str:
        return content_hash(self)


class Message(Frozen):
    """One mail to one person, filled and ready for a sender. Holds personal data: never logged,
    never in state, never in the ledger."""

    key: str
    """The idempotency key; Message-ID is derived from it."""
    campaign_id: str
    to_address: str
    sender: Sender
    subject: str
    html: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()
    unsubscribe_url: str = ""
    """This person's own one-click address (RFC 8058)."""
    written_at: datetime | None = None
    """Business time for the Date header; None: the moment of sending."""

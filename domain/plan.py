"""Plan: who gets what when. Typed ids and numbers only, explained in words a marketer reads."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.frozen import Frozen
from domain.money import Share
from domain.readings import LifeStage

HELD_BACK = "held_back"
"""The arm of those held back by chance."""


class Arm(Frozen):
    id: str
    """A variant's id, or ``held_back``."""
    share: Share
    size: int


class SendTime(Frozen):
    """The best hour for everybody, in each recipient's own time zone."""

    day: date
    hour: int
    """0–23, local to the recipient."""
    minute: int = 0
    evidence: str
    learnt: bool
    """False: the data are thin, and this is the default."""
    n: int = 0
    """The clicks and purchases that it was learnt from."""


class QuietHours(Frozen):
    """Local hours in which nothing goes out, ``start`` included, ``end`` not; may span midnight."""

    start: int = 21
    end: int = 8


class Cap(Frozen):
    most: int
    days: int = 7


class LeftOut(Frozen):
    reason: Literal[
        "no_address",
        "invalid_address",
        "no_consent",
        "suppressed",
        "no_contact",
        "open_complaint",
        "cap_reached",
        "unsubscribed",
        "bounced",
        "erased",
        "quiet_hours",
        "complained",
        "other_campaign",
        "changed_audience",
        "same_person",
        "same_address",
    ]
    count: int


class Plan(Frozen):
    """What the second gate approves, together with the content."""

    campaign_id: str
    snapshot_hash: str
    size: int
    """People in the snapshot: those treated and those held back."""
    arms: tuple[Arm, ...]
    send_time: SendTime
    window_start: datetime
    window_end: datetime
    """The approved window, UTC: moving inside it keeps the approval."""
    quiet_hours: QuietHours
    cap: Cap
    left_out: tuple[LeftOut, ...] = ()
    stages: Annotated[
        tuple[tuple[LifeStage, int], ...], Field(exclude_if=lambda value: not value)
    ] = ()
    """People in the snapshot by stage of life, where mails differ by it; of none under ``""``."""
    explanation: tuple[str, ...] = ()
    """Sentences for the marketer."""

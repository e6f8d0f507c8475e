"""What a campaign's story is told from, and what its steps hold."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from app.diffs import Change
from domain.brief import Brief
from domain.frozen import Frozen
from domain.publication import SendState
from ledger.approvals import Approval
from ledger.journal import Entry
from ledger.publications import PublicationRow
from ledger.runs import Run
from workflows.state import Gate

Tone = Literal["", "good", "bad", "wait"]


class FieldChange(Frozen):
    label: str
    parts: tuple[tuple[Change, str], ...]


class Mended(Frozen):
    """What the critic found, and what became of the place."""

    why: str
    severity: str
    before: str
    after: str
    """Empty: that round had no successor, or the place is gone."""


class Outcome(Frozen):
    """Messages that share a fate, with the address of their people."""

    what: str
    count: int
    href: str


class SentPart(Frozen):
    publication_id: str
    total: int
    sent: int
    seconds: float | None
    """From the first message to the last."""
    outcomes: tuple[Outcome, ...]
    unknown: int
    """Of which we cannot tell whether they went out."""


class Step(Frozen):
    icon: str
    head: str
    beside: str = ""
    tone: Tone = ""
    at: datetime | None = None
    text: tuple[str, ...] = ()
    quote: str = ""
    changes: tuple[FieldChange, ...] = ()
    mended: tuple[Mended, ...] = ()
    bound: str = ""
    """The beginning of the hash that a decision is bound to."""
    came_from: str = ""
    href: str = ""
    link: str = ""
    brief: Brief | None = None
    sent: SentPart | None = None
    result: bool = False
    """The report belongs here."""


class Known(Frozen):
    """What the ledger knows of a run."""

    run: Run
    approvals: tuple[Approval, ...]
    publications: tuple[PublicationRow, ...]
    counts: dict[str, dict[SendState, int]]
    reasons: dict[str, dict[str, int]]
    spans: dict[str, tuple[datetime, datetime] | None]
    arms: dict[str, int]
    entries: tuple[Entry, ...]
    number: int
    names: dict[str, str]
    cost: Decimal
    paused: bool
    now: datetime
    simulated: bool


class Made(Frozen):
    """One thing that the agents made, or a gate that the run came to."""

    kind: Literal["audit", "brief", "copy", "gate"]
    at: datetime | None
    hash: str = ""
    gate: Gate | None = None
    standing: dict[str, Any] = Field(default_factory=dict)
    """Of an audit: how far the data could be trusted then."""
    data: dict[str, Any] = Field(default_factory=dict)

"""Stack: everything that a run needs, made by the app and handed in, so that no room builds
its own clients and a test can put any part of it in place.

LangGraph does not keep its context with a checkpoint: the same kind of Stack is passed again
whenever a run goes on, in this process or another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from langgraph.checkpoint.base import BaseCheckpointSaver

from agents.learning.wear import WearRules
from agents.model import Model
from agents.rules.style import StyleGate
from brand_voice.brand import Brand
from domain.audit import LeastScore
from domain.customer import MailEvent
from domain.frozen import Frozen
from domain.money import Currency, Share
from domain.plan import Cap, QuietHours
from domain.publication import FirstWave, Sender
from domain.voice import Passage, PassageKind, VoiceChannel
from ledger.database import Ledger
from ledger.sending import HighWater
from prompts.library import Prompts, shipped_prompts
from tools.analytics.port import Analytics
from tools.audit.port import Auditor
from tools.cdp.port import CustomerData, People
from tools.esp.port import Sending
from tools.identity.rules import IdentityRules
from tools.store.segments import Store
from workflows.checkpoints import sqlite_saver
from workflows.reach_copy import ReachCopy


class Voice(Protocol):
    """The brand's proven passages, nearest first (brand_voice.index.VoiceIndex)."""

    async def search(
        self,
        query: str,
        *,
        kind: PassageKind | None = None,
        language: str | None = None,
        objective: str | None = None,
        channel: VoiceChannel | None = None,
        n: int = 8,
    ) -> tuple[Passage, ...]: ...


class Events(Protocol):
    """Where analytics find what became of messages (tools.store.mail_events.StoredEvents)."""

    async def add(self, events: Sequence[MailEvent], received_at: datetime) -> int: ...


@dataclass(frozen=True)
class Keys:
    """Secrets of the workspace that runs use; never printed, never in state."""

    signing: bytes = field(repr=False)
    """Signs unsubscribe links."""
    suppression: bytes = field(repr=False)
    """Keys the hashes of addresses that must not be mailed."""
    webhooks: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Source → what its deliveries are checked with: of ``sendgrid`` its public key, of every
    other one the secret that it shares with us."""


@dataclass(frozen=True)
class Tracking:
    """What is recorded of recipients who agreed to it; of nobody else."""

    opens: bool = False
    clicks: bool = False

    @property
    def any(self) -> bool:
        return self.opens or self.clicks


@dataclass(frozen=True)
class SendingLimits:
    """How fast and how late mails may go out."""

    batch: int = 50
    """Mails claimed at once: a pause holds within one batch."""
    at_once: int = 4
    """Mails under way at the same time; at least the sender's connections to use them all."""
    rate_per_second: float | None = None
    """None: as fast as the server takes them."""
    lease_seconds: float = 300
    """Real time a claimed mail is this worker's; longer than the server's timeout."""
    max_lateness: timedelta = timedelta(hours=6)
    """A mail later than this is missed, not sent."""
    approval_expires: timedelta = timedelta(days=7)
    retry_seconds: float = 60
    """Real time before a mail that the server did not take for now is offered again."""


class LargeSends(Frozen):
    """From how many people on a send is large, and what its first part must keep within."""

    from_people: int
    first_share: Share = 0.01
    first_wait_minutes: float = 60
    most_bounced: Share = 0.03
    most_complained: Share = 0.001
    most_unsubscribed: Share = 0.01

    def first_wave(self, recipients: int) -> FirstWave | None:
        """What is approved with a send to so many people; None: it is not large."""
        if recipients < self.from_people:
            return None
        return FirstWave(
            recipients=recipients,
            share=self.first_share,
            wait_minutes=self.first_wait_minutes,
            most_bounced=self.most_bounced,
            most_complained=self.most_complained,
            most_unsubscribed=self.most_unsubscribed,
        )


class CampaignRules(Frozen):
    """What the workspace's settings say of every campaign."""

    sender: Sender
    cap: Cap = Cap(most=3)
    quiet_hours: QuietHours = QuietHours()
    holdout_share: Share | None = None
    """Where the goal names none. None: the least that shows a gain worth having."""
    variants: int = 3
    rounds: int = 3
    """Most rounds of writing and criticising before a person sees it."""
    large: LargeSends | None = None
    """None: no send counts as large."""
    wear: WearRules = WearRules()
    """When a passage has been read too often."""
    results_days: tuple[int, ...] = (1, 7, 14)
    """Days after the last mail at which results are collected and reported."""


@dataclass(frozen=True)
class Stack:
    """What a run needs. ``simulated`` workspaces send to loopback only."""

    workspace_id: str
    ledger: Ledger
    checkpoints: Path
    """The checkpoints' own SQLite file."""
    customers: CustomerData
    people: People
    analytics: Analytics
    sending: Sending
    model: Model
    """Answers every task that ``models`` names none for."""
    house: Model
    """The house writer."""
    brand: Brand
    voice: Voice
    keys: Keys
    rules: CampaignRules
    timezone: str
    currency: Currency
    reports: Path
    high_water: HighWater
    limits: SendingLimits = SendingLimits()
    tracking: Tracking = Tracking()
    models: Mapping[str, Model] = field(default_factory=dict)
    """Task → the model that does it."""
    prompts: Prompts = field(default_factory=shipped_prompts)
    """What models are asked by: the brand's own where it has one."""
    house_stands_in: bool = True
    """Whether the house writer takes over when a model fails. Else a person is asked."""
    auditor: Auditor | None = None
    """None: campaigns are not told how far the data can be trusted."""
    least_score: LeastScore = field(default_factory=LeastScore)
    """Below this score of the data no campaign starts. Where none is set it is only said."""
    events: Events | None = None
    """None: what comes back of messages stays in the ledger, and analytics do not see it."""
    judge_counts: bool = False
    """Whether the critic's model was measured to agree with people; else it only advises."""
    style: StyleGate | None = None
    """None: how drafts are written is not held against past copy."""
    store: Store | None = None
    """The data folder, for finding out who is who; None: every customer id stands for itself."""
    identity: IdentityRules = field(default_factory=IdentityRules)
    public_url: str = ""
    """Where one-click unsubscribe answers from outside; empty: this machine's own endpoint."""
    listen_url: str = "http://127.0.0.1:8787"
    """The public endpoint on this machine, for links in mails that never leave it."""
    image_base_url: str = ""
    simulated: bool = False
    reach_copy: ReachCopy = field(default_factory=ReachCopy)
    """What counting who can be mailed keeps in memory."""
    open_saver: Callable[[Path], AbstractAsyncContextManager[BaseCheckpointSaver[str]]] = field(
        default=sqlite_saver
    )
    """Opens the checkpoints; another saver (PostgreSQL's) can be put in its place."""

    at: Callable[[datetime], Stack] | None = None
    """The same stack as of an earlier moment, which hides later data."""

    def model_for(self, task: str) -> Model:
        """Who answers a task: its own model where it has one."""
        return self.models.get(task, self.model)

    @property
    def stand_in(self) -> Model | None:
        """Who takes over when a model fails; None: a person."""
        return self.house if self.house_stands_in else None

    def without_models(self) -> Stack:
        """The same stack where the house writer answers everything."""
        return replace(self, model=self.house, models={})

    def as_of(self, moment: datetime | None) -> Stack:
        """The stack that a run looks at the data through."""
        return self.at(moment) if moment is not None and self.at is not None else self

    @property
    def unsubscribe_base(self) -> str:
        """What unsubscribe links begin with."""
        return self.public_url or self.listen_url

"""What the assistant's tools find: typed and in aggregate. Nothing here is about one customer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from domain.facts import Facts
from domain.figures import Figure
from domain.frozen import Frozen
from domain.goal import Kpi
from domain.money import Currency, Money, Share
from domain.plan import Cap, QuietHours
from domain.predicate import Predicate
from domain.report import Report
from domain.voice import Guide, Passage
from tools.cdp.port import AudiencePreview


class Counted(Frozen):
    """How many people an audience rule finds, and how many of them may be mailed."""

    rule: Predicate
    size: int
    reachable: int
    left_out: tuple[tuple[str, int], ...] = ()
    """Reason and count of those who may not be mailed, the first reason of each."""
    as_of: datetime


class Described(Frozen):
    """What the data say of an audience, all of it together."""

    counted: Counted
    figures: tuple[Figure, ...]
    first_day: date | None = None
    last_day: date | None = None
    query: str = ""
    """The id of the query behind the size."""
    preview: AudiencePreview | None = None
    """How they are spread, whom they share with other groups, who agreed to which channel."""


class Segment(Frozen):
    """A group of people that the data can tell apart, with its definition."""

    name: str
    name_de: str
    rule: Predicate
    says: str
    """The rule as words of a goal, which the goal grammar reads back."""
    says_de: str
    size: int


class CampaignLine(Frozen):
    id: str
    goal: str
    status: Literal["running", "waiting", "publishing", "done", "failed", "cancelled"]
    detail: str = ""
    begun: datetime
    sent: int = 0
    """Messages that went out."""
    first_sent: datetime | None = None
    reported: bool = False
    approval_id: str = ""
    """What waits of it for a person; empty: nothing."""
    gate: Literal["", "brief", "publish"] = ""


class Waiting(Frozen):
    """Something that waits for a person's yes."""

    approval_id: str
    campaign_id: str
    goal: str
    gate: Literal["brief", "publish"]
    until: datetime
    blocked: bool = False
    """Findings stand in the way of an approval."""


class Planned(Frozen):
    publication_id: str
    campaign_id: str
    goal: str
    state: Literal["scheduled", "stopped", "done", "cancelled"]
    starts: datetime
    window_start: datetime
    window_end: datetime
    messages: int


class Calendar(Frozen):
    """What goes out in a stretch of days, and what every send keeps to."""

    first: date
    last: date
    planned: tuple[Planned, ...]
    waiting: tuple[Waiting, ...]
    quiet: QuietHours
    cap: Cap
    paused: str = ""
    """Why nothing goes out at all; empty: sending is on."""


class Slot(Frozen):
    """When a mail could go out at the earliest."""

    now: datetime
    earliest: datetime
    """Outside the quiet hours of most recipients, with time to stop it."""
    quiet: QuietHours
    waits_for_morning: bool
    """It is quiet now, or will be before it can go."""
    approve_by: datetime
    best_hour: int
    evidence: str
    """What the hour rests on."""


class FactFound(Frozen):
    id: str
    text: str
    source: str = ""


class Clicks(Frozen):
    """What last click gives to e-mail in a stretch of days, and what was measured beside it."""

    first: date
    last: date
    currency: Currency
    orders: int
    revenue: Money
    tracked: int
    """People who agreed to tracking: nobody else's clicks are counted."""
    people: int
    days: int
    """A conversion counts within so many days after a click."""
    query: str
    measured: tuple[Report, ...] = ()
    """Reports of campaigns that went out in these days and held people back."""
    effect: Figure | None = None
    """Revenue beyond those held back, all these campaigns together; None: not measured."""
    why_not: str = ""


class MailTest(Frozen):
    """What a campaign to an audience could show."""

    counted: Counted
    kpi: Kpi
    days: int
    baseline: Figure
    held_back: Share
    smallest: float | None
    """The least gain shown in 80 % of trials; None: even the largest would not be."""


class BudgetStep(Frozen):
    weeks: int
    smallest: float | None
    """The least gain in weekly revenue shown in 80 % of trials, as a share of it."""
    money: Money | None
    """The same in money a week, in the regions that get the budget."""


class BudgetTest(Frozen):
    """A test by regions of what more advertising brings, reckoned from past orders."""

    regions: int
    """In all; half of them, by chance, get the budget."""
    weeks_known: int
    weekly: Money
    """Revenue a week of the regions that would get it."""
    steps: tuple[BudgetStep, ...]
    query: str
    spend_known: bool = False
    """Whether the workspace has what was spent."""


class Started(Frozen):
    campaign_id: str
    goal: str


class Noted(Frozen):
    """A wish that now stands beside what waits for approval."""

    comment_id: str
    campaign_id: str
    approval_id: str
    goal: str
    wish: str
    starts: datetime | None = None
    """The moment proposed."""
    keeps_approval: bool | None = None
    """Whether moving there keeps the yes that was given; None: nobody has said yes yet."""
    why: str = ""
    """Which it is, and by what."""
    left_out: int = 0
    """Who would be left out then, because they have had the most mails."""
    quiet: int = 0
    """For whom it would be quiet then: theirs waits until the quiet hours end."""
    free: datetime | None = None
    """The nearest beginning without such conflicts, where there is a better one."""


class ReportAsked(Frozen):
    campaign_id: str
    goal: str


class DataKnown(Frozen):
    """What data there are."""

    customers: int
    orders: int
    events: int
    first_day: date | None
    last_day: date | None
    event_names: tuple[tuple[str, int], ...]
    categories: tuple[str, ...]
    channels: tuple[str, ...]


class Known(Frozen):
    """What every turn begins with: the day, the brand, and what may be done."""

    today: date
    now: datetime
    timezone: str
    currency: Currency
    facts: Facts
    guide: Guide
    may_start: bool
    """Whether this person may begin campaigns."""
    person: str = ""


class Voices(Frozen):
    passages: tuple[Passage, ...]
    principles: tuple[str, ...]

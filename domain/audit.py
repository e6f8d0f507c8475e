"""The data audit: what is known of customers, how far it can be trusted, and what mends it.

Everything is aggregate, except ``Valuable``: one of the most valuable customers, by the end of a
pseudonym and masked values alone.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from domain.frozen import Frozen

FindingCode = Literal[
    "nothing_imported",  # there is nobody yet
    "no_consent",  # customers with an address and no recorded answer
    "no_proof",  # a yes without its wording or its source
    "no_address",  # customers without a mail address
    "no_name",  # customers whom no mail can greet by name
    "invalid_values",  # values that cannot be what they say they are
    "disagreement",  # sources contradict each other about a customer
    "duplicates",  # several customer ids share an address or a phone number
    "stale",  # nobody has confirmed these details for long
    "times_out_of_order",  # bought before they became a customer, received before it happened, …
    "unknown_buyers",  # order lines that name no customer
    "unknown_visitors",  # events of nobody known
    "quiet_source",  # a source that has fallen silent, by its own rhythm
    "off_plan",  # events that break the tracking plan
    "old",  # the latest data are old
    "unreadable",  # rows that we could not read
    "no_events",  # nothing is known of mails and visits
]


class Finding(Frozen):
    """Something in the data that holds campaigns back, and what mends it."""

    code: FindingCode
    what: str
    """One sentence with its count and of how many."""
    why: str
    how: str
    """The command, or the page, that mends it."""
    count: int = 0
    of: int = 0
    people: int | None = None
    """Customers behind it; None: nobody knows who they are, or nobody is."""
    by_person: bool = False
    """Whether these customers can be listed."""
    top: int | None = None
    """How many of the most valuable customers are among them; None: that is not known."""
    campaigns: int = 0
    """Campaigns (segments, where there was none yet) that the repair would change."""
    details: tuple[tuple[str, int], ...] = ()
    """Parts of the count by source, channel or field, the largest first."""


class Share(Frozen):
    """So many of so many are as they should be."""

    name: str
    good: int
    of: int

    @property
    def value(self) -> float | None:
        """None: there is nothing to judge."""
        return self.good / self.of if self.of else None


PartCode = Literal["complete", "readable", "agreeing", "fresh", "permission"]


class ScorePart(Frozen):
    """One part of the score: the plain mean of its shares that can be known."""

    code: PartCode
    weight: float
    shares: tuple[Share, ...]
    value: float | None
    """0 to 100; None: nothing of it can be known, and its weight goes to the others."""


class Score(Frozen):
    value: float | None
    """0 to 100: the weighted mean of the parts that can be known."""
    parts: tuple[ScorePart, ...]

    @property
    def weakest(self) -> ScorePart | None:
        """The part that takes most away from the whole."""
        known = [
            (part.weight * (100 - part.value), part)
            for part in self.parts
            if part.value is not None
        ]
        return max(known, key=lambda one: one[0])[1] if known else None


class LeastScore(Frozen):
    """What the data must be like before a campaign starts, as far as a person set it."""

    whole: float | None = None
    """0 to 100; None: nobody set one."""
    parts: tuple[tuple[PartCode, float], ...] = ()
    """The same of single parts; a part that is not here may be anything."""

    def of(self, code: PartCode) -> float | None:
        return dict(self.parts).get(code)

    def stopping(self, score: Score) -> tuple[ScorePart, ...]:
        """Parts below what was set for them, the furthest below first. What cannot be known stops
        nothing."""
        below = [
            (part.value - least, part)
            for part in score.parts
            if part.value is not None
            and (least := self.of(part.code)) is not None
            and part.value < least
        ]
        return tuple(part for _, part in sorted(below, key=lambda one: one[0]))


class FieldOfSource(Frozen):
    """What one source says of one field."""

    source: str
    field: str
    known: int
    valid: int
    of: int
    """Customers whom this source knows."""


class SourceHealth(Frozen):
    """One source of orders or events, by its own rhythm."""

    source: str
    table: Literal["orders", "events"]
    rows: int
    first_day: date
    last_day: date
    usual_gap_days: int | None
    """19 of 20 waits between two days with rows are this long or shorter; None: too few days."""
    silent_days: int
    quiet: bool
    customers: int


class ChannelShare(Frozen):
    """Orders of one channel, and how many of them could not be matched to a customer."""

    channel: str
    orders: int
    unmatched: int
    net: float
    unmatched_net: float


CellState = Literal["good", "stale", "disagree", "missing", "none"]
"""``none``: nothing is recorded, which may well be the truth (never bought in the boutique)."""


class MatrixRow(Frozen):
    """One field over the most valuable customers."""

    group: Literal["who", "agreed", "bought", "does"]
    field: str
    sources: tuple[str, ...]
    cells: tuple[CellState, ...]
    good: int


class Trace(Frozen):
    """What is wrong with one field of one customer, in masked words."""

    field: str
    state: CellState
    words: str


class Valuable(Frozen):
    """One of the most valuable customers."""

    number: int
    name: str
    """The end of their pseudonym; empty where they have none yet."""
    value: float
    """Net of returns, VAT and discount, so far."""
    expected: float | None
    """What they will bring in the next year by the model, where it holds."""
    orders: int
    last_order: date | None
    reachable: bool
    sources: tuple[str, ...]
    knows: tuple[tuple[str, tuple[str, ...]], ...]
    """Of each source: which fields it says of this customer, and what it saw them do."""
    traces: tuple[Trace, ...]


class Ranking(Frozen):
    """What the most valuable customers were ranked by, and why."""

    by: Literal["value", "clv"]
    why: str
    repeat_customers: int
    predicted: float | None = None
    """Purchases that the model foretold for the days kept aside."""
    happened: int | None = None
    parameters: tuple[tuple[str, float], ...] = ()


class SegmentGap(Frozen):
    """A segment, and how much of it the data hold back."""

    name: str
    size: int
    held_back: int
    """People whom a mail cannot reach, or cannot address rightly, because of the data."""
    missing: tuple[tuple[FindingCode, int], ...]


Origin = Literal["owned", "rented", "other", "unknown"]


class ChannelRow(Frozen):
    """Where customers first came from, or where money came in."""

    origin: Origin
    channel: str
    new_customers: int
    revenue: float
    """Net, of all customers who first came this way."""


class AdPause(Frozen):
    """What a month without rented channels would cost, in net revenue."""

    low: float | None
    high: float | None
    """None: unknown."""
    why: str


class Growth(Frozen):
    """New customers and revenue of the last year, by where people first came from."""

    start: date
    end: date
    rows: tuple[ChannelRow, ...]
    pause: AdPause


class Cohort(Frozen):
    """Customers who first bought in one month, and how many bought again, month by month."""

    month: date
    size: int
    returned: tuple[int, ...]
    """Customers who bought in the first, second, … month after; whole months alone."""


class RepeatPoint(Frozen):
    day: int
    share: float
    low: float
    high: float


class Retention(Frozen):
    cohorts: tuple[Cohort, ...]
    repeat: tuple[RepeatPoint, ...]
    """Share who bought a second time by that day since the first (Kaplan-Meier), 95 % interval."""
    customers: int
    median_days: int | None
    """By when half have bought again; None: fewer than half have."""


class Standing(Frozen):
    """The part of an audit that a campaign looks at: cheap, and of its own audience."""

    score: Score
    size: int = 0
    """People of the audience; 0 also where the data cannot answer its rule."""
    of_audience: tuple[tuple[FindingCode, int], ...] = ()
    quiet: tuple[tuple[str, int], ...] = ()
    """Sources that have fallen silent, and for how many days."""

    def count(self, code: FindingCode) -> int:
        return dict(self.of_audience).get(code, 0)

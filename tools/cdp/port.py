"""The customer data port: aggregates for agents, people for the publisher alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Literal, Protocol, TypeAlias

import pyarrow as pa

from domain.brief import AudienceEvidence, Overlap, Spread
from domain.customer import Contact, ContactChannel
from domain.errors import MainspringError
from domain.figures import Figure, Query
from domain.frozen import Frozen
from domain.goal import Kpi
from domain.money import Currency
from domain.predicate import Predicate

CdpErrorCode = Literal[
    "no_data",  # nothing was imported yet
    "unknown_field",  # the rule names a field or event that the data do not have
    "no_rhythm",  # too few repeat purchases to tell a stage
    "mixed_currencies",  # amounts of several currencies cannot be added
    "store_damaged",  # a segment named by the manifest cannot be read
    "store_busy",  # another import holds the store's lock
    "engine_missing",  # the engine of the settings is not installed
    "engine_unreachable",  # the engine of the settings does not answer
    "engine_cannot",  # the engine of the settings has no words for the question
]


class CdpError(MainspringError):
    code: CdpErrorCode


class Rhythm(Frozen):
    """The house's own rhythm; None where the data hold too little to tell."""

    usual_days: int | None = None
    """Three of four waits between two purchases are this long or shorter."""
    wait_days: int | None = None
    """Nine of ten waits between two purchases are this long or shorter."""
    waits: int = 0
    """How many it rests on."""
    top_tenth_from: float | None = None
    """The net value from which somebody is among the tenth who spend most."""
    queries: tuple[Query, ...] = ()


class DataDescription(Frozen):
    """What there is, in aggregate."""

    as_of: datetime
    customers: int
    orders: int
    order_lines: int
    events: int
    first_day: date | None
    last_day: date | None
    currencies: tuple[Currency, ...]
    timezones: tuple[tuple[str, int], ...]
    event_names: tuple[tuple[str, int], ...]
    categories: tuple[str, ...]
    channels: tuple[str, ...]
    unknown_customer_lines: int
    """Order lines without a customer; kept and counted."""
    duplicate_lines: int
    """Exact repeats of a line in its own file; kept and counted."""
    rhythm: Rhythm = Rhythm()
    figures: tuple[Figure, ...] = ()
    """Completeness and validity: email_known_share, consent is the ledger's."""
    queries: tuple[Query, ...] = ()


class Named(Frozen):
    """A rule with the name that people know it by."""

    name: str
    rule: Predicate


class AudiencePreview(Frozen):
    """An audience in aggregate: never a person, never a cell of a few."""

    rule: Predicate
    as_of: datetime
    size: int
    spreads: tuple[Spread, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    """With each group that it was laid beside, the largest first."""
    agreed: tuple[tuple[ContactChannel, int], ...] = ()
    """Channel → those who agreed to it and whose address for it is known. What a send leaves out
    besides (suppressions, complaints, the cap) is not taken off."""
    unanswered: tuple[str, ...] = ()
    """Groups beside which it could not be laid."""
    query: Query


Ids: TypeAlias = Collection[str] | pa.ChunkedArray
"""Customer ids; a column of them where they are many."""


class Sizes(Frozen):
    people: int
    among: int


class CustomerData(Protocol):
    """Aggregates alone: safe to pass to agents. All answers are as of the clock's now."""

    async def describe(self) -> DataDescription:
        """Tables, counts and gaps."""
        ...

    async def evidence(self, rule: Predicate) -> AudienceEvidence:
        """Size, value, recency and habits of an audience, with the queries behind each.

        ``reachable`` and ``left_out`` stay empty: consent and suppression are the ledger's.
        Raises CdpError unknown_field.
        """
        ...

    async def preview(self, rule: Predicate, beside: Sequence[Named] = ()) -> AudiencePreview:
        """Size, spread, overlap with other groups, and who agreed to which channel, in one look.

        Raises CdpError no_data, unknown_field, no_rhythm, mixed_currencies; SegmentNameError.
        """
        ...

    async def baseline(self, rule: Predicate, kpi: Kpi, days: int) -> Figure:
        """What these people did in the last ``days`` days: share with the KPI at least once
        (unit share), or net revenue a person (unit per_person), with its 95 % interval."""
        ...


class People(Protocol):
    """Persons one by one: for workflows/, never for an agent or a model."""

    async def select(self, rule: Predicate) -> tuple[str, ...]:
        """Customer ids that fit, sorted."""
        ...

    async def addresses(self, rule: Predicate) -> pa.Table:
        """customer_id, email and timezone of everybody who fits, in no order; null where it is not
        known. Raises as ``select``."""
        ...

    async def sizes(self, rules: Sequence[Predicate], among: Ids) -> tuple[Sizes | None, ...]:
        """Of each rule how many fit, and how many of those ``among``, in one look; None where the
        data cannot answer it."""
        ...

    async def contacts(self, customer_ids: Sequence[str]) -> tuple[Contact, ...]:
        """Address, names, language and time zone; unknown ids are left out of the answer."""
        ...

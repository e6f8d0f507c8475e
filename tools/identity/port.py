"""Who is who: what a resolution takes and what it answers, and why it says so.

Pure: tables and decisions in, an answer out. Nothing is kept here and nothing is changed in place,
so a merge is undone by resolving again without what caused it.

A customer id is one system's number for somebody; a person is what stands behind one or several
of them, named by one of these ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

import pyarrow as pa

from domain.frozen import Frozen
from tools.identity.rules import IdentityRules

Rule = Literal[
    "decided",
    "alias",
    "same_user_id",
    "same_email",
    "same_phone",
    "same_anonymous_id",
    "same_device",
    "likely_same",
]
"""``decided``: a person said so. ``alias``: a system said that one id replaces another.
``same_user_id``: a device on which somebody signed in. ``likely_same``: names, addresses and the
rest agree so far that chance is ruled out (probabilistic)."""

Agreement = Literal["equal", "close", "different", "unknown"]


class Decided(Frozen):
    """What a person decided about two customer ids. The order of the two means nothing."""

    one: str
    other: str
    verdict: Literal["same", "apart"]


class FieldAgreement(Frozen):
    """How far two customers agree in one field."""

    field: str
    agreement: Agreement


class Reason(Frozen):
    """One step that ties two ids. The reasons of a merge form a path from the one to the other."""

    rule: Rule
    one: str
    other: str
    """Customer ids; of a device the anonymous id."""
    evidence: str
    """In words and masked: "both have the address l…@…"."""
    probability: float | None = None
    """Of ``likely_same``: the probability that both are one person."""
    seen_at: datetime | None = None
    source: str = ""


class Merge(Frozen):
    """A customer id that counts as a person who is named by another one."""

    customer_id: str
    person: str
    reasons: tuple[Reason, ...]


class Device(Frozen):
    """A device on which a known person signed in."""

    anonymous_id: str
    person: str
    reasons: tuple[Reason, ...]


class Suggestion(Frozen):
    """Two persons who may be one: less sure than what is merged, so a person decides."""

    one: str
    other: str
    score: float
    """The probability that both are one person."""
    reasons: tuple[Reason, ...]
    fields: tuple[FieldAgreement, ...] = ()


class Refusal(Frozen):
    """Two ids that something ties and that yet stay apart."""

    one: str
    other: str
    why: Literal["decided_apart", "contradiction", "too_many"]
    explanation: str
    reasons: tuple[Reason, ...]
    """What would have tied them."""


class Held(Frozen):
    """An identifier that ties nobody."""

    kind: Literal["email", "phone", "anonymous_id", "device_id"]
    masked: str
    count: int
    """Customers who have it."""
    why: Literal["shared", "placeholder", "role"]


class Figures(Frozen):
    """What was looked at and found, in numbers."""

    customers: int
    persons: int
    merged: int
    """Customer ids that count as another one."""
    by_rule: tuple[tuple[Rule, int], ...]
    """Ties by the rule that made them."""
    pairs_compared: int
    """Pairs that share a key and are not plainly two."""
    in_band: int
    """Pairs between the two thresholds; ``suggestions`` has the likeliest of them."""
    refused: int
    """Ties refused; ``refusals`` has the first of them."""
    model: Literal["estimated", "prior", "off"]
    """``prior``: too few customers to estimate from, so documented parameters are used."""
    notes: tuple[str, ...] = ()


class Resolution(Frozen):
    """Who is who. Ids that stand for themselves are not listed."""

    merges: tuple[Merge, ...]
    devices: tuple[Device, ...]
    suggestions: tuple[Suggestion, ...]
    refusals: tuple[Refusal, ...]
    held: tuple[Held, ...]
    figures: Figures


class Resolve(Protocol):
    """``tools.identity.resolve``."""

    def __call__(
        self,
        profiles: pa.Table,
        links: pa.Table,
        decided: Sequence[Decided],
        *,
        rules: IdentityRules,
        before: Mapping[str, str] | None = ...,
    ) -> Resolution:
        """``profiles`` (schema PROFILES): a row for each customer id and source. ``links``: schema
        LINKS. ``before``: customer id → person of the resolution before, so that a person keeps
        the name they had; a new one is named by the id that was there first."""
        ...

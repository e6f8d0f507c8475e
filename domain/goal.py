"""Goal: what a marketer asks for, as far as it was understood."""

from __future__ import annotations

from datetime import date
from typing import Literal

from domain.frozen import Frozen
from domain.money import Money, Share
from domain.predicate import Predicate

Objective = Literal[
    "win_back",
    "launch",
    "service_due",
    "viewing",
    "sell",
    "welcome",
    "announce",
    "invite",
    "thank",
    "unsaid",
]
Kpi = Literal["viewing_booked", "purchase", "revenue", "click", "service_booked"]
Channel = Literal["email"]


class OfferBounds(Frozen):
    """The most that the goal allows to be given away. All None: no offer."""

    most_share: Share | None = None
    most_amount: Money | None = None
    code: str | None = None
    until: date | None = None


class Unread(Frozen):
    """Words of the goal that were not understood; quoted to the person at the brief's gate."""

    words: str
    start: int
    end: int
    """Where they stand in the goal's text: ``text[start:end] == words``."""


class Impossible(Frozen):
    """A part of the goal that may not or cannot be done, with the nearest that can."""

    code: Literal[
        "without_consent",
        "unprovable_claim",
        "channel_missing",
        "past_date",
        "guaranteed_result",
        "personal_data_out",
        "skip_approval",
        "protected_trait",
        "false_scarcity",
        "unknown_segment",
        "discount_too_high",
        "price_reference",
        "ignores_unsubscribe",
        "impersonation",
        "sensitive_data",
        "contradiction",
    ]
    words: str
    why: str
    instead: str


class Goal(Frozen):
    """A goal in one or more sentences, and what was understood of it."""

    text: str
    language: Literal["en", "de"] = "en"
    objective: Objective = "unsaid"
    audience: Predicate | None = None
    """None: no audience was named."""
    products: tuple[str, ...] = ()
    """Product ids that the goal names."""
    categories: tuple[str, ...] = ()
    offer: OfferBounds | None = None
    channel: Channel = "email"
    kpi: Kpi | None = None
    send_from: date | None = None
    send_until: date | None = None
    """The days, both included, on which it may go out."""
    most_recipients: int | None = None
    holdout: Share | None = None
    topics: tuple[str, ...] = ()
    """Themes the copy shall take up (Christmas, service, Mother's Day), as words."""
    unread: tuple[Unread, ...] = ()
    impossible: tuple[Impossible, ...] = ()

    @property
    def service(self) -> bool:
        """Whether it tells customers of a service that is due and offers nothing. All else is a
        promotion, which people with an open complaint do not get."""
        return self.objective == "service_due" and self.offer is None

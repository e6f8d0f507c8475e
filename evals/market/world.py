"""What is true of the simulated market: every number the policies must find out for themselves.

Nothing outside evals/market reads this file. A world is a value: the same world makes the same
people, the same history and, for the same mails, the same answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

Asks = Literal["viewing", "service", "shop"]
"""What a mail asks its reader for, as its links and words tell."""

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
"""A Monday morning in Munich: the end of the history, and the moment the demo begins."""

HISTORY_DAYS = 548
"""Eighteen months."""


@dataclass(frozen=True)
class Lift:
    """What reading one mail adds, as a probability for each reader over the answer's days."""

    viewing: float = 0.0
    service: float = 0.0
    purchase: float = 0.0
    """Direct purchases, beside those that viewings lead to."""


@dataclass(frozen=True)
class Zone:
    """A time zone with the country and cities that it stands for."""

    name: str
    share: float
    country: str
    cities: tuple[str, ...]
    german: float
    """The share that reads German."""
    distance: float
    """0: can walk to the boutique; 1: will never come."""


ZONES: tuple[Zone, ...] = (
    Zone("Europe/Berlin", 0.34, "DE", ("Munich", "Starnberg", "Augsburg", "Freising"), 0.93, 0.0),
    Zone("Europe/Berlin", 0.36, "DE", ("Berlin", "Hamburg", "Cologne", "Frankfurt"), 0.92, 0.5),
    Zone("Europe/Vienna", 0.09, "AT", ("Vienna", "Salzburg", "Linz"), 0.95, 0.4),
    Zone("Europe/Zurich", 0.08, "CH", ("Zurich", "Basel", "St. Gallen"), 0.85, 0.4),
    Zone("Europe/London", 0.05, "GB", ("London", "Manchester", "Leeds"), 0.02, 0.8),
    Zone("America/New_York", 0.04, "US", ("New York", "Boston"), 0.02, 0.95),
    Zone("Asia/Tokyo", 0.02, "JP", ("Tokyo",), 0.0, 0.95),
    Zone("America/Los_Angeles", 0.02, "US", ("Los Angeles",), 0.01, 0.95),
)


@dataclass(frozen=True)
class Kind:
    """A kind of people: how much of everything one of them does in a year."""

    name: str
    share: float
    watch: float
    ring: float
    service: float
    browse: float
    viewing: float


@dataclass(frozen=True)
class World:
    """The parameters of one market."""

    seed: int = 2026
    customers: int = 30_000
    end: datetime = START
    history_days: int = HISTORY_DAYS

    kinds: tuple[Kind, ...] = (
        Kind("collector", 0.09, watch=0.95, ring=0.05, service=0.35, browse=6.0, viewing=2.0),
        Kind("one watch", 0.31, watch=0.42, ring=0.05, service=0.22, browse=2.2, viewing=1.3),
        Kind("couple", 0.17, watch=0.05, ring=0.62, service=0.04, browse=2.2, viewing=0.9),
        Kind("service only", 0.11, watch=0.04, ring=0.03, service=0.60, browse=0.8, viewing=0.1),
        Kind("looks on", 0.32, watch=0.02, ring=0.02, service=0.01, browse=2.8, viewing=0.25),
    )
    rate_spread: float = 1.6
    """Shape of the gamma that people's rates vary by within their kind; smaller is wilder."""
    lapsed: float = 0.42
    """Those who cooled off at some moment of the history."""
    lapsed_rate: float = 0.12
    """What is left of a person's rates after cooling off."""

    far_comes: float = 0.12
    """How often somebody at distance 1 comes by, against somebody next door."""
    buys_after_viewing: float = 0.14
    returned: float = 0.045
    discounted: float = 0.05
    phone: float = 0.08
    boutique_near: float = 0.72
    boutique_far: float = 0.16
    unknown_customer: float = 0.035
    """Order lines without a customer: paid in cash at the counter."""

    mail_consent: float = 0.71
    tracking_of_consenting: float = 0.58
    withdrew: float = 0.06
    no_evidence: float = 0.02
    """Agreed, as the export claims, but nobody knows when or where."""
    no_address: float = 0.05
    broken_address: float = 0.008
    dead_address: float = 0.011
    """Well formed, accepted by the server, and bounced afterwards."""
    no_first_name: float = 0.12
    no_language: float = 0.05
    no_timezone: float = 0.07
    shared_address: float = 0.003
    repeated_row: float = 0.004
    """A second row of the same person, whose language or city differs."""
    unreadable_rows: int = 9

    mailings: int = 15
    """Past mailings of the history, 36 days apart."""
    deliveries_kept_days: int = 80
    """The old sender exported deliveries of the last days only."""
    reads: tuple[float, float] = (2.6, 3.4)
    """Beta parameters of a person's probability to read a mail."""
    clicks_of_readers: float = 0.085
    opens_by_machine: float = 0.38
    """People whose mail program fetches every picture by itself."""
    hour_peaks: tuple[tuple[float, float], ...] = ((7.3, 0.24), (12.4, 0.22), (20.2, 0.54))
    """Local hour and share of the moments at which people do things."""
    hour_strength: float = 30.0
    """How far a person's hours keep to their own peak: a real customer base's."""
    unsubscribes: float = 0.0039
    marks_as_spam: float = 0.0003

    lifts: dict[Asks, Lift] = field(
        default_factory=lambda: {
            "viewing": Lift(viewing=0.20),
            # Whose service is due comes anyway: the watchmaker's own card has reached them.
            "service": Lift(),
            "shop": Lift(),
        }
    )

    @property
    def end_second(self) -> int:
        """The end of the history, in seconds since 1970."""
        return int(self.end.timestamp())

    def lift(self, asks: Asks) -> Lift:
        return self.lifts.get(asks, Lift())

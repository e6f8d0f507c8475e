"""What copy changed: results of variants, and the evidence that they add up to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from domain.frozen import Frozen
from domain.goal import Kpi

_KPI_WORDS: dict[str, str] = {
    "viewing_booked": "viewings booked",
    "service_booked": "services booked",
    "purchase": "purchases",
    "click": "clicks",
    "revenue": "revenue a person",
}
Season = Literal["spring", "summer", "autumn", "winter"]
WearState = Literal["in use", "worn", "retired"]
"""worn: retired by what the data show; retired: by a person."""


class Counts(Frozen):
    """The moments of one group by one outcome; enough for shares and for means."""

    n: int
    total: float
    squares: float


class Context(Frozen):
    """Where copy stood when it was measured."""

    objective: str
    category: str = ""
    """Of the mail's products; empty: none, or several."""
    audience: str = ""
    """The audience rule in words."""
    channel: str = "email"
    language: Literal["en", "de"] = "en"
    season: Season


class VariantResult(Frozen):
    """One variant of a campaign, against those held back in it."""

    campaign_id: str
    variant: str
    angle: str
    passage_ids: tuple[str, ...]
    kpi: Kpi
    own: Counts
    held_back: Counts
    context: Context
    went_out: date
    measured_at: datetime


class Observation(Frozen):
    """One campaign's word on one passage, angle or opening: an effect and its standard error.

    A share for what people do (0.021 is 2.1 points), money a person for revenue.
    """

    campaign: str
    """Its id, or the source that the brand's library file names."""
    on: date | None
    value: float
    error: float
    n: int
    baseline: float | None = None
    """What those held back did; None: the file does not say."""
    context: Context | None = None


class Proof(Frozen):
    """The evidence for one thing by one outcome: mean and 95 % interval of its posterior."""

    kpi: Kpi
    mean: float
    low: float
    high: float
    n: int
    campaigns: int

    @property
    def shown(self) -> bool:
        """The interval leaves out zero, on either side."""
        return self.low > 0 or self.high < 0

    @property
    def proven(self) -> bool:
        """It did more than nothing."""
        return self.low > 0

    def words(self) -> str:
        """ "+2.1 points viewings booked (0.6 to 3.6), n 4,120, 3 campaigns"."""
        what = _KPI_WORDS.get(self.kpi, self.kpi)
        scale, unit = (1.0, "") if self.kpi == "revenue" else (100.0, " points")
        size = f"n {self.n:,}, {self.campaigns} campaign{'' if self.campaigns == 1 else 's'}"
        between = f"{_number(self.low * scale)} to {_number(self.high * scale)}"
        if not self.shown:
            return f"no effect on {what} shown ({between}{unit}), {size}"
        mean = self.mean * scale
        return f"{'+' if mean > 0 else ''}{_number(mean)}{unit} {what} ({between}), {size}"


class Worth(Frozen):
    """One passage as the library shows it: what it changed, where, how often, and its state."""

    passage_id: str
    against_held_back: tuple[Proof, ...] = ()
    """By outcome, the one with most people first."""
    against_others: tuple[Proof, ...] = ()
    """The variants that it stood in against the others of the same campaigns."""
    contexts: tuple[Context, ...] = ()
    times_used: int = 0
    last_used: date | None = None
    state: WearState = "in use"
    why: str = ""
    """Why it is worn or retired, or who brought it back."""


class PastProof(Frozen):
    """Evidence that a brief cites: "mails that began with the flaw: +2.1 points …"."""

    what: str
    angle: str = ""
    proof: Proof

    def words(self) -> str:
        return f"{self.what}: {self.proof.words()}"


def season_of(day: date) -> Season:
    """The meteorological season of the northern half."""
    seasons: tuple[Season, ...] = ("winter", "spring", "summer", "autumn")
    return seasons[day.month % 12 // 3]


def _number(value: float) -> str:
    """2.1, −0.4; never −0.0."""
    text = f"{value:.1f}"
    return text.replace("-", "−") if text != "-0.0" else "0.0"

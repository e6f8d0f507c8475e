"""Pillars and what was derived from them: how old each piece is, and how fast it wears off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil, log2

from domain.frozen import Frozen
from tools.measurement.decay import decay

WORN = 0.05
"""A piece of whose views less than this share is still to come has had its time."""


class Derivative(Frozen):
    """One piece of a pillar, as old as it is."""

    piece_id: str
    channel: str
    status: str
    since: date
    """The day it was first seen; else handed out, or written where it was not."""
    age: int
    """Days."""
    views: int | None = None
    """None: no platform has said."""
    half_life: float | None = None
    """Days in which its daily views halve; None: the data show no decay."""
    low: float | None = None
    high: float | None = None
    """The half-life lies likely between these."""
    left: float | None = None
    """The share of its views that is still to come, 0 to 1."""

    @property
    def worn(self) -> bool:
        return self.left is not None and self.left < WORN

    @property
    def lasts(self) -> int | None:
        """The age in days at which it is worn."""
        if self.half_life is None:
            return None
        return ceil(self.half_life * log2(1 / WORN))


class Pillar(Frozen):
    """A talk, a campaign's brief or a message, and the pieces made of it."""

    set_id: str
    title: str
    kind: str
    """talk, campaign or message."""
    begun: date
    derivatives: tuple[Derivative, ...]

    def age(self, today: date) -> int:
        return (today - self.begun).days


def derivative(
    piece_id: str,
    channel: str,
    status: str,
    since: date,
    today: date,
    views: Mapping[date, int],
) -> Derivative:
    """A piece's age, and the decay of the views that its platform told."""
    first = min(views, default=None)
    since = first or since
    plain = Derivative(
        piece_id=piece_id,
        channel=channel,
        status=status,
        since=since,
        age=(today - since).days,
        views=sum(views.values()) if views else None,
    )
    if first is None:
        return plain
    found = decay({(day - first).days: count for day, count in views.items()})
    if found is None:
        return plain
    return plain.model_copy(
        update={
            "half_life": round(found.half_life, 2),
            "low": round(found.low, 2),
            "high": round(found.high, 2),
            "left": round(found.left((today - first).days), 4),
        }
    )


def by_need(pillars: Sequence[Pillar]) -> tuple[Pillar, ...]:
    """Those whose pieces are all worn first, then the oldest."""
    return tuple(
        sorted(
            pillars,
            key=lambda p: (not (p.derivatives and all(d.worn for d in p.derivatives)), p.begun),
        )
    )

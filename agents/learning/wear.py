"""When copy is worn: its effect has gone, or the same people have read it too often."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt
from statistics import NormalDist

from domain.frozen import Frozen
from domain.money import Share
from domain.proof import Observation

_ONE_SIDED = NormalDist().inv_cdf(0.95)
LATEST = 2
"""Campaigns whose effect is held against the earlier ones'."""


class WearRules(Frozen):
    """From when on a passage counts as read too often."""

    times: int = 3
    """So many campaigns with it to one person …"""
    days: int = 180
    """… within so many days …"""
    share: Share = 0.5
    """… for so many of those whom it last went to."""


class Readers(Frozen):
    """The people whom a passage went to last, and how many of them had read it too often."""

    people: int
    often: int


def worn(observations: Sequence[Observation], readers: Readers | None, rules: WearRules) -> str:
    """Why a passage is worn, in a sentence; empty: it is not.

    ``observations`` are of one outcome. An effect has gone where the latest two campaigns
    together show none and are below the earlier ones by more than chance (one-sided z, 5 %).
    """
    if readers is not None and readers.people and readers.often / readers.people >= rules.share:
        return (
            f"{readers.often:,} of the {readers.people:,} people it went to last had it "
            f"{rules.times} times or more in {rules.days} days"
        )
    dated = sorted((o for o in observations if o.on), key=lambda o: (o.on, o.campaign))
    if len(dated) <= LATEST:
        return ""
    early, early_error = _pooled(dated[:-LATEST])
    late, late_error = _pooled(dated[-LATEST:])
    shown = late - 1.96 * late_error > 0
    fell = (early - late) / sqrt(early_error**2 + late_error**2) > _ONE_SIDED
    if early <= 0 or shown or not fell:
        return ""
    return (
        f"its effect fell from {100 * early:+.1f} to {100 * late:+.1f} points "
        f"in the last {LATEST} campaigns"
    ).replace("-", "−")


def _pooled(observations: Sequence[Observation]) -> tuple[float, float]:
    """Mean and error, weighed by precision."""
    weight = fsum(1 / o.error**2 for o in observations)
    return fsum(o.value / o.error**2 for o in observations) / weight, sqrt(1 / weight)

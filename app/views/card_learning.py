"""What a send would show: the test's reach, beside what campaigns like it changed."""

from __future__ import annotations

from collections.abc import Sequence

from domain.brief import Brief
from domain.conversation import PlotRow
from domain.figures import Figure
from domain.frozen import Frozen
from tools.measurement.effects import power_of_shares, smallest_effect
from workflows.similar import SimilarResult

MORE = 1.75
"""So many times as many held back are looked at, for what that would show."""


class WithMore(Frozen):
    """What holding back more people would show."""

    held_back: int
    smallest_effect: float


class LikeIt(Frozen):
    """A past gain, and how often this test would show one like it."""

    goal: str
    gain: float
    chance: float


class LearningShown(Frozen):
    kpi: str
    days: int
    baseline: Figure
    """What these people do without the mail."""
    target: float
    held_back: int
    smallest_effect: float | None
    """The least gain in the share that acts which the test shows four times out of five."""
    with_more: WithMore | None
    like_it: LikeIt | None
    similar: tuple[SimilarResult, ...]
    """The three most similar past results, also those without effect."""
    rows: tuple[PlotRow, ...]
    """The aim, and of the similar ones those on the same outcome in shares, for the plot."""

    @property
    def small(self) -> bool:
        """Whether the gain that is aimed at could stay unseen."""
        aimed = self.target - (self.baseline.value or 0)
        return self.smallest_effect is not None and self.smallest_effect > aimed > 0


def learning_shown(
    brief: Brief, get_it: int, held_back: int, similar: Sequence[SimilarResult]
) -> LearningShown:
    kpi = brief.kpi
    same = [
        one
        for one in similar
        if one.kpi == kpi.kpi and one.effect.unit == "share" and _bounded(one.effect.difference)
    ]
    base = kpi.baseline.value if kpi.baseline.unit == "share" else None
    least = smallest_effect(base, get_it, held_back) if base is not None and held_back else None
    return LearningShown(
        kpi=kpi.kpi.replace("_", " "),
        days=kpi.days,
        baseline=kpi.baseline,
        target=kpi.target,
        held_back=held_back,
        smallest_effect=least,
        with_more=_with_more(base, get_it, held_back, least),
        like_it=_like_it(base, get_it, held_back, same),
        similar=tuple(similar),
        rows=(*_aim(brief, least), *(_row(one) for one in same)),
    )


def _with_more(
    base: float | None, get_it: int, held_back: int, least: float | None
) -> WithMore | None:
    """None where it would not help by much, or would hold back more than half."""
    more = round(held_back * MORE)
    everybody = get_it + held_back
    if base is None or least is None or more > everybody / 2:
        return None
    found = smallest_effect(base, everybody - more, more)
    if found is None or found > 0.95 * least:
        return None
    return WithMore(held_back=more, smallest_effect=found)


def _like_it(
    base: float | None, get_it: int, held_back: int, same: Sequence[SimilarResult]
) -> LikeIt | None:
    """Of the most similar result that showed a gain."""
    for one in same:
        gain = one.effect.difference.value or 0.0
        if base is not None and held_back and one.effect.shown and 0 < gain < 1 - base:
            chance = power_of_shares(base + gain, get_it, base, held_back)
            return LikeIt(goal=one.goal, gain=gain, chance=chance)
    return None


def _aim(brief: Brief, least: float | None) -> tuple[PlotRow, ...]:
    """The gain that is aimed at, as a point: it would be seen where it lies beyond the grey."""
    base = brief.kpi.baseline.value
    if brief.kpi.baseline.unit != "share" or base is None or least is None:
        return ()
    gain = brief.kpi.target - base
    return (PlotRow(label="Your aim", value=gain, low=gain, high=gain, shown=gain >= least),)


def _row(one: SimilarResult) -> PlotRow:
    difference = one.effect.difference
    return PlotRow(
        label=_short(one.goal),
        value=difference.value or 0.0,
        low=difference.low or 0.0,
        high=difference.high or 0.0,
        shown=one.effect.shown,
    )


def _bounded(figure: Figure) -> bool:
    return figure.value is not None and figure.low is not None and figure.high is not None


def _short(goal: str) -> str:
    words = goal.split()
    kept = " ".join(words[:4])
    return kept if len(words) <= 4 else f"{kept}…"

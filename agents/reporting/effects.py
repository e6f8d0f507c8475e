"""Effects of outcomes against those held back, and of variants against each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import isfinite

from domain.figures import Effect, Figure, Query
from domain.frozen import Frozen
from domain.goal import Kpi
from domain.plan import HELD_BACK
from domain.report import Comparison
from tools.analytics.port import OutcomeMoments
from tools.measurement.effects import (
    ALPHA,
    Estimate,
    difference_of_means,
    difference_of_shares,
    mean_interval,
    share_interval,
    smallest_effect,
    smallest_effect_mean,
    standard_deviation,
)


def by_metric(moments: Iterable[OutcomeMoments], kpi: Kpi) -> dict[str, list[OutcomeMoments]]:
    """Outcomes with both groups, the KPI first.

    Clicks count against those held back only where they are the KPI: whoever got no mail cannot
    click it, so that the difference says nothing beyond the clicks themselves.
    """
    found: dict[str, list[OutcomeMoments]] = {kpi: []}
    for moment in moments:
        if moment.metric == "click" and kpi != "click":
            continue
        found.setdefault(moment.metric, []).append(moment)
    return {
        metric: arms
        for metric, arms in found.items()
        if any(a.arm == HELD_BACK and a.n for a in arms)
        and any(a.arm != HELD_BACK and a.n for a in arms)
    }


class _Group(Frozen):
    """The moments of one side."""

    n: int
    total: float
    squares: float
    query: str

    @property
    def yes_or_no(self) -> bool:
        return self.total == self.squares and self.total <= self.n

    @property
    def own(self) -> Estimate:
        if self.yes_or_no:
            return share_interval(round(self.total), self.n)
        return mean_interval(self.n, self.total, self.squares)


def _pool(arms: Iterable[OutcomeMoments]) -> _Group:
    parts = list(arms)
    return _Group(
        n=sum(a.n for a in parts),
        total=sum(a.total for a in parts),
        squares=sum(a.sum_of_squares for a in parts),
        query=", ".join(dict.fromkeys(a.query for a in parts if a.query)),
    )


def _is_share(metric: str, groups: Sequence[_Group]) -> bool:
    return metric != "revenue" and all(g.yes_or_no for g in groups)


def _difference(one: _Group, other: _Group, share: bool, alpha: float = ALPHA) -> Estimate:
    if share:
        return difference_of_shares(round(one.total), one.n, round(other.total), other.n, alpha)
    return difference_of_means(
        one.n, one.total, one.squares, other.n, other.total, other.squares, alpha
    )


def effect_of(metric: str, arms: list[OutcomeMoments]) -> Effect:
    """One outcome: all variants together against those held back."""
    treated = _pool(a for a in arms if a.arm != HELD_BACK)
    held = _pool(a for a in arms if a.arm == HELD_BACK)
    share = _is_share(metric, (treated, held))
    found = _difference(treated, held, share)
    bounded = isfinite(found.low) and isfinite(found.high)
    if share:
        least = smallest_effect(held.total / held.n, treated.n, held.n)
    else:
        spread = standard_deviation(
            treated.n + held.n, treated.total + held.total, treated.squares + held.squares
        )
        least = smallest_effect_mean(spread, treated.n, held.n)
    query = f"effect:{metric}"
    return Effect(
        metric=metric,
        unit="share" if share else "per_person",
        treated=_figure(metric, treated, share),
        held_back=_figure(metric, held, share),
        difference=Figure(
            name=f"{metric}_difference",
            value=found.value,
            unit="share" if share else "per_person",
            low=_finite(found.low),
            high=_finite(found.high),
            n=treated.n + held.n,
            query=query,
        ),
        shown=found.leaves_out_zero and bounded,
        total=Figure(
            name=f"{metric}_total",
            value=found.times(treated.n).value,
            unit="count" if metric != "revenue" else "money",
            low=_finite(found.low * treated.n),
            high=_finite(found.high * treated.n),
            n=treated.n,
            query=query,
        ),
        smallest_effect=least,
    )


def _figure(metric: str, group: _Group, share: bool) -> Figure:
    own = group.own if share else mean_interval(group.n, group.total, group.squares)
    return Figure(
        name=metric,
        value=own.value,
        unit="share" if share else "per_person",
        low=_finite(own.low),
        high=_finite(own.high),
        n=group.n,
        query=group.query,
    )


def formula(metric: str, arms: list[OutcomeMoments]) -> Query:
    """How an effect was reckoned, with the numbers that it stands on."""
    treated = _pool(a for a in arms if a.arm != HELD_BACK)
    held = _pool(a for a in arms if a.arm == HELD_BACK)
    share = _is_share(metric, (treated, held))
    method = "Newcombe's interval of two shares" if share else "Welch's interval of two means"
    sides = "; ".join(
        f"{name}: n = {group.n}, sum = {group.total:g}, sum of squares = {group.squares:g}"
        for name, group in (("with the mail", treated), ("held back", held))
    )
    return Query(
        id=f"effect:{metric}",
        engine="computed",
        text=f"{method} (95 %), with the mail − held back. {sides}. From: {treated.query}; "
        f"{held.query}",
    )


def compare(kpi: Kpi, arms: list[OutcomeMoments]) -> list[Comparison]:
    """Every pair of variants, the error rate shared among the pairs (Bonferroni)."""
    variants = [(a.arm, _pool([a])) for a in arms if a.arm != HELD_BACK and a.n]
    return _compared(kpi, list(combinations(variants, 2)))


def against_held_back(kpi: Kpi, arms: list[OutcomeMoments]) -> list[Comparison]:
    """Each variant against those held back, the error rate shared among them."""
    held = (HELD_BACK, _pool(a for a in arms if a.arm == HELD_BACK))
    variants = [(a.arm, _pool([a])) for a in arms if a.arm != HELD_BACK and a.n]
    return _compared(kpi, [(variant, held) for variant in variants] if held[1].n else [])


def _compared(
    kpi: Kpi, pairs: Sequence[tuple[tuple[str, _Group], tuple[str, _Group]]]
) -> list[Comparison]:
    share = _is_share(kpi, [group for pair in pairs for _, group in pair])
    found = []
    for (name, group), (other_name, other) in pairs:
        difference = _difference(group, other, share, ALPHA / len(pairs))
        found.append(
            Comparison(
                metric=kpi,
                variant=name,
                other=other_name,
                difference=Figure(
                    name=f"{kpi}_{name}_{other_name}",
                    value=difference.value,
                    unit="share" if share else "per_person",
                    low=_finite(difference.low),
                    high=_finite(difference.high),
                    n=group.n + other.n,
                    query=f"effect:{kpi}",
                    note=f"The interval allows for {len(pairs)} comparisons."
                    if len(pairs) > 1
                    else "",
                ),
                shown=difference.leaves_out_zero
                and isfinite(difference.low)
                and isfinite(difference.high),
            )
        )
    return found


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None

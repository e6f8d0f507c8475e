"""Two runs of the same cases: is the newer one worse, or was it chance?

Paired by case: the exact McNemar test on the cases whose result changed, and an interval for the
difference of the pass rates by a bootstrap over groups of cases that stand or fall together.
"""

from __future__ import annotations

from collections import defaultdict
from math import comb
from typing import Literal

import numpy as np

from domain.frozen import Frozen
from evals.results import CaseResult, RunResult
from evals.wilson import Rate, rate

ALPHA = 0.05
RESAMPLES = 4_000


class Comparison(Frozen):
    cases: int
    """Those in both runs; others are named and left out."""
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    old: Rate
    new: Rate
    difference: float
    """new − old, of the rates."""
    low: float
    high: float
    mended: tuple[str, ...]
    broken: tuple[str, ...]
    p: float
    """Exact McNemar, two-sided."""
    verdict: Literal["pass", "regression"]
    """regression: worse, by more than chance gives in 1 of 20 comparisons."""


def compare(old: RunResult, new: RunResult) -> Comparison:
    """Hold a newer run against an older one. Raises ValueError where no case is in both."""
    before = {case.id: case for case in old.cases}
    after = {case.id: case for case in new.cases}
    shared = [one for one in before if one in after]
    if not shared:
        raise ValueError("the two runs have no case in common")
    mended = tuple(one for one in shared if after[one].passed and not before[one].passed)
    broken = tuple(one for one in shared if before[one].passed and not after[one].passed)
    p = mcnemar(len(mended), len(broken))
    low, high = _bootstrap([(before[one], after[one]) for one in shared])
    first = rate(sum(before[one].passed for one in shared), len(shared))
    second = rate(sum(after[one].passed for one in shared), len(shared))
    worse = len(broken) > len(mended) and p < ALPHA
    return Comparison(
        cases=len(shared),
        only_old=tuple(one for one in before if one not in after),
        only_new=tuple(one for one in after if one not in before),
        old=first,
        new=second,
        difference=second.value - first.value,
        low=low,
        high=high,
        mended=mended,
        broken=broken,
        p=p,
        verdict="regression" if worse else "pass",
    )


def mcnemar(mended: int, broken: int) -> float:
    """The exact two-sided p: were a change for better or worse equally likely, how often would
    the split be at least this uneven? 1 where nothing changed."""
    n = mended + broken
    tail = sum(comb(n, k) for k in range(min(mended, broken) + 1))
    return min(1.0, float(2 * tail / 2**n))


def _bootstrap(pairs: list[tuple[CaseResult, CaseResult]]) -> tuple[float, float]:
    """95 % of the differences over resampled groups: cases of a group are not independent."""
    groups: dict[str, list[int]] = defaultdict(list)
    for before, after in pairs:
        groups[_family(before)].append(int(after.passed) - int(before.passed))
    totals = np.array([sum(changes) for changes in groups.values()], dtype=np.float64)
    sizes = np.array([len(changes) for changes in groups.values()], dtype=np.float64)
    rng = np.random.default_rng(0)
    picks = rng.integers(0, totals.size, (RESAMPLES, totals.size))
    means = totals[picks].sum(axis=1) / sizes[picks].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _family(case: CaseResult) -> str:
    """``copy/flaw/1`` and ``copy/flaw/2`` were written from one another; ``copy/flaw`` stands
    alone."""
    return case.id.rpartition("/")[0] if case.id.count("/") > 1 else case.id

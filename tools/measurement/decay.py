"""How fast attention to a piece wears off: the half-life of its daily views, with its interval.

Daily counts y of day t (0 = the day it was posted) are taken as quasi-Poisson around
exp(a - b t) (McCullagh & Nelder 1989, ch. 9): the fit is a Poisson regression with log link by
iteratively reweighted least squares, and standard errors are widened by the counts' own spread
(Pearson's chi-square over its degrees of freedom, at least 1). The half-life is ln 2 / b days.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

LEAST_DAYS = 4
"""Fewer days leave no freedom to see the counts' own spread."""
_LEAST_COUNTS = 20
_ROUNDS = 60


class Decay(NamedTuple):
    """A half-life in days, likely between ``low`` and ``high`` (95 %)."""

    half_life: float
    low: float
    high: float
    days: int
    total: int

    def left(self, age: int) -> float:
        """The share of all that it will get which comes after so many days."""
        return float(0.5 ** (age / self.half_life))


def decay(counts: Mapping[int, int]) -> Decay | None:
    """The decay of counts by day since posting; days between that are missing count none.

    None where the data do not show one: fewer than four days, fewer than twenty views, or a slope
    whose interval includes zero.
    """
    last = max(counts, default=-1)
    total = sum(counts.values())
    if last + 1 < LEAST_DAYS or total < _LEAST_COUNTS or min(counts.values()) < 0:
        return None
    y = np.array([counts.get(day, 0) for day in range(last + 1)], dtype=float)
    design = np.column_stack([np.ones_like(y), np.arange(len(y), dtype=float)])
    beta = np.array([log(max(y.mean(), 1e-9)), 0.0])
    for _ in range(_ROUNDS):
        mu = np.exp(np.clip(design @ beta, -30, 30))
        weighted = design * mu[:, None]
        step = np.linalg.solve(weighted.T @ design + 1e-9 * np.eye(2), design.T @ (y - mu))
        beta = beta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    mu = np.exp(np.clip(design @ beta, -30, 30))
    spread = max(1.0, float(((y - mu) ** 2 / np.maximum(mu, 1e-9)).sum()) / (len(y) - 2))
    covariance = np.linalg.inv((design * mu[:, None]).T @ design + 1e-9 * np.eye(2)) * spread
    slope, error = -float(beta[1]), float(np.sqrt(covariance[1, 1]))
    reach = float(student.ppf(0.975, len(y) - 2)) * error
    if slope - reach <= 0:
        return None
    return Decay(
        half_life=log(2) / slope,
        low=log(2) / (slope + reach),
        high=log(2) / (slope - reach),
        days=len(y),
        total=total,
    )

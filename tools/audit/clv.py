"""What a customer is likely to bring: BG/NBD for how often they buy, Gamma-Gamma for how much.

- BG/NBD: P. Fader, B. Hardie, K. Lee, "Counting Your Customers the Easy Way", Marketing Science 24
  (2005), equations 6 (likelihood) and 10 (expected purchases).
- Gamma-Gamma: P. Fader, B. Hardie, "The Gamma-Gamma Model of Monetary Value" (2013), equations 1a
  and 5.

Both are fitted by maximum likelihood over the distinct histories. Times are weeks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

Numbers = NDArray[np.float64]

MOST_TRIES = 2000
"""Looks at the likelihood in the second search, which begins at the end of the first; with a
maximum it needs a few hundred."""
PENALTY = 1e12
"""Stands in for a likelihood that cannot be reckoned, so that the search turns back."""


@dataclass(frozen=True)
class Histories:
    """One history a customer: ``x`` repeat purchases, the last at ``recency`` and now at ``age``,
    both counted from the first purchase."""

    x: Numbers
    recency: Numbers
    age: Numbers

    def distinct(self) -> tuple[Histories, Numbers, NDArray[np.intp]]:
        """The different ones, how often each occurs, and which of them each customer's is."""
        rows = np.column_stack([self.x, self.recency, self.age])
        kinds, place, counts = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
        found = Histories(kinds[:, 0], kinds[:, 1], kinds[:, 2])
        return found, counts.astype(float), place.reshape(-1)


@dataclass(frozen=True)
class BgNbd:
    """Purchases at a gamma rate (r, alpha) until a customer drops out, by a beta chance (a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def expected(self, histories: Histories, weeks: float) -> Numbers:
        """Purchases to be expected of each customer in the next ``weeks``."""
        kinds, _, place = histories.distinct()
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        x, recency, age = kinds.x, kinds.recency, kinds.age
        grown = alpha + age
        series = hyp2f1(r + x, b + x, a + b + x - 1, weeks / (grown + weeks))
        alive = 1 - (grown / (grown + weeks)) ** (r + x) * series
        left = np.zeros_like(x)
        again = x > 0
        left[again] = (
            a / (b + x[again] - 1) * (grown[again] / (alpha + recency[again])) ** (r + x[again])
        )
        found: Numbers = (a + b + x - 1) / (a - 1) * alive / (1 + left)
        return found[place]


@dataclass(frozen=True)
class GammaGamma:
    """A purchase's value around each customer's own mean (p), the means by (q, v)."""

    p: float
    q: float
    v: float

    def expected(self, x: Numbers, mean: Numbers) -> Numbers:
        """The mean value of each customer's purchases, drawn towards that of all."""
        spent = np.where(x > 0, x * mean, 0.0)
        found: Numbers = self.p * (self.v + spent) / (self.p * x + self.q - 1)
        return found


@dataclass(frozen=True)
class _Column:
    """A column of few different values: what is costly is reckoned once for each of them."""

    values: Numbers
    place: NDArray[np.intp]

    @classmethod
    def of(cls, column: Numbers) -> _Column:
        values, place = np.unique(column, return_inverse=True)
        return cls(values, place.reshape(-1))

    def each(self, reckon: Callable[[Numbers], Numbers]) -> Numbers:
        return reckon(self.values)[self.place]


def fit_bg_nbd(histories: Histories) -> BgNbd | None:
    """None where the search finds no maximum."""
    kinds, counts, _ = histories.distinct()
    people = float(counts.sum())
    x, recency, age = (_Column.of(column) for column in (kinds.x, kinds.recency, kinds.age))

    def loss(logs: Numbers) -> float:
        return -float((counts * _likelihood(np.exp(logs), x, recency, age)).sum()) / people

    found = _least(loss, np.log([0.5, max(float(np.median(kinds.age)) / 4, 0.5), 1.0, 2.0]))
    if found is None:
        return None
    r, alpha, a, b = (float(v) for v in np.exp(found))
    return BgNbd(r, alpha, a, b, -loss(found) * people)


def fit_gamma_gamma(x: Numbers, mean: Numbers) -> GammaGamma | None:
    """Of customers with ``x`` > 0 repeat purchases of ``mean`` > 0 value."""
    scale = float(np.median(mean))
    m = mean / scale  # the same shape at every currency
    often, log_m, spent = _Column.of(x), np.log(m), m * x

    def loss(logs: Numbers) -> float:
        p, q, v = np.exp(logs)

        def of_x(x: Numbers) -> Numbers:
            found: Numbers = gammaln(p * x + q) - gammaln(p * x) + p * x * np.log(x)
            return found

        px = p * x
        each = (
            often.each(of_x)
            - gammaln(q)
            + q * np.log(v)
            + (px - 1) * log_m
            - (px + q) * np.log(v + spent)
        )
        return -float(each.mean())

    found = _least(loss, np.log([3.0, 3.0, 1.0]))
    if found is None:
        return None
    p, q, v = (float(value) for value in np.exp(found))
    return GammaGamma(p, q, v * scale) if q > 1 else None  # else the mean has no expectation


def _likelihood(parameters: Numbers, x: _Column, recency: _Column, age: _Column) -> Numbers:
    r, alpha, a, b = parameters
    times = r + x.values[x.place]

    def of_x(x: Numbers) -> Numbers:
        found: Numbers = (
            gammaln(r + x)
            - gammaln(r)
            + r * np.log(alpha)
            + gammaln(a + b)
            + gammaln(b + x)
            - gammaln(b)
            - gammaln(a + b + x)
        )
        return found

    def gone_of_x(x: Numbers) -> Numbers:
        gone = np.full_like(x, -np.inf)
        again = x > 0
        gone[again] = np.log(a) - np.log(b + x[again] - 1)
        return gone

    on = -times * age.each(lambda age: np.log(alpha + age))
    gone = x.each(gone_of_x) - times * recency.each(lambda recency: np.log(alpha + recency))
    found: Numbers = x.each(of_x) + np.logaddexp(on, gone)
    return found


def _least(loss: Callable[[Numbers], float], start: Numbers) -> Numbers | None:
    """The logarithms of the parameters at the least loss; None where the search does not settle."""

    def safe(logs: Numbers) -> float:
        with np.errstate(all="ignore"):
            value = float(loss(logs))
        return value if np.isfinite(value) else PENALTY

    bounds = [(-12.0, 12.0)] * len(start)
    found = minimize(safe, start, method="L-BFGS-B", bounds=bounds)
    best = minimize(
        safe, found.x, method="Nelder-Mead", bounds=bounds,
        options={"xatol": 1e-5, "fatol": 1e-10, "maxfev": MOST_TRIES},
    )  # fmt: skip
    logs: Numbers = best.x
    at_bound = np.any(np.abs(logs) > 11.5)
    return None if at_bound or not best.success or best.fun >= PENALTY else logs

"""Whether intervals keep their promise: simulated two-group tests with a known truth.

Used by tests and by the benchmarks; never by a campaign.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tools.measurement.effects import Estimate, difference_of_means, difference_of_shares


class Kept(NamedTuple):
    """How often intervals held the truth, and how often they left out zero."""

    trials: int
    covered: float
    shown: float


def simulate_shares(
    rate: float, n: int, held_rate: float, held_n: int, *, trials: int, seed: int
) -> Kept:
    """Two groups of yes/no outcomes, compared ``trials`` times by ``difference_of_shares``."""
    random = np.random.default_rng(seed)
    counts = random.binomial(n, rate, trials)
    held_counts = random.binomial(held_n, held_rate, trials)
    found = [
        difference_of_shares(int(count), n, int(held), held_n)
        for count, held in zip(counts, held_counts, strict=True)
    ]
    return kept(found, rate - held_rate)


def simulate_revenue(
    rate: float,
    n: int,
    held_rate: float,
    held_n: int,
    *,
    mean_order: float,
    trials: int,
    seed: int,
    sigma: float = 0.8,
) -> Kept:
    """Revenue a person: most buy nothing, the others a log-normal amount of that mean."""
    random = np.random.default_rng(seed)
    location = np.log(mean_order) - sigma**2 / 2

    def amounts(size: int, share: float) -> tuple[int, float, float]:
        spent = random.lognormal(location, sigma, int(random.binomial(size, share)))
        return size, float(spent.sum()), float((spent**2).sum())

    found = [
        difference_of_means(*amounts(n, rate), *amounts(held_n, held_rate)) for _ in range(trials)
    ]
    return kept(found, (rate - held_rate) * mean_order)


def kept(found: list[Estimate], truth: float) -> Kept:
    """Count the estimates that hold ``truth``, and those that leave out zero."""
    return Kept(
        len(found),
        sum(e.low <= truth <= e.high for e in found) / len(found),
        sum(e.leaves_out_zero for e in found) / len(found),
    )

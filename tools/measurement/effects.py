"""Intervals for what a campaign changed, and the least change that a test can show.

Everything works on counts and sums, so that no row about a person is needed. Inside are:

- ``share_interval``: one share (Wilson 1927, the score interval);
- ``difference_of_shares``: two shares (Newcombe 1998, Statistics in Medicine 17:873-890,
  method 10, the square-and-add of two Wilson intervals);
- ``mean_interval`` and ``difference_of_means``: Student and Welch (Welch 1947, Biometrika
  34:28-35, degrees of freedom after Satterthwaite 1946);
- ``power_of_shares``, ``smallest_effect`` and ``smallest_effect_mean``: what group sizes can show.

All intervals are two-sided at ``CONFIDENCE`` unless a narrower error rate is asked for; all
differences are treated minus held back.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite, sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
POWER = 0.80
ALPHA = 1 - CONFIDENCE

_NORMAL = NormalDist()


class Estimate(NamedTuple):
    """A value with the ends of its interval."""

    value: float
    low: float
    high: float

    @property
    def leaves_out_zero(self) -> bool:
        """Whether an effect is shown."""
        return self.low > 0 or self.high < 0

    def times(self, factor: float) -> Estimate:
        """The same estimate for ``factor`` people; ``factor`` must not be negative."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)


def share_interval(count: int, n: int, alpha: float = ALPHA) -> Estimate:
    """The share ``count / n`` with its Wilson interval.

    Raises ValueError where ``n`` is 0 or the count does not fit it.
    """
    _check_count(count, n)
    low, high = _wilson(count / n, n, alpha)
    return Estimate(count / n, low, high)


def difference_of_shares(
    count: int, n: int, held_count: int, held_n: int, alpha: float = ALPHA
) -> Estimate:
    """``count / n - held_count / held_n`` with Newcombe's interval.

    It stays inside [-1, 1], does not collapse when a count is 0, and needs no equal groups.
    Raises ValueError where a group is empty or a count does not fit its group.
    """
    treated = share_interval(count, n, alpha)
    held = share_interval(held_count, held_n, alpha)
    difference = treated.value - held.value
    low = difference - sqrt((treated.value - treated.low) ** 2 + (held.high - held.value) ** 2)
    high = difference + sqrt((treated.high - treated.value) ** 2 + (held.value - held.low) ** 2)
    return Estimate(difference, max(-1.0, low), min(1.0, high))


def mean_interval(n: int, total: float, sum_of_squares: float, alpha: float = ALPHA) -> Estimate:
    """The mean of ``n`` values with Student's interval; unbounded for a single value."""
    mean, variance = _moments(n, total, sum_of_squares)
    if n < 2:
        return Estimate(mean, -inf, inf)
    reach = _student(alpha, n - 1) * sqrt(variance / n)
    return Estimate(mean, mean - reach, mean + reach)


def difference_of_means(
    n: int,
    total: float,
    sum_of_squares: float,
    held_n: int,
    held_total: float,
    held_sum_of_squares: float,
    alpha: float = ALPHA,
) -> Estimate:
    """The difference of two means with Welch's interval, from counts, sums and sums of squares.

    Unbounded where a group has fewer than two people. Where neither group varies at all the
    interval is a point: there is nothing to estimate a spread from.
    """
    mean, variance = _moments(n, total, sum_of_squares)
    held_mean, held_variance = _moments(held_n, held_total, held_sum_of_squares)
    difference = mean - held_mean
    if min(n, held_n) < 2:
        return Estimate(difference, -inf, inf)
    part, held_part = variance / n, held_variance / held_n
    squared_error = part + held_part
    if squared_error == 0:
        return Estimate(difference, difference, difference)
    # Weights first, so that tiny variances do not underflow when squared.
    weight = part / squared_error
    freedom = 1 / (weight**2 / (n - 1) + (1 - weight) ** 2 / (held_n - 1))
    reach = _student(alpha, freedom) * sqrt(squared_error)
    return Estimate(difference, difference - reach, difference + reach)


def power_of_shares(
    rate: float, n: int, held_rate: float, held_n: int, alpha: float = ALPHA
) -> float:
    """The chance that Newcombe's interval leaves out zero on the side of ``rate``.

    The margin by which an observed difference clears zero (the near end of its interval) is
    taken as normal about the margin at the expected shares, with a spread by the delta method:
    the interval's width moves with the observed shares too, which a plain two-proportion formula
    leaves out and so promises a little more than is kept.
    """
    upward = rate >= held_rate
    margin = _margin(rate, n, held_rate, held_n, alpha, upward)
    by_treated = _shift(
        lambda at: _margin(at, n, held_rate, held_n, alpha, upward),
        rate,
        sqrt(rate * (1 - rate) / n),
    )
    by_held = _shift(
        lambda at: _margin(rate, n, at, held_n, alpha, upward),
        held_rate,
        sqrt(held_rate * (1 - held_rate) / held_n),
    )
    spread = sqrt(by_treated**2 + by_held**2)
    if spread == 0:
        return 1.0 if margin > 0 else 0.0
    return _NORMAL.cdf(margin / spread)


def smallest_effect(
    baseline: float, n: int, held_n: int, power: float = POWER, alpha: float = ALPHA
) -> float | None:
    """The least gain in a share that is shown in ``power`` of trials, as an absolute difference.

    ``baseline`` is the share of those held back; groups may be unequal. None where even a rise
    to 100 % would not be shown that often.
    """
    if n < 1 or held_n < 1 or not 0 <= baseline < 1:
        return None
    low, high = 0.0, 1 - baseline
    if power_of_shares(baseline + high, n, baseline, held_n, alpha) < power:
        return None
    for _ in range(60):  # halves the bracket to below 1e-15
        middle = (low + high) / 2
        if power_of_shares(baseline + middle, n, baseline, held_n, alpha) < power:
            low = middle
        else:
            high = middle
    return high


def smallest_effect_mean(
    standard_deviation: float, n: int, held_n: int, power: float = POWER, alpha: float = ALPHA
) -> float | None:
    """The least difference of two means that is shown in ``power`` of trials.

    Both groups are taken to spread alike: (t + z) × sd × sqrt(1/n + 1/held_n). None where a
    group has fewer than two people or nothing varies.
    """
    if min(n, held_n) < 2 or standard_deviation <= 0 or not isfinite(standard_deviation):
        return None
    reach = _student(alpha, n + held_n - 2) + _NORMAL.inv_cdf(power)
    return reach * standard_deviation * sqrt(1 / n + 1 / held_n)


def standard_deviation(n: int, total: float, sum_of_squares: float) -> float:
    """The sample's standard deviation from its moments; 0 for a single value."""
    return sqrt(_moments(n, total, sum_of_squares)[1])


def _wilson(share: float, n: int, alpha: float) -> tuple[float, float]:
    z = _NORMAL.inv_cdf(1 - alpha / 2)
    scale = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / scale
    reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale
    # At 0 and 1 the bound is exact; rounding must not push it to the wrong side.
    low = 0.0 if share == 0 else max(0.0, min(share, centre - reach))
    high = 1.0 if share == 1 else min(1.0, max(share, centre + reach))
    return low, high


def _margin(
    rate: float, n: int, held_rate: float, held_n: int, alpha: float, upward: bool
) -> float:
    """How far the near end of Newcombe's interval lies beyond zero; negative: not shown."""
    low, high = _wilson(rate, n, alpha)
    held_low, held_high = _wilson(held_rate, held_n, alpha)
    if upward:
        return rate - held_rate - sqrt((rate - low) ** 2 + (held_high - held_rate) ** 2)
    return held_rate - rate - sqrt((high - rate) ** 2 + (held_rate - held_low) ** 2)


def _shift(margin: Callable[[float], float], centre: float, width: float) -> float:
    """By how much a margin moves as a share moves by ``width``, its standard deviation."""
    above, below = min(1.0, centre + width), max(0.0, centre - width)
    if above == below:
        return 0.0
    return (margin(above) - margin(below)) / (above - below) * width


def _student(alpha: float, freedom: float) -> float:
    """The t quantile; above 1e6 degrees the normal one, which differs by less than 1e-5."""
    if freedom > 1e6:
        return _NORMAL.inv_cdf(1 - alpha / 2)
    from scipy.special import stdtrit  # 0.2 s to import: only where a mean is asked for

    return float(stdtrit(freedom, 1 - alpha / 2))


def _moments(n: int, total: float, sum_of_squares: float) -> tuple[float, float]:
    """Mean and sample variance."""
    if n < 1:
        raise ValueError("a group without people has no mean")
    mean = total / n
    if n == 1:
        return mean, 0.0
    spread = sum_of_squares - total * mean
    # What remains of equal values is rounding, not spread.
    if spread <= 1e-12 * abs(sum_of_squares):
        return mean, 0.0
    return mean, spread / (n - 1)


def _check_count(count: int, n: int) -> None:
    if n < 1 or not 0 <= count <= n:
        raise ValueError(f"{count} of {n} is not a share")

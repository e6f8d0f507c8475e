"""A rate with its interval: no rate of an evaluation is ever shown without one."""

from __future__ import annotations

from domain.frozen import Frozen
from tools.measurement.effects import share_interval


class Rate(Frozen):
    """``count`` of ``n`` with Wilson's 95 % interval."""

    count: int
    n: int
    value: float
    low: float
    high: float

    def words(self) -> str:
        """For example "96.7 % (93.0 to 98.5), n 212"."""
        return f"{self.value:.1%} ({self.low:.1%} to {self.high:.1%}), n {self.n:,}"


def rate(count: int, n: int) -> Rate:
    """The share of ``count`` in ``n``. Without any trial: 0, and an interval that says nothing."""
    if n == 0:
        return Rate(count=0, n=0, value=0.0, low=0.0, high=1.0)
    found = share_interval(count, n)
    return Rate(count=count, n=n, value=found.value, low=found.low, high=found.high)

"""What a benchmark answers with."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Coroutine, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

from domain.frozen import Frozen

Unit = Literal[
    "rows/s", "events/s", "mails/s", "s", "ms", "kB", "MB", "ratio", "share", "count"
]  # fmt: skip


class Measurement(Frozen):
    name: str
    value: float
    unit: Unit
    note: str = ""
    rounds: tuple[float, ...] = ()
    """Every round behind a median, in the order in which they were run."""

    def words(self) -> str:
        if self.unit == "ratio":
            return f"{self.value:.2f}"
        if self.unit == "share":
            return f"{self.value:.4f}"
        shown = f"{self.value:,.0f}" if self.value >= 100 else f"{self.value:,.2f}"
        return f"{shown} {self.unit}"


class Bench(Frozen):
    name: str
    figures: tuple[Measurement, ...]
    seconds: float


Measured = Callable[..., Coroutine[Any, Any, tuple[Measurement, ...]]]
"""Takes a file to measure with, or None, and options of its own."""


def median(name: str, rounds: Sequence[float], unit: Unit, note: str = "") -> Measurement:
    return Measurement(
        name=name,
        value=statistics.median(rounds),
        unit=unit,
        note=note,
        rounds=tuple(round(value, 4) for value in rounds),
    )


def growth(seconds: Mapping[int, float], what: str) -> list[Measurement]:
    """Customers → seconds, smallest first: each held against the next smaller."""
    return [
        Measurement(
            name=f"growth to {size:,}",
            value=seconds[size] / seconds[before],
            unit="ratio",
            note=f"{what}, {size / before:.0f} times the customers",
        )
        for before, size in pairwise(seconds)
    ]


def ratio(name: str, ours: Sequence[float], bare: Sequence[float], note: str = "") -> Measurement:
    """The median of the rounds' own ratios: each round held against the one beside it."""
    return median(name, [a / b for a, b in zip(ours, bare, strict=True)], "ratio", note)

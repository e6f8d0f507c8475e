"""A half-life is found where the views show one, with an interval that holds it, and none else."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.measurement.decay import LEAST_DAYS, decay


def _views(half_life: float, first_day: float, days: int, seed: int) -> dict[int, int]:
    random = np.random.default_rng(seed)
    rate = log(2) / half_life
    return {day: int(random.poisson(first_day * exp(-rate * day))) for day in range(days)}


@pytest.mark.parametrize("half_life", [0.8, 2.0, 6.0])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(half_life: float) -> None:
    found = [decay(_views(half_life, 400, 14, seed)) for seed in range(200)]
    assert all(found)
    held = sum(f is not None and f.low <= half_life <= f.high for f in found)
    assert held >= 182  # 95 % of 200 is 190; three standard errors below it


def test_even_views_show_no_decay() -> None:
    random = np.random.default_rng(7)
    shown = sum(
        decay({d: int(random.poisson(50)) for d in range(14)}) is not None for _ in range(200)
    )
    assert shown <= 14  # 2.5 % of 200 is 5


def test_views_that_jump_about_widen_the_interval() -> None:
    calm = decay({d: round(800 * 0.8**d) for d in range(10)})
    wild = decay({d: round(800 * 0.8**d * (1.5 if d % 2 else 0.6)) for d in range(10)})
    assert calm is not None
    assert wild is None or wild.high - wild.low > calm.high - calm.low


def test_little_to_see_is_said_as_nothing() -> None:
    assert decay({}) is None
    assert decay(dict.fromkeys(range(LEAST_DAYS - 1), 900)) is None
    assert decay({0: 5, 1: 2, 5: 1}) is None


def test_what_is_still_to_come() -> None:
    found = decay({d: round(1000 * 0.5 ** (d / 2)) for d in range(12)})
    assert found is not None
    assert found.half_life == pytest.approx(2, abs=0.1)
    assert found.left(4) == pytest.approx(0.25, abs=0.03)


@given(st.dictionaries(st.integers(0, 60), st.integers(0, 10**7), max_size=40))
def test_no_counts_make_it_fail(counts: dict[int, int]) -> None:
    found = decay(counts)
    assert found is None or 0 < found.low <= found.half_life <= found.high

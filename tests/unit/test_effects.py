"""Intervals against published values, and against simulated truths."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.measurement.coverage import simulate_revenue, simulate_shares
from tools.measurement.effects import (
    difference_of_means,
    difference_of_shares,
    mean_interval,
    power_of_shares,
    share_interval,
    smallest_effect,
    smallest_effect_mean,
    standard_deviation,
)


def test_wilson_as_published() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3.
    assert share_interval(81, 263)[1:] == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share_interval(15, 148)[1:] == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert share_interval(0, 20)[1:] == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert share_interval(1, 29)[1:] == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_newcombe_as_published() -> None:
    # Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10.
    assert difference_of_shares(56, 70, 48, 80) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert difference_of_shares(9, 10, 3, 10) == pytest.approx((0.6, 0.1705, 0.8090), abs=5e-5)
    assert difference_of_shares(5, 56, 0, 29) == pytest.approx((0.0893, -0.0381, 0.1926), abs=5e-5)
    assert difference_of_shares(10, 10, 0, 10) == pytest.approx((1.0, 0.6075, 1.0), abs=5e-5)


def test_welch_agrees_with_scipy() -> None:
    from scipy import stats

    left = [3.1, 0.0, 12.5, 7.7, 0.0, 1.2, 9.9]
    right = [0.0, 2.2, 0.1, 5.0]
    found = difference_of_means(
        len(left), sum(left), sum(x * x for x in left),
        len(right), sum(right), sum(x * x for x in right),
    )  # fmt: skip
    oracle = stats.ttest_ind(left, right, equal_var=False).confidence_interval(0.95)
    assert found[1:] == pytest.approx((oracle.low, oracle.high))


def test_a_group_without_spread_or_with_one_person() -> None:
    assert difference_of_means(50, 0, 0, 20, 0, 0) == (0, 0, 0)
    assert not difference_of_means(50, 0, 0, 20, 0, 0).leaves_out_zero
    assert difference_of_means(1, 5, 25, 20, 0, 0)[1:] == (-math.inf, math.inf)
    assert mean_interval(1, 5, 25)[1:] == (-math.inf, math.inf)
    assert standard_deviation(3, 0.3, 0.03) == 0


def test_empty_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="0 of 0"):
        share_interval(0, 0)
    with pytest.raises(ValueError, match="5 of 4"):
        difference_of_shares(5, 4, 0, 4)
    with pytest.raises(ValueError, match="without people"):
        difference_of_means(0, 0, 0, 4, 1, 1)


groups = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(groups, groups)
def test_differences_stay_in_bounds_and_turn_over(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    there = difference_of_shares(*one, *other)
    back = difference_of_shares(*other, *one)
    assert -1 <= there.low <= there.value <= there.high <= 1
    assert back == pytest.approx((-there.value, -there.high, -there.low), abs=1e-12)


@given(st.floats(0, 0.95), st.integers(2, 100_000), st.integers(2, 100_000), st.floats(0.001, 0.05))
def test_the_smallest_effect_is_the_least_with_that_power(
    baseline: float, n: int, held_n: int, less: float
) -> None:
    least = smallest_effect(baseline, n, held_n)
    if least is None:
        assert power_of_shares(1.0, n, baseline, held_n) < 0.8
    else:
        assert power_of_shares(min(1, baseline + least), n, baseline, held_n) >= 0.8 - 1e-9
        below = baseline + least * (1 - less)
        assert power_of_shares(below, n, baseline, held_n) < 0.8


def test_more_people_show_less() -> None:
    small, large = smallest_effect(0.05, 400, 100), smallest_effect(0.05, 4000, 1000)
    assert small is not None
    assert large is not None
    assert large < small
    assert smallest_effect(0.05, 2, 2) is None
    assert smallest_effect(0.05, 0, 100) is None
    assert smallest_effect_mean(30, 1, 100) is None
    assert smallest_effect_mean(0, 100, 100) is None
    # (1.96 + 0.8416) × 10 × sqrt(2 / 1000)
    assert smallest_effect_mean(10, 1000, 1000) == pytest.approx(1.2535, abs=1e-3)


@pytest.mark.parametrize(
    ("rate", "n", "held_rate", "held_n"),
    [
        (0.03, 4000, 0.03, 1000),
        (0.08, 900, 0.05, 300),
        (0.3, 60, 0.1, 60),
        (0.012, 20000, 0.009, 5000),
    ],
)
def test_share_intervals_cover_the_truth(
    rate: float, n: int, held_rate: float, held_n: int
) -> None:
    kept = simulate_shares(rate, n, held_rate, held_n, trials=4000, seed=11)
    assert 0.935 <= kept.covered <= 0.975


@pytest.mark.parametrize(
    ("baseline", "n", "held_n"),
    [(0.02, 400, 100), (0.05, 450, 111), (0.003, 20000, 5000), (0.3, 60, 20)],
)
def test_power_is_as_announced(baseline: float, n: int, held_n: int) -> None:
    effect = smallest_effect(baseline, n, held_n)
    assert effect is not None
    kept = simulate_shares(baseline + effect, n, baseline, held_n, trials=4000, seed=12)
    assert 0.77 <= kept.shown <= 0.83


def test_revenue_intervals_cover_the_truth() -> None:
    kept = simulate_revenue(0.06, 4000, 0.05, 1000, mean_order=900, trials=1000, seed=13)
    assert 0.925 <= kept.covered <= 0.975

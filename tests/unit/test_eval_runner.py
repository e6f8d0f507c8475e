"""The eval runner: what counts as passed, as worse, and as not run at all."""

from __future__ import annotations

from datetime import UTC, datetime
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.assertions import assertion, refuses
from evals.assertions.texts import missing_words, unwanted_words
from evals.case import Case, CaseError
from evals.comparison import compare, mcnemar
from evals.results import CaseResult, RunResult, summarise
from evals.runner import check_assertions
from evals.wilson import rate


def result(name: str, passed: bool, group: str = "plans") -> CaseResult:
    return CaseResult(
        id=name,
        kind="plans",
        group=group,
        title=name,
        trials=1,
        passed_trials=int(passed),
        seconds=0.01,
        calls=0,
        tokens=0,
    )


def run_of(*passed: bool, baseline: dict[str, float] | None = None) -> RunResult:
    return summarise(
        [result(f"plans/{number}", one) for number, one in enumerate(passed)],
        at=datetime(2026, 11, 2, tzinfo=UTC),
        writer="house",
        trials=1,
        seconds=1.0,
        baseline=baseline or {},
    )


def test_without_a_recorded_rate_every_case_must_pass() -> None:
    assert run_of(True, True).verdict == "pass"
    assert run_of(True, False).verdict == "regression"


def test_a_recorded_rate_is_the_least_that_passes() -> None:
    at_least = {"plans": 0.75}
    assert run_of(True, True, True, False, baseline=at_least).verdict == "pass"
    assert run_of(True, True, False, False, baseline=at_least).verdict == "regression"
    # A rate that was rounded when it was recorded is not held against the run.
    assert run_of(True, True, False, baseline={"plans": 0.667}).verdict == "pass"


def test_every_rate_has_its_interval() -> None:
    found = run_of(True, True, True, False).groups[0].passed
    assert (found.count, found.n, found.value) == (3, 4, 0.75)
    assert 0 < found.low < 0.75 < found.high < 1
    assert rate(0, 0).words().startswith("0.0% (0.0% to 100.0%)")


def test_a_case_passes_only_in_every_trial() -> None:
    wavering = result("plans/x", True).model_copy(update={"trials": 3, "passed_trials": 2})
    assert not wavering.passed


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_is_the_exact_binomial_test(mended: int, broken: int) -> None:
    n = mended + broken
    observed = comb(n, mended)
    # Twice the smaller tail is the usual exact p; it never lies under the sum of all splits that
    # are as unlikely or more so.
    at_least_as_odd = sum(comb(n, k) for k in range(n + 1) if comb(n, k) <= observed) / 2**n
    assert mcnemar(mended, broken) == pytest.approx(min(1.0, at_least_as_odd))
    assert mcnemar(mended, broken) == mcnemar(broken, mended)


def test_a_run_is_worse_only_beyond_chance() -> None:
    old = run_of(*[True] * 20)
    five_broken = run_of(*[False] * 5, *[True] * 15)
    six_broken = run_of(*[False] * 6, *[True] * 14)
    assert compare(old, five_broken).verdict == "pass"
    found = compare(old, six_broken)
    assert found.verdict == "regression"
    assert found.p == pytest.approx(2 / 2**6)
    assert found.difference == pytest.approx(-0.3)
    assert found.low < -0.3 < found.high
    assert len(found.broken) == 6


def test_getting_better_is_no_regression() -> None:
    assert compare(run_of(*[False] * 9, True), run_of(*[True] * 10)).verdict == "pass"


def test_runs_without_a_common_case_cannot_be_compared() -> None:
    other = run_of(True)
    renamed = other.model_copy(update={"cases": (result("plans/other", True),)})
    with pytest.raises(ValueError, match="no case in common"):
        compare(other, renamed)


def test_a_case_that_asks_for_something_unknown_is_not_run() -> None:
    case = Case(
        id="plans/x",
        kind="plans",
        group="plans",
        title="x",
        given={},
        expect=(("is_lovely", None),),
    )
    with pytest.raises(CaseError) as caught:
        check_assertions([case])
    assert caught.value.code == "unknown_assertion"
    assert caught.value.exit_code == 5


def test_a_refusal_is_judged_by_its_code() -> None:
    refusal = CaseError("window_over", "It is over.")
    assert refuses(refusal, "window_over") == ""
    assert "not as" in refuses(refusal, "nobody_to_mail")
    assert "was done" in refuses("a plan", "window_over")
    assert assertion("plans", "refuses") is refuses


def test_words_are_found_whatever_their_case_and_breaks() -> None:
    assert missing_words("We have\n  ONE.", "we have one") == ""
    assert missing_words("We have one.", "we have two | we have one") == ""
    assert "two" in missing_words("We have one.", ["we have one", "two"])
    assert "timeless" in unwanted_words("A timeless watch", ["iconic", "timeless"])

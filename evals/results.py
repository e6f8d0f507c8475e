"""What a run of cases found, as it is printed, kept and compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from domain.frozen import Frozen
from evals.wilson import Rate, rate

Verdict = Literal["pass", "regression"]


class CaseResult(Frozen):
    """One case over all its trials."""

    id: str
    kind: str
    group: str
    title: str
    trials: int
    passed_trials: int
    failures: tuple[str, ...] = ()
    """Why, in words; each kind of failure once."""
    seconds: float
    """The mean of one trial."""
    calls: int
    """Questions put to the writer in one trial."""
    tokens: int
    over: tuple[str, ...] = ()
    """Limits of efficiency that it went over; logged, and no failure."""

    @property
    def passed(self) -> bool:
        """In every trial."""
        return self.passed_trials == self.trials


class GroupResult(Frozen):
    """The cases that are counted together."""

    group: str
    passed: Rate
    baseline: float
    """The rate that was recorded when it last was accepted; below it is a regression."""
    regression: bool


class RunResult(Frozen):
    schema_version: int = 1
    at: datetime
    writer: str
    """``house``, or the model's name."""
    trials: int
    verdict: Verdict
    passed: Rate
    """Over all cases."""
    groups: tuple[GroupResult, ...]
    cases: tuple[CaseResult, ...]
    seconds: float
    calls: int
    tokens: int


def summarise(
    cases: Sequence[CaseResult],
    *,
    at: datetime,
    writer: str,
    trials: int,
    seconds: float,
    baseline: Mapping[str, float],
) -> RunResult:
    """Count the cases by group and hold each against its baseline.

    A group without a recorded baseline must pass whole.
    """
    groups = []
    for name in dict.fromkeys(case.group for case in cases):
        own = [case for case in cases if case.group == name]
        passed = rate(sum(case.passed for case in own), len(own))
        least = baseline.get(name, 1.0)
        # Recorded rates are rounded: half a case is no regression.
        worse = passed.value < least - 0.5 / passed.n
        groups.append(GroupResult(group=name, passed=passed, baseline=least, regression=worse))
    return RunResult(
        at=at,
        writer=writer,
        trials=trials,
        verdict="regression" if any(group.regression for group in groups) else "pass",
        passed=rate(sum(case.passed for case in cases), len(cases)),
        groups=tuple(groups),
        cases=tuple(cases),
        seconds=seconds,
        calls=sum(case.calls for case in cases),
        tokens=sum(case.tokens for case in cases),
    )

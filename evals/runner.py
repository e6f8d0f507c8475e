"""Runs cases: puts what is given to the product, and holds what comes back to the assertions.

Success assertions decide; efficiency (calls, tokens, seconds) is logged beside them. What a case
means, and what it may not do, is said in its own file.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents.model import Model
from domain.errors import MainspringError
from evals.assertions import assertion
from evals.case import Case, CaseError
from evals.counting import Counting, TokenLog
from evals.ground import Ground
from evals.results import CaseResult, RunResult, summarise
from evals.subjects import produce

BASELINE = Path(__file__).parent / "baseline.json"

# A product that raises any of these has failed the case; the run goes on with the next.
CRASHES = (MainspringError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


async def run_cases(
    cases: Sequence[Case],
    model: Model | None = None,
    *,
    log: TokenLog | None = None,
    trials: int = 1,
    baseline: Path = BASELINE,
    told: Callable[[CaseResult], None] = lambda result: None,
) -> RunResult:
    """Run cases with the house writer, or with ``model``. Raises CaseError where one cannot be.

    ``log`` is where the model's tokens are added up; ``told`` hears of each result as it comes.
    """
    check_assertions(cases)
    began = time.perf_counter()
    results = []
    with tempfile.TemporaryDirectory(prefix="mainspring-eval-") as folder:
        ground = Ground(Path(folder))
        for case in cases:
            result = await run_case(case, ground, model, log=log, trials=trials)
            told(result)
            results.append(result)
    return summarise(
        results,
        at=datetime.now(UTC),
        writer=model.name if model else "house",
        trials=trials,
        seconds=time.perf_counter() - began,
        baseline=read_baseline(baseline),
    )


async def run_case(
    case: Case,
    ground: Ground,
    model: Model | None = None,
    *,
    log: TokenLog | None = None,
    trials: int = 1,
) -> CaseResult:
    """Run one case ``trials`` times."""
    counting = Counting(model or ground.house)
    log = log or TokenLog()
    tokens_before = log.tokens
    ground.prepare(case.kind)
    passed = 0
    failures: dict[str, None] = {}
    began = time.perf_counter()
    for _ in range(trials):
        found = await _trial(case, ground, counting)
        passed += not found
        failures |= dict.fromkeys(found)
    seconds = (time.perf_counter() - began) / trials
    calls, tokens = counting.calls // trials, (log.tokens - tokens_before) // trials
    return CaseResult(
        id=case.id,
        kind=case.kind,
        group=case.group,
        title=case.title,
        trials=trials,
        passed_trials=passed,
        failures=tuple(failures),
        seconds=seconds,
        calls=calls,
        tokens=tokens,
        over=_over(case, seconds, calls, tokens),
    )


async def _trial(case: Case, ground: Ground, model: Model) -> tuple[str, ...]:
    """Why the case failed; empty where it passed."""
    try:
        subject: Any = await produce(case, ground, model)
    except CaseError:
        raise
    except CRASHES as error:
        # A case may be about a refusal: then the refusal is what it looks at.
        subject = error
    failures = []
    for name, wanted in case.expect:
        if isinstance(subject, BaseException) and name != "refuses":
            failures.append(f"it ended with {type(subject).__name__}: {subject}")
            break
        why = assertion(case.kind, name)(subject, wanted)
        if why:
            failures.append(f"{name}: {why}")
    return tuple(failures)


def check_assertions(cases: Sequence[Case]) -> None:
    """Raises CaseError unknown_assertion before anything is run."""
    for case in cases:
        for name, _ in case.expect:
            assertion(case.kind, name)


def read_baseline(path: Path) -> dict[str, float]:
    """The recorded rate by group; nothing recorded: every case must pass."""
    if not path.is_file():
        return {}
    return {name: float(least) for name, least in json.loads(path.read_text("utf-8")).items()}


def _over(case: Case, seconds: float, calls: int, tokens: int) -> tuple[str, ...]:
    taken = (("seconds", seconds), ("calls", calls), ("tokens", tokens))
    return tuple(
        f"{name}: {value:g} where {most:g} are allowed"
        for name, value in taken
        if (most := getattr(case.limits, name)) is not None and value > most
    )

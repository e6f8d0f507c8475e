"""What ``mainspring eval`` does: runs, keeps and prints; returns the exit code."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from pydantic import ValidationError

from app import words
from app.output import Out, print_error
from domain.errors import MainspringError
from evals.case import KINDS, CaseError, Kind
from evals.case_files import load_cases
from evals.counting import TokenLog
from evals.exits import COULD_NOT_RUN, PASSED, REGRESSION
from evals.results import CaseResult, RunResult

if TYPE_CHECKING:
    from agents.model import Model


def run(
    kinds: Sequence[str],
    ids: Sequence[str],
    *,
    trials: int,
    out: Path | None,
    model: str,
    base_url: str,
    as_json: bool,
) -> int:
    """Run cases and say what came of them."""
    from evals.runner import run_cases

    said = Out(as_json)
    log = TokenLog()
    try:
        cases = load_cases(_kinds(kinds), ids)
        writer = _model(model, base_url, log)
        with said.working("Running cases", total=len(cases)) as bar:
            task = bar.task_ids[0]
            result = asyncio.run(
                run_cases(
                    cases,
                    writer,
                    log=log,
                    trials=trials,
                    told=lambda _: bar.advance(task),
                )
            )
    except MainspringError as error:
        print_error(error, as_json=as_json)
        return COULD_NOT_RUN
    if out is not None:
        out.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
    _say(result, said)
    said.answer("eval.run.v1", result)
    return PASSED if result.verdict == "pass" else REGRESSION


def compare_files(old: Path, new: Path, *, as_json: bool) -> int:
    """Compare two kept runs."""
    from evals.comparison import compare

    said = Out(as_json)
    try:
        found = compare(_kept(old), _kept(new))
    except (OSError, ValidationError, ValueError) as error:
        problem = CaseError(
            "unreadable_run",
            "The two runs cannot be compared.",
            thing=str(error),
            next_step="Keep runs with `mainspring eval run --out FILE`.",
        )
        print_error(problem, as_json=as_json)
        return COULD_NOT_RUN
    said.say(
        f"{found.cases} cases in both: {found.old.words()} before, {found.new.words()} now",
        f"  difference {found.difference:+.1%}, likely between {found.low:+.1%} and "
        f"{found.high:+.1%}; p = {found.p:.3f} (exact McNemar)",
    )
    for word, ids in (("broken", found.broken), ("mended", found.mended)):
        for one in ids:
            said.say(f"  {word}  {one}")
    left_out = len(found.only_old) + len(found.only_new)
    if left_out:
        said.warn(f"{left_out} cases are in one of the runs only, and were left out.")
    said.say(
        "Worse by more than chance." if found.verdict == "regression" else "Not shown to be worse."
    )
    said.answer("eval.compare.v1", found)
    return PASSED if found.verdict == "pass" else REGRESSION


def coverage(seeds: int, first_seed: int, *, as_json: bool) -> int:
    """Check intervals and power over many markets."""
    from evals.coverage import measure

    said = Out(as_json)
    with said.working(f"Asking {seeds} markets"):
        found = measure(range(first_seed, first_seed + seeds))
    said.say(
        f"{seeds} markets, three campaigns each, {found.audience:,} people, "
        f"{found.held_back:.0%} held back by chance",
        f"  intervals hold the truth    {found.covered.words()}",
        *(f"    {kind:<24}  {kept.words()}" for kind, kept in found.by_kind),
        f"  smallest effect found       {found.power.words()}; announced "
        f"{found.power_announced:.0%}",
        f"  effects shown where none is {found.false_alarms.words()}",
    )
    said.answer("eval.coverage.v1", {**found.model_dump(), "holds": found.holds})
    return PASSED if found.holds else REGRESSION


def _kinds(names: Sequence[str]) -> tuple[Kind, ...]:
    unknown = [name for name in names if name not in KINDS]
    if unknown:
        raise CaseError(
            "no_cases",
            f"There are no cases of {', '.join(unknown)}.",
            next_step=f"Kinds are {', '.join(KINDS)}.",
        )
    return tuple(kind for kind in get_args(Kind) if kind in names)


def _model(name: str, base_url: str, log: TokenLog) -> Model | None:
    if not base_url:
        return None
    from agents.openai_model import OpenAIModel

    key = os.environ.get("MAINSPRING_MODEL_API_KEY", "")
    return OpenAIModel(base_url=base_url, api_key=key, name=name, call_log=log)


def _kept(path: Path) -> RunResult:
    return RunResult.model_validate_json(path.read_text(encoding="utf-8"))


def _say(result: RunResult, said: Out) -> None:
    for case in result.cases:
        if not case.passed:
            said.say(f"✗ {case.id}  {case.title}")
            for why in case.failures:
                said.say(f"    {words.one_line(why, 400)}")
    for case in result.cases:
        for over in case.over:
            said.warn(f"{case.id} took more than it should: {over}")
    said.say("")
    for group in result.groups:
        least = f", {group.baseline:.1%} recorded" if group.baseline < 1 else ""
        mark = "✗" if group.regression else "✓"
        said.say(f"{mark} {group.group:<18} {group.passed.words()}{least}")
    slowest = max(result.cases, key=_seconds)
    said.say(
        "",
        f"{result.passed.words()} of all, by {result.writer}; {result.calls:,} questions, "
        f"{result.tokens:,} tokens, {result.seconds:.1f} s (slowest: {slowest.id}, "
        f"{slowest.seconds:.2f} s)",
        "Passed." if result.verdict == "pass" else "Regression.",
    )


def _seconds(case: CaseResult) -> float:
    return case.seconds

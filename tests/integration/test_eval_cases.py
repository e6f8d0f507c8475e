"""The evaluation cases, run with the house writer as `mainspring eval run` does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from evals.case import CaseError
from evals.case_files import load_cases
from evals.results import RunResult
from evals.runner import check_assertions, run_cases

MAINSPRING = str(Path(sys.executable).with_name("mainspring"))


def test_there_are_thirty_cases_beside_the_goals() -> None:
    cases = load_cases()
    kinds = Counter(case.kind for case in cases)
    assert sum(count for kind, count in kinds.items() if kind != "goals") >= 30
    assert all(kinds[kind] >= 5 for kind in ("briefs", "copy", "critic", "plans", "reports"))
    assert kinds["chat"] >= 60
    check_assertions(cases)


@pytest.mark.timeout(900)  # over a hundred conversations, on a machine that may be busy
async def test_nothing_has_got_worse() -> None:
    result = await run_cases(load_cases())
    worse = [group.group for group in result.groups if group.regression]
    told = [f"{case.id}: {why}" for case in result.cases for why in case.failures]
    assert result.verdict == "pass", f"{worse}: {told}"


def run_cli(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MAINSPRING, "eval", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_runs_are_kept_and_compared(tmp_path: Path) -> None:
    kept = tmp_path / "run.json"
    ran = run_cli("run", "plans", "reports", "--out", str(kept), "--json")
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert answer["schema"] == "eval.run.v1"
    result = RunResult.model_validate_json(kept.read_text("utf-8"))
    assert all(group.passed.low < group.passed.value for group in result.groups)

    broken = [
        case.model_copy(update={"passed_trials": 0}) if number < 8 else case
        for number, case in enumerate(result.cases)
    ]
    worse = tmp_path / "worse.json"
    worse.write_text(result.model_copy(update={"cases": tuple(broken)}).model_dump_json())
    assert run_cli("compare", str(kept), str(kept)).returncode == 0
    compared = run_cli("compare", str(kept), str(worse), "--json")
    assert compared.returncode == 1
    assert json.loads(compared.stdout)["data"]["p"] == pytest.approx(2 / 2**8)
    assert run_cli("compare", str(worse), str(kept)).returncode == 0


def test_what_cannot_be_run_ends_with_five(tmp_path: Path) -> None:
    assert run_cli("run", "plans", "--case", "plans/there-is-none").returncode == 5
    assert run_cli("run", "poems").returncode == 5
    assert run_cli("compare", str(tmp_path / "no.json"), str(tmp_path / "nor.json")).returncode == 5
    bad = tmp_path / "plans"
    bad.mkdir()
    (bad / "bad.yaml").write_text(
        "id: plans/bad\ntitle: nothing is expected\ngiven: {}\nexpect: []\n"
    )
    with pytest.raises(CaseError) as caught:
        load_cases(["plans"], folder=tmp_path)
    assert caught.value.code == "unreadable_case"


async def test_a_case_that_fails_is_a_regression(tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "wrong.yaml").write_text(
        "id: plans/wrong\ntitle: The hour is wrong\n"
        "given: {size: 100, now: '2026-11-02T08:00:00+00:00', send_from: '2026-11-03',"
        " send_until: '2026-11-09'}\n"
        "expect: [{hour: 3}]\n"
    )
    result = await run_cases(load_cases(["plans"], folder=tmp_path))
    assert result.verdict == "regression"
    assert result.cases[0].failures == ("hour: the hour is 10",)

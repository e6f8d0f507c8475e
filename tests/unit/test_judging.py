"""A model's judgment counts only where it was measured to agree with people."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.critic import criticise
from agents.judging import Calibration, as_advice, judge_counts, keep, kept
from agents.model import ModelError
from agents.tasks import JudgeQuestion
from domain.critique import Critique, Finding
from domain.draft import Draft
from evals.critic.judge import Given, calibrate, interval, kappa
from tests.unit.copy_world import GUIDE, brief
from tests.unit.test_critic_claims import GOOD as MAIL
from tests.unit.test_critic_claims import GOOD_FACTS

GOOD = Calibration(
    model="m", prompt_hash="p", cases_hash="c", pieces=60, failed=0, kappa=0.8, low=0.65, high=0.9
)


def test_kappa_is_cohens() -> None:
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([(True, True), (False, False)]) == 1.0
    assert kappa([(True, True)] * 5) == 0.0
    value, low, high = interval(pairs)
    assert low < value < high
    assert interval([]) == (0.0, -1.0, 1.0)


@pytest.mark.parametrize(
    ("model", "prompt", "least", "counts"),
    [("m", "p", 0.6, True), ("m", "p", 0.7, False), ("n", "p", 0, False), ("m", "q", 0, False)],
)
def test_only_what_was_measured_counts(model: str, prompt: str, least: float, counts: bool) -> None:
    assert judge_counts((GOOD,), model, prompt, least) is counts


def test_a_new_measure_takes_the_place_of_the_old(tmp_path: Path) -> None:
    file = tmp_path / "judges.json"
    assert kept(file) == ()
    worse = GOOD.model_copy(update={"low": 0.1})
    keep(file, GOOD)
    keep(file, GOOD.model_copy(update={"model": "n"}))
    keep(file, worse)
    assert {c.model: c.low for c in kept(file)} == {"m": 0.1, "n": 0.65}
    file.write_text("not json", "utf-8")
    assert kept(file) == ()


def test_advice_forces_nothing() -> None:
    grave = Finding(rule="reading.harm", severity="blocking", why="it may harm", mend="leave it")
    assert [f.severity for f in as_advice((grave,))] == ["minor"]


class Judge:
    """Answers as it is told to, in turn; an empty verdict is a failure."""

    name = "tiny"

    def __init__(self, *verdicts: str) -> None:
        self._verdicts = list(verdicts)

    async def answer(self, task: object, given: object) -> Critique:
        verdict = self._verdicts.pop(0)
        if not verdict:
            raise ModelError("refused", "it would not say")
        found = Finding(rule="reading.harm", severity="serious", why="it may harm", mend="leave it")
        return Critique.model_validate(
            {"verdict": verdict, "findings": [] if verdict == "satisfied" else [found]}
        )


async def test_a_judge_that_fails_agrees_with_nothing() -> None:
    question = JudgeQuestion(
        brief=brief(), draft=Draft(variants=(MAIL,)), facts=GOOD_FACTS, guide=GUIDE
    )
    given = [Given(str(n), n % 2 == 0, question) for n in range(4)]
    right = Judge("needs_revision", "satisfied", "failed", "satisfied")
    found = await calibrate(right, "p", given)  # type: ignore[arg-type]
    assert (found.kappa, found.failed, found.pieces) == (1.0, 0, 4)
    dead = await calibrate(Judge("", "", "", ""), "p", given)  # type: ignore[arg-type]
    assert (dead.kappa, dead.failed) == (-1.0, 4)


@pytest.mark.parametrize(("counts", "verdict"), [(True, "needs_revision"), (False, "satisfied")])
async def test_a_judge_that_only_advises_holds_nothing_up(counts: bool, verdict: str) -> None:
    critique = await criticise(
        Draft(variants=(MAIL,)),
        brief=brief(),
        facts=GOOD_FACTS,
        guide=GUIDE,
        model=Judge("needs_revision"),  # type: ignore[arg-type]
        judge_counts=counts,
    )
    assert critique.verdict == verdict
    assert "reading.harm" in {f.rule for f in critique.findings}
    assert critique.judged_by == ("rules", "tiny")

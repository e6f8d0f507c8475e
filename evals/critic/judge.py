"""How far a model's judgment agrees with the labels: Cohen's kappa with its interval."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from agents.judging import Calibration
from agents.model import Model, ModelError
from agents.tasks import JUDGE_COPY, JudgeQuestion
from domain.draft import Draft, Variant
from domain.frozen import content_hash
from evals.critic.clean import Piece
from evals.critic.labelled import CLAIMS, Labelled

DRAWS = 2_000
JUDGED = ("offer", "urgency", "guilt", "opt_out", "discrimination", *CLAIMS)
"""Families that the rubric of judge_copy asks for."""


@dataclass(frozen=True)
class Given:
    """One piece to judge, and whether it has a fault."""

    id: str
    faulty: bool
    question: JudgeQuestion


def questions(
    labelled: Sequence[Labelled], clean: Sequence[Piece], most: int, seed: int = 2026
) -> tuple[Given, ...]:
    """As many faulty as clean mails of Halden, drawn by the seed."""
    chance = random.Random(seed)
    faulty = [p for p in labelled if p.family in JUDGED and p.author == "halden"]
    half = min(most // 2, len(clean), len(faulty))
    found = []
    for piece in chance.sample(faulty, half):
        mail = piece.review.copies[0]
        assert isinstance(mail, Variant)
        r = piece.review
        found.append(
            Given(
                piece.id,
                True,
                JudgeQuestion(
                    brief=r.brief,
                    draft=Draft(language=r.brief.language, variants=(mail,)),
                    facts=r.facts,
                    guide=r.guide,
                ),
            )
        )
    for one in chance.sample(list(clean), half):
        draft = Draft(language=one.brief.language, variants=(one.mail,))
        question = JudgeQuestion(brief=one.brief, draft=draft, facts=one.facts, guide=one.guide)
        found.append(Given(one.id, False, question))
    return tuple(found)


async def calibrate(model: Model, prompt_hash: str, given: Sequence[Given]) -> Calibration:
    """Ask the model of every piece. Pieces that it fails on are counted, and agree with nothing:
    they stand as the answer that is wrong."""
    pairs: list[tuple[bool, bool]] = []
    failed = 0
    for one in given:
        try:
            answer = await model.answer(JUDGE_COPY, one.question)
        except ModelError:
            failed += 1
            pairs.append((one.faulty, not one.faulty))
            continue
        held = answer.verdict != "satisfied" or any(f.severity != "minor" for f in answer.findings)
        pairs.append((one.faulty, held))
    value, low, high = interval(pairs)
    return Calibration(
        model=model.name,
        prompt_hash=prompt_hash,
        cases_hash=content_hash([(g.id, g.faulty) for g in given]),
        pieces=len(pairs),
        failed=failed,
        kappa=value,
        low=low,
        high=high,
    )


def kappa(pairs: Sequence[tuple[bool, bool]]) -> float:
    """Cohen's kappa of two raters (Cohen, 1960); 0 where chance alone would agree wholly."""
    n = len(pairs)
    if n == 0:
        return 0.0
    agreed = sum(a == b for a, b in pairs) / n
    first, second = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    chance = first * second + (1 - first) * (1 - second)
    return 0.0 if chance >= 1 else (agreed - chance) / (1 - chance)


def interval(pairs: Sequence[tuple[bool, bool]], seed: int = 2026) -> tuple[float, float, float]:
    """Kappa and its 95 % interval, by percentiles of a bootstrap over pieces."""
    chance = random.Random(seed)
    if not pairs:
        return 0.0, -1.0, 1.0
    drawn = sorted(kappa(chance.choices(pairs, k=len(pairs))) for _ in range(DRAWS))
    return kappa(pairs), drawn[int(0.025 * DRAWS)], drawn[int(0.975 * DRAWS) - 1]

"""Fifty goals of Halden's, written one after the other as a house writes through its year: each
knows what went out before it, as the workflow does from the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

import yaml

from agents import brief_writer
from agents.copy_generator import generate_copy
from agents.critic import criticise
from agents.tasks import CopyQuestion
from domain.brief import Brief
from domain.critique import Critique, Finding
from domain.draft import CallToAction, Draft, Paragraph, Variant
from domain.proof import Worth
from domain.voice import Passage, PassageKind
from evals.ground import Ground
from evals.subjects.critic import LINK
from evals.subjects.rendered import rendered
from workflows.library import least_used
from workflows.writing import NEAREST_OF_A_KIND, PASSAGES_OF_A_KIND

GOALS = Path(__file__).parent / "goals.yaml"
ROUNDS = 3


@dataclass(frozen=True)
class Piece:
    """The first variant of a draft, with all that was found against the draft."""

    goal: str
    brief: Brief
    draft: Draft
    critique: Critique
    rounds: int

    @property
    def variant(self) -> Variant:
        return self.draft.variants[0]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.critique.findings

    def body(self) -> str:
        """What is its own: without greeting and sign-off, which all mails of the house share."""
        return body_of(self.variant)

    def written(self) -> str:
        """The whole mail in plain text."""
        lines = [f"Subject: {self.variant.subject}", f"Preheader: {self.variant.preheader}"]
        for block in self.variant.blocks:
            lines += [f"[{product_id}]" for product_id in block.products()]
            call = isinstance(block, CallToAction)
            lines += [f"[{text}]" if call else text for _, text in block.words()]
        return "\n\n".join(lines)


def body_of(variant: Variant) -> str:
    """Subject, preheader, the body's texts and the call, without greeting and sign-off."""
    blocks = list(variant.blocks)
    first = next((b for b in blocks if isinstance(b, Paragraph)), None)
    last = blocks[-1] if isinstance(blocks[-1], Paragraph) else None
    inner = (b for b in blocks if b is not first and b is not last)
    texts = (text for block in inner for _, text in block.words())
    return "\n".join((variant.subject, variant.preheader, *texts))


async def write_all(ground: Ground, most: int = 0) -> tuple[Piece, ...]:
    """One draft a goal, in the order of the year."""
    found: list[Piece] = []
    for row in yaml.safe_load(GOALS.read_text("utf-8"))[: most or None]:
        found.append(await _write(row, ground, found))
    return tuple(found)


async def _write(row: dict[str, Any], ground: Ground, before: Sequence[Piece]) -> Piece:
    brief = await _brief(row, ground)
    worths = _worths(before)
    passages = await _passages(brief, ground, {w.passage_id: w for w in worths})
    last: Draft | None = None
    critique: Critique | None = None
    for number in range(1, ROUNDS + 1):
        question = CopyQuestion(
            brief=brief,
            facts=ground.facts.model_copy(
                update={
                    "products": tuple(p for p in ground.facts.products if p.id in _stems(brief))
                }
            ),
            guide=ground.brand.guide,
            passages=passages,
            worths=worths,
            recent=tuple(text for p in before for v in p.draft.variants for _, text in v.texts()),
            last=last,
            findings=critique.findings if critique else (),
            variants=1,
            link=LINK,
        )
        last = await generate_copy(question, ground.house)
        critique = await criticise(
            last,
            brief=brief,
            facts=ground.facts,
            guide=ground.brand.guide,
            rendered=rendered(last, ground).made,
            round=number,
        )
        if critique.verdict != "needs_revision":
            break
    assert last is not None
    assert critique is not None
    return Piece(row["goal"], brief, last, critique, number)


async def _brief(row: dict[str, Any], ground: Ground) -> Brief:
    today: date = row["today"]
    customers = ground.stack.customers
    described = await customers.describe()
    goal = await brief_writer.read_goal(
        row["goal"],
        today=today,
        currency="EUR",
        facts=ground.facts,
        model=ground.house,
        categories=described.categories,
        event_names=tuple(name for name, _ in described.event_names),
    )
    given: dict[str, Any] = {k: row[k] for k in ("language", "objective") if k in row}
    if "about" in row:
        given["products"] = tuple(row["about"])
    goal = goal.model_copy(update=given)
    rule = brief_writer.audience_rule(goal, today, described.rhythm)
    return await brief_writer.write_brief(
        goal,
        today=today,
        currency="EUR",
        customers=customers,
        evidence=await customers.evidence(rule),
        facts=ground.facts,
        guide=ground.brand.guide,
        model=ground.house,
    )


async def _passages(
    brief: Brief, ground: Ground, worths: Mapping[str, Worth]
) -> tuple[Passage, ...]:
    found: dict[str, Passage] = {}
    for kind in get_args(PassageKind):
        near = await ground.stack.voice.search(
            brief.message,
            kind=kind,
            language=brief.language,
            objective=brief.goal.objective,
            channel=brief.channel,
            n=NEAREST_OF_A_KIND,
        )
        chosen = least_used(near, worths, PASSAGES_OF_A_KIND)
        found |= {passage.id: passage for passage in chosen}
    return tuple(found.values())


def _worths(before: Sequence[Piece]) -> tuple[Worth, ...]:
    """How often each passage was used so far."""
    used: Counter[str] = Counter()
    last: dict[str, date] = {}
    for piece in before:
        for passage_id in {i for v in piece.draft.variants for i in v.provenance.passage_ids}:
            used[passage_id] += 1
            last[passage_id] = piece.brief.send_from
    return tuple(
        Worth(passage_id=i, times_used=times, last_used=last[i]) for i, times in used.items()
    )


def _stems(brief: Brief) -> set[str]:
    return {fact_id.split(".", 1)[0] for fact_id in brief.fact_ids}

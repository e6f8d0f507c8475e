"""Copy: from a brief that a case states to variants, with the brand's own passages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from agents.copy_generator import generate_copy
from agents.critic import criticise
from agents.model import Model
from agents.tasks import CopyQuestion
from domain.brief import Brief
from domain.critique import Critique
from domain.draft import Draft
from domain.facts import Facts
from domain.voice import Guide, Passage, PassageKind
from evals.case import Case
from evals.ground import Ground
from evals.subjects.briefs_given import brief_of
from evals.subjects.critic import LINK
from evals.subjects.rendered import Mails, rendered

ROUNDS = 3
PASSAGES_OF_A_KIND = 4


@dataclass(frozen=True)
class Written:
    """A draft as it stands after the critic, with all that it must agree with."""

    brief: Brief
    draft: Draft
    critique: Critique
    mails: Mails
    facts: Facts
    guide: Guide
    rounds: int


async def produce(case: Case, ground: Ground, model: Model) -> Written:
    """Writes and criticises, at most three rounds, as the campaign does."""
    brief = brief_of(case.given)
    guide = ground.brand.guide
    passages = await _passages(brief, ground)
    last: Draft | None = None
    critique: Critique | None = None
    for number in range(1, ROUNDS + 1):
        question = CopyQuestion(
            brief=brief,
            facts=_named(ground.facts, brief),
            guide=guide,
            passages=passages,
            last=last,
            findings=critique.findings if critique else (),
            variants=int(case.given.get("count", 3)),
            link=LINK,
        )
        last = await generate_copy(question, model, ground.house)
        mails = rendered(last, ground)
        critique = await criticise(
            last,
            brief=brief,
            facts=ground.facts,
            guide=guide,
            rendered=mails.made,
            model=None if model.name == "house" else model,
            round=number,
        )
        if critique.verdict != "needs_revision":
            break
    assert last is not None
    assert critique is not None
    return Written(brief, last, critique, mails, ground.facts, guide, number)


async def _passages(brief: Brief, ground: Ground) -> tuple[Passage, ...]:
    found: dict[str, Passage] = {}
    for kind in get_args(PassageKind):
        near = await ground.stack.voice.search(
            brief.message,
            kind=kind,
            language=brief.language,
            objective=brief.goal.objective,
            channel=brief.channel,
            n=PASSAGES_OF_A_KIND,
        )
        found |= {passage.id: passage for passage in near}
    return tuple(found.values())


def _named(facts: Facts, brief: Brief) -> Facts:
    """The products that the brief names, and the house's own statements."""
    stems = {fact_id.split(".", 1)[0] for fact_id in brief.fact_ids}
    return facts.model_copy(update={"products": tuple(p for p in facts.products if p.id in stems)})

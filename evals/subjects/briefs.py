"""Briefs: from a goal to a brief, over the customers of a small simulated workspace."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from agents import brief_writer
from agents.model import Model
from domain.brief import Brief
from domain.facts import Facts
from domain.voice import Guide
from evals.case import Case
from evals.ground import WORLD, Ground
from workflows.audience import reach

TODAY = WORLD.end.astimezone(ZoneInfo("Europe/Berlin")).date()


@dataclass(frozen=True)
class Briefed:
    brief: Brief
    facts: Facts
    guide: Guide


async def produce(case: Case, ground: Ground, model: Model) -> Briefed:
    """``goal``: the sentence; ``reject_reason``: why a person sent the last brief back."""
    stack = ground.stack
    described = await stack.customers.describe()
    goal = await brief_writer.read_goal(
        case.given["goal"],
        today=TODAY,
        currency="EUR",
        facts=ground.facts,
        model=model,
        house=ground.house,
        categories=described.categories,
        event_names=tuple(name for name, _ in described.event_names),
    )
    rule = brief_writer.audience_rule(goal, TODAY, described.rhythm)
    evidence = await stack.customers.evidence(rule)
    reached = await reach(stack, rule, service=goal.service)
    brief = await brief_writer.write_brief(
        goal,
        today=TODAY,
        currency="EUR",
        customers=stack.customers,
        evidence=evidence.model_copy(
            update={"reachable": len(reached.people), "left_out": reached.counts()}
        ),
        facts=ground.facts,
        guide=ground.brand.guide,
        model=model,
        house=ground.house,
        holdout=case.given.get("holdout"),
        reject_reason=case.given.get("reject_reason", ""),
    )
    return Briefed(brief, ground.facts, ground.brand.guide)

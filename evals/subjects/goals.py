"""Goals: a sentence or two, and what was understood of them."""

from __future__ import annotations

from agents.brief_writer import checked
from agents.model import Model
from agents.tasks import READ_GOAL
from domain.goal import Goal
from evals.case import Case
from evals.goals import GoalCase
from evals.ground import Ground


async def produce(case: Case, ground: Ground, model: Model) -> Goal:
    one: GoalCase = case.given["case"]
    goal = await model.answer(READ_GOAL, one.given)
    return goal if model.name == "house" else checked(goal, one.given)

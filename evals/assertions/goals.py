"""What cases may ask of a goal as it was understood."""

from __future__ import annotations

from collections.abc import Mapping

from domain.goal import Goal
from evals.assertions import Assertion
from evals.goals import GoalCase, score


def understood(goal: Goal, wanted: GoalCase) -> str:
    """Every field is right, and exactly the other words are quoted back."""
    wrong = score(wanted, goal).wrong
    return "; ".join(f"{field} is {found}, not {expected}" for field, expected, found in wrong)


def understood_unseen(goal: Goal, wanted: GoalCase) -> str:
    """The same for goals that must stay unseen: says which fields are wrong, never what."""
    return ", ".join(f"{field} is wrong" for field, _, _ in score(wanted, goal).wrong)


ASSERTIONS: Mapping[str, Assertion] = {
    "understood": understood,
    "understood_unseen": understood_unseen,
}

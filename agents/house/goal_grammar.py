"""The house writer's answer to READ_GOAL."""

from __future__ import annotations

from agents.tasks import GoalText
from domain.goal import Goal, Unread


def read_goal(given: GoalText) -> Goal:
    """Everything unread."""
    return Goal(
        text=given.text,
        unread=(Unread(words=given.text, start=0, end=len(given.text)),),
    )

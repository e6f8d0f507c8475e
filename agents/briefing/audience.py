"""The audience rule of a brief, and the rules beside it that its numbers need."""

from __future__ import annotations

from datetime import date, timedelta

from agents.house.goal_dates import months
from agents.house.goal_draft import silent_since
from agents.house.goal_people import LAPSED_MONTHS
from domain.goal import Goal
from domain.predicate import AllOf, AnyOf, Bought, Did, Everyone, NotThat, Predicate, Stage
from tools.cdp.port import Rhythm

SERVICE_DUE_DAYS = 90
"""A service due longer ago than this is another matter than a reminder."""


def rule_of(goal: Goal, today: date) -> Predicate:
    """The goal's audience; where it names none, the one that its objective implies."""
    if goal.audience is not None:
        return goal.audience
    if goal.objective == "service_due":
        return Did(event="Service Due", since=today - timedelta(days=SERVICE_DUE_DAYS))
    return Everyone()


def with_rhythm(rule: Predicate, today: date, rhythm: Rhythm) -> Predicate:
    """The rule as these data can answer it: lapsed is who is by the customers' own rhythm, and
    where the data hold too few returns to tell it, who has not bought for LAPSED_MONTHS."""
    match rule:
        case _ if rhythm.wait_days is not None:
            return rule
        case AllOf(of=of):
            return AllOf(of=tuple(with_rhythm(part, today, rhythm) for part in of))
        case AnyOf(of=of):
            return AnyOf(of=tuple(with_rhythm(part, today, rhythm) for part in of))
        case NotThat(that=that):
            return NotThat(that=with_rhythm(that, today, rhythm))
        case Stage(stages=("lapsed",)):
            return silent_since(months(today, -LAPSED_MONTHS))
        case _:
            return rule


def broader(rule: Predicate) -> Predicate | None:
    """The same rule asking for one purchase less; None where it asks for no number."""
    match rule:
        case Bought() | Did() if rule.at_least > 1 and rule.at_most is None:
            return rule.model_copy(update={"at_least": rule.at_least - 1})
        case AllOf(of=of):
            for place, part in enumerate(of):
                wider = broader(part)
                if wider is not None:
                    return AllOf(of=(*of[:place], wider, *of[place + 1 :]))
            return None
        case _:
            return None

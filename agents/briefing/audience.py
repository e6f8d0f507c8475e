"""The audience rule of a brief, and the rules beside it that its numbers need."""

from __future__ import annotations

from datetime import date, timedelta

from domain.goal import Goal
from domain.predicate import AllOf, AnyOf, Bought, Did, Everyone, NotThat, Predicate

SERVICE_DUE_DAYS = 90
"""A service due longer ago than this is another matter than a reminder."""


def rule_of(goal: Goal, today: date) -> Predicate:
    """The goal's audience; where it names none, the one that its objective implies."""
    if goal.audience is not None:
        return goal.audience
    if goal.objective == "service_due":
        return Did(event="Service Due", since=today - timedelta(days=SERVICE_DUE_DAYS))
    return Everyone()


def as_it_was(rule: Predicate, cut: date) -> Predicate:
    """The rule as it would have chosen people on the day ``cut``.

    "Not since September" excludes by definition everybody who bought last month, so the plain
    baseline of such an audience is zero whatever they are like. Ending the exclusion at ``cut``
    gives the people who fitted the rule then, and what they did afterwards is a fair baseline.
    """
    match rule:
        case AllOf(of=of):
            return AllOf(of=tuple(as_it_was(part, cut) for part in of))
        case AnyOf(of=of):
            return AnyOf(of=tuple(as_it_was(part, cut) for part in of))
        case NotThat(that=Bought() | Did() as that) if that.before is None and _earlier(that, cut):
            return NotThat(that=that.model_copy(update={"before": cut}))
        case Bought() | Did() if rule.at_most is not None and rule.before is None:
            return rule.model_copy(update={"before": cut}) if _earlier(rule, cut) else rule
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


def _earlier(rule: Bought | Did, cut: date) -> bool:
    return rule.since is None or rule.since < cut

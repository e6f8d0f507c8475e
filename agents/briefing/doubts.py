"""What the data cannot support, each in a sentence."""

from __future__ import annotations

from datetime import timedelta

from agents.briefing.holdout import worth_finding
from agents.briefing.stock import sold_words
from agents.briefing.timing import Timing
from agents.briefing.words import day, number, percent, points
from agents.house.goal_people import LAPSED_MONTHS
from domain.brief import AudienceEvidence, Holdout
from domain.facts import Facts
from domain.figures import Figure
from domain.goal import Goal, Kpi
from domain.predicate import (
    AllOf,
    AnyOf,
    Bought,
    Did,
    NotThat,
    Predicate,
    Sequence,
    Stage,
    contradictions,
)
from domain.predicate.naming import clauses
from tools.cdp.port import DataDescription

KPI_WORDS: dict[Kpi, str] = {
    "viewing_booked": "viewings booked",
    "purchase": "purchases",
    "revenue": "revenue a person",
    "click": "clicks",
    "service_booked": "services booked",
}
_KPI_EVENT: dict[Kpi, str] = {
    "viewing_booked": "Viewing Booked",
    "click": "Email Link Clicked",
    "service_booked": "Service Booked",
}
STALE = timedelta(days=2)
TWO_CHRISTMASES = timedelta(days=700)


def doubts(
    goal: Goal,
    *,
    evidence: AudienceEvidence,
    described: DataDescription,
    facts: Facts,
    kpi: Kpi,
    baseline: Figure,
    holdout: Holdout,
    timing: Timing,
    people: int,
) -> tuple[str, ...]:
    """Every gap that a person should know of before saying yes."""
    found: list[str] = sold_words(goal, facts)
    if goal.audience is None:
        found.append("The goal names no audience that could be read; the rule is the brief's own.")
    elif _asks_lapsed(goal.audience) and not _asks_lapsed(evidence.rule):
        found.append(
            f"“Lapsed” is read as no purchase in {LAPSED_MONTHS} months: the data hold "
            f"{number(described.rhythm.waits)} returns to buy again, too few to tell the "
            "customers' own rhythm."
        )
    if evidence.size == 0:
        found += contradictions(evidence.rule) or ("Nobody fits the audience rule.",)
    found += _reach(evidence)
    last = evidence.last_day or described.last_day
    if last is not None and evidence.as_of.date() - last >= STALE:
        found.append(f"The data end on {day(last)}: what people did since is unknown.")
    first = evidence.first_day or described.first_day
    if first is not None and last is not None and goal.topics and last - first < TWO_CHRISTMASES:
        found.append(
            f"The data span {number((last - first).days + 1)} days: too short to tell the season "
            "from the people."
        )
    known = {name for name, count in described.event_names if count}
    wanted = _events(evidence.rule) | ({_KPI_EVENT[kpi]} if kpi in _KPI_EVENT else set())
    found += [f"No “{name}” is recorded in the data." for name in sorted(wanted - known)]
    if not known & {"Email Delivered", "Email Opened", "Email Link Clicked"}:
        found.append("No earlier mail is recorded: how these people answer mails is unknown.")
    found += _test(baseline, holdout, kpi, people)
    if _excludes(evidence.rule) and baseline.value is not None:
        found.append(
            "The baseline is of people who fitted the rule some weeks ago; whoever still fits it "
            "has stayed away longer, and is likelier to stay away."
        )
    if described.unknown_customer_lines:
        share = described.unknown_customer_lines / max(1, described.order_lines)
        found.append(
            f"{number(described.unknown_customer_lines)} of {number(described.order_lines)} order "
            f"lines ({percent(share)}) name no customer; who bought them is unknown."
        )
    if not facts.products:
        found.append("There is no product list: the mail can name no article and no price.")
    if timing.moved:
        found.append(
            f"The days asked for are over; {day(timing.send_from)} to {day(timing.send_until)} "
            "stand in."
        )
    if timing.late and timing.occasion is not None:
        found.append(
            f"{day(timing.occasion.last_order)} as the last order day before "
            f"{timing.occasion.topic} is assumed, not known."
        )
    return tuple(found)


def _reach(evidence: AudienceEvidence) -> list[str]:
    if evidence.reachable is None:
        return ["How many of them can be mailed is not known yet."]
    reasons = dict(evidence.left_out)
    found = []
    if evidence.reachable == 0 and evidence.size:
        found.append("None of them can be mailed: no address and consent is known together.")
    for reason, words in (("no_address", "have no address"), ("no_consent", "have not agreed")):
        count = reasons.get(reason, 0)
        if evidence.size and count / evidence.size >= 0.2:
            share = percent(count / evidence.size)
            found.append(f"{number(count)} of {number(evidence.size)} ({share}) {words}.")
    return found


def _test(baseline: Figure, holdout: Holdout, kpi: Kpi, people: int) -> list[str]:
    if baseline.value is None:
        return [f"No baseline of {KPI_WORDS[kpi]}: {baseline.note or 'it cannot be counted'}."]
    if holdout.smallest_effect is None:
        return [f"{number(people)} people are too few to show any gain in {KPI_WORDS[kpi]}."]
    wanted = worth_finding(baseline)
    if baseline.unit == "share" and holdout.smallest_effect > wanted:
        return [
            f"{number(people)} people show only gains of {points(holdout.smallest_effect)} or "
            f"more; a gain of {points(wanted)} would most likely go unseen."
        ]
    return []


def _excludes(rule: Predicate) -> bool:
    """Whether it leaves out people for what they did lately."""
    match rule:
        case AllOf(of=of):
            return any(_excludes(part) for part in of)
        case NotThat(that=Bought(since=since, last_days=last_days)):
            return since is not None or last_days is not None
        case Stage(stages=stages):
            return set(stages) <= {"at_risk", "lapsed"}
        case _:
            return False


def _asks_lapsed(rule: Predicate) -> bool:
    return any(isinstance(part, Stage) and part.stages == ("lapsed",) for part in clauses(rule))


def _events(rule: Predicate) -> set[str]:
    match rule:
        case AllOf(of=of) | AnyOf(of=of):
            return {name for part in of for name in _events(part)}
        case NotThat(that=that):
            return _events(that)
        case Did(event=event):
            return {event}
        case Sequence(steps=steps):
            return {name for step in steps for name in _events(step.that)}
        case _:
            return set()

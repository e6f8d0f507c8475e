"""Better campaigns than the one asked for, each with its reason in the data."""

from __future__ import annotations

from datetime import date, timedelta

from agents.briefing.audience import broader
from agents.briefing.holdout import least_shown
from agents.briefing.offer import wants_offer
from agents.briefing.stock import instead_of_sold
from agents.briefing.timing import Timing
from agents.briefing.words import day, number, percent, points
from domain.brief import Alternative, AudienceEvidence, Holdout
from domain.facts import Facts
from domain.figures import Figure
from domain.goal import Goal
from domain.predicate import in_words
from tools.cdp.port import CustomerData

MOSTLY = 0.5


async def alternatives(
    goal: Goal,
    *,
    evidence: AudienceEvidence,
    timing: Timing,
    baseline: Figure,
    holdout: Holdout,
    people: int,
    customers: CustomerData,
    facts: Facts,
) -> tuple[Alternative, ...]:
    """The best first: what is there, who they are, then when, then how many."""
    found = [
        instead_of_sold(goal, facts),
        _for_trade(goal, evidence),
        _another_day(timing, evidence),
        await _more_people(evidence, baseline, holdout, people, customers),
        _larger_holdout(baseline, holdout, people),
    ]
    return tuple(a for a in found if a is not None)


def _for_trade(goal: Goal, evidence: AudienceEvidence) -> Alternative | None:
    share = evidence.figure("trade_share")
    if share is None or share.value is None or not _mostly_trade(evidence):
        return None
    trade = round(share.value * evidence.size)
    others = evidence.size - trade
    without = " without a discount" if wants_offer(goal.offer) else ""
    if others >= trade / 20:
        rest = f"; write to the other {number(others)} apart, as the goal asks"
    else:
        rest = "; the others are too few for a mail of their own"
    note = f" ({share.note})" if share.note else ""
    return Alternative(
        what=f"Send the {number(trade)} trade buyers a re-order letter{without}: what they ordered "
        f"last time, what is in stock, who takes the order{rest}.",
        why=f"Most of them are trade buyers: {number(trade)} of {number(evidence.size)} "
        f"({percent(share.value)}){note}. A consumer's offer is not why a shop orders, and a "
        "discount on quantities is dear.",
        size=trade,
    )


def _mostly_trade(evidence: AudienceEvidence) -> bool:
    share = evidence.figure("trade_share")
    return bool(evidence.size and share and share.value is not None and share.value >= MOSTLY)


def _another_day(timing: Timing, evidence: AudienceEvidence) -> Alternative | None:
    if not timing.late or timing.occasion is None or timing.days_to_order is None:
        return None
    occasion, left = timing.occasion, timing.days_to_order
    start = _after(occasion.on)
    how_late = (
        f"{number(left)} days between the first mail and {day(occasion.last_order)}, the last "
        "order day assumed"
        if left >= 0
        else f"{day(occasion.last_order)}, the last order day assumed, is over before the first "
        "mail"
    )
    when = f"from {day(start)}"
    if occasion.topic == "Christmas":
        return Alternative(
            what=f"Send it in January, {when}, as a first order of the new year.",
            why=f"It is late for Christmas: {how_late}."
            + (
                " Whoever resells has bought for Christmas by now."
                if _mostly_trade(evidence)
                else ""
            ),
        )
    return Alternative(
        what=f"Send it after {occasion.topic}, {when}, without the occasion.",
        why=f"It is late for {occasion.topic}: {how_late}.",
    )


def _after(occasion: date) -> date:
    """The second Tuesday after the occasion's week: people are back and mail is thin."""
    base = occasion + timedelta(days=13)
    return base + timedelta(days=(1 - base.weekday()) % 7)


async def _more_people(
    evidence: AudienceEvidence,
    baseline: Figure,
    holdout: Holdout,
    people: int,
    customers: CustomerData,
) -> Alternative | None:
    """A broader rule, where it shows clearly smaller gains than the one asked for."""
    wider = broader(evidence.rule)
    if wider is None or not evidence.size or holdout.smallest_effect is None:
        return None
    size = (await customers.evidence(wider)).size
    would_be = round(people * size / evidence.size)
    least = least_shown(baseline, would_be, holdout.share)
    if least is None or baseline.unit != "share" or least > 0.8 * holdout.smallest_effect:
        return None
    return Alternative(
        what=f"Widen the rule to: {in_words(wider)}.",
        why=f"{number(size)} people instead of {number(evidence.size)}; about {number(would_be)} "
        f"in the test would show gains of {points(least)} or more instead of "
        f"{points(holdout.smallest_effect)}.",
        rule=wider,
        size=size,
    )


def _larger_holdout(baseline: Figure, holdout: Holdout, people: int) -> Alternative | None:
    if baseline.unit != "share" or holdout.share >= 0.45:
        return None
    half = least_shown(baseline, people, 0.5)
    now = holdout.smallest_effect
    if half is None or (now is not None and half > 0.85 * now):
        return None
    shown = "no gain at all" if now is None else f"gains of {points(now)} or more"
    return Alternative(
        what="Hold back half of them by chance.",
        why=f"It shows gains of {points(half)} or more; {percent(holdout.share)} shows {shown}.",
    )

"""What a report says in sentences."""

from __future__ import annotations

from datetime import timedelta
from math import sqrt

from agents.briefing.words import number, percent, points
from agents.reporting.question import ReportQuestion
from domain.figures import Effect, Figure
from domain.money import Currency
from domain.plan import HELD_BACK
from domain.report import Comparison

FEW_BUYERS = 20
"""With fewer people buying in a group, an interval of revenue is rough."""

OUTCOMES: dict[str, tuple[str, str]] = {
    "viewing_booked": ("viewing", "viewings"),
    "purchase": ("customer buying", "customers buying"),
    "revenue": ("revenue", "revenue"),
    "click": ("person clicking", "people clicking"),
    "service_booked": ("service booked", "services booked"),
    "unsubscribed": ("unsubscribe", "unsubscribes"),
}
"""One and many of each outcome, as a report says them."""


def in_words(effect: Effect, currency: Currency) -> str:
    """One effect in a sentence, with its sizes and its interval."""
    one, many = OUTCOMES.get(effect.metric, (effect.metric, effect.metric))
    if not effect.shown:
        shares = f"{_value(effect.treated)} with the mail, {_value(effect.held_back)} held back"
        beyond = ""
        if effect.smallest_effect is not None:
            least = (
                points(effect.smallest_effect)
                if effect.unit == "share"
                else f"{currency} {effect.smallest_effect:,.2f} a person"
            )
            beyond = f"; so many people show gains of {least} or more"
        return f"No effect shown on {many}: {shares} by chance{beyond}."
    total = effect.total
    value = total.value or 0.0
    amount = abs(value)
    ends = sorted(abs(end) for end in (total.low, total.high) if end is not None)
    if effect.unit == "per_person":
        said = f"{currency} {number(amount)} {'more' if value > 0 else 'less'} {many}"
        between = f"{currency} {number(ends[0])} and {number(ends[1])}"
    else:
        noun = one if round(amount) == 1 else many
        said = f"{number(amount)} {'more' if value > 0 else 'fewer'} {noun}"
        between = f"{number(ends[0])} and {number(ends[1])}"
    return f"The mail brought about {said}, likely between {between}."


def notes_of(
    question: ReportQuestion, effects: list[Effect], comparisons: list[Comparison], why_not: str
) -> tuple[str, ...]:
    notes = []
    if not why_not:
        notes.append(
            "Everybody is counted in the group that chance put them in, whether or not their mail "
            "arrived."
        )
        notes += [in_words(effect, question.currency) for effect in effects[1:]]
        if len(effects) > 2:
            notes.append(
                f"{len(effects) - 1} further outcomes stand beside the one chosen before the send: "
                "of twenty such, one would seem to change by chance alone."
            )
        notes += _variant_notes(comparisons)
        notes += _rough(effects)
        notes += _last_click(question, effects)
    notes += _period(question)
    notes += _states(dict(question.send_states))
    notes += _balance(question)
    return tuple(notes)


def _variant_notes(comparisons: list[Comparison]) -> list[str]:
    if not comparisons:
        return []
    shown = [c for c in comparisons if c.shown]
    if not shown:
        return ["No variant is shown to do better than another."]
    notes = []
    for comparison in shown:
        difference = comparison.difference
        ahead = (difference.value or 0) > 0
        better = comparison.variant if ahead else comparison.other
        worse = comparison.other if ahead else comparison.variant
        ends = sorted((abs(difference.low or 0), abs(difference.high or 0)))
        size = abs(difference.value or 0)
        if difference.unit == "share":
            said = f"{points(size)}, likely between {ends[0] * 100:.1f} and {ends[1] * 100:.1f}"
        else:
            said = f"{size:,.2f} a person, likely between {ends[0]:,.2f} and {ends[1]:,.2f}"
        pairs = len(comparisons)
        allowed = f", allowing for {pairs} comparisons" if pairs > 1 else ""
        notes.append(f"Variant {better} did better than variant {worse}: by {said}{allowed}.")
    return notes


def _rough(effects: list[Effect]) -> list[str]:
    """Where few people bought, revenue hangs on single orders."""
    bought = next((e for e in effects if e.metric == "purchase" and e.unit == "share"), None)
    if bought is None or not any(e.metric == "revenue" for e in effects):
        return []
    least = min(
        round((side.value or 0) * (side.n or 0)) for side in (bought.treated, bought.held_back)
    )
    if least >= FEW_BUYERS:
        return []
    people = "person" if least == 1 else "people"
    return [
        f"Only {number(least)} {people} in one group bought, so revenue hangs on single orders and "
        "its interval is rough."
    ]


def _last_click(question: ReportQuestion, effects: list[Effect]) -> list[str]:
    money = next((f for f in question.results.last_click if f.unit == "money"), None)
    revenue = next((e for e in effects if e.metric == "revenue"), None)
    if money is None or money.value is None or revenue is None:
        return []
    total = revenue.total
    between = (
        f" (likely between {number(total.low)} and {number(total.high)})"
        if total.low is not None and total.high is not None
        else ""
    )
    return [
        f"Last click {question.currency} {number(money.value)}; against those held back "
        f"{question.currency} {number(total.value or 0)}{between}. Last click also counts what "
        "people would have bought anyway."
    ]


def _period(question: ReportQuestion) -> list[str]:
    last = question.results.last_data_day
    whole = question.start + timedelta(days=question.brief.kpi.days)
    if whole > question.as_of:
        return [
            f"The {question.brief.kpi.days} days are not over: they end on {whole:%Y-%m-%d}, and "
            f"this counts what is known on {question.as_of:%Y-%m-%d}."
        ]
    if last is not None and question.start < last and (question.end - last).days >= 2:
        return [
            f"The data end on {last:%Y-%m-%d}, {(question.end - last).days} days before the period "
            "does."
        ]
    return []


def _states(states: dict[str, int]) -> list[str]:
    said = {
        "needs_review": "We cannot tell whether these {n} went out.",
        "missed": "{n} were not sent: their time was over.",
        "left_out": "{n} were left out just before sending.",
        "cancelled": "{n} were cancelled before sending.",
        "scheduled": "{n} are still to be sent.",
    }
    return [
        words.format(n=number(states[state])) for state, words in said.items() if states.get(state)
    ]


def _balance(question: ReportQuestion) -> list[str]:
    """Groups much larger or smaller than planned mean that chance alone did not make them."""
    sizes = {arm.arm: arm.assigned for arm in question.results.arms}
    total = sum(sizes.values())
    wrong = []
    for arm in question.plan.arms:
        expected = total * arm.share
        spread = sqrt(total * arm.share * (1 - arm.share))
        if arm.id in sizes and spread > 0 and abs(sizes[arm.id] - expected) > 4 * spread:
            name = "those held back" if arm.id == HELD_BACK else f"variant {arm.id}"
            wrong.append(f"{name}: {number(sizes[arm.id])} instead of about {number(expected)}")
    if not wrong:
        return []
    return [
        f"The groups are not the sizes that were planned ({'; '.join(wrong)}): something other "
        "than chance may have chosen them, so read every effect with doubt."
    ]


def _value(figure: Figure) -> str:
    if figure.value is None:
        return "unknown"
    if figure.unit == "share":
        return f"{percent(figure.value)} of {number(figure.n or 0)}"
    return f"{figure.value:,.2f} a person"

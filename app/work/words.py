"""How the audit of work reads on a page."""

from __future__ import annotations

from app import words
from domain.work import LAYERS, Answers, Business, Layer, Range, Roadmap, Standing, Step, TaskWork

STANDING: dict[Standing, str] = {
    "agentic": "done by agents",
    "partly": "partly by agents",
    "could_be": "could be done by agents",
    "not_here": "predictable, no agent yet",
    "people": "stays with people",
}
LAYER: dict[Layer, str] = {
    "data": "Customer data",
    "stack": "What the stack already has",
    "content": "Content",
    "measurement": "Measurement",
}
BUSINESS: dict[Business, str] = {
    "consumer_goods": "We make goods for consumers",
    "shop": "We sell what others make",
    "business_goods": "We make goods for businesses",
    "business_services": "Services for businesses",
    "other": "Something else",
}
PROOF = {"reached": "reached", "open": "open", "unknown": "cannot be told"}


def in_range(value: Range) -> str:
    """12 to 18, or 12 where both are the same."""
    least, most = f"{value.least:,.0f}", f"{value.most:,.0f}"
    return least if least == most else f"{least} to {most}"


def hours(work: TaskWork) -> str:
    """What a task gave back, or why nobody knows."""
    if work.hours is not None:
        return f"{in_range(work.hours)} h"
    return f"unknown: {work.why_unknown}" if work.why_unknown else ""


def amount(value: Range | None, currency: str) -> str:
    if value is None:
        return "unknown"
    symbol = words.SYMBOLS.get(currency, currency)
    return f"{symbol} {in_range(value)}"


def when(step: Step) -> str:
    """done; month 1; months 2 to 3, at the earliest."""
    if step.first_month is None:
        return "done"
    last = step.first_month + step.months - 1
    spoken = f"month {last}" if step.months == 1 else f"months {step.first_month} to {last}"
    return spoken if step.released else f"{spoken} at the earliest"


def unanswered(answers: Answers) -> list[str]:
    """What the questionnaire still lacks, in words."""
    missing = []
    if answers.business is None:
        missing.append("the kind of business")
    if answers.review_minutes is None:
        missing.append("what it takes to look at a draft and decide")
    if not answers.tasks:
        missing.append("what each task takes by hand")
    return missing


def layers(road: Roadmap, currency: str) -> list[tuple[str, str]]:
    """Each layer with its share of the budget, and what that is where the budget is known."""
    shares = dict(road.by_layer)
    found = []
    for layer in LAYERS:
        said = words.percent(round(shares[layer], 3))
        if road.budget is not None:
            part = Range(
                least=round(road.budget.least * shares[layer]),
                most=round(road.budget.most * shares[layer]),
            )
            said = f"{said}, {amount(part, currency)}"
        found.append((LAYER[layer], said))
    return found

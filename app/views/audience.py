"""Audience: the segments that the data can tell apart, and what is known of one.

Nobody has to save a segment: the standing ones come from what the data hold, and say how long
"silent" is by the house's own rhythm. Sizes are counts over everybody; what a segment will do is an
estimate with its interval.
"""

from __future__ import annotations

import asyncio
from datetime import date
from urllib.parse import urlencode

from pydantic import ValidationError

from app import words
from app.cards import FIGURE_WORDS
from app.views.people import of_rule
from domain.customer import EVENT_NAMES
from domain.errors import WrongUsage
from domain.figures import Figure, Query
from domain.frozen import Frozen, canonical_json
from domain.predicate import (
    RULE,
    Everyone,
    Predicate,
    as_text,
    contradictions,
    in_words,
    parse_rule,
)
from tools.cdp.port import AudiencePreview
from workflows.audience import reach
from workflows.previewing import preview
from workflows.saved_segments import saved
from workflows.segments import Group, standing
from workflows.stack import Stack

BASELINE_DAYS = 30

_ASIDE = frozenset({"repeated_lines", "repeated_lines_value", "first_purchase_days"})
"""Figures that come last, and only where there is anything."""


class Segment(Frozen):
    """A group of customers by a rule, with its size."""

    name: str
    rule: Predicate
    words: str
    """The rule in words."""
    group: Group
    size: int
    reachable: int
    """Those with an address, consent to mails and no suppression."""
    address: str
    """Its page."""
    people_address: str
    reachable_share: float


class LeftOut(Frozen):
    reason: str
    words: str
    people: int
    address: str


class AudiencePage(Frozen):
    segments: tuple[Segment, ...]
    customers: int
    reachable: int
    left_out: tuple[LeftOut, ...]
    data_until: date | None
    problem: str = ""
    """Why some segments are missing: the saved ones cannot be read."""


class Evidence(Frozen):
    """A figure of a segment, in words, with the query behind it."""

    words: str
    figure: Figure
    query: Query | None


class SegmentPage(Frozen):
    """Everything that the data say of one segment."""

    name: str
    saved: bool
    rule: Predicate
    rule_json: str
    words: str
    size: int
    reachable: int
    left_out: tuple[LeftOut, ...]
    contradictions: tuple[str, ...]
    """Clauses that nobody can fit, and why."""
    preview: AudiencePreview
    """How they are spread, whom they share with other groups, who agreed to which channel."""
    as_text: str
    """The rule as text, which the command line and the builder read."""
    evidence: tuple[Evidence, ...]
    first_day: date | None
    last_day: date | None
    people_address: str
    goal: str
    """The beginning of a goal for these people; empty where they have no saved name."""


class Known(Frozen):
    """What rules may name: the forms of the builder offer it."""

    categories: tuple[str, ...]
    channels: tuple[str, ...]
    events: tuple[str, ...]
    segments: tuple[str, ...]


def read_rule(text: str) -> Predicate:
    """An audience rule from JSON or from its text. Raises WrongUsage unreadable_rule."""
    if not text.lstrip().startswith("{"):
        return parse_rule(text)
    try:
        return RULE.validate_json(text)
    except ValidationError as error:
        raise WrongUsage(
            "unreadable_rule",
            "This audience rule cannot be read.",
            next_step="Build it anew on the audience page.",
        ) from error


def rule_json(rule: Predicate) -> str:
    return canonical_json(rule.model_dump(mode="json"))


async def known_names(stack: Stack) -> Known:
    """What the data hold that a rule may name."""
    described = await stack.customers.describe()
    names = [name for name, _ in described.event_names]
    return Known(
        categories=described.categories,
        channels=described.channels,
        events=tuple(dict.fromkeys([*names, *EVENT_NAMES])),
        segments=tuple(one.name for one in await asyncio.to_thread(saved, stack)),
    )


async def list_segments(stack: Stack) -> tuple[Segment, ...]:
    """Every segment that holds anybody: the standing ones, then those that people saved.

    Raises CdpError store_damaged, SegmentsError unreadable_segments.
    """
    return (await audience_page(stack)).segments


async def audience_page(stack: Stack) -> AudiencePage:
    """All segments with their sizes. Raises as ``list_segments``."""
    described = await stack.customers.describe()
    if not described.customers:
        return AudiencePage(
            segments=(), customers=0, reachable=0, left_out=(), data_until=described.last_day
        )
    everyone = await reach(stack, Everyone())
    named = [(s.group, s.name, s.rule) for s in standing(described)]
    named += await _saved(stack)
    within = everyone.people.column("customer_id")
    sizes = await stack.people.sizes([rule for _, _, rule in named], within)
    found = [
        _segment(group, name, rule, size.people, size.among)
        for (group, name, rule), size in zip(named, sizes, strict=True)
        if size is not None and (size.people or group == "saved")
    ]
    return AudiencePage(
        segments=tuple(found),
        customers=described.customers,
        reachable=len(within),
        left_out=_left_out(Everyone(), everyone.counts()),
        data_until=described.last_day,
    )


_Named = tuple[Group, str, Predicate]


async def _saved(stack: Stack) -> list[_Named]:
    found = await asyncio.to_thread(saved, stack)
    return [("saved", segment.name, segment.rule) for segment in found]


def _segment(group: Group, name: str, rule: Predicate, size: int, reachable: int) -> Segment:
    return Segment(
        name=name,
        rule=rule,
        words=in_words(rule),
        group=group,
        size=size,
        reachable=reachable,
        reachable_share=reachable / size if size else 0.0,
        address=f"/audience/segment?{_query(rule=rule_json(rule), name=name)}",
        people_address=of_rule(rule, title=name),
    )


async def segment_page(stack: Stack, rule: Predicate, name: str = "") -> SegmentPage:
    """What is known of one segment. Raises CdpError unknown_field, no_data, mixed_currencies."""
    found = await stack.customers.evidence(rule)
    reached = await reach(stack, rule)
    queries = {query.id: query for query in found.queries}
    figures = [f for f in found.figures if f.value is not None and f.name not in _ASIDE]
    figures += [f for f in found.figures if f.value and f.name in _ASIDE]
    if found.size:
        figures.insert(0, await _baseline(stack, rule))
    kept = {s.name for s in await asyncio.to_thread(saved, stack) if s.rule == rule}
    is_saved = name in kept
    return SegmentPage(
        name=name or "A rule of your own",
        saved=is_saved,
        rule=rule,
        rule_json=rule_json(rule),
        words=in_words(rule),
        size=found.size,
        reachable=len(reached.people),
        left_out=_left_out(rule, reached.counts()),
        contradictions=contradictions(rule),
        preview=await preview(stack, rule),
        as_text=as_text(rule),
        evidence=tuple(
            Evidence(
                words=FIGURE_WORDS.get(f.name, f.name.replace("_", " ")),
                figure=f,
                query=queries.get(f.query),
            )
            for f in figures
        ),
        first_day=found.first_day,
        last_day=found.last_day,
        people_address=of_rule(rule, title=name or in_words(rule)[:200]),
        goal=f"For the people of “{name}”: " if is_saved else "",
    )


async def _baseline(stack: Stack, rule: Predicate) -> Figure:
    figure = await stack.customers.baseline(rule, "purchase", BASELINE_DAYS)
    return figure.model_copy(update={"name": f"buy_within_{BASELINE_DAYS}_days"})


def _left_out(rule: Predicate, counts: tuple[tuple[str, int], ...]) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(
            reason=reason,
            words=words.LEFT_OUT.get(reason, reason),
            people=count,
            address=of_rule(rule, reason=reason, title=f"Left out: {words.LEFT_OUT[reason]}"),
        )
        for reason, count in counts
    )


def _query(**values: str) -> str:
    return urlencode(values)

"""Whom mails can reach: audience rules tried out, and the people behind a number, masked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from app.rest.callers import Reader
from app.rest.once import Route
from app.rest.paging import Cursor, from_address, place
from app.rest.problems import refusals
from app.rest.shapes import Body
from app.site import site_of
from app.views.people import Asked, Somebody, people_page
from domain.brief import AudienceEvidence
from domain.errors import WrongUsage
from domain.frozen import Frozen
from domain.predicate import Predicate, in_words
from workflows.audience import reach

router = APIRouter(prefix="/audience", tags=["audience"], route_class=Route)

MOST_CLAUSES = 200
"""Of one rule: more than anybody reads."""


class Preview(Body):
    rule: Predicate = Field(
        description="An audience rule, by `kind`: everyone, bought, spent, did, trait, all, any, "
        "not.",
        examples=[{"kind": "bought", "at_least": 1, "categories": ["watch"]}],
    )


class Previewed(Frozen):
    """How many a rule finds, and how many of them can be mailed."""

    rule: Predicate
    words: str
    evidence: AudienceEvidence
    """With the queries behind each figure."""
    reachable: int
    left_out: tuple[tuple[str, int], ...]
    """Reason and number of those who cannot be mailed."""


class MaskedPeople(Frozen):
    """The people behind a number: told apart, and not written to."""

    title: str
    total: int
    items: tuple[Somebody, ...]
    next: str | None
    counted: str
    """What was counted: a rule in words, or a query."""


@router.post("/preview", response_model=Previewed, summary="Try a rule", responses=refusals(409))
async def preview(request: Request, person: Reader, body: Preview) -> Previewed:
    """Count whom a rule finds. Nothing is kept. Needs the right to read."""
    if _clauses(body.rule) > MOST_CLAUSES:
        raise WrongUsage(
            "unreadable_rule",
            f"An audience rule has at most {MOST_CLAUSES} clauses.",
            thing="rule",
            next_step="Leave out what does not narrow it.",
        )
    stack = site_of(request).stack
    evidence = await stack.customers.evidence(body.rule)
    reached = await reach(stack, body.rule)
    return Previewed(
        rule=body.rule,
        words=in_words(body.rule),
        evidence=evidence,
        reachable=len(reached.people),
        left_out=reached.counts(),
    )


@router.get(
    "/people", response_model=MaskedPeople, summary="The people", responses=refusals(404, 409)
)
async def people(
    request: Request, person: Reader, asked: Annotated[Asked, Depends()], cursor: Cursor = ""
) -> MaskedPeople:
    """The people behind a number, masked: of a scheduled send (`publication`), a `campaign`, an
    `approval` or a `rule` as JSON, narrowed by `state`, `reason` and `variant`. Needs the right
    to read."""
    wanted = asked.model_copy(update={"after": place(cursor) or asked.after})
    found = await people_page(site_of(request).stack, wanted)
    return MaskedPeople(
        title=found.title,
        total=found.total,
        items=found.people,
        next=from_address(found.next_page, "after"),
        counted=found.counted,
    )


def _clauses(rule: Predicate) -> int:
    inner = getattr(rule, "of", ())
    return 1 + sum(_clauses(one) for one in (inner if isinstance(inner, tuple) else (inner,)))

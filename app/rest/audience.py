"""Whom mails can reach: audience rules tried out, and the people behind a number, masked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field, StringConstraints

from app.desk.identity import origin_of
from app.keeping_segments import forget_segment, keep_segment
from app.rest.callers import Reader, Writer
from app.rest.once import Route
from app.rest.paging import Cursor, from_address, place
from app.rest.problems import refusals
from app.rest.shapes import Body, Done
from app.site import site_of
from app.views.audience import AudiencePage, SegmentPage, audience_page, segment_page
from app.views.people import Asked, Somebody, people_page
from domain.errors import WrongUsage
from domain.frozen import Frozen
from domain.predicate import Predicate
from ledger.origin import coming_from
from workflows.saved_segments import SavedSegment

router = APIRouter(prefix="/audience", tags=["audience"], route_class=Route)

MOST_CLAUSES = 200
"""Of one rule: more than anybody reads."""


class Preview(Body):
    rule: Predicate = Field(
        description="An audience rule, by `kind`: everyone, bought, spent, did, trait, "
        "agreed, stage, score, sequence, segment, all, any, not.",
        examples=[{"kind": "bought", "at_least": 1, "categories": ["watch"]}],
    )


class NewSegment(Preview):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] = (
        Field(examples=["Friends of dress watches"])
    )


class MaskedPeople(Frozen):
    """The people behind a number: told apart, and not written to."""

    title: str
    total: int
    items: tuple[Somebody, ...]
    next: str | None
    counted: str
    """What was counted: a rule in words, or a query."""


@router.get(
    "/segments", response_model=AudiencePage, summary="List segments", responses=refusals(409)
)
async def segments(request: Request, person: Reader) -> AudiencePage:
    """Every segment that holds anybody, with its size and who of it can be mailed; and why the
    others cannot. Needs the right to read."""
    return await audience_page(site_of(request).stack)


@router.post(
    "/segments",
    response_model=SavedSegment,
    status_code=201,
    summary="Name a rule",
    responses=refusals(409),
)
async def keep(request: Request, person: Writer, body: NewSegment) -> SavedSegment:
    """Keep a rule under a name, by which goals may speak of its people. Needs the right to
    write."""
    _bounded(body.rule)
    with coming_from("api", origin_of(request)):
        return await keep_segment(site_of(request).stack, person, body.name, body.rule)


@router.delete(
    "/segments", response_model=Done, summary="Forget a name", responses=refusals(404, 409)
)
async def forget(
    request: Request, person: Writer, name: Annotated[str, Query(min_length=1, max_length=200)]
) -> Done:
    """Take a name away from a rule. Needs the right to write."""
    with coming_from("api", origin_of(request)):
        await forget_segment(site_of(request).stack, person, name)
    return Done()


@router.post("/preview", response_model=SegmentPage, summary="Try a rule", responses=refusals(409))
async def preview(request: Request, person: Reader, body: Preview) -> SegmentPage:
    """Whom a rule finds: how many, how many of them can be mailed, and what the data say of them,
    with the query behind each figure. Nothing is kept. Needs the right to read."""
    _bounded(body.rule)
    return await segment_page(site_of(request).stack, body.rule)


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


def _bounded(rule: Predicate) -> None:
    if _clauses(rule) > MOST_CLAUSES:
        raise WrongUsage(
            "unreadable_rule",
            f"An audience rule has at most {MOST_CLAUSES} clauses.",
            thing="rule",
            next_step="Leave out what does not narrow it.",
        )


def _clauses(rule: Predicate) -> int:
    inner = getattr(rule, "of", ())
    return 1 + sum(_clauses(one) for one in (inner if isinstance(inner, tuple) else (inner,)))

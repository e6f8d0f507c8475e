"""What goes out: the calendar, scheduled sends, messages of unknown fate, and Pause all."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, Field, StringConstraints

from app.desk.identity import origin_of
from app.desk.security import MAIL_POLICY
from app.rest.callers import Publisher, Reader, Writer
from app.rest.once import Route, act
from app.rest.paging import Cursor, Page, from_address, place
from app.rest.problems import refusals
from app.rest.shapes import Body, Done, Id
from app.site import site_of
from app.views.calendar import Calendar, Mode, calendar
from app.views.sent import SentPage, SentRow, mail_html, sent_list, sent_page
from domain.frozen import Frozen
from ledger import first_wave, publications, sending, sends
from ledger.database import Transaction
from ledger.origin import coming_from
from ledger.sending import Pause
from ledger.sends import ReviewDecision, SendRow
from workflows import moving
from workflows.moving import Move
from workflows.transactions import read

router = APIRouter(prefix="/scheduled-sends", tags=["sending"], route_class=Route)
pausing = APIRouter(prefix="/sending", tags=["sending"], route_class=Route)
days = APIRouter(prefix="/calendar", tags=["calendar"], route_class=Route)


class PauseAll(Body):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class MoveTo(Body):
    start: AwareDatetime = Field(
        description="When its first mail is to go out.", examples=["2026-12-01T09:00:00+01:00"]
    )


class Settle(Body):
    keys: Annotated[tuple[str, ...], Field(min_length=1, max_length=5000)] = Field(
        description="Keys of messages of which nobody knows whether they went out."
    )
    decision: ReviewDecision = Field(
        description="sent: they did. send_again: they did not, and go out now. drop: never again."
    )


class Settled(Frozen):
    settled: int
    """Messages that were decided on; those decided before are not counted."""


class Unknown(Frozen):
    """A message of which nobody knows whether it went out."""

    key: str
    message_id: str
    variant: str
    sending_at: datetime | None
    reason: str


class UnknownList(Frozen):
    items: tuple[Unknown, ...]


@days.get("", response_model=Calendar, summary="The calendar")
async def when(
    request: Request,
    person: Reader,
    mode: Mode = "month",
    around: Annotated[
        date | None, Query(description="A day of it; none: the workspace's today.")
    ] = None,
) -> Calendar:
    """What goes out when, what waits for a yes, and how mails crowd. Needs the right to read."""
    return await calendar(site_of(request).stack, mode=mode, around=around)


@days.get(
    "/move",
    response_model=Move,
    summary="What a move would mean",
    responses=refusals(404, 409),
)
async def would_move(
    request: Request,
    person: Reader,
    thing: Annotated[
        str,
        Query(
            min_length=1,
            max_length=80,
            description="The id of a scheduled send, of an approval that waits, or of a campaign.",
        ),
    ],
    start: Annotated[AwareDatetime, Query(description="When it would begin.")],
) -> Move:
    """Whether the approval would stay, and why; who would be left out by the cap; what else these
    people get; and the nearest free time. Nothing is changed. Needs the right to read."""
    return await moving.preview(site_of(request).stack, thing, start)


@router.get("", response_model=Page[SentRow], summary="List")
async def listed(
    request: Request,
    person: Reader,
    search: Annotated[
        str,
        Query(max_length=200, description="Words of the goal, or the end of a pseudonym."),
    ] = "",
    cursor: Cursor = "",
) -> Page[SentRow]:
    """The latest first, 50 a page. Needs the right to read."""
    found = await sent_list(site_of(request).stack, search=search, before=place(cursor))
    return Page(items=found.rows, next=from_address(found.next_page, "before"))


@router.get("/{id}", response_model=SentPage, summary="Show", responses=refusals(404))
async def shown(request: Request, person: Reader, id: Id) -> SentPage:  # noqa: A002
    """What became of its messages, its mails, and what is not known of it. Needs the right to
    read."""
    return await sent_page(site_of(request).stack, id)


@router.get(
    "/{id}/mails/{variant}",
    response_class=Response,
    summary="A mail as it went",
    responses={
        200: {
            "description": "Its HTML, placeholders unfilled.",
            "content": {"text/html": {"schema": {"type": "string"}}},
        },
        **refusals(404),
    },
)
async def mail(
    request: Request,
    person: Reader,
    id: Id,  # noqa: A002
    variant: Id,
    stage: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """One variant, exactly as it was approved; of a stage of life where its blocks differ by it.
    Needs the right to read."""
    html = await mail_html(site_of(request).stack, id, variant, stage)
    headers = {"Content-Security-Policy": MAIL_POLICY}
    return Response(html, media_type="text/html", headers=headers)


@router.post("/{id}/move", response_model=Move, summary="Move", responses=refusals(404, 409))
async def move(
    request: Request,
    person: Publisher,
    id: Id,  # noqa: A002
    body: MoveTo,
) -> Move:
    """Let it begin at another time. Inside the approved window the approval stays; outside it
    falls, and somebody is asked anew. Needs the right to publish."""
    stack = site_of(request).stack
    await read(stack.ledger, lambda tx: publications.get(tx, id))
    with coming_from("api", origin_of(request)):
        return await moving.move(stack, id, person, body.start)


@router.post("/{id}/pause", response_model=Done, summary="Pause", responses=refusals(404, 409))
async def pause_one(request: Request, person: Writer, id: Id) -> Response:  # noqa: A002
    """Hold this one alone; nothing of it goes out until it is resumed. Needs the right to
    write."""
    return await act(request, lambda tx: Done(changed=publications.pause_one(tx, id, person)))


@router.post("/{id}/resume", response_model=Done, summary="Resume", responses=refusals(404, 409))
async def resume_one(request: Request, person: Publisher, id: Id) -> Response:  # noqa: A002
    """Let it go on. Needs the right to publish."""
    return await act(request, lambda tx: Done(changed=publications.resume_one(tx, id, person)))


@router.post("/{id}/release", response_model=Done, summary="Release", responses=refusals(404, 409))
async def release(request: Request, person: Publisher, id: Id) -> Response:  # noqa: A002
    """Let the rest of a large send go, which is held after its first part. Needs the right to
    publish."""
    return await act(request, lambda tx: Done(changed=first_wave.release(tx, id, person) > 0))


@router.post("/{id}/end", response_model=Done, summary="End", responses=refusals(404, 409))
async def end(request: Request, person: Publisher, id: Id) -> Response:  # noqa: A002
    """Send nothing more of a large send, which is held after its first part. Needs the right to
    publish."""
    return await act(request, lambda tx: Done(changed=first_wave.end(tx, id, person) > 0))


@router.get(
    "/{id}/unknown", response_model=UnknownList, summary="Unknown fate", responses=refusals(404)
)
async def unknown(request: Request, person: Reader, id: Id) -> UnknownList:  # noqa: A002
    """Its messages of which nobody knows whether they went out. Needs the right to read."""

    def look(tx: Transaction) -> UnknownList:
        publications.get(tx, id)
        return UnknownList(items=tuple(_unknown(row) for row in sends.review_list(tx, id)))

    return await read(site_of(request).stack.ledger, look)


@router.post(
    "/unknown", response_model=Settled, summary="Decide unknown fate", responses=refusals(409)
)
async def settle(request: Request, person: Publisher, body: Settle) -> Response:
    """A person's word on messages of unknown fate. Needs the right to publish."""
    return await act(
        request,
        lambda tx: Settled(settled=sends.resolve_review(tx, person, body.keys, body.decision)),
    )


@pausing.get("", response_model=Pause, summary="Is sending paused?")
async def status(request: Request, person: Reader) -> Pause:
    """Whether anything may go out, and why not. Needs the right to read."""
    return await read(site_of(request).stack.ledger, sending.status)


@pausing.post("/pause", response_model=Pause, summary="Pause all")
async def pause(request: Request, person: Writer, body: PauseAll) -> Response:
    """Stop all sending within one batch. Needs the right to write."""

    def stop(tx: Transaction) -> Pause:
        sending.pause(tx, person, body.reason)
        return sending.status(tx)

    return await act(request, stop)


@pausing.post("/resume", response_model=Pause, summary="Let sending go on")
async def resume(request: Request, person: Publisher) -> Response:
    """Let sending go on; after a restored backup too. Needs the right to publish."""

    def go_on(tx: Transaction) -> Pause:
        sending.resume(tx, person)
        return sending.status(tx)

    return await act(request, go_on)


def _unknown(row: SendRow) -> Unknown:
    return Unknown(
        key=row.key,
        message_id=row.message_id,
        variant=row.arm,
        sending_at=row.sending_at,
        reason=row.reason,
    )

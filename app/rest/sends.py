"""What goes out: the calendar, scheduled sends, messages of unknown fate, and Pause all."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, Field, StringConstraints

from app.rest.callers import Publisher, Reader, Writer
from app.rest.once import Route, act
from app.rest.paging import Cursor, Limit, Page, page_of, place
from app.rest.problems import refusals
from app.rest.shapes import Body, Done, Id
from app.scheduled import ScheduledSend
from app.site import site_of
from app.views.calendar import Calendar, Mode, calendar
from domain.frozen import Frozen
from domain.publication import PublicationState
from ledger import listing, publications, sending, sends
from ledger.database import Transaction
from ledger.publications import PublicationRow
from ledger.sending import Pause
from ledger.sends import ReviewDecision, SendRow
from workflows.transactions import read

router = APIRouter(prefix="/scheduled-sends", tags=["sending"], route_class=Route)
pausing = APIRouter(prefix="/sending", tags=["sending"], route_class=Route)
days = APIRouter(prefix="/calendar", tags=["calendar"], route_class=Route)


class PauseAll(Body):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class MoveTo(Body):
    start: AwareDatetime = Field(
        description="When its first mail is to go out. Inside the approved window the approval "
        "stays; outside it falls, and somebody is asked again."
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


@router.get("", response_model=Page[ScheduledSend], summary="List")
async def listed(
    request: Request,
    person: Reader,
    state: PublicationState | None = None,
    search: Annotated[str, Query(max_length=200, description="Words of the goal.")] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[ScheduledSend]:
    """The latest first, with what became of their messages. Needs the right to read."""
    before = place(cursor)

    def look(tx: Transaction) -> Page[ScheduledSend]:
        states = (state,) if state is not None else ()
        rows = listing.publications_page(
            tx, states=states, search=search.strip(), before=before, limit=limit + 1
        )
        return page_of([_shown(tx, row) for row in rows], limit, lambda row: row.id)

    return await read(site_of(request).stack.ledger, look)


@router.get("/{id}", response_model=ScheduledSend, summary="Show", responses=refusals(404))
async def shown(request: Request, person: Reader, id: Id) -> ScheduledSend:  # noqa: A002
    """One scheduled send. Needs the right to read."""
    return await read(
        site_of(request).stack.ledger, lambda tx: _shown(tx, publications.get(tx, id))
    )


@router.post(
    "/{id}/move", response_model=ScheduledSend, summary="Move", responses=refusals(404, 409)
)
async def move(
    request: Request,
    person: Publisher,
    id: Id,  # noqa: A002
    body: MoveTo,
) -> Response:
    """Let it begin at another time. Needs the right to publish."""
    return await act(request, lambda tx: _shown(tx, publications.move(tx, id, person, body.start)))


@router.post("/{id}/pause", response_model=Done, summary="Pause", responses=refusals(404, 409))
async def pause_one(request: Request, person: Writer, id: Id) -> Response:  # noqa: A002
    """Hold this one alone; nothing of it goes out until it is resumed. Needs the right to
    write."""
    return await act(request, lambda tx: Done(changed=publications.pause_one(tx, id, person)))


@router.post("/{id}/resume", response_model=Done, summary="Resume", responses=refusals(404, 409))
async def resume_one(request: Request, person: Publisher, id: Id) -> Response:  # noqa: A002
    """Let it go on. Needs the right to publish."""
    return await act(request, lambda tx: Done(changed=publications.resume_one(tx, id, person)))


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


def _shown(tx: Transaction, row: PublicationRow) -> ScheduledSend:
    return ScheduledSend(
        id=row.id,
        campaign_id=row.campaign_id,
        state=row.state,
        stop_reason=row.stop_reason,
        window_start=row.window_start,
        window_end=row.window_end,
        messages=publications.counts(tx, row.id),
        left_out=publications.left_out(tx, row.id),
    )


def _unknown(row: SendRow) -> Unknown:
    return Unknown(
        key=row.key,
        message_id=row.message_id,
        variant=row.arm,
        sending_at=row.sending_at,
        reason=row.reason,
    )

"""Campaigns: start one, follow it, tell its story, end it, and what people say about it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import AwareDatetime, Field, StringConstraints

from app.rest.callers import Reader, Writer
from app.rest.once import Route, act
from app.rest.paging import Cursor, Page, from_address, number_place, place, written
from app.rest.problems import refusals
from app.rest.shapes import EVENT_STREAM, Body, Done, Id, stream
from app.scheduled import ScheduledSend, scheduled_sends
from app.site import site_of
from app.streams import seen
from app.views import campaigns as lists
from app.views.campaigns import CampaignRow
from app.views.history import Line, history_page
from app.views.story import Story, story
from domain.frozen import Frozen
from ledger import approvals, clock, comments, runs
from ledger.approvals import ApprovalStatus, Gate
from ledger.comments import Comment
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.runs import Run
from workflows import decisions
from workflows.transactions import read

router = APIRouter(prefix="/campaigns", tags=["campaigns"], route_class=Route)
talk = APIRouter(prefix="/comments", tags=["campaigns"], route_class=Route)


class NewCampaign(Body):
    goal: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)
    ] = Field(
        description="What it is to reach, in a sentence or two.",
        examples=["Sell the 1968 dress watch to people who bought a watch before."],
    )
    as_of: AwareDatetime | None = Field(
        None, description="Simulated workspaces only: look at the data as of this moment."
    )


class AskAgain(Body):
    gate: Gate = Field(description="What ran out of time: the brief, or what was to be sent.")


class NewComment(Body):
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    approval_id: str | None = Field(None, description="The approval beside which it is said.")


class Asked(Frozen):
    """An approval of a campaign, without what it holds."""

    id: str
    gate: Gate
    status: ApprovalStatus
    content_hash: str
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str


class CampaignShown(Frozen):
    """Where a campaign stands."""

    run: Run
    approvals: tuple[Asked, ...]
    """Oldest first."""
    scheduled_sends: tuple[ScheduledSend, ...]


class Comments(Frozen):
    items: tuple[Comment, ...]
    """Oldest first."""


@router.get("", response_model=Page[CampaignRow], summary="List campaigns")
async def listed(
    request: Request,
    person: Reader,
    show: lists.Filter = "all",
    search: Annotated[str, Query(max_length=200, description="Words of the goal.")] = "",
    cursor: Cursor = "",
) -> Page[CampaignRow]:
    """The newest first, 50 a page. Needs the right to read."""
    found = await lists.campaign_list(
        site_of(request).stack.ledger, show=show, search=search.strip(), before=place(cursor)
    )
    return Page(items=found.rows, next=from_address(found.next_page, "before"))


@router.post(
    "",
    response_model=Run,
    status_code=201,
    summary="Start a campaign",
    responses=refusals(409),
)
async def start(request: Request, person: Writer, body: NewCampaign) -> Response:
    """The agents begin at once; the campaign then waits for an approval of its brief. Needs the
    right to write."""

    def begin(tx: Transaction) -> Run:
        if body.as_of is not None and not clock.is_simulated(tx):
            raise LedgerError(
                "not_simulated",
                "as_of works in simulated workspaces only.",
                thing="as_of",
                next_step="Leave it out: the campaign looks at the data of today.",
            )
        return runs.start(tx, body.goal, person.id, as_of=body.as_of)

    return await act(request, begin, 201)


@router.get("/{id}", response_model=CampaignShown, summary="Show", responses=refusals(404))
async def shown(request: Request, person: Reader, id: Id) -> CampaignShown:  # noqa: A002
    """Where a campaign stands: its run, its approvals, its scheduled sends. Needs the right to
    read."""

    def look(tx: Transaction) -> CampaignShown:
        asked = approvals.for_run(tx, id)
        return CampaignShown(
            run=runs.get(tx, id),
            approvals=tuple(
                Asked.model_validate({name: getattr(one, name) for name in Asked.model_fields})
                for one in asked
            ),
            scheduled_sends=tuple(scheduled_sends(tx, id)),
        )

    return await read(site_of(request).stack.ledger, look)


@router.get("/{id}/story", response_model=Story, summary="The story", responses=refusals(404))
async def told(request: Request, person: Reader, id: Id) -> Story:  # noqa: A002
    """All that happened, in order: goal, data, briefs, rounds of copy and critique, decisions,
    sends, results. Needs the right to read."""
    return await story(site_of(request).stack, id)


@router.get(
    "/{id}/history", response_model=Page[Line], summary="The history", responses=refusals(404)
)
async def history(
    request: Request,
    person: Reader,
    id: Id,  # noqa: A002
    cursor: Cursor = "",
) -> Page[Line]:
    """Its entries of the history, the newest first. Needs the right to read."""
    found = await history_page(site_of(request).stack.ledger, id, number_place(cursor))
    more = written(str(found.lines[-1].seq)) if found.next_page and found.lines else None
    return Page(items=found.lines, next=more)


@router.get(
    "/{id}/events",
    response_class=Response,
    summary="Follow the agents",
    responses={**EVENT_STREAM, **refusals(404)},
)
async def events(
    request: Request,
    person: Reader,
    id: Id,  # noqa: A002
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> Response:
    """What the agents do, as they do it; the stream stays open. Needs the right to read."""
    site = site_of(request)
    await read(site.stack.ledger, lambda tx: runs.get(tx, id))
    return stream(site.streams.tail(id, seen(last_event_id) or 0))


@router.post("/{id}/cancel", response_model=Run, summary="Cancel", responses=refusals(404))
async def cancel(request: Request, person: Writer, id: Id) -> Response:  # noqa: A002
    """End it: what has not gone out stays here, and its approvals no longer hold. One that has
    ended stays as it is. Needs the right to write."""
    return await act(request, lambda tx: runs.cancel(tx, id, person))


@router.post("/{id}/retry", response_model=Run, summary="Try again", responses=refusals(404, 409))
async def retry(request: Request, person: Writer, id: Id) -> Response:  # noqa: A002
    """Go on with what stopped for a reason that is mended now. Needs the right to write."""

    def again(tx: Transaction) -> Run:
        decisions.try_again(tx, id, person)
        return runs.get(tx, id)

    return await act(request, again)


@router.post(
    "/{id}/ask-again", response_model=Run, summary="Ask again", responses=refusals(404, 409)
)
async def ask_again(
    request: Request,
    person: Writer,
    id: Id,  # noqa: A002
    body: AskAgain,
) -> Response:
    """Put what nobody decided in time before people once more. Needs the right to write."""

    def again(tx: Transaction) -> Run:
        decisions.ask_again(tx, id, body.gate, person)
        return runs.get(tx, id)

    return await act(request, again)


@router.get(
    "/{id}/comments", response_model=Comments, summary="List comments", responses=refusals(404)
)
async def said(request: Request, person: Reader, id: Id) -> Comments:  # noqa: A002
    """What people said about it. Needs the right to read."""

    def look(tx: Transaction) -> Comments:
        runs.get(tx, id)
        return Comments(items=tuple(comments.for_run(tx, id)))

    return await read(site_of(request).stack.ledger, look)


@router.post(
    "/{id}/comments",
    response_model=Comment,
    status_code=201,
    summary="Comment",
    responses=refusals(404),
)
async def say(
    request: Request,
    person: Writer,
    id: Id,  # noqa: A002
    body: NewComment,
) -> Response:
    """Say something about it; `@name` mentions a person. It never decides. Needs the right to
    write."""
    return await act(
        request,
        lambda tx: comments.add(tx, id, person, body.text, approval_id=body.approval_id),
        201,
    )


@talk.post("/{id}/settle", response_model=Done, summary="Settle", responses=refusals(404))
async def settle(request: Request, person: Writer, id: Id) -> Response:  # noqa: A002
    """Say of a comment that it is dealt with. Needs the right to write."""
    return await act(request, lambda tx: Done(changed=comments.settle(tx, id, person)))


@talk.get("/unseen", response_model=Comments, summary="What mentions me")
async def unseen(request: Request, person: Reader) -> Comments:
    """Comments that mention the token's person and that they have not seen yet. Needs the right
    to read."""
    found = await read(
        site_of(request).stack.ledger, lambda tx: comments.unseen_mentions(tx, person.id)
    )
    return Comments(items=tuple(found))


@talk.post("/seen", response_model=Done, summary="Mark as seen")
async def mark_seen(request: Request, person: Reader) -> Response:
    """Say that the token's person has seen all that mentions them. Needs the right to read."""
    return await act(request, lambda tx: Done(changed=comments.mark_seen(tx, person.id) > 0))

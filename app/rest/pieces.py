"""Pieces for other channels: what waits, each whole, and the decision about what was seen."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, StringConstraints

from app.content import terms_of
from app.desk.identity import origin_of
from app.rest.callers import Approver, Reader, Writer
from app.rest.once import Route
from app.rest.problems import Seen, precondition, refusals
from app.rest.shapes import Body, Id
from app.site import Site, site_of
from app.views.content import PieceShown, content_page, shown_of
from domain.errors import MainspringError
from domain.frozen import Frozen
from ledger import pieces
from ledger.origin import coming_from
from ledger.people import Person
from ledger.pieces import PieceDecision, PieceRow
from workflows.pieces import decide
from workflows.pieces import edit as put
from workflows.transactions import read

router = APIRouter(prefix="/pieces", tags=["pieces"], route_class=Route)

Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class Pieces(Frozen):
    items: tuple[PieceShown, ...]


class Yes(Body):
    """A yes to what If-Match names."""


class No(Body):
    reason: Annotated[Reason, Field(min_length=1)] = Field(
        description="What the next one should do better.", examples=["The price is missing."]
    )


class Changes(Body):
    changes: dict[str, Any] = Field(
        description="The piece's fields to change.", examples=[{"text": "Halden: it is back."}]
    )


@router.get("", response_model=Pieces, summary="List", responses=refusals(404))
async def listed(
    request: Request,
    person: Reader,
    campaign: Annotated[str | None, Query(max_length=80, pattern=r"^[0-9A-Za-z._:-]+$")] = None,
) -> Pieces:
    """The pieces of a campaign, or all; the newest first, those that are over last. Needs the
    right to read."""
    found = await content_page(site_of(request), person, campaign)
    return Pieces(items=(*found.pieces, *found.over))


@router.get("/{id}", response_model=PieceShown, summary="Show", responses=refusals(404))
async def shown(request: Request, response: Response, person: Reader, id: Id) -> PieceShown:  # noqa: A002
    """One piece with its limits, findings and facts; its ETag is what a decision is about. Needs
    the right to read."""
    row = await _row(site_of(request), id)
    response.headers["ETag"] = f'"{row.content_hash}"'
    return await _shown(site_of(request), row, person)


@router.post(
    "/{id}/approve",
    response_model=PieceShown,
    summary="Approve",
    responses=refusals(404, 409, 412, 428),
)
async def approve(
    request: Request,
    person: Approver,
    id: Id,  # noqa: A002
    body: Yes,
    if_match: Seen = None,
) -> PieceShown:
    """Say yes to exactly what was seen. Needs the right to approve."""
    return await _decide(request, person, id, if_match, "approve", "")


@router.post(
    "/{id}/reject",
    response_model=PieceShown,
    summary="Reject",
    responses=refusals(404, 409, 412, 428),
)
async def reject(
    request: Request,
    person: Approver,
    id: Id,  # noqa: A002
    body: No,
    if_match: Seen = None,
) -> PieceShown:
    """Say no, and why. Needs the right to approve."""
    return await _decide(request, person, id, if_match, "reject", body.reason)


@router.post(
    "/{id}/edit", response_model=PieceShown, summary="Edit", responses=refusals(404, 409, 412, 428)
)
async def edit(
    request: Request,
    person: Writer,
    id: Id,  # noqa: A002
    body: Changes,
    if_match: Seen = None,
) -> PieceShown:
    """Put other words in: the critic reads the whole set again, and a yes that it had is void.
    Needs the right to write."""
    site = site_of(request)
    row = await _seen(site, id, if_match)
    with coming_from("api", origin_of(request)):
        done = await put(site.stack, person, row, body.changes)
    return await _shown(site, done, person)


async def _decide(
    request: Request,
    person: Person,
    piece_id: str,
    if_match: str | None,
    decision: PieceDecision,
    reason: str,
) -> PieceShown:
    site = site_of(request)
    row = await _seen(site, piece_id, if_match)
    with coming_from("api", origin_of(request)):
        terms = terms_of(site.workspace.settings)
        done = await decide(site.stack, person, row, decision, terms, reason)
    return await _shown(site, done, person)


async def _row(site: Site, piece_id: str) -> PieceRow:
    return await read(site.stack.ledger, lambda tx: pieces.get(tx, piece_id))


async def _seen(site: Site, piece_id: str, if_match: str | None) -> PieceRow:
    """The piece, where it is what the caller saw. Raises MainspringError precondition_failed."""
    row = await _row(site, piece_id)
    if precondition(if_match) != row.content_hash:
        raise MainspringError(
            "precondition_failed",
            "What you saw is not what stands there now.",
            thing=piece_id,
            next_step="Show it again, and decide about that.",
        )
    return row


async def _shown(site: Site, row: PieceRow, person: Person) -> PieceShown:
    return await read(site.stack.ledger, lambda tx: shown_of(tx, site, row, person))

"""Audit: the state of the data, and the history with the check of its chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.rest.callers import Administrator, Reader
from app.rest.once import Route
from app.rest.paging import Cursor, Limit, Page, number_place, page_of
from app.rest.problems import refusals
from app.site import site_of
from app.views.audit import AuditPage, UnreadPage, audit_page, unread_page
from app.views.history import Checked, chain_check
from ledger import journal
from ledger.database import Ledger
from ledger.journal import Entry
from workflows.transactions import read

router = APIRouter(prefix="/audit", tags=["audit"], route_class=Route)


@router.get("/data", response_model=AuditPage, summary="The data", responses=refusals(409))
async def data(request: Request, person: Reader) -> AuditPage:
    """What there is, what is missing, what that stops and what mends it; rows that could not be
    read. Needs the right to read."""
    site = site_of(request)
    return await audit_page(site.workspace, site.stack)


@router.get(
    "/data/unread",
    response_model=UnreadPage,
    summary="Rows that we could not read",
    responses=refusals(404),
)
async def unread(
    request: Request,
    person: Reader,
    name: Annotated[str, Query(min_length=1, max_length=300, description="A file of `unread`.")],
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> UnreadPage:
    """Rows of one file with what is wrong with each, masked wherever it may be personal. Needs
    the right to read."""
    return await unread_page(site_of(request).workspace, name, page)


@router.get("/history", response_model=Page[Entry], summary="The history")
async def history(
    request: Request,
    person: Administrator,
    thing: Annotated[
        str, Query(max_length=200, description="Only what happened to this: an id.")
    ] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[Entry]:
    """Every decision and effect, the newest first, each with the hash that covers the one before
    it. Needs the right to administer: it tells who signed in from where. A campaign's own is at
    `/campaigns/{id}/history`."""
    before = number_place(cursor)
    rows = await read(
        site_of(request).stack.ledger,
        lambda tx: journal.entries(tx, thing or None, limit + 1, before=before),
    )
    return page_of(rows, limit, lambda row: row.seq)


@router.get(
    "/history/export",
    response_class=Response,
    summary="Export the history",
    responses={
        200: {
            "description": "JSON lines, the oldest first.",
            "content": {"application/jsonl": {"schema": {"type": "string"}}},
        }
    },
)
async def export(request: Request, person: Administrator) -> Response:
    """The whole trail, an entry a line. Needs the right to administer."""
    return StreamingResponse(_lines(site_of(request).stack.ledger), media_type="application/jsonl")


@router.get("/chain", response_model=Checked, summary="Check the chain")
async def chain(request: Request, person: Reader) -> Checked:
    """Reckon the history's hashes again: any entry that was changed, removed or moved breaks
    them. Needs the right to read."""
    return await chain_check(site_of(request).stack.ledger)


def _lines(ledger: Ledger) -> Iterator[str]:
    with ledger.read() as tx:
        for entry in journal.export(tx):
            yield entry.model_dump_json() + "\n"

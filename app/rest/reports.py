"""Reports: figures with their intervals, as JSON, CSV and a page to print."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from app.desk.security import MAIL_POLICY
from app.rest.callers import Reader, Writer
from app.rest.once import Route
from app.rest.paging import Cursor, Page, from_address, place
from app.rest.problems import refusals
from app.rest.shapes import Id
from app.site import site_of
from app.views.reports import ReportRow, report_list, report_of
from domain.report import Report
from tools.render import report as pages

router = APIRouter(prefix="/reports", tags=["reports"], route_class=Route)


def _as(media_type: str) -> dict[int | str, dict[str, Any]]:
    content = {media_type: {"schema": {"type": "string"}}}
    return {200: {"description": "The report.", "content": content}}


@router.get("", response_model=Page[ReportRow], summary="List reports")
async def listed(request: Request, person: Reader, cursor: Cursor = "") -> Page[ReportRow]:
    """Of the latest campaigns first. Needs the right to read."""
    found = await report_list(site_of(request).stack, before=place(cursor))
    return Page(items=found.rows, next=from_address(found.next_page, "before"))


@router.get("/{id}", response_model=Report, summary="Show", responses=refusals(404, 409))
async def shown(request: Request, person: Reader, id: Id) -> Report:  # noqa: A002
    """A campaign's report as it was drawn last; the first time it is drawn now. Needs the right
    to read."""
    return await report_of(site_of(request).stack, id)


@router.post("/{id}/draw", response_model=Report, summary="Draw anew", responses=refusals(404, 409))
async def draw(request: Request, person: Writer, id: Id) -> Report:  # noqa: A002
    """Count everything again, as of now. Needs the right to write."""
    return await report_of(site_of(request).stack, id, anew=True)


@router.get(
    "/{id}/csv",
    response_class=Response,
    summary="As CSV",
    responses={**_as("text/csv"), **refusals(404, 409)},
)
async def as_csv(request: Request, person: Reader, id: Id) -> Response:  # noqa: A002
    """Every figure with its interval and size. Needs the right to read."""
    found = await report_of(site_of(request).stack, id)
    return Response(pages.csv(found), media_type="text/csv")


@router.get(
    "/{id}/html",
    response_class=Response,
    summary="As a page",
    responses={**_as("text/html"), **refusals(404, 409)},
)
async def as_html(request: Request, person: Reader, id: Id) -> Response:  # noqa: A002
    """One page with its pictures, to print or to send. Needs the right to read."""
    found = await report_of(site_of(request).stack, id)
    headers = {"Content-Security-Policy": MAIL_POLICY}
    return Response(pages.html(found), media_type="text/html", headers=headers)

"""The desk's pages, put into the web application."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from app.desk.drawing import draw, draw_error, is_partial
from app.desk.identity import SignInNeeded
from app.desk.pages import (
    account,
    approvals,
    audience,
    audit,
    brand,
    brand_voice,
    calendar,
    campaigns,
    chat,
    clock,
    content,
    door,
    imports,
    library,
    live,
    people,
    reports,
    sent,
    settings,
    sources,
    team,
    who,
    work,
)
from app.desk.statuses import status_of
from domain.errors import MainspringError, WrongUsage

PAGES = (
    door, live, chat, approvals, calendar, campaigns, reports, audience, brand, brand_voice,
    library, sent, content, audit, imports, settings, sources, team, account, clock, people, who,
    work,
)  # fmt: skip


def install(web: FastAPI) -> None:
    """Put every page and the words for what goes wrong into the application."""
    for page in PAGES:
        web.include_router(page.router, include_in_schema=False)
    web.add_exception_handler(SignInNeeded, _to_the_door)
    web.add_exception_handler(MainspringError, _refused)
    web.add_exception_handler(RequestValidationError, _unreadable)
    web.add_exception_handler(HTTPException, _no_page)


async def _to_the_door(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInNeeded)
    target = "/sign-in" if error.then == "/" else f"/sign-in?{urlencode({'then': error.then})}"
    if is_partial(request):
        return Response(status_code=204, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, MainspringError)
    return await draw_error(request, error, status_of(error))


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = str(first["loc"][-1])
    refused = WrongUsage(
        "unreadable_form",
        f"What was sent cannot be read: {field.replace('_', ' ')}: {first['msg']}.",
        thing=field,
        next_step="Mend it and send it again.",
    )
    return await draw_error(request, refused, 422)


async def _no_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await draw(request, "nothing_here.html", status=404)
    return Response(str(error.detail), status_code=error.status_code, headers=error.headers)

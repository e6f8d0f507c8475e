"""Settings, Sources: what writes events here, what came of it, and what broke the tracking plan."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.drawing import draw
from app.desk.identity import Here, needs, origin_of
from app.desk.statuses import status_of
from app.site import site_of
from app.views.sources import RULE_WORDS, look
from domain.errors import MainspringError
from ledger import sources
from ledger.origin import coming_from
from workflows.transactions import write

router = APIRouter(prefix="/settings/sources")

HERE = "settings"


@router.get("")
async def everything(request: Request, here: Here) -> Response:
    return await _page(request)


@router.post("")
async def add(request: Request, here: Here, name: Annotated[str, Form(max_length=200)]) -> Response:
    """A new source; its write key is on the answer, this once."""
    owner = needs(here, "administer")
    with coming_from("desk", origin_of(request)):
        try:
            source, key = await write(
                site_of(request).stack.ledger, lambda tx: sources.add(tx, name, owner)
            )
        except MainspringError as error:
            return await _page(request, given=name, error=error, status=status_of(error))
    return await _page(request, made=source.name, key=key)


@router.post("/close")
async def close(request: Request, here: Here, name: Annotated[str, Form()]) -> Response:
    """Take a source's key away."""
    owner = needs(here, "administer")
    with coming_from("desk", origin_of(request)):
        await write(site_of(request).stack.ledger, lambda tx: sources.close(tx, name, owner))
    return RedirectResponse("/settings/sources", status_code=303)


async def _page(
    request: Request,
    *,
    made: str = "",
    key: str = "",
    given: str = "",
    error: MainspringError | None = None,
    status: int = 200,
) -> Response:
    page = await asyncio.to_thread(look, site_of(request).workspace)
    return await draw(
        request, "settings/sources.html", HERE, status=status,
        page=page, rules=RULE_WORDS, made=made, key=key, given=given, error=error,
    )  # fmt: skip

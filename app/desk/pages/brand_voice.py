"""Brand: a proposed guide, and the guide's versions."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app import voice
from app.desk.drawing import draw
from app.desk.identity import Here, needs, origin_of
from app.desk.statuses import status_of
from app.site import site_of
from app.views import voice as view
from brand_voice import versions
from domain.errors import MainspringError, Refused
from ledger.origin import coming_from

router = APIRouter()

MOST_TYPED = versions.MOST_CHARACTERS


@router.get("/brand/proposal")
async def proposal(request: Request, here: Here, saved: str = "") -> Response:
    """What would change, why, and the text to edit."""
    return await _draw(request, saved=saved)


@router.post("/brand/proposal")
async def save(
    request: Request,
    here: Here,
    text: Annotated[str, Form(max_length=MOST_TYPED)],
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Save an edited proposal; it is another version then."""
    person = needs(here, "write")
    site = site_of(request)
    typed = text.replace("\r\n", "\n")
    try:
        before = await asyncio.to_thread(versions.proposal_text, site.workspace.brand_folder)
        if view.mark(before) != seen:
            raise voice.stale()
        with coming_from("desk", origin_of(request)):
            await asyncio.to_thread(voice.put_text, site.workspace, person, typed, seen=before)
    except MainspringError as error:
        return await _draw(request, typed=typed, error=error, status=status_of(error))
    return RedirectResponse("/brand/proposal?saved=yes", status_code=303)


@router.post("/brand/versions")
async def put_in_force(
    request: Request, here: Here, version: Annotated[str, Form(max_length=64)]
) -> Response:
    """Approve the proposal as it was shown, or go back to a version."""
    person = needs(here, "approve")
    site = site_of(request)
    with coming_from("desk", origin_of(request)):
        try:
            await asyncio.to_thread(voice.approve, site.workspace, person, version)
        except Refused as error:
            if versions.proposal_text(site.workspace.brand_folder):
                return await _draw(request, error=error, status=status_of(error))
            raise
    await asyncio.to_thread(site.renew)
    return RedirectResponse("/brand?done=approved", status_code=303)


@router.post("/brand/proposal/discard")
async def discard(request: Request, here: Here) -> Response:
    person = needs(here, "write")
    site = site_of(request)
    with coming_from("desk", origin_of(request)):
        await asyncio.to_thread(voice.discard, site.workspace, person)
    return RedirectResponse("/brand?done=discarded", status_code=303)


@router.get("/brand/compare")
async def compare(request: Request, here: Here, before: str, after: str) -> Response:
    """Two versions of the guide, side by side."""
    page = await view.compare_page(site_of(request).stack, before, after)
    return await draw(request, "brand/compare.html", "brand", page=page)


async def _draw(
    request: Request,
    *,
    saved: str = "",
    typed: str | None = None,
    error: MainspringError | None = None,
    status: int = 200,
) -> Response:
    page = await view.proposal_page(site_of(request).workspace.brand_folder, typed)
    return await draw(
        request, "brand/proposal.html", "brand", status=status,
        page=page, saved=saved, error=error, edited=typed is not None,
    )  # fmt: skip

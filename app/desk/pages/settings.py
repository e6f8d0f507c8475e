"""Settings: limits and rules, and what the desk is connected to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app import settings_edit
from app.desk.drawing import draw
from app.desk.identity import Here, needs, origin_of
from app.desk.statuses import status_of
from app.site import Site, site_of
from app.views import settings as views
from domain.errors import MainspringError
from ledger.origin import coming_from

router = APIRouter()

HERE = "settings"


@router.get("/settings")
async def limits(request: Request, here: Here, saved: str = "") -> Response:
    return await _limits(request, saved=saved)


@router.post("/settings")
async def change(request: Request, here: Here) -> Response:
    """Save one section's settings. Its fields are named as the settings are; an unticked box
    sends nothing, so the form says which boxes it has."""
    person = needs(here, "administer")
    form = {k: v for k, v in (await request.form()).items() if isinstance(v, str)}
    boxes = form.get("boxes", "").split()
    values = {name: form.get(name, "false") for name in boxes}
    values |= {name: value for name, value in form.items() if "." in name}
    site = site_of(request)
    with coming_from("desk", origin_of(request)):
        try:
            changes = await asyncio.to_thread(
                settings_edit.edit, site.workspace, person, values, seen=form.get("seen", "")
            )
        except MainspringError as error:
            return await _limits(request, given=values, error=error, status=status_of(error))
    if changes:
        await asyncio.to_thread(site.renew)
    group = form.get("group", "")
    return RedirectResponse(f"/settings?saved={group if group.isalpha() else ''}#{group}", 303)


@router.get("/settings/connections")
async def connections(request: Request, here: Here) -> Response:
    return await draw(
        request, "settings/connections.html", HERE,
        page=_connected(site_of(request)), checks=None,
    )  # fmt: skip


@router.post("/settings/connections")
async def check(request: Request, here: Here) -> Response:
    """Look at every part now: the mail server, DNS, the model, keys, data, disk."""
    needs(here, "administer")
    site = site_of(request)
    return await draw(
        request, "settings/connections.html", HERE,
        page=_connected(site), checks=await views.health(site.workspace),
    )  # fmt: skip


def _connected(site: Site) -> views.Connections:
    return views.connections(site.workspace, site.stack.prompts)


async def _limits(
    request: Request,
    *,
    saved: str = "",
    given: Mapping[str, str] | None = None,
    error: MainspringError | None = None,
    status: int = 200,
) -> Response:
    return await draw(
        request, "settings/limits.html", HERE, status=status,
        page=await views.limits(site_of(request)), saved=saved, given=given or {}, error=error,
    )  # fmt: skip

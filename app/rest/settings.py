"""Settings: what no campaign may overstep, and what the workspace is connected to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from app import settings_edit
from app.checks import Check
from app.desk.identity import origin_of
from app.rest.callers import Administrator, Reader
from app.rest.once import Route
from app.rest.problems import Seen, precondition, refusals
from app.rest.shapes import Body
from app.settings_edit import Change
from app.site import site_of
from app.views import settings as views
from app.views.settings import Connections, Limits
from domain.errors import MainspringError
from domain.frozen import Frozen
from ledger.origin import coming_from

router = APIRouter(prefix="/settings", tags=["settings"], route_class=Route)

Value = str | bool | int | float | None


class NewSettings(Body):
    values: Annotated[dict[str, Value], Field(min_length=1, max_length=50)] = Field(
        description="Section and name of each setting, with its value; null takes an optional one "
        "away.",
        examples=[{"limits.cap_most": 2, "holdout.share": 0.1, "approvals.large_from": None}],
    )


class Changed(Frozen):
    changes: tuple[Change, ...]
    """Empty: all of it was so already."""


class Health(Frozen):
    checks: tuple[Check, ...]


@router.get(
    "",
    response_model=Limits,
    summary="Limits and rules",
    responses={
        200: {
            "description": "What may be changed here, and what of the day's budgets is used.",
            "headers": {"ETag": {"description": "For If-Match.", "schema": {"type": "string"}}},
        }
    },
)
async def limits(request: Request, response: Response, person: Reader) -> Limits:
    """As the file has them now. Needs the right to read."""
    found = await views.limits(site_of(request))
    response.headers["ETag"] = f'"{found.seen}"'
    return found


@router.patch(
    "",
    response_model=Changed,
    summary="Change settings",
    responses=refusals(404, 409, 412, 428),
)
async def change(
    request: Request, person: Administrator, body: NewSettings, if_match: Seen = None
) -> Changed:
    """All of them, or none where one cannot be. What decides where data flow to is edited by hand
    alone. Needs the right to administer."""
    site = site_of(request)
    seen = precondition(if_match)
    try:
        with coming_from("api", origin_of(request)):
            changes = await asyncio.to_thread(
                settings_edit.edit, site.workspace, person, _given(body.values), seen=seen
            )
    except MainspringError as error:
        if error.code != "stale_settings":
            raise
        raise MainspringError(
            "precondition_failed", error.what, thing=error.thing, next_step="Read them again."
        ) from error
    if changes:
        await asyncio.to_thread(site.renew)
    return Changed(changes=changes)


@router.get("/connections", response_model=Connections, summary="Connections")
async def connections(request: Request, person: Reader) -> Connections:
    """What mails are sent with, and which secrets are set. Needs the right to read."""
    site = site_of(request)
    return await asyncio.to_thread(views.connections, site.workspace, site.stack.prompts)


@router.post("/connections/check", response_model=Health, summary="Check every part")
async def check(request: Request, person: Administrator) -> Health:
    """Look at the mail server, DNS, the model, keys, data and disk now. Needs the right to
    administer."""
    return Health(checks=await views.health(site_of(request).workspace))


def _given(values: Mapping[str, Value]) -> dict[str, str]:
    """As a form gives them: text, and shares in per cent."""
    return {name: _text(name, value) for name, value in values.items()}


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if name in settings_edit.SHARES and isinstance(value, int | float):
        return f"{Decimal(str(value)) * 100:f}"
    return str(value)

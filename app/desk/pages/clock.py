"""The simulated clock: where it stands, what comes next, and letting time pass."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.commands.options import read_moment
from app.desk.drawing import draw
from app.desk.identity import Here, needs, origin_of
from app.passing_time import Ahead, look_ahead, pass_time
from app.site import site_of
from ledger.origin import coming_from

router = APIRouter()

Step = Literal["message", "job", "day", "week", "moment"]


@router.get("/clock")
async def clock(request: Request, here: Here) -> Response:
    ahead = await look_ahead(site_of(request).stack)
    return await draw(request, "clock.html", "clock", ahead=ahead)


@router.post("/clock")
async def move(
    request: Request,
    here: Here,
    step: Annotated[Step, Form()],
    moment: Annotated[str, Form()] = "",
) -> Response:
    """Let time pass, as ``--as-of`` does on the command line."""
    site = site_of(request)
    needs(here, "write")
    ahead = await look_ahead(site.stack)
    until = _until(ahead, step, moment, site.workspace.timezone)
    with coming_from("desk", origin_of(request)):
        await pass_time(site.stack, until, site.clock_moved)
    return RedirectResponse("/clock", status_code=303)


def _until(ahead: Ahead, step: Step, moment: str, timezone: str) -> datetime:
    match step:
        case "message":
            return ahead.next_message or ahead.now
        case "job":
            return ahead.next_job or ahead.now
        case "day":
            return ahead.now + timedelta(days=1)
        case "week":
            return ahead.now + timedelta(days=7)
        case "moment":
            return read_moment(moment, timezone)

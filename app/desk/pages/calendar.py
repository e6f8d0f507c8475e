"""The calendar: month, week and list; moving, pausing, and schedules that start campaigns.

A drop, and the "Move…" button of every item, open the same dialog: it says what the move would
mean, and only its button moves anything.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from babel import Locale
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.drawing import draw, is_partial
from app.desk.formats import choose_locale
from app.desk.identity import Here, needs, origin_of
from app.site import site_of
from app.views.calendar import Mode, calendar, schedule_rows
from domain.errors import WrongUsage
from ledger import holding, schedules
from ledger.origin import coming_from
from workflows import moving
from workflows.stack import Stack
from workflows.transactions import read, write

router = APIRouter()

VIEWS: tuple[tuple[Mode, str], ...] = (("month", "Month"), ("week", "Week"), ("list", "List"))


@router.get("/calendar")
async def show(
    request: Request,
    here: Here,
    view: Mode = "month",
    around: date | None = None,
    moved: str = "",
) -> Response:
    """What goes out when. ``moved`` is the campaign whose move the page before made."""
    stack = site_of(request).stack
    start = _week_start(request)
    page = await calendar(stack, mode=view, around=around, week_start=start)
    rows = await read(stack.ledger, lambda tx: schedule_rows(tx))
    at = f"&around={around.isoformat()}" if around else ""
    tabs = [(name, f"/calendar?view={one}{at}", one == view) for one, name in VIEWS]
    return await draw(
        request,
        "calendar/calendar.html",
        here="calendar",
        page=page,
        tabs=tabs,
        rows=rows,
        moved=await _moved(stack, moved),
        week_from=page.first,
        one_day=timedelta(days=1),
    )


@router.get("/calendar/move/{thing_id}")
async def ask_to_move(
    request: Request,
    here: Here,
    thing_id: str,
    day: date | None = None,
    at: time | None = None,
) -> Response:
    """What it would mean to begin on another day, at another time; nothing is moved."""
    stack = site_of(request).stack
    zone = ZoneInfo(stack.timezone)
    asked = await moving.preview(stack, thing_id, _far(zone))
    was = asked.was.astimezone(zone)
    on = datetime.combine(day or was.date(), at or was.time().replace(second=0, microsecond=0))
    start = on.replace(tzinfo=zone)
    chosen = start.astimezone(UTC) != asked.was
    move = await moving.preview(stack, thing_id, start)
    return await draw(
        request,
        "calendar/move_form.html" if is_partial(request) else "calendar/move.html",
        here="calendar",
        move=move,
        thing_id=thing_id,
        on=start,
        free=move.free.astimezone(zone) if move.free is not None else None,
        chosen=chosen,
    )


@router.post("/calendar/move/{thing_id}")
async def move(
    request: Request,
    here: Here,
    thing_id: str,
    day: Annotated[date, Form()],
    at: Annotated[time, Form()],
    content_hash: Annotated[str, Form()] = "",
) -> Response:
    """Move it, as the dialog said."""
    stack = site_of(request).stack
    start = datetime.combine(day, at).replace(tzinfo=ZoneInfo(stack.timezone))
    with coming_from("desk", origin_of(request)):
        made = await moving.move(stack, thing_id, here.person, start, content_hash=content_hash)
    return _to(request, f"/calendar?moved={made.run_id}")


@router.post("/calendar/pause/{publication_id}")
async def pause_one(request: Request, here: Here, publication_id: str) -> Response:
    """Hold one scheduled send; its approval stands."""
    with coming_from("desk", origin_of(request)):
        await write(
            site_of(request).stack.ledger,
            lambda tx: holding.pause_one(tx, publication_id, here.person),
        )
    return _to(request, "/calendar")


@router.post("/calendar/resume/{publication_id}")
async def resume_one(request: Request, here: Here, publication_id: str) -> Response:
    """Let it go on."""
    with coming_from("desk", origin_of(request)):
        await write(
            site_of(request).stack.ledger,
            lambda tx: holding.resume_one(tx, publication_id, here.person),
        )
    return _to(request, "/calendar")


@router.post("/calendar/schedules")
async def add_schedule(
    request: Request,
    here: Here,
    goal: Annotated[str, Form()] = "",
    cron: Annotated[str, Form()] = "",
) -> Response:
    """A campaign that starts itself again and again, and waits for a yes each time."""
    person = needs(here, "write")
    stack = site_of(request).stack
    with coming_from("desk", origin_of(request)):
        await write(
            stack.ledger, lambda tx: schedules.add(tx, cron, stack.timezone, goal, person)
        )
    return _to(request, "/calendar#schedules")


@router.post("/calendar/schedules/{schedule_id}/remove")
async def remove_schedule(request: Request, here: Here, schedule_id: str) -> Response:
    """Let it start nothing more; what it started goes on."""
    with coming_from("desk", origin_of(request)):
        await write(
            site_of(request).stack.ledger,
            lambda tx: schedules.remove(tx, schedule_id, here.person),
        )
    return _to(request, "/calendar#schedules")


def _to(request: Request, address: str) -> Response:
    """Where to go once it is done, for a form and for htmx."""
    if is_partial(request):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


def _week_start(request: Request) -> int:
    """The first day of the reader's week; 0 is Monday."""
    locale = choose_locale(request.headers.get("accept-language", ""))
    return int(Locale.parse(locale).first_week_day)


def _far(zone: ZoneInfo) -> datetime:
    return datetime.now(zone)


async def _moved(stack: Stack, run_id: str) -> moving.Move | None:
    return None


__all__ = ["WrongUsage", "router"]

"""The calendar: month, week and list; moving, pausing, and schedules that start campaigns.

A drop, and the "Move…" button of every item, open the same dialog: it says what the move would
mean, and only its button moves anything.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from babel import Locale
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app import words
from app.desk.drawing import draw, is_partial
from app.desk.formats import choose_locale
from app.desk.identity import Here, needs, origin_of
from app.site import site_of
from app.views.calendar import Mode, calendar, schedule_rows
from ledger import holding, listing, schedules
from ledger.origin import coming_from
from workflows import moving
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
    stays: bool = False,
) -> Response:
    """What goes out when. ``moved`` names the campaign that was just moved."""
    stack = site_of(request).stack
    page = await calendar(stack, mode=view, around=around, week_start=_week_start(request))
    rows = await read(stack.ledger, schedule_rows)
    goals = await read(stack.ledger, lambda tx: listing.goals_of(tx, [moved] if moved else []))
    at = f"&around={around.isoformat()}" if around else ""
    return await draw(
        request,
        "calendar/calendar.html",
        here="calendar",
        page=page,
        tabs=[(name, f"/calendar?view={one}{at}", one == view) for one, name in VIEWS],
        rows=rows,
        moved=words.title(goals[moved]) if moved in goals else "",
        stays=stays,
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
    was: datetime | None = None
    if day is None or at is None:
        now = await read(stack.ledger, lambda tx: tx.now)
        was = (await moving.preview(stack, thing_id, now)).was.astimezone(zone)
        day, at = day or was.date(), at or was.time().replace(second=0, microsecond=0)
    start = datetime.combine(day, at, zone)
    return await draw(
        request,
        "calendar/move_form.html" if is_partial(request) else "calendar/move.html",
        here="calendar",
        move=await moving.preview(stack, thing_id, start),
        thing_id=thing_id,
        start=start,
        chosen=was is None or start != was,
        title_of=words.title,
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
    stays = "&stays=true" if made.keeps_approval else ""
    return _to(request, f"/calendar?moved={made.run_id}&around={_page_of(day)}{stays}")


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
        await write(stack.ledger, lambda tx: schedules.add(tx, cron, stack.timezone, goal, person))
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


def _page_of(day: date) -> str:
    """A day that the month shows with the week before it."""
    return (day - timedelta(days=7)).isoformat()

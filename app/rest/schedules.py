"""Schedules that start campaigns again and again; each campaign waits for a yes like any other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from app.rest.callers import Reader, Writer
from app.rest.once import Route, act
from app.rest.problems import refusals
from app.rest.shapes import Body, Done, Id
from app.site import site_of
from app.views.calendar import ScheduleRow, schedule_row, schedule_rows
from domain.frozen import Frozen
from ledger import schedules
from ledger.database import Transaction
from ledger.schedules import CatchUp
from workflows.transactions import read

router = APIRouter(prefix="/schedules", tags=["calendar"], route_class=Route)

Goal = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class NewSchedule(Body):
    goal: Goal = Field(examples=["Remind everyone whose service is due to book it"])
    cron: str = Field(
        max_length=200,
        description="Minute, hour, day of the month, month, day of the week, in the workspace's "
        "time zone.",
        examples=["0 9 1 * *"],
    )
    catch_up: CatchUp = Field(
        "latest", description="What is done about starts that were missed: none, the last, or all."
    )


class SchedulesShown(Frozen):
    items: tuple[ScheduleRow, ...]


@router.get("", response_model=SchedulesShown, summary="List schedules")
async def listed(request: Request, person: Reader) -> SchedulesShown:
    """What starts again and again, and when next. Needs the right to read."""
    return SchedulesShown(items=tuple(await read(site_of(request).stack.ledger, schedule_rows)))


@router.post(
    "", response_model=ScheduleRow, status_code=201, summary="Add one", responses=refusals(422)
)
async def add(request: Request, person: Writer, body: NewSchedule) -> Response:
    """Start a campaign from this goal again and again. Needs the right to write."""
    zone = site_of(request).stack.timezone

    def new(tx: Transaction) -> ScheduleRow:
        made = schedules.add(tx, body.cron, zone, body.goal, person, body.catch_up)
        return schedule_row(tx, made)

    return await act(request, new, 201)


@router.delete("/{id}", response_model=Done, summary="Remove one", responses=refusals(404))
async def remove(request: Request, person: Writer, id: Id) -> Response:  # noqa: A002
    """Let it start nothing more; what it started goes on. Needs the right to write."""

    def gone(tx: Transaction) -> Done:
        schedules.remove(tx, id, person)
        return Done()

    return await act(request, gone)

"""Who is who: the pairs that wait for a person, what was merged and why, what ties nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from app import who_is_who as who
from app.desk.drawing import draw
from app.desk.identity import Here, needs, origin_of
from app.site import site_of
from app.views.who import decide_pair, take_apart, who_page
from ledger.identity_decisions import Verdict
from ledger.origin import coming_from
from workflows.identity import ask_to_resolve
from workflows.transactions import write

router = APIRouter(prefix="/audience/who")


@router.get("")
async def who_is_who(
    request: Request,
    here: Here,
    place: Annotated[int, Query(ge=1, le=100_000)] = 1,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    decided: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """One pair that waits, and a page of those that were merged. ``decided`` is the decision that
    led here."""
    shown = await who_page(site_of(request).workspace, here.person, place=place, page=page)
    just = next((one for one in shown.decided if one.id == decided), None)
    return await draw(request, "audience/who.html", "audience", page=shown, just=just)


@router.post("/decide")
async def decide(
    request: Request,
    here: Here,
    pair: Annotated[str, Form(max_length=64)],
    verdict: Annotated[Verdict, Form()],
    place: Annotated[int, Form(ge=1, le=100_000)] = 1,
) -> Response:
    """Say of a pair that waits whether it is one person; then comes the next."""
    person = needs(here, "approve")
    with coming_from("desk", origin_of(request)):
        made = await decide_pair(site_of(request).workspace, person, pair, verdict)
    return _back(f"?place={place}&decided={made}#decide")


@router.post("/apart")
async def apart(
    request: Request, here: Here, customer: Annotated[str, Form(max_length=64)]
) -> Response:
    """Say that a merged customer is somebody else."""
    person = needs(here, "approve")
    with coming_from("desk", origin_of(request)):
        made = await take_apart(site_of(request).workspace, person, customer)
    return _back(f"?decided={made}#decide")


@router.post("/undo")
async def undo(
    request: Request, here: Here, decision: Annotated[str, Form(max_length=64)]
) -> Response:
    """Take a decision back."""
    person = needs(here, "approve")
    with coming_from("desk", origin_of(request)):
        await who.undo(site_of(request).workspace, person, decision)
    return _back("#decide")


@router.post("/look")
async def look(request: Request, here: Here) -> Response:
    """Have everybody looked at again, by the worker."""
    needs(here, "write")
    ledger = site_of(request).stack.ledger
    with coming_from("desk", origin_of(request)):
        await write(ledger, lambda tx: ask_to_resolve(tx, after=timedelta()))
    return _back("")


def _back(where: str) -> Response:
    return RedirectResponse(f"/audience/who{where}", status_code=303)

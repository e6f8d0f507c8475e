"""What keeps an open page true: a stream of pulses, the navigation anew, and Pause all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Form, Header, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from app.desk.drawing import draw, is_partial
from app.desk.identity import Here, origin_of
from app.site import site_of
from app.streams import seen
from ledger import sending
from ledger.origin import coming_from
from workflows.transactions import write

router = APIRouter()

STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.get("/live")
async def live(
    request: Request,
    here: Here,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """One event for each time that the history grew; its id lets a browser that was away catch
    up at once."""
    streams, after = site_of(request).streams, seen(last_event_id)

    async def pulses() -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        async for head in streams.pulses(after):
            yield ": still here\n\n" if head is None else f"id: {head}\nevent: grown\ndata:\n\n"

    return StreamingResponse(pulses(), media_type="text/event-stream", headers=STREAM_HEADERS)


@router.get("/nav")
async def navigation(request: Request, here: Here, at: str = "") -> Response:
    """The navigation as it stands now; ``at`` is the place that its page is at."""
    return await draw(request, "navigation.html", here=at)


@router.get("/pause")
async def ask(request: Request, here: Here) -> Response:
    """The question before Pause all and Resume, as a page of its own."""
    return await draw(request, "pause.html", "pause")


@router.post("/pause")
async def pause(
    request: Request, here: Here, reason: Annotated[str, Form(max_length=300)] = "", at: str = ""
) -> Response:
    """Pause all."""
    said = reason.strip() or "paused in the desk"
    with coming_from("desk", origin_of(request)):
        await write(site_of(request).stack.ledger, lambda tx: sending.pause(tx, here.person, said))
    return await _as_it_stands(request, at)


@router.post("/resume")
async def resume(request: Request, here: Here, at: str = "") -> Response:
    """Let sending go on."""
    with coming_from("desk", origin_of(request)):
        await write(site_of(request).stack.ledger, lambda tx: sending.resume(tx, here.person))
    return await _as_it_stands(request, at)


async def _as_it_stands(request: Request, at: str) -> Response:
    if is_partial(request):
        return await draw(request, "navigation.html", here=at)
    return RedirectResponse("/pause", status_code=303)

"""The chat: conversations with the assistant, whose answers stream and outlive their reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Form, Header, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from app.desk.drawing import draw, is_partial
from app.desk.identity import Here, Visitor, origin_of
from app.desk.pages.live import STREAM_HEADERS
from app.site import site_of
from app.streams import seen
from app.views import chat as views
from app.views.chat import Block, Growing
from domain.errors import WrongUsage
from ledger import threads
from ledger.database import Transaction
from ledger.events import Event
from ledger.origin import coming_from
from ledger.threads import Thread, Turn
from workflows.transactions import read, write

router = APIRouter()

MOST_TEXT = 20_000
GATHER_SECONDS = 0.03
"""How long changes are gathered before they are drawn: words that come at once are drawn once."""
EXAMPLES = (
    "How did the last campaign do?",
    "Which groups of customers do we have, and how large are they?",
    "How many customers have not bought for six months, and may be written to?",
    "What goes out in the next two weeks?",
    "What waits for a yes?",
    "Get viewings for a watch from people who bought a watch in the last 12 months",
)
Shown = dict[str, Any]
Text = Annotated[str, Form(max_length=MOST_TEXT)]


@router.get("/chat")
async def chat(request: Request, here: Here) -> Response:
    """A new conversation: what can be asked, and those that there are."""
    return await _draw(request, here, conversation=None)


@router.post("/chat")
async def begin(request: Request, here: Here, text: Text = "") -> Response:
    """Begin a conversation with its first words."""
    site, said = site_of(request), _said(text)

    def make(tx: Transaction) -> tuple[Thread, Turn]:
        thread = threads.create(tx, here.person)
        return thread, threads.begin_turn(tx, thread.id, here.person, said)

    with coming_from("desk", origin_of(request)):
        thread, turn = await write(site.stack.ledger, make)
        site.turns.begin(turn)
    return _to(request, f"/chat/{thread.id}")


@router.get("/chat/campaigns/{campaign_id}")
async def campaign(request: Request, here: Here, campaign_id: str) -> Response:
    """A campaign in place, as it stands now."""
    shown = await views.campaign(site_of(request), campaign_id)
    return await draw(request, "chat/campaign.html", campaign=shown)


@router.get("/chat/{thread_id}")
async def conversation(request: Request, here: Here, thread_id: str) -> Response:
    shown = await views.conversation(site_of(request), here.person, thread_id)
    return await _draw(request, here, conversation=shown)


@router.post("/chat/{thread_id}")
async def say(request: Request, here: Here, thread_id: str, text: Text = "") -> Response:
    """Say something. The answer is written whether anybody looks on or not."""
    site, said = site_of(request), _said(text)
    with coming_from("desk", origin_of(request)):
        turn = await site.turns.say(thread_id, here.person, said)
    if not is_partial(request):
        return _to(request, f"/chat/{thread_id}#turn-{turn.id}")
    return await _draw_turn(request, here, thread_id, turn.id)


@router.post("/chat/{thread_id}/stop")
async def stop(request: Request, here: Here, thread_id: str) -> Response:
    """End the answer that is being written; what was said of it stays."""
    site = site_of(request)

    def running(tx: Transaction) -> list[str]:
        threads.get(tx, thread_id, here.person)
        return [one.id for one in threads.turns(tx, thread_id) if one.status == "running"]

    with coming_from("desk", origin_of(request)):
        for turn_id in await read(site.stack.ledger, running):
            await site.turns.stop_turn(turn_id, here.person)
    return _done(request, thread_id)


@router.post("/chat/{thread_id}/rename")
async def rename(
    request: Request, here: Here, thread_id: str, title: Annotated[str, Form(max_length=200)]
) -> Response:
    ledger = site_of(request).stack.ledger
    await write(ledger, lambda tx: threads.rename(tx, thread_id, here.person, title))
    return _to(request, f"/chat/{thread_id}")


@router.post("/chat/{thread_id}/delete")
async def delete(request: Request, here: Here, thread_id: str) -> Response:
    """Forget a conversation; what was begun in it stays."""
    ledger = site_of(request).stack.ledger
    await write(ledger, lambda tx: threads.delete(tx, thread_id, here.person))
    return _to(request, "/chat")


@router.get("/chat/{thread_id}/turns/{turn_id}")
async def turn(request: Request, here: Here, thread_id: str, turn_id: str) -> Response:
    """One turn as it stands now."""
    return await _draw_turn(request, here, thread_id, turn_id)


@router.get("/chat/{thread_id}/turns/{turn_id}/events")
async def events(
    request: Request,
    here: Here,
    thread_id: str,
    turn_id: str,
    after: Annotated[int, Query(ge=0)] = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """An answer while it is written: ``block`` (a piece of it, new or changed), ``again`` (all of
    it was begun anew), ``end`` (the whole turn as it stays)."""
    await views.turn(site_of(request), here.person, thread_id, turn_id)
    behind = seen(last_event_id) or after

    async def frames() -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        async for changed, grown in _growing(request, turn_id, behind):
            if changed is None:
                yield ": still here\n\n"
            elif changed == "again":
                yield _frame("again", grown.after, "")
            elif changed == "end":
                whole = await _draw_turn(request, here, thread_id, turn_id)
                yield _frame("end", grown.after, _text(whole))
            else:
                shown: Shown = {"block": changed, "turn_id": turn_id, "thread_id": thread_id}
                drawn = await draw(request, "chat/block.html", **shown)
                yield _frame("block", grown.after, _text(drawn))

    return StreamingResponse(frames(), media_type="text/event-stream", headers=STREAM_HEADERS)


async def _growing(
    request: Request, turn_id: str, behind: int
) -> AsyncIterator[tuple[Block | str | None, Growing]]:
    """What of an answer changed behind an event, gathered; None: still there."""
    grown, changed = Growing(), dict[int, Block]()
    tail = site_of(request).streams.tail(turn_id)
    coming: asyncio.Future[Event | None] | None = None
    try:
        while not grown.ended:
            coming = coming or asyncio.ensure_future(anext(tail))
            await asyncio.wait({coming}, timeout=GATHER_SECONDS if changed else None)
            if not coming.done():
                for block in changed.values():
                    yield block, grown
                changed.clear()
                continue
            try:
                event = coming.result()
            except StopAsyncIteration:  # the server ends; the browser comes back
                return
            coming = None
            if event is None:
                yield None, grown
                continue
            took = grown.take(event)
            if event.seq <= behind or took is None:
                if grown.ended:
                    yield "end", grown
                continue
            if isinstance(took, Block):
                changed[took.number] = took
                continue
            if took == "end":
                for block in changed.values():
                    yield block, grown
            changed.clear()
            yield took, grown
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
        await tail.aclose()


async def _draw(request: Request, here: Visitor, **shown: Any) -> Response:
    groups = await views.conversations(site_of(request), here.person)
    return await draw(request, "chat/page.html", "chat", groups=groups, examples=EXAMPLES, **shown)


async def _draw_turn(request: Request, here: Visitor, thread_id: str, turn_id: str) -> Response:
    shown = await views.turn(site_of(request), here.person, thread_id, turn_id)
    more: Shown = {"thread_id": thread_id, "later": frozenset(), "is_last": True}
    return await draw(request, "chat/turn.html", turn=shown, **more)


def _said(text: str) -> str:
    """Raises WrongUsage nothing_said."""
    if not text.strip():
        raise WrongUsage(
            "nothing_said", "Nothing was said.", next_step="Write what you want to know or to do."
        )
    return text.strip()


def _to(request: Request, path: str) -> Response:
    if is_partial(request):
        return Response(status_code=204, headers={"HX-Redirect": path})
    return RedirectResponse(path, status_code=303)


def _done(request: Request, thread_id: str) -> Response:
    """To a page that looks on anyway, nothing."""
    if is_partial(request):
        return Response(status_code=204)
    return RedirectResponse(f"/chat/{thread_id}", status_code=303)


def _text(drawn: Response) -> str:
    return bytes(drawn.body).decode()


def _frame(event: str, seq: int, text: str) -> str:
    lines = "\n".join(f"data: {line}" for line in text.splitlines()) or "data:"
    return f"id: {seq}\nevent: {event}\n{lines}\n\n"

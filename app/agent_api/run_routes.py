"""/runs: begun, streamed, waited for, joined, listed, cancelled."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.agent_api import beginning, streaming
from app.agent_api.graphs import assistant_id
from app.agent_api.requests import CancelMany, RunRequest, StreamMode, not_offered, read_modes
from app.agent_api.sharing import Api, api_of
from app.agent_api.streaming import Place
from app.agent_api.thread_routes import ThreadId, find, only
from app.desk.identity import origin_of
from app.tokens import TokenPerson, needs
from domain.errors import Refused
from ledger import campaign_turns, runs, threads
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.origin import coming_from
from ledger.people import Person
from ledger.threads import Thread, Turn, TurnStatus
from workflows.transactions import read, write

router = APIRouter(tags=["runs"])
Json = dict[str, Any]
STATUS: dict[TurnStatus, str] = {
    "running": "running",
    "done": "success",
    "failed": "error",
    "stopped": "interrupted",
}
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
LastEventId = Annotated[str | None, Header()]
Modes = Annotated[list[str] | None, Query(alias="stream_mode")]


@router.post("/runs/stream")
async def stream_alone(request: Request, person: TokenPerson, wish: RunRequest) -> Response:
    return await _stream(request, person, None, wish)


@router.post("/threads/{thread_id}/runs/stream")
async def stream_on(
    request: Request, person: TokenPerson, thread_id: ThreadId, wish: RunRequest
) -> Response:
    return await _stream(request, person, thread_id, wish)


@router.post("/runs/wait")
async def wait_alone(request: Request, person: TokenPerson, wish: RunRequest) -> Response:
    return await _wait(request, person, None, wish)


@router.post("/threads/{thread_id}/runs/wait")
async def wait_on(
    request: Request, person: TokenPerson, thread_id: ThreadId, wish: RunRequest
) -> Response:
    return await _wait(request, person, thread_id, wish)


@router.post("/runs")
async def create_alone(
    request: Request, response: Response, person: TokenPerson, wish: RunRequest
) -> Json:
    return await _create(request, response, person, None, wish)


@router.post("/threads/{thread_id}/runs")
async def create_on(
    request: Request,
    response: Response,
    person: TokenPerson,
    thread_id: ThreadId,
    wish: RunRequest,
) -> Json:
    return await _create(request, response, person, thread_id, wish)


@router.get("/threads/{thread_id}/runs")
async def list_runs(
    request: Request,
    person: TokenPerson,
    thread_id: ThreadId,
    status: Annotated[str | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
    select: Annotated[list[str] | None, Query()] = None,
) -> list[Json]:
    api, thread = await find(request, person, thread_id)
    wanted = next((ours for ours, theirs in STATUS.items() if theirs == status), None)
    if status is not None and wanted is None:
        return []
    found = await read(
        api.site.stack.ledger,
        lambda tx: campaign_turns.list_turns(tx, thread.id, wanted, limit, offset),
    )
    return [only(run_json(thread, turn), select) for turn in found]


@router.get("/threads/{thread_id}/runs/{run_id}")
async def get(request: Request, person: TokenPerson, thread_id: ThreadId, run_id: ThreadId) -> Json:
    _, thread, turn = await _find(request, person, thread_id, run_id)
    return run_json(thread, turn)


@router.get("/threads/{thread_id}/runs/{run_id}/join")
async def join(
    request: Request, person: TokenPerson, thread_id: ThreadId, run_id: ThreadId
) -> Response:
    api, thread, turn = await _find(request, person, thread_id, run_id)
    return _whole(api, person, thread, turn)


@router.get("/threads/{thread_id}/runs/{run_id}/stream")
async def join_stream(
    request: Request,
    person: TokenPerson,
    thread_id: ThreadId,
    run_id: ThreadId,
    modes: Modes = None,
    last_event_id: LastEventId = None,
) -> Response:
    api, thread, turn = await _find(request, person, thread_id, run_id)
    named = [mode for mode in modes or () if mode]  # clients send an empty one for none
    wanted = read_modes(named) if named else ("values",)
    place = streaming.read_place(last_event_id)
    return _streamed(api, person, thread, turn, wanted, place)


@router.post("/threads/{thread_id}/runs/{run_id}/cancel")
async def cancel(
    request: Request,
    person: TokenPerson,
    thread_id: ThreadId,
    run_id: ThreadId,
    wait: bool = False,
    action: str = "interrupt",
) -> Response:
    """Stop an answer, or end a campaign that is being made: nothing of it goes out then."""
    api, thread, turn = await _find(request, person, thread_id, run_id)
    _refuse_rollback(action)
    await _cancel(request, api, person, thread, turn)
    if wait:
        async for _ in streaming.stream(api.site, api.shown, person, thread, turn, ()):
            pass
        return Response(status_code=204)
    return Response(status_code=202)


@router.post("/runs/cancel")
async def cancel_many(
    request: Request, person: TokenPerson, wish: CancelMany, action: str = "interrupt"
) -> Response:
    _refuse_rollback(action)
    if wish.thread_id is None:
        raise not_offered("thread_id", "Runs are cancelled within one thread.", "Name the thread.")
    api, thread = await find(request, person, wish.thread_id)
    running = await read(
        api.site.stack.ledger,
        lambda tx: campaign_turns.list_turns(tx, thread.id, "running", 100, 0),
    )
    for turn in running:
        if wish.run_ids is None or turn.id in wish.run_ids:
            await _cancel(request, api, person, thread, turn)
    return Response(status_code=204)


@router.delete("/threads/{thread_id}/runs/{run_id}")
async def delete(
    request: Request, person: TokenPerson, thread_id: ThreadId, run_id: ThreadId
) -> Response:
    await _find(request, person, thread_id, run_id)
    raise Refused(
        "kept",
        "A run is part of its thread's history and cannot be deleted alone.",
        thing=run_id,
        next_step="Delete the whole conversation, or leave it.",
    )


def run_json(thread: Thread, turn: Turn) -> Json:
    """A run as clients know it."""
    return {
        "run_id": turn.id,
        "thread_id": thread.id,
        "assistant_id": assistant_id(thread.graph),
        "created_at": turn.started_at.isoformat(),
        "updated_at": (turn.finished_at or turn.started_at).isoformat(),
        "status": STATUS[turn.status],
        "metadata": turn.said.get("metadata", {}),
        "kwargs": {},
        "multitask_strategy": "reject",
    }


async def _begin(
    request: Request, person: Person, thread_id: str | None, wish: RunRequest
) -> tuple[Api, Thread, Turn]:
    api = api_of(request)
    needs(person, "read")
    with coming_from("api", origin_of(request)):
        return api, *await beginning.begin(api, person, thread_id, wish)


async def _create(
    request: Request, response: Response, person: Person, thread_id: str | None, wish: RunRequest
) -> Json:
    _, thread, turn = await _begin(request, person, thread_id, wish)
    response.headers.update(_places(thread, turn))
    return run_json(thread, turn)


async def _stream(
    request: Request, person: Person, thread_id: str | None, wish: RunRequest
) -> Response:
    modes = wish.modes
    api, thread, turn = await _begin(request, person, thread_id, wish)
    return _streamed(api, person, thread, turn, modes, None)


async def _wait(
    request: Request, person: Person, thread_id: str | None, wish: RunRequest
) -> Response:
    api, thread, turn = await _begin(request, person, thread_id, wish)
    return _whole(api, person, thread, turn)


def _streamed(
    api: Api,
    person: Person,
    thread: Thread,
    turn: Turn,
    modes: tuple[StreamMode, ...],
    place: Place | None,
) -> Response:
    async def frames() -> AsyncIterator[str]:
        async for sent in streaming.stream(api.site, api.shown, person, thread, turn, modes, place):
            yield ": still here\n\n" if sent is None else sent.frame()

    query = "&".join(f"stream_mode={mode}" for mode in modes)
    again = {"Location": f"{_path(thread, turn)}/stream?{query}"}
    return StreamingResponse(
        frames(),
        media_type="text/event-stream",
        headers={**STREAM_HEADERS, **_places(thread, turn), **again},
    )


def _whole(api: Api, person: Person, thread: Thread, turn: Turn) -> Response:
    """The values at the end of a run, once it has come. Meanwhile blanks keep the line open."""

    async def text() -> AsyncIterator[str]:
        values: Json = {}
        modes: tuple[StreamMode, ...] = ("values",)
        async for sent in streaming.stream(api.site, api.shown, person, thread, turn, modes):
            if sent is None:
                yield "\n"
            elif sent.event == "values":
                values = sent.data
            elif sent.event == "error":
                values = {**values, "__error__": sent.data}
        yield json.dumps(values, ensure_ascii=False, default=str)

    again = {"Location": f"{_path(thread, turn)}/join"}
    return StreamingResponse(
        text(), media_type="application/json", headers={**_places(thread, turn), **again}
    )


async def _find(
    request: Request, person: Person, thread_id: str, run_id: str
) -> tuple[Api, Thread, Turn]:
    """Raises LedgerError unknown."""
    api, thread = await find(request, person, thread_id)
    turn = await read(api.site.stack.ledger, lambda tx: threads.get_turn(tx, run_id))
    if turn.thread_id != thread.id:
        raise LedgerError(
            "unknown",
            "There is no such run on this thread.",
            thing=run_id,
            next_step="List the thread's runs.",
        )
    return api, thread, turn


async def _cancel(request: Request, api: Api, person: Person, thread: Thread, turn: Turn) -> None:
    needs(person, "write")
    if turn.status != "running":
        raise Refused(
            "ended",
            "This run has come to an end already.",
            thing=turn.id,
            next_step="A campaign that waits is ended by rejecting it, or in the desk.",
        )

    def stop(tx: Transaction) -> None:
        if thread.graph == "campaign":
            runs.cancel(tx, thread.id, person)
        else:
            threads.stop_turn(tx, turn.id, person)

    with coming_from("api", origin_of(request)):
        await write(api.site.stack.ledger, stop)


def _refuse_rollback(action: str) -> None:
    if action == "rollback":
        raise not_offered("action", "What happened stays in the history.", "Cancel without it.")


def _path(thread: Thread, turn: Turn) -> str:
    return f"/threads/{thread.id}/runs/{turn.id}"


def _places(thread: Thread, turn: Turn) -> dict[str, str]:
    return {"Content-Location": _path(thread, turn)}

"""/threads: created, found, changed, and their state read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from app.agent_api import threads as known
from app.agent_api.requests import (
    MOST_METADATA,
    CheckpointRequest,
    HistoryRequest,
    ThreadCreate,
    ThreadPatch,
    ThreadSearch,
)
from app.agent_api.sharing import Api, api_of
from app.agent_api.threads import Standing
from app.tokens import TokenPerson, needs
from domain.errors import Refused, WrongUsage
from domain.frozen import canonical_json
from ledger import runs, threads
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person
from ledger.threads import Graph, Thread
from workflows.transactions import read, write

router = APIRouter(prefix="/threads", tags=["threads"])
Json = dict[str, Any]
ThreadId = Annotated[str, Path(max_length=64)]


@router.post("")
async def create(request: Request, person: TokenPerson, wish: ThreadCreate) -> Json:
    api = api_of(request)
    needs(person, "write")
    if wish.supersteps:
        raise WrongUsage(
            "not_offered",
            "A thread's state is not written from outside.",
            thing="supersteps",
            next_step="Begin an empty thread and run it.",
        )
    metadata = checked(wish.metadata)
    graph: Graph = "campaign" if metadata.get("graph_id") == "campaign" else "assistant"
    thread_id = str(wish.thread_id) if wish.thread_id else None

    def make(tx: Transaction) -> Standing:
        if thread_id is not None and _is_there(tx, thread_id):
            if wish.if_exists == "raise":
                raise LedgerError(
                    "exists",
                    "There is a thread of this id.",
                    thing=thread_id,
                    next_step='Use it, or create with if_exists="do_nothing".',
                )
            return known.standing(tx, known.find(tx, thread_id, person))
        made = threads.create(tx, person, graph=graph, thread_id=thread_id, metadata=metadata)
        return Standing(thread=made)

    found = await write(api.site.stack.ledger, make)
    return await known.thread_json(api.site, found)


@router.post("/search")
async def search(
    request: Request, response: Response, person: TokenPerson, wish: ThreadSearch
) -> list[Json]:
    api = api_of(request)
    needs(person, "read")
    more = wish.model_copy(update={"limit": wish.limit + 1})
    found = await read(api.site.stack.ledger, lambda tx: known.listed(tx, person, more))
    if len(found) > wish.limit:
        response.headers["X-Pagination-Next"] = str(wish.offset + wish.limit)
    heavy = wish.select is None or bool({"values", "interrupts"} & set(wish.select))
    shown = [await known.thread_json(api.site, one, values=heavy) for one in found[: wish.limit]]
    return [only(one, wish.select) for one in shown]


@router.post("/count")
async def count(request: Request, person: TokenPerson, wish: ThreadSearch) -> int:
    api = api_of(request)
    needs(person, "read")
    all_of_them = wish.model_copy(update={"limit": 2 * known.MOST_LISTED, "offset": 0})
    return len(await read(api.site.stack.ledger, lambda tx: known.listed(tx, person, all_of_them)))


@router.get("/{thread_id}")
async def get(request: Request, person: TokenPerson, thread_id: ThreadId) -> Json:
    api, thread = await find(request, person, thread_id)
    found = await read(api.site.stack.ledger, lambda tx: known.standing(tx, thread))
    shown = await known.thread_json(api.site, found)
    for waiting in shown["interrupts"].values():
        api.shown.note(person.id, thread.id, waiting)
    return shown


@router.patch("/{thread_id}")
async def patch(
    request: Request, person: TokenPerson, thread_id: ThreadId, wish: ThreadPatch
) -> Json:
    needs(person, "write")
    api, thread = await find(request, person, thread_id)
    added = checked(wish.metadata)

    def keep(tx: Transaction) -> Standing:
        return known.standing(tx, threads.keep(tx, thread.id, person, added))

    found = await write(api.site.stack.ledger, keep)
    return await known.thread_json(api.site, found)


@router.delete("/{thread_id}", status_code=204)
async def delete(request: Request, person: TokenPerson, thread_id: ThreadId) -> Response:
    """Forget one's own conversation. A campaign stays in the history."""
    needs(person, "write")
    api, thread = await find(request, person, thread_id)

    def forget(tx: Transaction) -> None:
        if runs.exists(tx, thread.id):
            raise Refused(
                "kept",
                "A campaign is part of the history and cannot be deleted.",
                thing=thread.id,
                next_step="Cancel its run; what was decided and sent stays readable.",
            )
        threads.delete(tx, thread.id, person)

    await write(api.site.stack.ledger, forget)
    return Response(status_code=204)


@router.get("/{thread_id}/state")
async def state(request: Request, person: TokenPerson, thread_id: ThreadId) -> Json:
    return await _state(request, person, thread_id, None)


@router.get("/{thread_id}/state/{checkpoint_id}")
async def state_at(
    request: Request, person: TokenPerson, thread_id: ThreadId, checkpoint_id: ThreadId
) -> Json:
    return await _state(request, person, thread_id, checkpoint_id)


@router.post("/{thread_id}/state/checkpoint")
async def state_at_checkpoint(
    request: Request, person: TokenPerson, thread_id: ThreadId, wish: CheckpointRequest
) -> Json:
    return await _state(request, person, thread_id, read_checkpoint(wish.checkpoint))


@router.post("/{thread_id}/state")
async def write_state(request: Request, person: TokenPerson, thread_id: ThreadId) -> Json:
    needs(person, "write")
    await find(request, person, thread_id)
    raise Refused(
        "not_offered",
        "A thread's state is not written from outside: what people approved would change.",
        thing=thread_id,
        next_step="Resume its approval with an edit.",
    )


@router.post("/{thread_id}/history")
async def history(
    request: Request, person: TokenPerson, thread_id: ThreadId, wish: HistoryRequest
) -> list[Json]:
    return await _history(request, person, thread_id, wish.limit, _before(wish.before))


@router.get("/{thread_id}/history")
async def history_got(
    request: Request,
    person: TokenPerson,
    thread_id: ThreadId,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    before: Annotated[str | None, Query()] = None,
) -> list[Json]:
    return await _history(request, person, thread_id, limit, before)


async def find(request: Request, person: Person, thread_id: str) -> tuple[Api, Thread]:
    """The thread, if this person may read it. Raises LedgerError unknown, not_allowed."""
    needs(person, "read")
    api = api_of(request)
    thread = await read(api.site.stack.ledger, lambda tx: known.find(tx, thread_id, person))
    return api, thread


def checked(metadata: Json) -> Json:
    """Raises WrongUsage too_large."""
    if len(canonical_json(metadata)) > MOST_METADATA:
        raise WrongUsage(
            "too_large",
            "This is more than is kept beside a thread.",
            thing="metadata",
            next_step=f"Send {MOST_METADATA // 1024} KB at most.",
        )
    return metadata


def only(shown: Json, fields: list[str] | None) -> Json:
    """The fields that a client asked for."""
    return shown if fields is None else {name: shown[name] for name in fields if name in shown}


def read_checkpoint(given: Json | None) -> str | None:
    """The id of a checkpoint as clients send it."""
    found = (given or {}).get("checkpoint_id")
    return found if isinstance(found, str) else None


async def _state(
    request: Request, person: Person, thread_id: str, checkpoint_id: str | None
) -> Json:
    api, thread = await find(request, person, thread_id)
    shown = await known.state(api.site, thread, checkpoint_id)
    if checkpoint_id is None:
        api.shown.note(person.id, thread.id, shown["interrupts"])
    return shown


async def _history(
    request: Request, person: Person, thread_id: str, limit: int, before: str | None
) -> list[Json]:
    api, thread = await find(request, person, thread_id)
    shown = await known.history(api.site, thread, limit, before)
    if shown and before is None:
        api.shown.note(person.id, thread.id, shown[0]["interrupts"])
    return shown


def _before(given: Any) -> str | None:
    if isinstance(given, dict):
        return read_checkpoint(given.get("configurable", given))
    return given if isinstance(given, str) else None


def _is_there(tx: Transaction, thread_id: str) -> bool:
    try:
        threads.get(tx, thread_id)
    except LedgerError:
        return runs.exists(tx, thread_id)
    return True

"""Conversations with the assistant: what was said, and answers as they are written. One's own
alone: nobody reads another person's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import Field, StringConstraints

from app.desk.identity import origin_of
from app.rest.callers import Reader
from app.rest.once import Route, act
from app.rest.paging import Cursor, Limit, Page, bad_cursor, page_of, place
from app.rest.problems import refusals
from app.rest.shapes import EVENT_STREAM, Body, Done, Id, stream
from app.site import site_of
from app.streams import seen
from domain.frozen import Frozen
from ledger import threads
from ledger.database import Transaction
from ledger.origin import coming_from
from ledger.people import Person
from ledger.threads import Thread, Turn
from workflows.transactions import read

router = APIRouter(prefix="/conversations", tags=["conversations"], route_class=Route)
answers = APIRouter(prefix="/turns", tags=["conversations"], route_class=Route)

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class NewConversation(Body):
    title: Title | None = Field(None, description="Else it is named after what is said first.")


class NewTitle(Body):
    title: Title


class Say(Body):
    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)
    ] = Field(examples=["What did the October mails bring, against those held back?"])


class Conversation(Frozen):
    thread: Thread
    turns: tuple[Turn, ...]
    """What was said and answered, in order."""


@router.get("", response_model=Page[Thread], summary="List conversations")
async def listed(
    request: Request, person: Reader, cursor: Cursor = "", limit: Limit = 50
) -> Page[Thread]:
    """Those of the token's person, the latest word first. Needs the right to read."""
    before = _moment(place(cursor))
    rows = await read(
        site_of(request).stack.ledger,
        lambda tx: threads.list_threads(
            tx, person.id, graph="assistant", limit=limit + 1, before=before
        ),
    )
    return page_of(rows, limit, lambda row: row.updated_at.isoformat())


@router.post("", response_model=Thread, status_code=201, summary="Begin a conversation")
async def begin(request: Request, person: Reader, body: NewConversation) -> Response:
    """An empty one. Needs the right to read."""
    title = body.title or threads.UNTITLED
    return await act(request, lambda tx: threads.create(tx, person, title=title), 201)


@router.get("/{id}", response_model=Conversation, summary="Show", responses=refusals(404))
async def shown(request: Request, person: Reader, id: Id) -> Conversation:  # noqa: A002
    """Everything that was said in it. Needs the right to read."""

    def look(tx: Transaction) -> Conversation:
        thread = threads.get(tx, id, person)
        return Conversation(thread=thread, turns=tuple(threads.turns(tx, id)))

    return await read(site_of(request).stack.ledger, look)


@router.patch("/{id}", response_model=Thread, summary="Rename", responses=refusals(404))
async def rename(
    request: Request,
    person: Reader,
    id: Id,  # noqa: A002
    body: NewTitle,
) -> Response:
    """Give it another name. Needs the right to read."""
    return await act(request, lambda tx: threads.rename(tx, id, person, body.title))


@router.delete("/{id}", response_model=Done, summary="Forget", responses=refusals(404, 409))
async def forget(request: Request, person: Reader, id: Id) -> Response:  # noqa: A002
    """Forget it; what was begun in it stays. Needs the right to read."""

    def gone(tx: Transaction) -> Done:
        threads.delete(tx, id, person)
        return Done()

    return await act(request, gone)


@router.post(
    "/{id}/turns",
    response_model=Turn,
    status_code=202,
    summary="Say something",
    responses=refusals(404),
)
async def say(
    request: Request,
    person: Reader,
    id: Id,  # noqa: A002
    body: Say,
) -> Response:
    """The assistant begins to answer; follow it at `/turns/{id}/events`. It reads, and asks for
    what a person then decides; nothing that is said here counts as a decision. Needs the right
    to read; what is asked for needs its own."""
    begun: list[Turn] = []

    def take_up(tx: Transaction) -> Turn:
        begun.append(threads.begin_turn(tx, id, person, body.text))
        return begun[-1]

    answer = await act(request, take_up, 202)
    with coming_from("api", origin_of(request)):
        site_of(request).turns.begin(begun[-1])
    return answer


@answers.get("/{id}", response_model=Turn, summary="Show an answer", responses=refusals(404))
async def turn(request: Request, person: Reader, id: Id) -> Turn:  # noqa: A002
    """What was said, and the answer once it is whole. Needs the right to read."""
    return await _mine(request, person, id)


@answers.post("/{id}/stop", response_model=Turn, summary="Stop an answer", responses=refusals(404))
async def stop(request: Request, person: Reader, id: Id) -> Turn:  # noqa: A002
    """End it, and keep what was said so far. Needs the right to read."""
    with coming_from("api", origin_of(request)):
        return await site_of(request).turns.stop_turn(id, person)


@answers.get(
    "/{id}/events",
    response_class=Response,
    summary="Follow an answer",
    responses={**EVENT_STREAM, **refusals(404)},
)
async def follow(
    request: Request,
    person: Reader,
    id: Id,  # noqa: A002
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> Response:
    """Words, tools and parts as they come; the stream ends with the answer. Needs the right to
    read."""
    await _mine(request, person, id)
    return stream(site_of(request).streams.tail(id, seen(last_event_id) or 0), frozenset({"end"}))


async def _mine(request: Request, person: Person, turn_id: str) -> Turn:
    """Raises LedgerError unknown, also for what somebody else said."""

    def look(tx: Transaction) -> Turn:
        found = threads.get_turn(tx, turn_id)
        threads.get(tx, found.thread_id, person)
        return found

    return await read(site_of(request).stack.ledger, look)


def _moment(where: str) -> datetime | None:
    if not where:
        return None
    try:
        found = datetime.fromisoformat(where)
    except ValueError:
        raise bad_cursor() from None
    if found.tzinfo is None:
        raise bad_cursor()
    return found

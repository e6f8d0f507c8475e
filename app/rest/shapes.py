"""What several operations take or answer with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Path
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict

from domain.frozen import Frozen
from ledger.events import Event

Id = Annotated[
    str,
    Path(
        min_length=1,
        max_length=80,
        pattern=r"^[0-9A-Za-z._:-]+$",
        description="An id as the API gave it.",
    ),
]


class Body(BaseModel):
    """What a request says. Unknown fields are refused, so that a misspelt one cannot vanish."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Done(Frozen):
    """It is done; where it was so already, nothing changed."""

    changed: bool = True


EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events. Each has a number as its id; sent back as "
        "Last-Event-ID, the stream goes on behind it.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
"""OpenAPI's description of a stream."""


def stream(events: AsyncIterator[Event | None], ends: frozenset[str] = frozenset()) -> Response:
    """Events as a stream, which ends behind one of these kinds. None: a sign of life."""

    async def told() -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        async for event in events:
            if event is None:
                yield ": still here\n\n"
                continue
            yield f"id: {event.seq}\nevent: {event.kind}\ndata: {_line(event)}\n\n"
            if event.kind in ends:
                return

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(told(), media_type="text/event-stream", headers=headers)


def _line(event: Event) -> str:
    return event.model_dump_json(include={"data", "at"})

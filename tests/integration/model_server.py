"""An OpenAI-compatible endpoint on loopback that plays a script, for tests of the wire."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Step = Callable[[dict[str, Any]], Awaitable[Response]]


@dataclass
class ModelServer:
    """Plays one step a request; the last one is repeated."""

    steps: list[Step]
    requests: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    async def handle(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        step = self.steps[min(len(self.requests), len(self.steps)) - 1]
        return await step(body)


@asynccontextmanager
async def serving(*steps: Step) -> AsyncIterator[ModelServer]:
    """A server of these steps, on a free port."""
    played = ModelServer(list(steps))
    app = Starlette(routes=[Route("/v1/chat/completions", played.handle, methods=["POST"])])
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    )
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn offers no event to wait for)
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    played.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield played
    finally:
        server.should_exit = True
        server.force_exit = True
        await running


@asynccontextmanager
async def on_the_wire(
    *pieces: bytes, wait: float = 0, end: Literal["closed", "reset", "silent"] = "closed"
) -> AsyncIterator[str]:
    """A server that writes these bytes and ends the connection so; gives its URL."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(wait)
            if end == "silent":
                await reader.read()
        except ConnectionError:
            return  # the client has had enough
        if end == "reset":
            raw_socket = writer.get_extra_info("socket")
            raw_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


def head(media_type: str, length: int | None = None) -> bytes:
    """The beginning of an answer; without a length it ends with the connection."""
    said = f"HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\n"
    if length is not None:
        said += f"content-length: {length}\r\n"
    return f"{said}connection: close\r\n\r\n".encode()


def says(content: str | None, **more: Any) -> Step:
    """A completion with this text."""

    async def step(body: dict[str, Any]) -> Response:
        message = {"role": "assistant", "content": content, "refusal": more.get("refusal")}
        choice = {"index": 0, "message": message, "finish_reason": more.get("finish", "stop")}
        return JSONResponse(
            {
                "id": "c1",
                "object": "chat.completion",
                "created": 1,
                "model": body["model"],
                "choices": more.get("choices", [choice]),
                "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
            }
        )

    return step


def fails(code: int, message: str = "no", **headers: str) -> Step:
    """An error of this status."""

    async def step(body: dict[str, Any]) -> Response:
        return JSONResponse({"error": {"message": message}}, code, headers=headers)

    return step


def raw(content: bytes, media_type: str = "application/json") -> Step:
    """Any bytes at all."""

    async def step(body: dict[str, Any]) -> Response:
        return Response(content, media_type=media_type)

    return step


def slow(seconds: float, then: Step) -> Step:
    async def step(body: dict[str, Any]) -> Response:
        await asyncio.sleep(seconds)
        return await then(body)

    return step


def streams(*chunks: dict[str, Any], wait: float = 0) -> Step:
    """Server-sent chunks; each is a choice's delta, or a whole chunk where it has ``choices``."""

    async def step(body: dict[str, Any]) -> Response:
        async def lines() -> AsyncIterator[bytes]:
            for chunk in chunks:
                whole = chunk
                if "choices" not in chunk:
                    whole = {"choices": [{"index": 0, "delta": chunk, "finish_reason": None}]}
                head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
                yield f"data: {json.dumps({**head, **whole})}\n\n".encode()
                await asyncio.sleep(wait)
            yield b"data: [DONE]\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    return step

"""Servers that are measured: processes of their own on this machine."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx


@asynccontextmanager
async def process(
    command: Sequence[str], environment: Mapping[str, str], base: str, path: str
) -> AsyncIterator[str]:
    """Run a server until the end; its address once ``path`` answers there."""
    async with running(command, environment, base, path):
        yield base


@asynccontextmanager
async def running(
    command: Sequence[str], environment: Mapping[str, str], base: str, path: str
) -> AsyncIterator[int]:
    """The same, for its process id."""
    server = await asyncio.create_subprocess_exec(
        *command,
        env=dict(environment),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _until_it_answers(base + path, lambda: server.returncode is None)
        yield server.pid
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


async def _until_it_answers(address: str, alive: Callable[[], bool]) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(600):
            try:
                await client.get(address)
            except httpx.TransportError:
                if not alive():
                    raise RuntimeError(f"the server for {address} ended") from None
                await asyncio.sleep(0.1)
            else:
                return
    raise RuntimeError(f"{address} does not answer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

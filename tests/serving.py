"""``mainspring serve`` as its users run it: a process of its own, which a test may end or kill."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from app.workspace import Workspace
from ledger import accounts


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def serving(
    workspace: Workspace, *options: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[str, Process]]:
    """The desk's address and its process, once it answers."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from app.cli import main; main()",
        "serve", "--port", str(port), "-w", str(workspace.folder), *options,
        env={
            **os.environ,
            **workspace.environment,
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "MAINSPRING_SENDING_LISTEN_PORT": str(free_port()),
            **(environment or {}),
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    try:
        await _until_it_answers(base, process)
        yield base, process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_it_answers(base: str, process: Process) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(600):
            try:
                await client.get(f"{base}/sign-in")
            except httpx.TransportError:
                assert process.returncode is None, "serve ended before it answered"
                await asyncio.sleep(0.1)
            else:
                return
    raise AssertionError("serve does not answer")


def session_cookie(workspace: Workspace) -> dict[str, str]:
    """A cookie of the person who owns the workspace."""
    with workspace.ledger.write() as tx:
        owner = workspace.person(tx)
        return {"mainspring": accounts.begin_session(tx, owner, "127.0.0.1", "test")}

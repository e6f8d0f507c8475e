"""The worker: does what is due, and serves the public unsubscribe endpoint beside it."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from app.public import public_app
from workflows.jobs import Worker, work_forever, work_once
from workflows.stack import Stack


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: the worker ends it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def work_until_idle(stack: Stack, worker: Worker) -> int:
    """Do all that is due now, and what comes of it; the number of jobs done."""
    done = 0
    while (jobs := await work_once(stack, worker)) > 0:
        done += jobs
    return done


async def work_and_serve(
    stack: Stack, worker: Worker, host: str, port: int, said: Callable[[str], None]
) -> None:
    """Work until told to stop (SIGTERM, SIGINT). Where the port is taken, another worker of this
    machine serves the endpoint, and this one only works."""
    for number in (signal.SIGTERM, signal.SIGINT):  # before the first word: it may come any time
        asyncio.get_running_loop().add_signal_handler(number, worker.stop.set)
    listening = _listen(host, port)
    if listening is None:
        said(f"{host}:{port} is taken, so this worker does not serve the unsubscribe endpoint.")
        await work_forever(stack, worker)
        return
    server = _Server(
        uvicorn.Config(public_app(stack), log_config=None, access_log=False, lifespan="off")
    )
    said(f"The unsubscribe endpoint listens on {host}:{port}.")
    serving = asyncio.ensure_future(server.serve(sockets=[listening]))
    try:
        await work_forever(stack, worker)
    finally:
        server.should_exit = True
        await serving


def _listen(host: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError:
        made.close()
        return None
    return made

"""The worker: does what is due, and serves web applications beside it, in one process."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from app.intake.beside import write_beside
from app.intake.spool import Spool
from app.public import public_app
from app.stack import build_stack
from app.workspace import Workspace
from domain.errors import Refused
from workflows.jobs import Worker, work_forever, work_once
from workflows.stack import Stack

LAST_WORDS_SECONDS = 3
"""What requests under way are given to end when the process is told to stop."""


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: the worker ends it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


GIVE_WAY_SECONDS = 0.0005


@dataclass(frozen=True)
class Served:
    """A web application and where it listens."""

    app: ASGIApp
    listening: socket.socket
    lifespan: bool = False


async def work_until_idle(stack: Stack, worker: Worker) -> int:
    """Do all that is due now, and what comes of it; the number of jobs done."""
    done = 0
    while (jobs := await work_once(stack, worker)) > 0:
        done += jobs
    return done


async def work_and_serve(
    workspace: Workspace, worker: Worker, host: str, port: int, said: Callable[[str], None]
) -> None:
    """Work until told to stop (SIGTERM, SIGINT), with the public endpoints beside it. Where the
    port is taken, another worker of this machine serves them, and this one only works."""
    heed_signals(worker.stop)  # before the first word: a signal may come any time
    listening, stack = listen(host, port), build_stack(workspace)
    served: list[Served] = []
    if listening is None:
        said(f"{host}:{port} is taken, so this worker does not serve the public endpoints.")
    else:
        said(f"The public endpoints listen on {host}:{port}.")
        public = public_app(lambda: stack, Spool(workspace.spool_folder))
        served.append(Served(public, listening))
    await work_beside(served, worker, lambda: stack, lambda: workspace)


async def work_beside(
    served: Sequence[Served],
    worker: Worker,
    stack: Callable[[], Stack],
    workspace: Callable[[], Workspace],
) -> None:
    """Work and serve until told to stop: then no request is taken any more, what is under way
    ends, and the worker gives back what it has not begun."""
    # Whoever computes in a thread gives way to requests sooner than after Python's 5 ms.
    sys.setswitchinterval(GIVE_WAY_SECONDS)
    # What is there by now stays: no collection for a request's sake has to walk over it.
    gc.collect()
    gc.freeze()
    async with serving(served, worker.stop):
        writing = asyncio.ensure_future(write_beside(workspace, worker.stop))
        try:
            await work_forever(stack(), worker, stack)
        finally:
            worker.stop.set()
            await writing


@asynccontextmanager
async def serving(served: Sequence[Served], stop: asyncio.Event) -> AsyncIterator[None]:
    """Serve beside what is done inside. SIGTERM and SIGINT set ``stop``."""
    heed_signals(stop)
    servers = [(_server(one), one.listening) for one in served]
    running = [asyncio.ensure_future(s.serve(sockets=[socket])) for s, socket in servers]
    try:
        yield
    finally:
        for server, _ in servers:
            server.should_exit = True
        await asyncio.gather(*running)


def heed_signals(stop: asyncio.Event) -> None:
    """SIGTERM and SIGINT set ``stop``, from now on."""
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)


def _server(one: Served) -> _Server:
    return _Server(
        uvicorn.Config(
            one.app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on" if one.lifespan else "off",
            timeout_graceful_shutdown=LAST_WORDS_SECONDS,
        )
    )


BACKLOG = 2048
"""Of those who wait to be heard; uvicorn's own default."""


def listen(host: str, port: int) -> socket.socket | None:
    """A socket that listens: who comes before the server is ready waits. None where the port is
    taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, because asyncio sends small answers at once (TCP_NODELAY) only then; an answer
    # in two pieces would wait 40 ms for the client's delayed acknowledgement.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError:
        made.close()
        return None
    return made


def must_listen(host: str, port: int, setting: str) -> socket.socket:
    """The same. Raises Refused port_taken."""
    made = listen(host, port)
    if made is None:
        raise Refused(
            "port_taken",
            f"{host}:{port} is taken by another program, perhaps by a desk that runs already.",
            thing=f"{host}:{port}",
            next_step=f"End that program, or choose another port: --port, or {setting} in "
            "mainspring.toml.",
        )
    return made

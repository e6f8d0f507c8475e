"""The writer in a process of its own, beside the door: neither waits for the other's interpreter.

``write_beside`` starts ``python -m app.intake.beside FOLDER`` once there is something to write and
keeps it running. It ends with its standard input, and so with the process that started it, however
that ended; what it had begun begins again.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from app.intake.spool import waiting_bytes

if TYPE_CHECKING:
    from app.workspace import Workspace

LOOK_SECONDS = 0.5
GIVES_WAY = 5
"""Steps by which the writer is less urgent than the requests."""
MOST_PAUSE_SECONDS = 60.0
LAST_SECONDS = 10.0
"""What the round under way is given to end."""

log = structlog.get_logger("mainspring.intake")


async def write_beside(workspace: Callable[[], Workspace], stop: asyncio.Event) -> None:
    """Have what is complete written until ``stop``. A writer that ends by itself is started again
    after a pause that grows; one whose workspace was opened anew, at once."""
    pause = LOOK_SECONDS
    while not stop.is_set():
        opened = workspace()
        if not waiting_bytes(opened.spool_folder):
            await _waited(stop, LOOK_SECONDS)
            continue
        began = time.monotonic()
        try:
            process = await _started(opened)
        except OSError as error:
            why = str(error)
        else:
            while process.returncode is None and workspace() is opened and not stop.is_set():
                await _waited(stop, LOOK_SECONDS)
            if process.returncode is None:
                await _ended(process)
                continue
            why = f"exit code {process.returncode}"
        lasted = time.monotonic() - began > MOST_PAUSE_SECONDS
        pause = LOOK_SECONDS if lasted else min(pause * 2, MOST_PAUSE_SECONDS)
        log.error("writer_ended", error=why, again_in_seconds=pause)
        await _waited(stop, pause)


async def _started(opened: Workspace) -> asyncio.subprocess.Process:
    # -P: nothing is imported from the folder where somebody happens to stand.
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "app.intake.beside", str(opened.folder),
        stdin=asyncio.subprocess.PIPE, env={**os.environ, **opened.environment},
    )  # fmt: skip


async def _waited(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _ended(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), LAST_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _write(folder: Path) -> None:
    from app.intake.writer import write_forever
    from app.workspace import open_workspace

    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def wait_for_the_end() -> None:
        sys.stdin.buffer.read()
        with suppress(RuntimeError):  # the loop was first
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    opened = open_workspace(folder)
    await write_forever(lambda: opened, stop)


if __name__ == "__main__":
    from app.logs import configure_logs

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for who started it
    os.nice(GIVES_WAY)
    configure_logs()
    asyncio.run(_write(Path(sys.argv[1])))

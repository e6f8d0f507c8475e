"""A process that takes events, its writer beside it, and nothing else: ``FOLDER PORT``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from app.intake import beside, spool
from app.intake.beside import write_beside
from app.intake.spool import Spool
from app.public import public_app
from app.stack import build_stack
from app.worker import Served, must_listen, serving
from app.workspace import open_workspace


async def serve(folder: Path, port: int) -> None:
    workspace = open_workspace(folder)
    stack = build_stack(workspace)
    stop = asyncio.Event()
    app = public_app(lambda: stack, Spool(workspace.spool_folder))
    async with serving([Served(app, must_listen("127.0.0.1", port, "PORT"))], stop):
        await write_beside(lambda: workspace, stop)


if __name__ == "__main__":
    # There is nearly always something to write, so that a kill meets the writer at it.
    spool.CLOSE_SECONDS = 0.05
    beside.LOOK_SECONDS = 0.01
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))

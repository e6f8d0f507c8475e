"""What the intake is held against: FastAPI alone, which appends each body to a file as it came.

``/grouped`` answers once the body is on the disk, with one ``fdatasync`` for all that gathered;
``/each`` calls it for every request; ``/plain`` does not wait for the disk.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from fastapi import FastAPI, Request

app = FastAPI(openapi_url=None)
_SYNC = getattr(os, "fdatasync", os.fsync)


class Appended:
    """One file that grows."""

    def __init__(self) -> None:
        folder = Path(os.environ.get("BARE_FOLDER", tempfile.gettempdir()))
        self._file = os.open(folder / "events", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._gathered: list[bytes] = []
        self._told: list[asyncio.Future[None]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def grouped(self, body: bytes) -> None:
        done = asyncio.get_running_loop().create_future()
        self._gathered.append(body)
        self._told.append(done)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        await done

    def plain(self, body: bytes) -> None:
        os.write(self._file, body)

    def each(self, body: bytes) -> None:
        os.write(self._file, body)
        _SYNC(self._file)

    async def _flush(self) -> None:
        while self._gathered:
            bodies, told = self._gathered, self._told
            self._gathered, self._told = [], []
            await asyncio.to_thread(self.each, b"".join(bodies))
            for done in told:
                done.set_result(None)
        self._flushing = None


_appended = Appended()


@app.post("/grouped")
async def grouped(request: Request) -> dict[str, bool]:
    await _appended.grouped(await request.body() + b"\n")
    return {"success": True}


@app.post("/each")
async def each(request: Request) -> dict[str, bool]:
    _appended.each(await request.body() + b"\n")
    return {"success": True}


@app.post("/plain")
async def plain(request: Request) -> dict[str, bool]:
    _appended.plain(await request.body() + b"\n")
    return {"success": True}

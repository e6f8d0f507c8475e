"""The spool: what was answered with 200 and is not in the store yet.

One folder a workspace; each process appends to a file of its own, which it holds locked. Many
requests share one ``fdatasync``: while one is under way, the next ones gather. A file that nobody
holds is complete: its process closed it for its size or age, or was killed. A torn last line was
never answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import structlog
from pydantic_core import from_json, to_json

from domain.frozen import Frozen
from domain.ids import new_id

SUFFIX = ".spool"
CLAIMED = "writing-"
CLOSE_BYTES = 16 * 1024 * 1024
CLOSE_SECONDS = 1.0
"""A file is closed, for the writer to take, once it is so large or so old."""
MOST_GATHERED = 8 * 1024 * 1024
"""Bytes that may wait for the disk in one process."""
MOST_WAITING = 512 * 1024 * 1024
"""Bytes that may wait for the writer in the whole folder."""
LOOK_SECONDS = 0.5

log = structlog.get_logger("mainspring.intake")


class Full(Exception):
    """More comes than is taken away: nothing of the request was kept."""


class Spooled(Frozen):
    """One request as it lies in the spool."""

    id: str
    source: str
    """The source's id."""
    at: datetime
    """When it was received."""
    call: str
    body: dict[str, object]


class Spool:
    """One process's way into the spool. Not for several event loops."""

    def __init__(
        self, folder: Path, *, most_gathered: int = MOST_GATHERED, most_waiting: int = MOST_WAITING
    ) -> None:
        self.folder = folder
        self._most_gathered, self._most_waiting = most_gathered, most_waiting
        self._gathered: list[bytes] = []
        self._told: list[asyncio.Future[None]] = []
        self._bytes = 0
        self._flushing: asyncio.Task[None] | None = None
        self._closing: asyncio.TimerHandle | None = None
        self._file = -1
        self._written = 0
        self._begun = 0.0
        self._waiting = 0
        self._looked = float("-inf")

    async def append(self, source: str, at: datetime, call: str, body: bytes) -> None:
        """Keep a request; ``body`` is JSON in one line. Returns once it is on the disk.

        Raises Full, and OSError where the disk does not take it: then nothing of it was kept.
        """
        head = to_json({"id": new_id(), "source": source, "at": at, "call": call})
        line = b'%b,"body":%b}\n' % (head[:-1], body)
        if self._bytes + len(line) > self._most_gathered or self._is_full(len(line)):
            raise Full
        done = asyncio.get_running_loop().create_future()
        self._gathered.append(line)
        self._told.append(done)
        self._bytes += len(line)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        await done

    def close(self) -> None:
        """Leave the file to the writer."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _is_full(self, more: int) -> bool:
        now = time.monotonic()
        if now - self._looked > LOOK_SECONDS:
            self._looked, self._waiting = now, waiting_bytes(self.folder)
        if self._waiting + more > self._most_waiting:
            return True
        self._waiting += more
        return False

    async def _flush(self) -> None:
        """Bring what gathers to the disk, until nothing does."""
        while self._gathered:
            lines, told = self._gathered, self._told
            self._gathered, self._told, self._bytes = [], [], 0
            failed: OSError | None = None
            try:
                await asyncio.to_thread(self._write, b"".join(lines))
            except OSError as error:
                log.error("spool_failed", error=str(error))
                failed = error
            for done in told:
                if done.cancelled():
                    continue
                if failed is None:
                    done.set_result(None)
                else:
                    done.set_exception(failed)
        self._flushing = None
        if self._closing is None and self._file >= 0:
            loop = asyncio.get_running_loop()
            self._closing = loop.call_later(CLOSE_SECONDS, self._close_the_old)

    def _close_the_old(self) -> None:
        self._closing = None
        if self._flushing is None:  # else it is closed at its age, or asked for again at the end
            self.close()

    def _write(self, lines: bytes) -> None:
        if self._file >= 0 and (
            self._written > CLOSE_BYTES or time.monotonic() - self._begun > CLOSE_SECONDS
        ):
            self.close()
        if self._file < 0:
            self._file = _opened(self.folder)
            self._written, self._begun = 0, time.monotonic()
        try:
            view = memoryview(lines)
            while view:
                view = view[os.write(self._file, view) :]
            _sync(self._file)
        except OSError:
            # Nobody is told that these are kept; their senders send them again.
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._written)
            self.close()
            raise
        self._written += len(lines)


def waiting_bytes(folder: Path) -> int:
    """What waits for the writer, in all files."""
    total = 0
    for path in folder.glob(f"**/*{SUFFIX}"):
        with contextlib.suppress(FileNotFoundError):  # the writer was there first
            total += path.stat().st_size
    return total


def waits_since(folder: Path) -> datetime | None:
    """When the oldest file was written that is not in the store yet; None: nothing waits."""
    times = []
    for path in folder.glob(f"**/*{SUFFIX}"):
        with contextlib.suppress(FileNotFoundError):  # the writer was there first
            times.append(path.stat().st_mtime)
    return datetime.fromtimestamp(min(times), UTC) if times else None


def claim(folder: Path, most_bytes: int) -> Path | None:
    """A folder of files that no process writes to any more, the oldest ones, for one writer; the
    one that a writer left unfinished comes first, as it was. None: there is nothing complete."""
    for left in sorted(folder.glob(f"{CLAIMED}*")):
        return left
    for begun in folder.glob("*.new"):  # of a process that was killed before its first request
        if time.time() - begun.stat().st_mtime > 60:
            begun.unlink()
    found: list[Path] = []
    total = 0
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if total < most_bytes and not _is_held(path):
            found.append(path)
            total += path.stat().st_size
    if not found:
        return None
    claimed = folder / f"{CLAIMED}{new_id()}"
    claimed.mkdir(mode=0o700)
    for path in found:
        path.rename(claimed / path.name)
    sync_folder(claimed)
    sync_folder(folder)
    return claimed


def _is_held(path: Path) -> bool:
    """Whether a process still writes to it. Who let go of a file never takes it up again."""
    file = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def requests_in(path: Path) -> Iterator[Spooled]:
    """The requests of a file, in order; a torn last line is none."""
    with path.open("rb") as file:
        for line in file:
            try:
                if line.endswith(b"}\n"):
                    yield Spooled.model_validate(from_json(line))
            except ValueError:
                log.warning("spool_torn", file=path.name)


def _opened(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = new_id()
    made = folder / f"{name}.new"
    file = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    # Held before it has the name by which the writer finds it.
    fcntl.flock(file, fcntl.LOCK_EX)
    made.replace(folder / f"{name}{SUFFIX}")
    sync_folder(folder)
    return file


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_sync = getattr(os, "fdatasync", os.fsync)

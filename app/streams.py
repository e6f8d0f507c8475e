"""Live tails for any number of readers, over one reader of the ledger.

A page that stays open, a chat that streams and an API client all read the same tables. One task
looks at them a few times a second, whatever number of readers there are, and wakes those for whom
something new is there; what they read then comes from the ledger, so nothing that happened while
they were away is missing, and another process may have written it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from functools import partial

import structlog

from domain.errors import MainspringError
from ledger import events, journal
from ledger.database import Ledger, Transaction
from ledger.events import Event
from workflows.transactions import read

LOOK_SECONDS = 0.25
KEEP_ALIVE_SECONDS = 15.0

log = structlog.get_logger("mainspring.streams")


def seen(last_event_id: str | None) -> int | None:
    """The number behind which a stream goes on; None: none was said that can be one."""
    if last_event_id and last_event_id.isascii() and last_event_id.isdigit():
        return int(last_event_id[:15])
    return None


class Streams:
    """Tails of the ledger. Start it with the server, and stop it before the server ends."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._changed = asyncio.Condition()
        self._followed: Counter[str] = Counter()
        self._ends: dict[str, int] = {}
        self._head = 0
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    async def start(self) -> None:
        self._head = (await read(self._ledger, journal.head))[0]
        self._task = asyncio.create_task(self._look_on(), name="streams")

    async def stop(self) -> None:
        """End every tail."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        async with self._changed:
            self._changed.notify_all()

    async def pulses(self, after: int | None = None) -> AsyncIterator[int | None]:
        """The journal's head each time that it has grown beyond ``after``; None: still there.

        Several entries at once are one pulse. Without ``after`` it begins at the present head.
        """
        seen = self._head if after is None else after
        while not self._closed:
            if self._head > seen:
                seen = self._head
                yield seen
            elif not await self._wait():
                yield None

    async def tail(self, stream: str, after: int = 0) -> AsyncGenerator[Event | None]:
        """The events of a stream behind a number, then those that come; None: still there.

        Ends only when its reader leaves or the server stops: what ends a stream its reader knows.
        """
        self._followed[stream] += 1
        seen = after
        try:
            while not self._closed:
                found = await read(self._ledger, partial(events.after, stream=stream, seq=seen))
                for event in found:
                    seen = event.seq
                    yield event
                while not self._closed and self._ends.get(stream, 0) <= seen:
                    if not await self._wait():
                        yield None
        finally:
            self._followed[stream] -= 1
            if not self._followed[stream]:
                del self._followed[stream]
                self._ends.pop(stream, None)

    async def _wait(self) -> bool:
        """Wait until something changed. False: nothing did for a while."""
        try:
            async with asyncio.timeout(KEEP_ALIVE_SECONDS), self._changed:
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def _look_on(self) -> None:
        while True:
            try:
                await self._look()
            except MainspringError as error:  # busy: look again
                log.warning("streams_wait", why=str(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        followed = list(self._followed)

        def look(tx: Transaction) -> tuple[int, dict[str, int]]:
            return journal.head(tx)[0], events.ends(tx, followed) if followed else {}

        head, ends = await read(self._ledger, look)
        if head == self._head and all(self._ends.get(k) == v for k, v in ends.items()):
            return
        self._head = head
        self._ends.update({k: v for k, v in ends.items() if k in self._followed})
        async with self._changed:
            self._changed.notify_all()

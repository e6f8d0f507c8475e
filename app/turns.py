"""Turns: answers of the assistant, written in tasks of their own, whoever looks on.

A turn is held under a lease, so that two processes never write one answer. When this process is
told to stop it gives its turns back; when it was killed, its leases run out. Either way another
process, or this one after its restart, takes them up from their last checkpoint.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress

import structlog

from domain.errors import MainspringError
from domain.ids import new_id
from ledger import threads
from ledger.people import Person
from ledger.threads import Turn
from workflows.assistant import take_turn
from workflows.stack import Stack
from workflows.transactions import read, write

LEASE_SECONDS = 15.0
"""What a restarted desk waits at most before it goes on with an answer."""

log = structlog.get_logger("mainspring.turns")


class Turns:
    """The turns of one process. ``stack`` is asked for the stack whenever a turn begins."""

    def __init__(self, stack: Callable[[], Stack]) -> None:
        self._stack = stack
        self._name = f"{socket.gethostname()}:{os.getpid()}:{new_id()}"
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take up what was left behind, now and from time to time."""
        await self._take_up()
        self._watch = asyncio.create_task(self._look_on(), name="turns")

    async def stop(self) -> None:
        """End the tasks, and give their turns back as they stand."""
        tasks = [*self._tasks.values(), *filter(None, [self._watch])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def begin(self, turn: Turn) -> None:
        """Answer a turn that was begun. Call it where the turn's origin is known
        (``ledger.origin.coming_from``): what the answer asks for is written with it."""
        if turn.id not in self._tasks:
            task = asyncio.create_task(self._answer(turn.id), name=f"turn {turn.id}")
            self._tasks[turn.id] = task
            task.add_done_callback(lambda _: self._tasks.pop(turn.id, None))

    async def say(self, thread_id: str, person: Person, text: str) -> Turn:
        """Take up what a person says, and begin to answer it. Raises LedgerError."""
        ledger = self._stack().ledger
        turn = await write(ledger, lambda tx: threads.begin_turn(tx, thread_id, person, text))
        self.begin(turn)
        return turn

    async def stop_turn(self, turn_id: str, person: Person) -> Turn:
        """End one's own answer, and keep what was said. Raises LedgerError unknown."""
        ledger = self._stack().ledger
        turn = await write(ledger, lambda tx: threads.stop_turn(tx, turn_id, person))
        task = self._tasks.get(turn_id)
        if task is not None:
            task.cancel()
        return turn

    async def join(self, turn_id: str) -> None:
        """Wait until this process has ended its work on a turn."""
        task = self._tasks.get(turn_id)
        if task is not None:
            await asyncio.wait([task])

    async def _answer(self, turn_id: str) -> None:
        stack = self._stack()
        if not await write(
            stack.ledger, lambda tx: threads.take(tx, turn_id, self._name, LEASE_SECONDS)
        ):
            return
        working = asyncio.ensure_future(take_turn(stack, turn_id))
        holding = asyncio.ensure_future(self._hold(stack, turn_id))
        try:
            await asyncio.wait({working, holding}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (working, holding):
                task.cancel()
            await asyncio.gather(working, holding, return_exceptions=True)
            with suppress(MainspringError):
                await write(stack.ledger, lambda tx: threads.release(tx, turn_id, self._name))

    async def _hold(self, stack: Stack, turn_id: str) -> None:
        """Keep the lease; returns once it is lost, or the turn has ended."""
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            if not await write(
                stack.ledger, lambda tx: threads.take(tx, turn_id, self._name, LEASE_SECONDS)
            ):
                return

    async def _take_up(self) -> None:
        ledger = self._stack().ledger
        for turn in await read(
            ledger, lambda tx: [threads.get_turn(tx, one) for one in threads.abandoned(tx)]
        ):
            log.info("turn_taken_up", turn=turn.id)
            self.begin(turn)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            try:
                await self._take_up()
            except MainspringError as error:
                log.warning("turns_wait", why=str(error))

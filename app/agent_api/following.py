"""Drives the campaigns that API clients asked for, and notes when each turn has come to an end.

A turn lives in a detached task, never in a request: a client that leaves changes nothing. What
happens stands in the campaign's stream; a process that is started again takes up what had not
ended.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from app.site import Site
from domain.errors import MainspringError
from ledger import approvals, campaign_turns
from ledger.database import Transaction
from ledger.runs import Run
from ledger.threads import Turn
from workflows import campaign
from workflows.jobs import Worker, advance
from workflows.transactions import read, write

AGAIN_SECONDS = 1.0
"""Between two looks at a run that failed for now and is tried again later."""

log = structlog.get_logger("mainspring.api")


class Following:
    """The turns of campaigns that this process is at."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._worker = Worker()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Take up the turns that had not ended when the last process did."""
        for turn in await read(self._site.stack.ledger, campaign_turns.unfinished):
            self.follow(turn)

    async def stop(self) -> None:
        """End what is under way, or give it back."""
        self._worker.stop.set()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def follow(self, turn: Turn) -> None:
        """Drive this turn's campaign until it waits for a person or has ended."""
        task = asyncio.create_task(self._follow(turn), name=f"turn {turn.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, turn: Turn) -> None:
        stop = self._worker.stop
        while not stop.is_set():
            try:
                run = await advance(self._site.stack, turn.thread_id, worker=self._worker)
                if run.status != "running":
                    await self._finish(turn, run)
                    return
            except MainspringError as error:  # the ledger is busy, say: look again
                log.warning("turn_waits", turn=turn.id, why=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGAIN_SECONDS)

    async def _finish(self, turn: Turn, run: Run) -> None:
        stack = self._site.stack
        async with campaign.opened(stack) as graph:
            reached = await graph.aget_state(campaign.thread(run.id))
        at = (reached.config.get("configurable") or {}).get("checkpoint_id")

        def finish(tx: Transaction) -> None:
            if run.status == "cancelled":
                campaign_turns.finish(tx, turn.id, "stopped", at, run.detail)
            elif run.status == "failed" or (run.status == "waiting" and not _asks(tx, run.id)):
                campaign_turns.finish(tx, turn.id, "failed", at, run.detail)
            else:
                campaign_turns.finish(tx, turn.id, "done", at)

        await write(stack.ledger, finish)


def _asks(tx: Transaction, run_id: str) -> bool:
    """Whether a person is asked for a decision just now."""
    return any(one.status == "pending" for one in approvals.for_run(tx, run_id))

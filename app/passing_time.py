"""Letting a simulated clock run: from one due thing to the next, so that nothing is skipped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from app.worker import work_until_idle
from domain.errors import Refused
from domain.frozen import Frozen
from ledger import clock, jobs, sends
from ledger.database import Transaction
from workflows.jobs import Worker
from workflows.stack import Stack
from workflows.transactions import read, write


class Ahead(Frozen):
    """What a simulated clock would come to next."""

    now: datetime
    next_message: datetime | None
    next_job: datetime | None
    """The next look at results, or fire of a schedule."""


async def look_ahead(stack: Stack) -> Ahead:
    """Raises Refused not_simulated: real time passes by itself."""

    def look(tx: Transaction) -> Ahead:
        if not tx.simulated:
            raise Refused(
                "not_simulated",
                "This workspace runs on real time, which nobody can move.",
                next_step="`mainspring demo serve` opens a simulated one to try things in.",
            )
        return Ahead(
            now=tx.now,
            next_message=sends.next_due(tx, after=tx.now),
            next_job=jobs.next_due(tx, after=tx.now),
        )

    return await read(stack.ledger, look)


Moved = Callable[[datetime], Awaitable[None]]
"""Told of each moment that the clock came to, before what is due then is done."""


async def pass_time(stack: Stack, until: datetime, moved: Moved | None = None) -> None:
    """Move the clock to ``until``, and do on the way whatever is due at its own moment.

    Raises Refused not_simulated, LedgerError backwards.
    """
    worker = Worker()
    at = (await look_ahead(stack)).now
    await work_until_idle(stack, worker)
    while at != until:
        at = await write(stack.ledger, lambda tx: _step(tx, until))
        if moved is not None:
            await moved(at)
        await work_until_idle(stack, worker)


def _step(tx: Transaction, until: datetime) -> datetime:
    """To the next due thing, or to the end; where the clock stands then."""
    due = (sends.next_due(tx, after=tx.now), jobs.next_due(tx, after=tx.now))
    to = min([until, *(at for at in due if at is not None)])
    clock.advance(tx, to)
    return to

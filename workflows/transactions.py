"""Ledger transactions from async code: the ledger is synchronous and waits for other writers,
so it is used in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from ledger.database import Ledger, Transaction

T = TypeVar("T")


async def read(ledger: Ledger, function: Callable[[Transaction], T]) -> T:
    """Run a function in one read transaction."""

    def run() -> T:
        with ledger.read() as tx:
            return function(tx)

    return await asyncio.to_thread(run)


async def write(ledger: Ledger, function: Callable[[Transaction], T]) -> T:
    """Run a function in one write transaction: all of it is kept, or nothing."""

    def run() -> T:
        with ledger.write() as tx:
            return function(tx)

    return await asyncio.to_thread(run)

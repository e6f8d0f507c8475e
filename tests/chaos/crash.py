"""Crash points outside production code: in SQLAlchemy's events, in the checkpointer, at the ports
and on the wire. A child counts them as it goes and kills itself at the one it was given."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiosqlite
import pyarrow as pa
import sqlalchemy as sa
from aiosmtplib.protocol import SMTPProtocol
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agents.house_writer import HouseWriter
from agents.tasks import Answered, Given, Task
from domain.customer import Contact
from domain.predicate import Predicate
from domain.publication import Message
from tests.campaign_world import Shop
from tools.esp.port import Receipt
from tools.esp.smtp import SmtpSending
from workflows.checkpoints import strict_serializer
from workflows.stack import Stack


@dataclass
class Crash:
    """Dies at its ``at``-th point, after writing the point's name to ``tell``. 0: never."""

    at: int = 0
    tell: int = -1
    labels: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def point(self, label: str) -> None:
        with self._lock:
            self.labels.append(label)
            if len(self.labels) == self.at:
                os.write(self.tell, label.encode())
                os.kill(os.getpid(), signal.SIGKILL)


def armed(stack: Stack, shop: Shop, crash: Crash) -> Stack:
    """The stack with a crash point at every boundary; only for a process that ends after it."""
    _watch_commits(crash)
    _watch_wire(crash)
    people = CrashingShop(shop.contacts_by_id, crash=crash)
    assert isinstance(stack.sending, SmtpSending)
    return replace(
        stack,
        customers=people,
        people=people,
        model=CrashingWriter(crash),
        sending=CrashingSending(stack.sending, crash),
        open_saver=saver_with(crash),
    )


def _watch_commits(crash: Crash) -> None:
    wrote = threading.local()

    def commit(connection: sa.Connection) -> None:
        wrote.yes = bool(connection.get_execution_options().get("mainspring_writes"))
        if wrote.yes:
            crash.point("ledger: before commit")

    def checkin(*_: object) -> None:
        if getattr(wrote, "yes", False):
            wrote.yes = False
            crash.point("ledger: after commit")

    sa.event.listen(sa.Engine, "commit", commit)
    sa.event.listen(sa.pool.Pool, "checkin", checkin)


def _watch_wire(crash: Crash) -> None:
    real = SMTPProtocol.write

    def write(self: SMTPProtocol, data: bytes) -> None:
        whole = data.endswith(b"\r\n.\r\n")
        verb = "the mail" if whole else data[:4].decode("ascii", "replace").strip()
        crash.point(f"wire: before {verb}")
        real(self, data)
        crash.point(f"wire: after {verb}")

    SMTPProtocol.write = write  # type: ignore[method-assign]


class CrashingSaver(AsyncSqliteSaver):
    crash: Crash

    async def aput(self, config: RunnableConfig, *rest: Any) -> RunnableConfig:
        self.crash.point("checkpoint: before put")
        saved = await super().aput(config, *rest)
        self.crash.point("checkpoint: after put")
        return saved

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        self.crash.point("checkpoint: before writes")
        await super().aput_writes(config, writes, task_id, task_path)
        self.crash.point("checkpoint: after writes")

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        self.crash.point("checkpoint: read")
        return await super().aget_tuple(config)


def saver_with(
    crash: Crash,
) -> Callable[[Path], AbstractAsyncContextManager[BaseCheckpointSaver[str]]]:
    @asynccontextmanager
    async def opened(path: Path) -> AsyncIterator[BaseCheckpointSaver[str]]:
        async with aiosqlite.connect(path, timeout=30) as connection:
            saver = CrashingSaver(connection, serde=strict_serializer())
            saver.crash = crash
            yield saver

    return opened


@dataclass
class CrashingShop(Shop):
    crash: Crash = field(default_factory=Crash)

    async def addresses(self, rule: Predicate) -> pa.Table:
        self.crash.point("people: addresses")
        return await super().addresses(rule)

    async def contacts(self, customer_ids: Sequence[str]) -> tuple[Contact, ...]:
        found = await super().contacts(customer_ids)
        self.crash.point("people: contacts")
        return found


class CrashingWriter(HouseWriter):
    def __init__(self, crash: Crash) -> None:
        self.crash = crash

    async def answer(self, task: Task[Given, Answered], given: Given) -> Answered:
        self.crash.point(f"model: before {task.name}")
        answer = await super().answer(task, given)
        self.crash.point(f"model: after {task.name}")
        return answer


class CrashingSending(SmtpSending):
    def __init__(self, real: SmtpSending, crash: Crash) -> None:
        super().__init__(real.settings)
        self.crash = crash

    async def send(self, message: Message) -> Receipt:
        self.crash.point("sending: before")
        receipt = await super().send(message)
        self.crash.point("sending: after")
        return receipt

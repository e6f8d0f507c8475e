"""Everything that happens later: claimed under a lease, tried again, never lost.

``work_once`` does what is due, ``work_forever`` goes on doing so until it is told to stop, and
``advance`` drives one run on at once for somebody who waits for it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog

from domain.errors import MainspringError, Refused
from domain.ids import new_id
from ledger import approvals, engagements, first_wave, jobs, runs, schedules, sends
from ledger.database import Transaction
from ledger.jobs import Job, JobKind
from ledger.runs import Run
from tools.esp.port import Receipt
from tools.store.tidying import tidy, untidy
from workflows import standing
from workflows.campaign import drive
from workflows.engagements import store_engagements
from workflows.identity import resolve_identities
from workflows.progress import Listener
from workflows.publish import PublishCounts, publish_due
from workflows.reaching import Reach
from workflows.report import report
from workflows.stack import Stack
from workflows.transactions import read, write

T = TypeVar("T")

MOST_ATTEMPTS = 5
"""Of one job, before a person is told that it failed."""
BACKOFF_SECONDS = 5.0
MOST_BACKOFF_SECONDS = 300.0
"""Between two tries of a worker whose rounds fail one after the other."""
GRACE_SECONDS = 20.0
"""What a job under way is given to end when the worker is told to stop."""
POLL_SECONDS = 1.0
ROUND_SECONDS = 20.0
"""Of sending before other jobs have their turn again."""

log = structlog.get_logger("mainspring.jobs")


@dataclass
class Worker:
    """One worker: its name in leases, and what it remembers between rounds."""

    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{new_id()}")
    reach: Reach = field(default_factory=Reach)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    listen: Listener | None = None
    lease_seconds: float = 120
    """Of a job, in real time; renewed while it goes on."""
    trouble: PublishCounts | None = None
    """The last round of sending in which mails were refused, put off or not reachable; None
    once mails go out again."""


async def work_once(stack: Stack, worker: Worker | str | None = None) -> int:
    """Do every job that is due, and send for a while what is due; the number of things done.

    0 means that nothing more can be done now.
    """
    if not isinstance(worker, Worker):
        worker = Worker(name=worker) if worker else Worker()
    done = 0
    await _house_keeping(stack)
    while not worker.stop.is_set():
        job = await write(
            stack.ledger, lambda tx: jobs.claim(tx, worker.name, None, worker.lease_seconds)
        )
        if job is None:
            break
        await _do(stack, worker, job)
        done += 1
    if not worker.stop.is_set():
        sent = await send_due(stack, worker, ROUND_SECONDS)
        done += 1 if sent.settled else 0
        if _why(sent):
            worker.trouble = sent
        elif sent.sent:
            worker.trouble = None
    return done


async def work_forever(
    stack: Stack, worker: Worker | None = None, renewed: Callable[[], Stack] | None = None
) -> None:
    """Work until ``worker.stop`` is set, or SIGTERM or SIGINT comes: then end what is under way.

    ``renewed`` gives the stack of each round, where settings may change meanwhile. A round that
    fails is logged and tried again, after a pause that grows with each failure.
    """
    worker = worker or Worker()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop.set)
    failed, said = 0, ""
    try:
        while not worker.stop.is_set():
            try:
                stack = renewed() if renewed is not None else stack
                idle = await work_once(stack, worker) == 0
            except Exception as error:  # noqa: BLE001
                # Whatever a round failed of, a full disk or a fault of the program: the process
                # also serves the unsubscribe endpoint, which must outlive it. Nothing is lost,
                # since all that was begun is under leases. Being cancelled is no Exception.
                failed += 1
                pause = min(BACKOFF_SECONDS * 2 ** (failed - 1), MOST_BACKOFF_SECONDS)
                log.error(
                    "round_failed",
                    attempt=failed,
                    error=_in_words(error),
                    again_in_seconds=pause,
                )
                await _or_stop(asyncio.sleep(pause), worker)
                continue
            failed = 0
            why = _why(worker.trouble)
            if why and why != said:
                log.warning("mails_wait", why=why)
            said = why
            if idle:
                await _or_stop(asyncio.sleep(POLL_SECONDS), worker)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def advance(
    stack: Stack, run_id: str, listen: Listener | None = None, worker: Worker | None = None
) -> Run:
    """Drive a run on until it waits for a person, is scheduled or has ended, or until the
    ``worker`` is told to stop.

    Works under the same leases as every worker; where another drives this run, its end is
    awaited. Raises LedgerError unknown.
    """
    worker = worker or Worker(listen=listen)
    await read(stack.ledger, lambda tx: runs.get(tx, run_id))
    await _house_keeping(stack)
    while not worker.stop.is_set():
        job = await write(
            stack.ledger,
            lambda tx: jobs.claim(tx, worker.name, ["drive_run"], worker.lease_seconds),
        )
        if job is not None:
            await _do(stack, worker, job)
        elif not await read(stack.ledger, lambda tx: _driven_elsewhere(tx, run_id)):
            return await read(stack.ledger, lambda tx: runs.get(tx, run_id))
        else:
            await asyncio.sleep(0.2)
    return await read(stack.ledger, lambda tx: runs.get(tx, run_id))


async def send_due(
    stack: Stack, worker: Worker, most_seconds: float | None = None
) -> PublishCounts:
    """Send what is due; where mails may not leave, the campaigns say why, and nothing else."""
    try:
        return await publish_due(
            stack,
            worker.name,
            reach=worker.reach,
            stop=worker.stop,
            most_seconds=most_seconds,
        )
    except Refused as error:
        why = str(error)
        await write(stack.ledger, lambda tx: standing.hold_up(tx, why))
        return PublishCounts(refused=why)


def _claim(tx: Transaction, worker: Worker, kind: JobKind | None = None) -> Job | None:
    kinds = None if kind is None else [kind]
    return jobs.claim(tx, worker.name, kinds, worker.lease_seconds)


async def _do(stack: Stack, worker: Worker, job: Job) -> None:
    """One job under its lease. A failure is written down and tried again later."""
    if job.attempts > MOST_ATTEMPTS:  # it kills its workers before they can say so
        await _failed(stack, worker, job, "the worker stopped each time it was tried")
        return
    working = asyncio.ensure_future(_handle(stack, worker, job))
    watching = asyncio.ensure_future(_keep_lease(stack, worker, job))
    stopping = asyncio.ensure_future(_grace(worker))
    try:
        await asyncio.wait({working, watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (working, watching, stopping):
            task.cancel()
        await asyncio.wait({working, watching, stopping})
    if working.cancelled():
        # The lease was lost, and somebody else answers for the job; or the worker is to stop,
        # and gives it back as it stands: every job can be taken up where it was left.
        await write(
            stack.ledger, lambda tx: jobs.fail(tx, job, worker.name, "interrupted", timedelta())
        )
        return
    error = working.exception()
    if error is None:
        await write(stack.ledger, lambda tx: jobs.finish(tx, job, worker.name))
    elif job.attempts >= MOST_ATTEMPTS:
        await _failed(stack, worker, job, _in_words(error), error)
    else:
        pause = timedelta(seconds=min(BACKOFF_SECONDS * 4 ** (job.attempts - 1), 600))
        log.warning("job_failed", job=job.key, attempt=job.attempts, error=_in_words(error))
        said = _in_words(error)
        await write(stack.ledger, lambda tx: jobs.fail(tx, job, worker.name, said, pause))


async def _handle(stack: Stack, worker: Worker, job: Job) -> None:
    run_id = str(job.payload.get("run_id", ""))
    match job.kind:
        case "drive_run":
            await drive(stack, run_id, worker.listen)
        case "publish":
            pass  # it wakes the worker, which sends whatever is due after its jobs
        case "judge_first_wave":
            publication_id = str(job.payload["publication_id"])
            await write(stack.ledger, lambda tx: first_wave.judge(tx, publication_id))
        case "collect_results" | "report":
            await report(stack, run_id)
            if job.payload.get("last"):
                await write(
                    stack.ledger, lambda tx: runs.set_status(tx, run_id, "done", "reported")
                )
        case "fire_schedule":
            await write(stack.ledger, schedules.fire_due)
        case "store_engagements":
            await store_engagements(stack)
        case "tidy_store" if stack.store is not None:
            await asyncio.to_thread(tidy, stack.store)
        case "resolve_identities":
            if stack.store is not None:
                await resolve_identities(stack.ledger, stack.store, stack.identity)


async def _house_keeping(stack: Stack) -> None:
    """What nobody has to ask for: expiry, cron, many small files, and the mails of workers that
    died."""
    messy = stack.store is not None and await asyncio.to_thread(untidy, stack.store)

    def keep(tx: Transaction) -> tuple[str, ...]:
        approvals.expire_due(tx)
        schedules.fire_due(tx)
        if stack.events is not None:
            engagements.ask_to_store(tx)
        if messy:
            jobs.put(tx, f"tidy_store:{tx.real_now:%Y-%m-%dT%H}", "tidy_store", {})
        return sends.recover(tx, stack.sending.traits.honours_keys).parked

    parked = await write(stack.ledger, keep)
    if stack.sending.traits.looks_up_by_key:
        for key in parked:
            receipt = await stack.sending.find(key)
            if receipt is not None:
                await write(stack.ledger, partial(_found, receipt=receipt))


def _found(tx: Transaction, receipt: Receipt) -> None:
    sends.found(tx, receipt.key, receipt.message_id, receipt.response)


async def _keep_lease(stack: Stack, worker: Worker, job: Job) -> None:
    """Renew the lease as long as the job goes on; returns once it is lost."""
    while True:
        await asyncio.sleep(worker.lease_seconds / 3)
        if not await write(
            stack.ledger, lambda tx: jobs.renew(tx, job, worker.name, worker.lease_seconds)
        ):
            log.warning("lease_lost", job=job.key)
            return


async def _grace(worker: Worker) -> None:
    await worker.stop.wait()
    await asyncio.sleep(GRACE_SECONDS)


async def _or_stop(waiting: Awaitable[T], worker: Worker) -> None:
    """Wait for something, or for the word to stop."""
    tasks = {asyncio.ensure_future(waiting), asyncio.ensure_future(worker.stop.wait())}
    _, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()


async def _failed(
    stack: Stack, worker: Worker, job: Job, why: str, error: BaseException | None = None
) -> None:
    log.error("job_gave_up", job=job.key, error=why, exc_info=error)

    def give_up(tx: Transaction) -> None:
        mine = jobs.fail(tx, job, worker.name, why)
        if mine and job.kind == "drive_run":
            runs.set_status(tx, str(job.payload["run_id"]), "failed", f"it failed: {why}")

    await write(stack.ledger, give_up)


def _driven_elsewhere(tx: Transaction, run_id: str) -> bool:
    """Whether somebody is at this run just now, or about to be."""
    mine = [
        job
        for state in ("running", "waiting")
        for job in jobs.list_jobs(tx, state, limit=1000)
        if job.kind == "drive_run" and job.payload.get("run_id") == run_id
    ]
    return any(
        job.state == "running" or (job.due_at <= tx.now and job.not_before is None) for job in mine
    )


def _why(sent: PublishCounts | None) -> str:
    """Why mails that were due did not go out; empty: nothing stood in their way."""
    return "" if sent is None else sent.refused or sent.unreachable or sent.put_off


def _in_words(error: BaseException) -> str:
    if isinstance(error, MainspringError):
        return str(error)
    return f"{type(error).__name__}: {error}"[:500]

"""Publishing: the one place that hands mails over. No model is near it.

A batch is claimed, and goes out in groups. For each group one transaction writes what became of
an earlier one, checks every recipient for the last time and commits ``sending``; only then are
its mails handed over. While one group is under way the next is checked, and while one batch is
under way the next is claimed. A group is checked only once all before the last one are through.
So a pause, an unsubscribe or a changed fact holds within two groups, which are no more than a
batch, and a process that dies leaves at most two groups of which nobody knows whether they went
out.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from domain.customer import Contact, Suppression
from domain.publication import Content, Message, RenderedVariant
from domain.readings import LifeStage
from ledger import first_wave, journal, publications, sends, snapshots, suppression
from ledger.approvals import Approval
from ledger.database import Transaction
from ledger.people import Person
from ledger.sends import Send
from tools.esp.port import Receipt, SendError
from tools.render.errors import RenderError
from tools.render.fill import fill
from workflows import standing, trial_mail
from workflows.engagements import agreed, with_tracking
from workflows.following_up import schedule_reports
from workflows.reaching import Reach
from workflows.recipients import Recipients
from workflows.stack import Stack
from workflows.transactions import read, write
from workflows.unsubscribe import link

LEFT_OUT_UNFILLABLE = "unfillable"
"""The approved mail could not be filled for this person."""
_NO_SUCH_ADDRESS = re.compile(r"\b5\.1\.[1236]\b")

Fate: TypeAlias = Literal["sent", "left_out", "unknown", "later", "not_allowed"]


@dataclass
class PublishCounts:
    """What one round of sending did."""

    sent: int = 0
    unknown: int = 0
    """We cannot tell whether these went out."""
    later: int = 0
    """The server did not take them for now."""
    left_out: Counter[str] = field(default_factory=Counter)
    """By reason."""
    held: int = 0
    missed: int = 0
    stopped: int = 0
    paused: bool = False
    refused: str = ""
    """Why mails may not leave at all."""
    unreachable: str = ""
    """Why the mail server was not reached."""
    put_off: str = ""
    """What the server last said of those that it did not take for now."""
    closed: tuple[str, ...] = ()
    """Publications of which nothing is left to send, and something went out."""

    @property
    def settled(self) -> int:
        """Mails that are further than before the round."""
        return self.sent + self.unknown + self.held + self.missed + self.left_out.total()


@dataclass(frozen=True)
class _Done:
    """What became of one mail."""

    send: Send
    fate: Fate
    receipt: Receipt | None = None
    reason: str = ""
    address: str = ""


@dataclass
class _Batch:
    """What was claimed, whom it goes to, and how the server takes it."""

    sends: list[Send]
    contacts: dict[str, Contact]
    """By pseudonym; erased people are not in it."""
    tracked: set[str] = field(default_factory=set)
    """Pseudonyms of those who agree to the recording of opens and clicks."""
    sent: int = 0
    later: int = 0

    @property
    def useless(self) -> bool:
        """Whether the server took nothing of it so far."""
        return self.later > 0 and not self.sent

    def address(self, send: Send) -> str:
        found = self.contacts.get(send.pseudonym)
        return found.email if found is not None else ""


class _Round:
    """One round of one worker: what it has read, and what it has counted."""

    def __init__(self, stack: Stack, worker: str, stop: asyncio.Event | None) -> None:
        limits = stack.limits
        self.stack = stack
        self.worker = worker
        self.stop = stop
        self.counts = PublishCounts()
        self.contents: dict[str, Content] = {}
        self.not_allowed: dict[str, str] = {}
        self.now: datetime | None = None
        """Business time of the group under way, for its Date headers."""
        self.group = max(1, min(8 * limits.at_once, limits.batch // 2))
        """Mails of one transaction; two groups are no more than a batch."""
        self.refused = False
        """The server took nothing of a whole batch: it is left alone for this round."""
        self._recipients = Recipients(stack)
        self._under_way: list[asyncio.Task[None]] = []
        """The mails of the last group, and what is left of the one before."""
        self._places = asyncio.Semaphore(max(1, limits.at_once))
        self._started = time.monotonic()
        self._handed = 0
        self._stages: dict[str, LifeStage] = {}
        """By key, of what is claimed: whose mail differs by stage of life."""
        self._claimed: dict[str, Send] = {}
        """Claimed and not checked yet, by key."""
        self._unwritten: list[_Done] = []
        """What became of mails, not yet in the ledger."""

    def ended(self) -> bool:
        """Whether nothing more is to be begun."""
        stopped = self.stop is not None and self.stop.is_set()
        nothing_goes = self.refused or bool(self.not_allowed and not self.counts.sent)
        return stopped or self.counts.paused or nothing_goes

    async def prepare(self) -> _Batch | None:
        """Claim a batch and look up whom it goes to; None: nothing is due."""
        claimed = await write(self.stack.ledger, self.claim)
        if not claimed:
            return None
        self._claimed.update((send.key, send) for send in claimed)
        return _Batch(claimed, await self._recipients.of(claimed))

    def groups(self, batch: _Batch) -> list[list[Send]]:
        """The batch in the fewest groups, of about the same size."""
        number = -(-len(batch.sends) // self.group)
        return [batch.sends[place::number] for place in range(number)]

    async def check(self, group: Sequence[Send], batch: _Batch) -> list[Send]:
        """Write what became of mails so far, and check a group for the last time: who may go."""
        done, self._unwritten = self._unwritten, []
        try:
            outcomes = await asyncio.to_thread(self.next_group, done, group, batch)
        except BaseException:
            self._unwritten = [*done, *self._unwritten]
            raise
        self.count_checks(outcomes)
        for key, outcome in outcomes.items():
            self._claimed.pop(key, None)
            if outcome != "go":
                self._stages.pop(key, None)
        return [send for send in group if outcomes[send.key] == "go"]

    def claim(self, tx: Transaction) -> list[Send]:
        """Due mails, or none while anything holds all sending."""
        if not self.stack.high_water.check(tx):
            self.counts.paused = True
            return []
        limits = self.stack.limits
        claimed = sends.claim(tx, self.worker, limits.batch, limits.lease_seconds)
        for publication_id in {send.publication_id for send in claimed} - set(self.contents):
            content = publications.approved_content(tx, publication_id)
            if content is not None:  # else it is stopped, and the last check lets nothing of it go
                self.contents[publication_id] = content
        self._look_up_stages(tx, claimed)
        return claimed

    def _look_up_stages(self, tx: Transaction, claimed: Sequence[Send]) -> None:
        """The stage of life of whoever was claimed, as it was frozen with the audience."""
        for publication_id, content in self.contents.items():
            if not any(variant.versions for variant in content.variants):
                continue
            theirs = [send for send in claimed if send.publication_id == publication_id]
            known = snapshots.stages(tx, content.snapshot_hash, [send.pseudonym for send in theirs])
            self._stages |= {s.key: known.get(s.pseudonym, "") for s in theirs}

    def settle(self, tx: Transaction, done: Sequence[_Done]) -> None:
        """Write what became of a group."""
        receipts = {d.send: d.receipt for d in done if d.receipt is not None}
        if receipts:
            sends.mark_sent_many(tx, receipts, self.worker)
        for one in done:
            match one.fate:
                case "unknown":
                    sends.mark_unknown(tx, one.send, self.worker, one.reason)
                case "left_out":
                    sends.mark_left_out(tx, one.send, self.worker, one.reason)
                    if one.address:
                        mark = Suppression(address=one.address, reason="bounced", at=tx.now)
                        suppression.add(tx, [mark], self.stack.keys.suppression)
                case "later" | "not_allowed":
                    sends.release(tx, one.send, self.worker, self.stack.limits.retry_seconds)

    def count(self, done: _Done) -> None:
        match done.fate:
            case "sent":
                self.counts.sent += 1
            case "unknown":
                self.counts.unknown += 1
            case "left_out":
                self.counts.left_out[done.reason] += 1
            case "later" | "not_allowed":
                self.counts.later += 1
        if done.fate == "not_allowed":
            self.not_allowed[done.send.publication_id] = done.reason

    def count_checks(self, outcomes: Mapping[str, sends.Outcome]) -> None:
        for outcome in outcomes.values():
            match outcome:
                case "go" | "lost_lease" | "waits":
                    pass
                case "held":
                    self.counts.held += 1
                case "missed":
                    self.counts.missed += 1
                case "stopped":
                    self.counts.stopped += 1
                case "paused":
                    self.counts.paused = True
                case _:
                    self.counts.left_out[outcome] += 1

    async def start(self, going: Sequence[Send], batch: _Batch) -> None:
        """Begin to hand over a group, and wait until the one before it is through."""
        before = self._under_way
        limit = time.monotonic() + self.stack.limits.lease_seconds / 2
        began = [asyncio.create_task(self.hand_over(send, batch, limit)) for send in going]
        self._under_way = [*before, *began]
        await _all_through(before)
        self._under_way = began

    async def all_through(self) -> None:
        """Wait until nothing is under way."""
        await _all_through(self._under_way)
        self._under_way = []

    async def finish(self) -> None:
        """Write what became of the last mails, and free what was claimed and not come to."""
        try:
            await self.all_through()
        finally:
            rest, self._claimed = self._claimed, {}
            done, self._unwritten = self._unwritten, []

            def free(tx: Transaction) -> None:
                self.settle(tx, done)
                for send in rest.values():
                    sends.release(tx, send, self.worker)

            if rest or done:
                await write(self.stack.ledger, free)

    def next_group(
        self, done: Sequence[_Done], group: Sequence[Send], batch: _Batch
    ) -> dict[str, sends.Outcome]:
        """One transaction: what became of a group, and the last check of another."""
        stack = self.stack
        if not done and not group:
            return {}
        with stack.ledger.write() as tx:
            self.settle(tx, done)
            if not group:
                return {}
            self.now = tx.now
            outcomes = sends.mark_sending_many(
                tx,
                {send: batch.address(send) for send in group},
                self.worker,
                stack.keys.suppression,
                stack.limits.max_lateness,
                stack.limits.lease_seconds,
            )
            going = [send.pseudonym for send in group if outcomes[send.key] == "go"]
            batch.tracked |= agreed(tx, going, stack.tracking)
            return outcomes

    async def hand_over(self, send: Send, batch: _Batch, limit: float) -> None:
        """One mail, filled and sent. Whatever happens, there is a word for it."""
        async with self._places:
            contact = batch.contacts[send.pseudonym]
            try:
                if time.monotonic() > limit:  # its lease might run out while it is under way
                    raise SendError("try_later", "The mails before it took too long.")
                content = self.contents[send.publication_id]
                message = self.message(send, contact, content, send.pseudonym in batch.tracked)
                receipt = await self.stack.sending.send(message)
            except RenderError as error:
                done = _Done(send, "left_out", reason=f"{LEFT_OUT_UNFILLABLE}: {error.code}")
            except SendError as error:
                done = _fate(send, contact, error)
                if error.code == "unreachable":
                    self.counts.unreachable = str(error)
                elif done.fate == "later":
                    self.counts.put_off = str(error)
            else:
                done = _Done(send, "sent", receipt=receipt)
        self._stages.pop(send.key, None)
        self._unwritten.append(done)
        self.count(done)
        batch.sent += done.fate == "sent"
        batch.later += done.fate in ("later", "not_allowed")

    def message(self, send: Send, contact: Contact, content: Content, track: bool) -> Message:
        url = link(self.stack.unsubscribe_base, send.key, self.stack.keys, contact.email)
        variant = _variant(content, send.arm).for_stage(self._stages.get(send.key, ""))
        if track:
            variant = with_tracking(self.stack, variant, send.key)
        filled = fill(variant, contact, unsubscribe_url=url)
        return Message(
            key=send.key,
            campaign_id=send.campaign_id,
            to_address=contact.email,
            sender=content.sender,
            subject=filled.subject,
            html=filled.html,
            text=filled.text,
            unsubscribe_url=url,
            written_at=self.now,
        )

    async def pace(self, number: int) -> None:
        """Wait as long as the rate asks for after so many more mails."""
        rate = self.stack.limits.rate_per_second
        self._handed += number
        if rate is not None:
            ahead = self._handed / rate - (time.monotonic() - self._started)
            if ahead > 0:
                await asyncio.sleep(ahead)


async def publish_due(
    stack: Stack,
    worker: str,
    *,
    reach: Reach | None = None,
    stop: asyncio.Event | None = None,
    most_batches: int | None = None,
    most_seconds: float | None = None,
) -> PublishCounts:
    """Send what is due and approved, batch by batch, until nothing is.

    ``stop`` ends it after the group under way; after ``most_seconds`` no batch is begun. Raises
    ReachError and UnsubscribeError, before anything is claimed, where mails may not leave.
    """
    this = _Round(stack, worker, stop)
    if await read(stack.ledger, _anything_due):
        await (reach or Reach()).check(stack)
        await _send_batches(this, most_batches, most_seconds)
    await write(stack.ledger, lambda tx: _close(tx, this))
    return this.counts


async def send_test(
    stack: Stack, approval: Approval, person: Person, variant: str = "", reach: Reach | None = None
) -> Receipt:
    """Send what an approval holds to the person who asks, at their own address, marked as a test.

    ``variant``: its id; empty: the first. Goes only where other mails may go: from a simulated
    workspace to this machine alone. Raises ReachError, UnsubscribeError, TrialError,
    LedgerError not_allowed, RenderError, SendError.
    """
    await (reach or Reach()).check(stack)
    shown = variant or next((v["id"] for v in approval.content.get("variants", ())), "")
    message = await write(
        stack.ledger, lambda tx: trial_mail.prepare(tx, stack, approval, person, shown)
    )
    try:
        return await stack.sending.send(message)
    except SendError as error:
        data = {"code": error.code}
        await write(
            stack.ledger,
            lambda tx: journal.append(
                tx, "test_mail_failed", person_id=None, thing=approval.id, data=data
            ),
        )
        raise


async def _send_batches(this: _Round, most: int | None, most_seconds: float | None) -> None:
    batches = 0
    end = time.monotonic() + most_seconds if most_seconds is not None else None
    try:
        batch = await this.prepare()
        while batch is not None and not this.ended():
            batches += 1
            upcoming = None
            in_time = end is None or time.monotonic() < end
            if in_time and (most is None or batches < most):
                upcoming = asyncio.ensure_future(this.prepare())
            try:
                await _send_batch(this, batch)
            finally:
                batch = await upcoming if upcoming is not None else None
    finally:
        await this.finish()


async def _send_batch(this: _Round, batch: _Batch) -> None:
    """All of a batch; its last group may still be under way, unless the server took nothing."""
    paced = this.stack.limits.rate_per_second is not None
    for group in this.groups(batch):
        if this.ended():
            return
        going = await this.check(group, batch)
        await this.start(going, batch)
        if paced:  # nothing lies unwritten, or checked too early, while it waits
            await this.all_through()
            await this.check((), batch)
            await this.pace(len(going))
    if batch.useless:
        await this.all_through()
        this.refused = batch.useless


async def _all_through(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait for all of them, also where one fails; its error is raised then."""
    if tasks:
        await asyncio.wait(tasks)
    for task in tasks:
        task.result()


def _anything_due(tx: Transaction) -> bool:
    due = sends.next_due(tx)
    return due is not None and due <= tx.now


def _close(tx: Transaction, this: _Round) -> None:
    """Close what is done; ask a person where the server takes nothing from us at all."""
    if this.not_allowed and not this.counts.sent:
        for publication_id, why in this.not_allowed.items():
            publications.stop(tx, publication_id, why)
    if this.counts.unreachable:
        standing.hold_up(tx, this.counts.unreachable)
    elif this.counts.sent:
        standing.go_on(tx)
    first_wave.look(tx)
    closed = standing.close(tx)
    schedule_reports(tx, closed, this.stack.rules.results_days)
    this.counts.closed = tuple(row.id for row in closed)


def _fate(send: Send, contact: Contact, error: SendError) -> _Done:
    """What a failure means for one mail."""
    match error.code:
        case "outcome_unknown":
            return _Done(send, "unknown", reason=error.what)
        case "refused_recipient":
            gone = contact.email if _NO_SUCH_ADDRESS.search(error.what) else ""
            return _Done(send, "left_out", reason="bounced", address=gone)
        case "not_allowed":
            return _Done(send, "not_allowed", reason=error.what)
        case _:
            return _Done(send, "later", reason=error.what)


def _variant(content: Content, arm: str) -> RenderedVariant:
    for variant in content.variants:
        if variant.id == arm:
            return variant
    raise RenderError("layout_failed", "the approved content has no such variant", thing=arm)

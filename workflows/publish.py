"""Publishing: the one place that hands mails over. No model is near it.

A batch is claimed, and goes out in groups. For each group one transaction writes what became of
the last one, checks every recipient for the last time and commits ``sending``; only then are its
mails handed over, together. So a pause, an unsubscribe or a changed fact holds within one group,
and a process that dies leaves at most one group of which nobody knows whether it went out.
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
from ledger import publications, runs, sends, subjects, suppression
from ledger.database import Transaction
from ledger.sends import Send
from tools.esp.port import Receipt, SendError
from tools.render.errors import RenderError
from tools.render.fill import fill
from workflows.following_up import schedule_reports
from workflows.reaching import Reach
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
    closed: tuple[str, ...] = ()
    """Publications of which nothing is left to send."""


@dataclass(frozen=True)
class _Done:
    """What became of one mail."""

    send: Send
    fate: Fate
    receipt: Receipt | None = None
    reason: str = ""
    address: str = ""


class _Round:
    """One round of one worker: what it has read, and what it has counted."""

    def __init__(self, stack: Stack, worker: str) -> None:
        self.stack = stack
        self.worker = worker
        self.counts = PublishCounts()
        self.contents: dict[str, Content] = {}
        self.not_allowed: dict[str, str] = {}
        self.now: datetime | None = None
        """Business time of the group under way, for its Date headers."""
        self.started = time.monotonic()
        self.handed = 0

    def claim(self, tx: Transaction) -> list[Send]:
        """Due mails, or none while anything holds all sending."""
        if not self.stack.high_water.check(tx):
            self.counts.paused = True
            return []
        limits = self.stack.limits
        claimed = sends.claim(tx, self.worker, limits.batch, limits.lease_seconds)
        for publication_id in {send.publication_id for send in claimed} - set(self.contents):
            self.contents[publication_id] = publications.get(tx, publication_id).content
        return claimed

    async def contacts(self, claimed: Sequence[Send]) -> dict[str, Contact]:
        """Contact by pseudonym; erased people are not in the answer."""
        pseudonyms = [send.pseudonym for send in claimed]
        ids = await read(self.stack.ledger, lambda tx: subjects.customer_ids(tx, pseudonyms))
        known = await self.stack.people.contacts(sorted(ids.values()))
        by_id = {contact.customer_id: contact for contact in known}
        return {p: by_id[customer_id] for p, customer_id in ids.items() if customer_id in by_id}

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

    def count(self, done: Sequence[_Done]) -> None:
        for one in done:
            match one.fate:
                case "sent":
                    self.counts.sent += 1
                case "unknown":
                    self.counts.unknown += 1
                case "left_out":
                    self.counts.left_out[one.reason] += 1
                case "later" | "not_allowed":
                    self.counts.later += 1
            if one.fate == "not_allowed":
                self.not_allowed[one.send.publication_id] = one.reason

    def count_checks(self, outcomes: Mapping[str, sends.Outcome]) -> None:
        for outcome in outcomes.values():
            match outcome:
                case "go" | "lost_lease":
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

    def next_group(
        self, done: Sequence[_Done], group: Sequence[Send], addresses: Mapping[Send, str]
    ) -> dict[str, sends.Outcome]:
        """One transaction: what became of the last group, and the last check of the next."""
        stack = self.stack
        with stack.ledger.write() as tx:
            self.now = tx.now
            self.settle(tx, done)
            if not group:
                return {}
            outcomes = sends.mark_sending_many(
                tx,
                {send: addresses[send] for send in group},
                self.worker,
                stack.keys.suppression,
                stack.limits.max_lateness,
                stack.limits.lease_seconds,
            )
            stack.high_water.bump(tx)
            return outcomes

    async def hand_over(self, send: Send, contact: Contact) -> _Done:
        """One mail, filled and sent. Whatever happens, there is a word for it."""
        content = self.contents[send.publication_id]
        try:
            message = self.message(send, contact, content)
        except RenderError as error:
            return _Done(send, "left_out", reason=f"{LEFT_OUT_UNFILLABLE}: {error.code}")
        try:
            receipt = await self.stack.sending.send(message)
        except SendError as error:
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
        return _Done(send, "sent", receipt=receipt)

    def message(self, send: Send, contact: Contact, content: Content) -> Message:
        url = link(self.stack.unsubscribe_base, send.key, self.stack.keys.signing)
        filled = fill(_variant(content, send.arm), contact, unsubscribe_url=url)
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

    async def pace(self) -> None:
        """Wait as long as the rate asks for."""
        rate = self.stack.limits.rate_per_second
        if rate is not None:
            ahead = self.handed / rate - (time.monotonic() - self.started)
            if ahead > 0:
                await asyncio.sleep(ahead)


async def publish_due(
    stack: Stack,
    worker: str,
    *,
    reach: Reach | None = None,
    stop: asyncio.Event | None = None,
    most_batches: int | None = None,
) -> PublishCounts:
    """Send what is due and approved, batch by batch, until nothing is.

    ``stop`` ends it after the group under way. Raises ReachError and UnsubscribeError, before
    anything is claimed, where mails may not leave.
    """
    this = _Round(stack, worker)
    batches = 0
    if await read(stack.ledger, _anything_due):
        await (reach or Reach()).check(stack)
        while most_batches is None or batches < most_batches:
            batches += 1
            claimed = await write(stack.ledger, this.claim)
            if not claimed:
                break
            await _send_batch(this, claimed, stop)
            refused = this.not_allowed and not this.counts.sent
            if refused or this.counts.paused or (stop is not None and stop.is_set()):
                break
    await write(stack.ledger, lambda tx: _close(tx, this))
    return this.counts


async def _send_batch(this: _Round, claimed: Sequence[Send], stop: asyncio.Event | None) -> None:
    contacts = await this.contacts(claimed)
    addresses = {
        send: contacts[send.pseudonym].email if send.pseudonym in contacts else ""
        for send in claimed
    }
    done: list[_Done] = []
    size = max(1, this.stack.limits.at_once)
    for start in range(0, len(claimed), size):
        if stop is not None and stop.is_set():
            break
        group = claimed[start : start + size]
        outcomes = await asyncio.to_thread(this.next_group, done, group, addresses)
        this.count_checks(outcomes)
        going = [send for send in group if outcomes[send.key] == "go"]
        done = list(
            await asyncio.gather(
                *(this.hand_over(send, contacts[send.pseudonym]) for send in going)
            )
        )
        this.count(done)
        this.handed += len(done)
        if this.stack.limits.rate_per_second is not None:
            await asyncio.to_thread(this.next_group, done, (), {})
            done = []
            await this.pace()
        if this.counts.paused:
            break
    await write(this.stack.ledger, lambda tx: _give_back(tx, this, done, claimed))


def _give_back(
    tx: Transaction, this: _Round, done: Sequence[_Done], claimed: Sequence[Send]
) -> None:
    """Write the last group, and free what was claimed and not come to."""
    this.settle(tx, done)
    for send in claimed:
        row = sends.get(tx, send.key)
        if row is not None and row.state == "claimed":
            sends.release(tx, send, this.worker)


def _anything_due(tx: Transaction) -> bool:
    due = sends.next_due(tx)
    return due is not None and due <= tx.now


def _close(tx: Transaction, this: _Round) -> None:
    """Close what is done; ask a person where the server takes nothing from us at all."""
    if this.not_allowed and not this.counts.sent:
        for publication_id, why in this.not_allowed.items():
            publications.stop(tx, publication_id, why)
    closed = publications.close_done(tx)
    schedule_reports(tx, closed, this.stack.rules.results_days)
    for row in closed:
        runs.set_status(tx, row.run_id, "publishing", "everything is out; results come in")
    this.counts.closed = tuple(row.id for row in closed)


def _variant(content: Content, arm: str) -> RenderedVariant:
    for variant in content.variants:
        if variant.id == arm:
            return variant
    raise RenderError("layout_failed", "the approved content has no such variant", thing=arm)

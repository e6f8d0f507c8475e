"""What comes back of messages: written down as it arrives, and brought to the store by a job.

Opens and clicks are kept only of those who agreed to it and only where the settings say so;
bounces and complaints always, and what must not be mailed again is suppressed in the same
transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.customer import MailEvent, SuppressionReason
from domain.publication import RenderedVariant
from ledger import (
    consent,
    engagements,
    no_contact,
    publications,
    sends,
    snapshots,
    subjects,
    suppression,
    webhooks,
)
from ledger.database import Transaction
from ledger.engagements import Engagement, EngagementKind, Waiting, own_id
from ledger.sends import SendRow
from tools.esp.webhooks import Delivery, HookEvent
from tools.render.tracking import tracked, web_links
from workflows.message_tokens import MOST_LINKS, click_token, open_token
from workflows.stack import Stack, Tracking
from workflows.transactions import read, write
from workflows.unsubscribe import withdraw

OPENED = "/o/"
CLICKED = "/c/"

_EVENT_NAMES: dict[EngagementKind, str] = {
    "delivered": "Email Delivered",
    "bounced": "Email Bounced",
    "bounced_softly": "Email Bounced",
    "complained": "Email Marked as Spam",
    "opened": "Email Opened",
    "clicked": "Email Link Clicked",
}
_SUPPRESSES: dict[EngagementKind, SuppressionReason] = {
    "bounced": "bounced",
    "complained": "complained",
}


@dataclass
class Taken:
    """What became of the events of one delivery."""

    new: int = 0
    known: int = 0
    """Told before."""
    unknown: int = 0
    """About messages that this workspace does not know."""
    not_kept: int = 0
    """Opens and clicks of people who did not agree to it, or that are not recorded here."""


@dataclass(frozen=True)
class Followed:
    """A message that a link or picture belongs to."""

    key: str
    links: tuple[str, ...]
    """Where its approved content leads, by place."""
    since_sent: timedelta | None = None
    """None: not known, or the workspace's clock stands still."""


def with_tracking(stack: Stack, variant: RenderedVariant, key: str) -> RenderedVariant:
    """The approved mail with this recipient's own addresses in its places."""
    base, signing = stack.unsubscribe_base.rstrip("/"), stack.keys.signing
    links = len(web_links(variant.html))
    counted = stack.tracking.clicks and links <= MOST_LINKS
    page = tracked(
        variant.html,
        link_url=(lambda place: f"{base}{CLICKED}{click_token(key, place, signing)}")
        if counted
        else None,
        picture_url=f"{base}{OPENED}{open_token(key, signing)}" if stack.tracking.opens else "",
    )
    return variant.model_copy(update={"html": page})


def agreed(tx: Transaction, pseudonyms: Sequence[str], tracking: Tracking) -> set[str]:
    """Those of them whose opens and clicks may be recorded."""
    if not tracking.any or not pseudonyms:
        return set()
    answers = consent.latest(tx, sorted(set(pseudonyms)), "email_tracking")
    return {pseudonym for pseudonym, (given, _) in answers.items() if given}


async def follow(stack: Stack, key: str) -> Followed | None:
    """The message of a link, with where its links lead; None: it is not known here."""

    def look(tx: Transaction) -> Followed | None:
        send = sends.get(tx, key)
        if send is None:
            return None
        content = publications.get(tx, send.publication_id).content
        variant = next((v for v in content.variants if v.id == send.arm), None)
        if variant is not None and variant.versions:
            known = snapshots.stages(tx, content.snapshot_hash, [send.pseudonym])
            variant = variant.for_stage(known.get(send.pseudonym, ""))
        moment = send.sent_at or send.sending_at
        return Followed(
            key=key,
            links=web_links(variant.html) if variant is not None else (),
            since_sent=None if tx.simulated or moment is None else tx.now - moment,
        )

    return await read(stack.ledger, look)


async def note(
    stack: Stack, key: str, kind: EngagementKind, *, source: str, link: str, by_machine: bool
) -> bool:
    """Keep an opening or a click, if its person agrees to that today. False: nothing was kept."""

    def wanted(tx: Transaction) -> Engagement | None:
        send = sends.get(tx, key)
        if send is None or not _may_be_kept(tx, send, kind, stack.tracking):
            return None
        who = "machine" if by_machine else "person"
        engagement = Engagement(
            id=own_id(key, kind, tx.now, link, who),
            send_key=key,
            kind=kind,
            at=tx.now,
            by_machine=by_machine,
            link=link,
            source=source,
        )
        return None if engagements.known(tx, engagement.id) else engagement

    new = await read(stack.ledger, wanted)
    if new is None:
        return False
    return await write(stack.ledger, lambda tx: engagements.record(tx, [new])) == 1


async def take_clicks_back(stack: Stack, key: str, links: Sequence[str]) -> None:
    """These clicks turned out to be a program's."""
    await write(stack.ledger, lambda tx: engagements.by_machine(tx, key, links))


async def take_delivery(stack: Stack, source: str, delivery: Delivery) -> Taken | None:
    """All that a provider's delivery says, in one transaction; None: it was taken before."""

    def take(tx: Transaction) -> Taken | None:
        if not webhooks.accept(tx, source, delivery.id):
            return None
        taken = Taken()
        for event in delivery.events:
            _take(tx, stack, source, event, taken)
        return taken

    return await write(stack.ledger, take)


async def store_engagements(stack: Stack) -> int:
    """Bring what has settled to the store; how many. Whoever was erased is left out for good."""
    if stack.events is None:
        return 0
    stored = 0
    while True:
        waiting, customers, now = await read(stack.ledger, _waiting)
        if not waiting:
            break
        events = [
            MailEvent(
                event_id=one.id,
                customer_id=customers[one.pseudonym],
                name=_EVENT_NAMES[one.kind],
                occurred_at=one.at,
                campaign_id=one.campaign_id,
                message_key=one.send_key,
                machine=one.by_machine,
                properties=_properties(one),
            )
            for one in waiting
            if one.pseudonym in customers
        ]
        stored += await stack.events.add(events, now)
        ids = [one.id for one in waiting]
        await asyncio.to_thread(_mark_stored, stack, ids)
    await write(stack.ledger, webhooks.forget_old)
    return stored


def _take(tx: Transaction, stack: Stack, source: str, event: HookEvent, taken: Taken) -> None:
    send = sends.get(tx, event.key)
    if send is None:
        taken.unknown += 1
        return
    if event.happened == "unsubscribed":
        withdraw(tx, event.key)
        taken.new += 1
        return
    if not _may_be_kept(tx, send, event.happened, stack.tracking):
        taken.not_kept += 1
        return
    own = own_id(event.key, event.happened, event.at, event.link)
    engagement = Engagement(
        id=f"{source}:{event.id}" if event.id else own,
        send_key=event.key,
        kind=event.happened,
        at=min(event.at, tx.now),
        by_machine=event.by_machine,
        link=event.link,
        source=source,
    )
    if engagements.record(tx, [engagement]):
        taken.new += 1
    else:
        taken.known += 1
    reason = _SUPPRESSES.get(event.happened)
    hashed = sends.address_hash_of(tx, event.key)
    if reason is not None and hashed:
        suppression.add_hashes(tx, [hashed], reason)
    if reason == "complained":
        no_contact.add(tx, [send.pseudonym], reason)


def _may_be_kept(tx: Transaction, send: SendRow, kind: EngagementKind, tracking: Tracking) -> bool:
    match kind:
        case "opened":
            return tracking.opens and bool(agreed(tx, [send.pseudonym], tracking))
        case "clicked":
            return tracking.clicks and bool(agreed(tx, [send.pseudonym], tracking))
        case _:
            return True


def _waiting(tx: Transaction) -> tuple[list[Waiting], dict[str, str], datetime]:
    found = engagements.waiting(tx)
    return found, subjects.customer_ids(tx, {one.pseudonym for one in found}), tx.now


def _mark_stored(stack: Stack, ids: Sequence[str]) -> None:
    with stack.ledger.write() as tx:
        engagements.mark_stored(tx, ids)


def _properties(one: Engagement) -> tuple[tuple[str, str], ...]:
    match one.kind:
        case "bounced" | "bounced_softly":
            kind = "soft" if one.kind == "bounced_softly" else "hard"
            return (("bounce_type", kind),)
        case "clicked" if one.link:
            return (("link", one.link),)
        case _:
            return ()

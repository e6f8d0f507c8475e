"""Sent mail: what went out, what became of each message, and the mail exactly as it went."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlencode

from app import words
from app.masking import masked
from app.references import short
from app.views.campaigns import StateKind
from app.views.people import Asked
from domain.customer import Contact
from domain.errors import Refused
from domain.frozen import Frozen
from domain.publication import PublicationState, SendState
from domain.readings import stage_words
from ledger import listing, publications, runs, sends, subjects
from ledger.database import Transaction
from ledger.publications import PublicationRow
from ledger.sends import SendRow
from tools.esp.mime import message_id
from workflows.stack import Stack
from workflows.transactions import read

PAGE = 50
MOST_UNKNOWN = 200
"""Messages of unknown fate that a page lists; all of them are decided about together."""

_PSEUDONYM = re.compile(r"…?[0-9a-f]{6,32}")
STATES: dict[PublicationState, tuple[StateKind, str]] = {
    "scheduled": ("approved", "Scheduled"),
    "done": ("sent", "Sent"),
    "stopped": ("stopped", "Stopped"),
    "cancelled": ("stopped", "Cancelled"),
}


class SentRow(Frozen):
    id: str
    campaign_id: str
    title: str
    state: StateKind
    state_words: str
    starts_at: datetime
    people: int
    sent: int
    left_out: int
    unknown: int


class SentList(Frozen):
    rows: tuple[SentRow, ...]
    search: str
    next_page: str = ""


class Became(Frozen):
    """Messages that share a fate."""

    state: SendState
    words: str
    count: int
    href: str


class Mail(Frozen):
    """A variant as it went out, its placeholders unfilled."""

    variant: str
    subject: str
    preheader: str
    people: int
    href: str
    readers: tuple[tuple[str, str], ...] = ()
    """Where its blocks differ by stage of life: who reads which, and a stage of theirs."""


class Unknown(Frozen):
    """A message of which we cannot tell whether it went out."""

    key: str
    message_id: str
    """To look for at the mail server."""
    address: str
    """Masked."""
    since: datetime | None
    why: str


class SentPage(Frozen):
    id: str
    campaign_id: str
    title: str
    state: StateKind
    state_words: str
    stop_reason: str
    starts_at: datetime
    first: datetime | None
    last: datetime | None
    """The moments of the first and the last message that went out."""
    window: tuple[datetime, datetime]
    sender: str
    total: int
    became: tuple[Became, ...]
    left_out: tuple[Became, ...]
    mails: tuple[Mail, ...]
    unknown: tuple[Unknown, ...]
    unknown_total: int
    content_hash: str
    approval_id: str


async def sent_list(stack: Stack, *, search: str = "", before: str = "") -> SentList:
    """Scheduled sends, the latest first; by words of the goal, or by the end of a recipient's
    pseudonym."""
    found = search.strip()
    somebody = found if _PSEUDONYM.fullmatch(found.lower()) else ""

    def look(tx: Transaction) -> SentList:
        rows = listing.publications_page(
            tx, search="" if somebody else found, pseudonym=somebody, before=before, limit=PAGE
        )
        counts = listing.counts_of(tx, [row.id for row in rows])
        goals = listing.goals_of(tx, sorted({row.run_id for row in rows}))
        fields = {"search": found, "before": rows[-1].id if rows else ""}
        return SentList(
            rows=tuple(_row(row, counts[row.id], goals.get(row.run_id, "")) for row in rows),
            search=found,
            next_page=f"/sent?{urlencode(fields)}" if len(rows) == PAGE else "",
        )

    return await read(stack.ledger, look)


async def sent_page(stack: Stack, publication_id: str) -> SentPage:
    """One scheduled send whole. Raises LedgerError unknown."""

    def look(tx: Transaction) -> tuple[SentPage, list[SendRow], dict[str, str]]:
        made = publications.get(tx, publication_id)
        goal = runs.get(tx, made.run_id).goal
        counts = publications.counts(tx, publication_id)
        parked = sends.review_list(tx, publication_id) if counts.get("needs_review") else []
        arms = listing.arms_of(tx, made.campaign_id)
        span = listing.span_of(tx, publication_id)
        state, said = STATES[made.state]
        at = Asked(publication=publication_id, campaign=made.campaign_id)
        page = SentPage(
            id=made.id,
            campaign_id=made.campaign_id,
            title=words.title(goal),
            state=state,
            state_words=said,
            stop_reason=made.stop_reason,
            starts_at=made.starts_at,
            first=span[0] if span else None,
            last=span[1] if span else None,
            window=(made.window_start, made.window_end),
            sender=f"{made.content.sender.name} <{made.content.sender.address}>",
            total=sum(counts.values()),
            became=tuple(
                Became(
                    state=one,
                    words=words.SEND_STATES[one],
                    count=count,
                    href=at.address(state=one),
                )
                for one, count in counts.items()
            ),
            left_out=tuple(
                Became(
                    state="left_out",
                    words=words.LEFT_OUT.get(reason, reason.replace("_", " ")),
                    count=count,
                    href=at.address(state="left_out", reason=reason),
                )
                for reason, count in publications.left_out(tx, publication_id).items()
            ),
            mails=tuple(
                Mail(
                    variant=variant.id,
                    subject=variant.subject,
                    preheader=variant.preheader,
                    people=arms.get(variant.id, 0),
                    href=at.address(variant=variant.id),
                    readers=tuple(
                        (stage_words(version.stages), version.stages[0])
                        for version in variant.versions
                    ),
                )
                for variant in made.content.variants
            ),
            unknown=(),
            unknown_total=len(parked),
            content_hash=made.content_hash,
            approval_id=made.approval_id,
        )
        shown = parked[:MOST_UNKNOWN]
        return page, shown, subjects.customer_ids(tx, [row.pseudonym for row in shown])

    page, parked, known = await read(stack.ledger, look)
    if not parked:
        return page
    contacts = {c.customer_id: c for c in await stack.people.contacts(sorted(known.values()))}
    domain = stack.rules.sender.address.rpartition("@")[2] or "localhost"
    shown = tuple(
        _unknown(row, contacts.get(known.get(row.pseudonym, "")), domain) for row in parked
    )
    return page.model_copy(update={"unknown": shown})


async def mail_html(stack: Stack, publication_id: str, variant_id: str, stage: str = "") -> str:
    """A variant's HTML as it was approved and went out, to people of a stage of life. Raises
    LedgerError unknown, Refused altered, unknown."""

    def look(tx: Transaction) -> str:
        made = publications.get(tx, publication_id)
        if made.content.hash() != made.content_hash:
            raise Refused(
                "altered",
                "What the ledger keeps of this mail is not what was approved.",
                thing=publication_id,
                next_step="Pause all, and compare with a backup.",
            )
        for variant in made.content.variants:
            if variant.id == variant_id:
                return variant.for_stage(stage).html
        raise Refused("unknown", "This send has no such variant.", thing=variant_id)

    return await read(stack.ledger, look)


def _row(row: PublicationRow, counts: dict[SendState, int], goal: str) -> SentRow:
    state, said = STATES[row.state]
    if row.state == "scheduled" and row.paused:
        state, said = "paused", "Paused"
    return SentRow(
        id=row.id,
        campaign_id=row.campaign_id,
        title=words.title(goal),
        state=state,
        state_words=said,
        starts_at=row.starts_at,
        people=sum(counts.values()),
        sent=counts.get("sent", 0),
        left_out=counts.get("left_out", 0),
        unknown=counts.get("needs_review", 0),
    )


def _unknown(row: SendRow, contact: Contact | None, domain: str) -> Unknown:
    return Unknown(
        key=row.key,
        message_id=row.message_id or message_id(row.key, domain),
        address=masked(contact.email) if contact is not None else f"erased …{short(row.pseudonym)}",
        since=row.sending_at,
        why=row.reason,
    )

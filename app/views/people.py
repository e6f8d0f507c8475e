"""The people behind a number, masked: a page at a time.

A number links here by naming the set that it counts:

    /people?publication=ID                       the messages of a scheduled send
    /people?publication=ID&state=sent            … in one state
    /people?publication=ID&state=left_out&reason=cap_reached
    /people?publication=ID&variant=a             … of one variant
    /people?campaign=ID                          the same of a whole campaign
    /people?campaign=ID&variant=held_back        those held back by chance
    /people?approval=ID                          whom an approval is about
    /people?approval=ID&reason=no_consent        who of its audience is left out, and why
    /people?publication=ID&also=ID               … whose people get this other send too
    /people?publication=ID&over=cap              who of it would get more mails than the cap allows
    /people?start=T&end=T&mails=2                who gets so many mails between two moments
    /people?finding=duplicates                   who stands behind a finding of the data audit
    /people?valuable=true                        the most valuable customers
    /people?rule=JSON                            who fits an audience rule (domain.predicate)
    /people?rule=JSON&reason=no_consent          who of them cannot be mailed

``title=`` says in the caller's words what is shown. Nothing in such an address is personal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlencode

from pydantic import Field, TypeAdapter, ValidationError

from app import words
from app.masking import masked
from app.references import short
from domain.audit import FindingCode
from domain.brief import Brief
from domain.customer import Contact
from domain.errors import WrongUsage
from domain.frozen import Frozen, canonical_json
from domain.plan import HELD_BACK
from domain.predicate import Predicate, in_words
from ledger import approvals, crowding, listing, subjects
from ledger.approvals import Approval
from ledger.database import Transaction
from ledger.listing import Message, Messages
from workflows import campaign, data_audit
from workflows.audience import Reason, left_out_for
from workflows.stack import Stack
from workflows.transactions import read

PAGE = 50

_RULE: TypeAdapter[Predicate] = TypeAdapter(Predicate)


class Asked(Frozen):
    """A set of people, as an address names it."""

    finding: FindingCode | None = None
    """Those behind a finding of the data audit."""
    valuable: bool = False
    """The most valuable customers, the first first."""

    publication: str = ""
    campaign: str = ""
    approval: str = ""
    rule: Annotated[str, Field(max_length=8000)] = ""
    """An audience rule as JSON."""
    state: str = ""
    reason: str = ""
    variant: str = ""
    also: str = ""
    """Of these, those to whom this scheduled send writes too."""
    over: Literal["", "cap"] = ""
    start: datetime | None = None
    end: datetime | None = None
    mails: Annotated[int, Field(ge=1)] | None = None
    title: Annotated[str, Field(max_length=200)] = ""
    after: str = ""
    """Where the page before ended."""

    def address(self, **changed: str) -> str:
        """The address of this set, or of one beside it."""
        fields = {**self.model_dump(mode="json"), **changed}
        return f"/people?{urlencode({k: v for k, v in fields.items() if v})}"


class Somebody(Frozen):
    """One person, as far as a page shows them."""

    name: str
    """The end of their pseudonym; empty where they have none yet."""
    address: str
    """Masked; "erased on request" where nothing leads back to them."""
    language: str = ""
    timezone: str = ""
    variant: str = ""
    became: str = ""
    """What became of their message, in words."""
    at: datetime | None = None
    message_id: str = ""


class PeoplePage(Frozen):
    asked: Asked
    title: str
    total: int
    people: tuple[Somebody, ...]
    next_page: str = ""
    """The address of the next page; empty at the end."""
    counted: str
    """What was counted, as a rule or a query that can be run again."""
    as_of: datetime
    """The moment that it is true of."""
    campaign_id: str = ""
    messages: bool = False
    """Whether each has a message, with what became of it."""


def of_rule(rule: Predicate, *, reason: str = "", title: str = "") -> str:
    """The address of the people of an audience rule."""
    return Asked(
        rule=canonical_json(rule.model_dump(mode="json")), reason=reason, title=title
    ).address()


def of_finding(code: FindingCode) -> str:
    """The address of the people behind a finding of the data audit."""
    return Asked(finding=code).address()


async def people_page(stack: Stack, asked: Asked) -> PeoplePage:
    """Raises WrongUsage where the address names no set, LedgerError unknown."""
    if asked.start is not None and asked.end is not None:
        return await _of_span(stack, asked, asked.start, asked.end)
    if asked.over:
        return await _over_cap(stack, asked)
    if asked.publication or asked.campaign:
        return await _of_messages(stack, asked)
    if asked.approval:
        approval = await read(stack.ledger, lambda tx: approvals.get(tx, asked.approval))
        if approval.gate == "publish" and not asked.reason:
            return await _of_snapshot(stack, asked, approval)
        rule = await _rule_of(stack, approval)
        return await _of_rule(stack, asked, rule, approval.run_id)
    if asked.rule:
        return await _of_rule(stack, asked, _read_rule(asked.rule), "")
    if asked.finding is not None:
        found = await data_audit.behind(stack, asked.finding)
        lacks = words.AUDIT_FINDINGS.get(asked.finding, asked.finding.replace("_", " "))
        title = asked.title or f"{words.people(len(found))}: {lacks}"
        counted = f"data audit: {asked.finding}"
        return await customers_page(stack, found, asked, title=title, counted=counted)
    if asked.valuable:
        found = await data_audit.most_valuable(stack)
        title = asked.title or f"The {len(found):,} most valuable customers, the first first"
        counted = "data audit: the most valuable customers"
        return await customers_page(stack, found, asked, title=title, counted=counted)
    raise WrongUsage(
        "nobody_named",
        "This address does not say whom it means.",
        next_step="Follow a number of a page to the people behind it.",
    )


async def customers_page(
    stack: Stack, customer_ids: Sequence[str], asked: Asked, *, title: str, counted: str
) -> PeoplePage:
    """One page of people who are known by their customer ids, in that order. ``asked.after`` is
    a number: a customer's id may be personal, and does not stand in an address."""
    start = int(asked.after) if asked.after.isdigit() else 0
    shown = customer_ids[start : start + PAGE]
    contacts = await stack.people.contacts(shown)

    def look(tx: Transaction) -> tuple[dict[str, str], datetime]:
        return subjects.known(tx, shown), tx.now

    names, now = await read(stack.ledger, look)
    more = len(customer_ids) > start + PAGE
    return PeoplePage(
        asked=asked,
        title=title,
        total=len(customer_ids),
        people=tuple(
            Somebody(
                name=short(names.get(c.customer_id, "")),
                address=masked(c.email),
                language=c.language,
                timezone=c.timezone,
            )
            for c in contacts
        ),
        next_page=asked.address(after=str(start + PAGE)) if more else "",
        counted=counted,
        as_of=now,
    )


async def _of_messages(stack: Stack, asked: Asked) -> PeoplePage:
    which = Messages(
        publication_id=asked.publication,
        campaign_id=asked.campaign,
        state=asked.state,
        reason=asked.reason,
        arm=asked.variant,
        also=asked.also,
    )

    def look(tx: Transaction) -> tuple[int, list[Message], dict[str, str], datetime]:
        rows = listing.messages_page(tx, which, after=asked.after, limit=PAGE)
        known = subjects.customer_ids(tx, [row.pseudonym for row in rows])
        return listing.count_messages(tx, which), rows, known, tx.now

    total, rows, known, now = await read(stack.ledger, look)
    contacts = {c.customer_id: c for c in await stack.people.contacts(sorted(known.values()))}
    shown = tuple(_message(row, contacts.get(known.get(row.pseudonym, ""))) for row in rows)
    return PeoplePage(
        asked=asked,
        title=asked.title or _messages_title(asked, total),
        total=total,
        people=shown,
        next_page=asked.address(after=rows[-1].pseudonym) if len(rows) == PAGE else "",
        counted=_messages_query(which),
        as_of=now,
        campaign_id=asked.campaign,
        messages=asked.variant != HELD_BACK,
    )


async def _of_span(stack: Stack, asked: Asked, start: datetime, end: datetime) -> PeoplePage:
    """Who gets so many mails between two moments; or whose message was left out in them."""
    mails = asked.mails or 1

    def look(tx: Transaction) -> _Names:
        if asked.state:
            left = listing.left_out_between(tx, start, end, asked.reason, after=asked.after)
            number = listing.count_left_out_between(tx, start, end, asked.reason)
            return _names(tx, left, number)
        found = crowding.people_with(tx, start, end, mails, after=asked.after, limit=PAGE)
        return _names(tx, found, crowding.count_people_with(tx, start, end, mails))

    found = await read(stack.ledger, look)
    if asked.state:
        why = words.LEFT_OUT.get(asked.reason, asked.reason)
        title = f"{found.total:,} left out because {why}"
    else:
        title = f"{words.people(found.total)} with {mails} mail{'s' if mails != 1 else ''}"
    between = f"from {words.moment(start, stack.timezone)} to {words.moment(end, stack.timezone)}"
    return await _of_names(
        stack, asked, found, f"{title}, {between}", counted=f"{title}, {between}"
    )


async def _over_cap(stack: Stack, asked: Asked) -> PeoplePage:
    cap = stack.rules.cap

    def look(tx: Transaction) -> _Names:
        found = crowding.over_cap_people(tx, asked.publication, cap, after=asked.after, limit=PAGE)
        return _names(tx, found, crowding.over_cap_of(tx, asked.publication, cap))

    found = await read(stack.ledger, look)
    title = (
        f"{words.people(found.total)} would get more than {cap.most} mails in {cap.days} days "
        "and be left out"
    )
    counted = (
        f"messages of {asked.publication} whose people have {cap.most} others in {cap.days} days"
    )
    return await _of_names(stack, asked, found, title, counted=counted)


class _Names(Frozen):
    """Pseudonyms of one page, whose customers they are, and how many there are in all."""

    pseudonyms: tuple[str, ...]
    customers: dict[str, str]
    total: int
    now: datetime


def _names(tx: Transaction, pseudonyms: Sequence[str], total: int) -> _Names:
    known = subjects.customer_ids(tx, pseudonyms)
    return _Names(pseudonyms=tuple(pseudonyms), customers=known, total=total, now=tx.now)


async def _of_names(
    stack: Stack, asked: Asked, found: _Names, title: str, *, counted: str
) -> PeoplePage:
    ids = sorted(found.customers.values())
    contacts = {c.customer_id: c for c in await stack.people.contacts(ids)}
    more = len(found.pseudonyms) == PAGE
    return PeoplePage(
        asked=asked,
        title=asked.title or title,
        total=found.total,
        people=tuple(
            _somebody(one, contacts.get(found.customers.get(one, "")), "")
            for one in found.pseudonyms
        ),
        next_page=asked.address(after=found.pseudonyms[-1]) if more else "",
        counted=counted,
        as_of=found.now,
    )


async def _of_snapshot(stack: Stack, asked: Asked, approval: Approval) -> PeoplePage:
    snapshot = str(approval.content["snapshot_hash"])

    def look(tx: Transaction) -> tuple[list[tuple[str, str]], dict[str, str], datetime]:
        rows = listing.members_page(tx, snapshot, after=asked.after, limit=PAGE)
        return rows, subjects.customer_ids(tx, [name for name, _ in rows]), tx.now

    rows, known, now = await read(stack.ledger, look)
    contacts = {c.customer_id: c for c in await stack.people.contacts(sorted(known.values()))}
    people = []
    for pseudonym, timezone in rows:
        contact = contacts.get(known.get(pseudonym, ""))
        people.append(_somebody(pseudonym, contact, timezone))
    total = int(approval.content["size"])
    return PeoplePage(
        asked=asked,
        title=asked.title
        or f"{words.people(total)} of the frozen audience, those held back included",
        total=total,
        people=tuple(people),
        next_page=asked.address(after=rows[-1][0]) if len(rows) == PAGE else "",
        counted=_counted("snapshot_members", {"snapshot_hash": snapshot}),
        as_of=now,
        campaign_id=approval.run_id,
    )


async def _of_rule(stack: Stack, asked: Asked, rule: Predicate, campaign_id: str) -> PeoplePage:
    if asked.reason:
        if asked.reason not in get_args(Reason):
            raise WrongUsage(
                "unknown_reason",
                f"Nobody is left out because of {asked.reason!r} before sending.",
                thing=asked.reason,
                next_step="Follow a number of a page to the people behind it.",
            )
        reason: Any = asked.reason
        found = await left_out_for(stack, rule, reason)
        title = f"{words.people(len(found))} left out because {words.LEFT_OUT[reason]}"
    else:
        found = await stack.people.select(rule)
        title = words.people(len(found))
    page = await customers_page(
        stack, found, asked, title=asked.title or title, counted=in_words(rule)
    )
    return page.model_copy(update={"campaign_id": campaign_id})


async def _rule_of(stack: Stack, approval: Approval) -> Predicate:
    """The audience rule that an approval rests on."""
    if approval.gate == "brief":
        return Brief.model_validate(approval.content).audience.rule
    state = await campaign.view(stack, approval.run_id)
    return Brief.model_validate(state["brief"]).audience.rule


def _read_rule(text: str) -> Predicate:
    try:
        return _RULE.validate_json(text)
    except ValidationError as error:
        raise WrongUsage(
            "unreadable_rule",
            f"The audience rule in this address cannot be read: {error.errors()[0]['msg']}.",
            next_step="Follow a number of a page to the people behind it.",
        ) from None


def _message(row: Message, contact: Contact | None) -> Somebody:
    became = words.SEND_STATES.get(row.state, "held back by chance")
    if row.reason:
        because = words.LEFT_OUT.get(row.reason, row.reason.replace("_", " "))
        became = (
            f"{became} because {because}" if row.state == "left_out" else f"{became}: {because}"
        )
    return _somebody(row.pseudonym, contact, row.timezone).model_copy(
        update={
            "variant": "" if row.arm == HELD_BACK else row.arm.upper(),
            "became": became,
            "at": row.sent_at or row.sending_at or row.due_at,
            "message_id": row.message_id,
        }
    )


def _somebody(pseudonym: str, contact: Contact | None, timezone: str) -> Somebody:
    return Somebody(
        name=short(pseudonym),
        address=masked(contact.email) if contact is not None else "erased on request",
        language=contact.language if contact is not None else "",
        timezone=timezone or (contact.timezone if contact is not None else ""),
    )


def _messages_title(asked: Asked, total: int) -> str:
    people = words.people(total)
    if asked.variant == HELD_BACK:
        return f"{people} held back by chance"
    variant = f" of variant {asked.variant.upper()}" if asked.variant else ""
    if asked.reason and asked.state == "left_out":
        why = words.LEFT_OUT.get(asked.reason, asked.reason.replace("_", " "))
        return f"{people}{variant} left out because {why}"
    if asked.also:
        return f"{people}{variant} who get another mail too"
    if asked.state:
        return f"{people}{variant}: {words.SEND_STATES.get(asked.state, asked.state)}"
    return f"{people}{variant} with a message"


def _messages_query(which: Messages) -> str:
    if which.arm == HELD_BACK:
        return _counted("assignments", {"campaign_id": which.campaign_id, "arm": HELD_BACK})
    return _counted("sends", which.model_dump(exclude={"pseudonym", "also"}))


def _counted(table: str, fields: Mapping[str, str]) -> str:
    """The statement behind a number, to be read and never run by the desk."""
    equal = " and ".join(
        f"{name} = '{value.replace(chr(39), 2 * chr(39))}'"
        for name, value in fields.items()
        if value
    )
    return " ".join(("select count(*)", "from", table, "where", equal))

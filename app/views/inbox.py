"""The inbox of approvals: what waits for you, what waits for others and for whom, what was decided.

A page of it reads only the approvals that it shows, however many wait.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from app import words
from app.site import Site
from app.views.arm_sizes import treated
from app.views.sending_time import first_mail_at
from domain.frozen import Frozen
from ledger import comments, inbox, people
from ledger.approvals import ApprovalStatus, Gate
from ledger.database import Transaction
from ledger.inbox import InboxRow, Place
from ledger.people import Person
from workflows.transactions import read

PAGE = 25

Section = Literal["mine", "others", "decided"]


class InboxItem(Frozen):
    """One line of the inbox."""

    id: str
    run_id: str
    gate: Gate
    title: str
    """The mail's subject, or the goal of a brief."""
    status: ApprovalStatus
    channel: str
    size: int
    """People who get it; of a brief, those who can be mailed."""
    first_mail_at: datetime | None
    """When the first mail would go out; None: of a brief."""
    begun: datetime
    ends: datetime
    findings: int
    """What the critic found that is still open."""
    blocking: bool
    unread: int
    """Words of the goal that were not understood or cannot be done; of a brief."""
    deciders: str
    """Who can decide it, in words, where the reader cannot: "You wrote it, so Lena Voss
    decides"."""
    decided_by: str
    decided_by_you: bool
    decided_at: datetime | None
    reason: str
    mentioned: bool
    """Somebody mentions the reader beside it, and they have not looked yet."""
    large: bool
    """It needs the yeses of two people."""


class InboxSection(Frozen):
    """One part of the inbox, a page of it."""

    items: tuple[InboxItem, ...]
    total: int
    more: str
    """Where the next page begins; empty: this was the last."""


class Inbox(Frozen):
    mine: InboxSection
    others: InboxSection
    today: InboxSection
    """What people decided today."""
    decided: InboxSection | None = None
    """Everything that no longer waits, where that is asked for."""

    def places(self, current: str) -> tuple[str, str]:
        """The addresses before and after a card in the list; empty: there is none."""
        parts = (self.mine, self.others, self.today, self.decided)
        ids = [item.id for part in parts if part is not None for item in part.items]
        if current not in ids:
            return "", f"/approvals/{ids[0]}" if ids else ""
        at = ids.index(current)
        before = f"/approvals/{ids[at - 1]}" if at else ""
        return before, f"/approvals/{ids[at + 1]}" if at + 1 < len(ids) else ""


async def inbox_of(site: Site, person: Person, mine: int = 1, others: int = 1) -> Inbox:
    """Everything that waits, so many pages of each part, and what was decided today."""

    def look(tx: Transaction) -> Inbox:
        local = tx.now.astimezone(ZoneInfo(site.workspace.timezone))
        midnight = datetime.combine(local.date(), time(), local.tzinfo)
        return Inbox(
            mine=_waiting(tx, site, person, True, None, PAGE * mine),
            others=_waiting(tx, site, person, False, None, PAGE * others),
            today=_decided(tx, site, person, midnight, None),
        )

    return await read(site.stack.ledger, look)


async def section_of(site: Site, person: Person, section: Section, after: str = "") -> InboxSection:
    """A page of one part. ``after``: what the page before it gave as ``more``."""
    place = _place(after)

    def look(tx: Transaction) -> InboxSection:
        if section == "decided":
            return _decided(tx, site, person, None, place)
        return _waiting(tx, site, person, section == "mine", place)

    return await read(site.stack.ledger, look)


def title_of(gate: Gate, content: dict[str, Any], goal: str) -> str:
    """What an approval is called: the mail's subject, or the goal of a brief."""
    if gate == "publish" and content.get("variants"):
        subject = str(content["variants"][0]["subject"])
        return words.one_line(words.without_fields(subject), 90)
    return words.title(goal)


def _waiting(
    tx: Transaction,
    site: Site,
    person: Person,
    mine: bool,
    after: Place | None,
    most: int = PAGE,
) -> InboxSection:
    may = site.workspace.settings.limits.author_may_approve
    total = inbox.count_waiting(tx, person, mine=mine, author_may_approve=may)
    rows = inbox.waiting(tx, person, mine=mine, author_may_approve=may, after=after, limit=most + 1)
    return _section(tx, site, person, rows, total, most)


def _decided(
    tx: Transaction, site: Site, person: Person, since: datetime | None, before: Place | None
) -> InboxSection:
    rows = inbox.decided(tx, person, since=since, before=before, limit=PAGE + 1)
    return _section(tx, site, person, rows, len(rows))


def _section(
    tx: Transaction,
    site: Site,
    person: Person,
    rows: list[InboxRow],
    total: int,
    most: int = PAGE,
) -> InboxSection:
    shown = rows[:most]
    everybody = people.list_people(tx)
    unseen = {comment.run_id for comment in comments.unseen_mentions(tx, person.id)}
    return InboxSection(
        items=tuple(_item(tx, row, site, person, everybody, unseen) for row in shown),
        total=total,
        more=_mark(inbox.place_of(shown[-1])) if len(rows) > most else "",
    )


def _item(
    tx: Transaction,
    row: InboxRow,
    site: Site,
    person: Person,
    everybody: list[Person],
    unseen: set[str],
) -> InboxItem:
    content, now = row.content, tx.now
    lapsed = row.status == "pending" and row.expires_at <= now
    decider = next((p for p in everybody if p.id == row.decided_by), None)
    counted = Counter(str(finding.get("severity")) for finding in row.findings)
    is_mail = row.gate == "publish"
    return InboxItem(
        id=row.id,
        run_id=row.run_id,
        gate=row.gate,
        title=title_of(row.gate, content, row.goal),
        status="expired" if lapsed else row.status,
        channel=str(content.get("channel", "email")),
        size=treated(tx, content) if is_mail else reachable(content),
        first_mail_at=first_mail_at(content, site.workspace.timezone, now) if is_mail else None,
        begun=row.requested_at,
        ends=row.expires_at,
        findings=counted.total(),
        blocking=row.blocking,
        unread=0
        if is_mail
        else len(content.get("unread", ())) + len(content.get("impossible", ())),
        deciders=_deciders(row, site, person, everybody) if row.status == "pending" else "",
        decided_by=decider.name if decider else "",
        decided_by_you=row.decided_by == person.id,
        decided_at=row.decided_at,
        reason=row.reason,
        mentioned=row.run_id in unseen,
        large=row.yeses_needed > 1,
    )


def reachable(content: dict[str, Any]) -> int:
    audience = content.get("audience", {})
    found = audience.get("reachable")
    return int(found if found is not None else audience.get("size", 0))


def _deciders(row: InboxRow, site: Site, person: Person, everybody: list[Person]) -> str:
    """Why it is not the reader's turn, and whose it is."""
    separate = not site.workspace.settings.limits.author_may_approve
    able = [
        p.name
        for p in everybody
        if "approve" in p.rights
        and p.id != person.id
        and not (separate and p.id == row.started_by)
        and p.role != "demo_approver"
    ]
    who = _either(able) if able else "nobody here"
    verb = "decides" if len(able) <= 1 else "decide"
    if row.voted:
        return f"You said yes, and {who} {verb} too"
    if "approve" not in person.rights:
        return f"{who[0].upper()}{who[1:]} {verb}"
    return f"You wrote it, so {who} {verb}"


def _either(names: list[str]) -> str:
    if len(names) > 3:
        return f"one of {len(names)} people"
    return " or ".join(names)


def _mark(place: Place) -> str:
    return f"{place[0].isoformat()}~{place[1]}"


def _place(mark: str) -> Place | None:
    """A page's end as its address carries it; what cannot be read begins at the beginning."""
    moment, _, identifier = mark.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, identifier) if identifier and at.tzinfo is not None else None

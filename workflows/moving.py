"""Moving: what another time would mean for a scheduled send or for what waits, and doing it.

Inside the approved window a scheduled send keeps its approval. Outside it falls, and the campaign
asks anew, with that time. What waits for a yes is planned anew; of a brief the days move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from agents.scheduler import LEAD, assign
from domain.brief import Brief, Offer
from domain.errors import Refused
from domain.frozen import Frozen
from domain.plan import HELD_BACK, Cap
from domain.publication import Content
from ledger import approvals, pressure, publications, quiet, runs, snapshots, subjects
from ledger.approvals import Approval
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person
from ledger.pressure import Mail
from ledger.publications import Publication
from workflows.audience import reach
from workflows.neighbours import OtherSend, others, over_cap
from workflows.stack import Stack
from workflows.state import Json
from workflows.transactions import read, write

NEAR_DAYS = 14
"""How far from the asked day a free one is looked for."""

What = Literal["scheduled_send", "waiting_send", "brief"]


class MoveRefused(Refused):
    code: Literal["cannot_move", "stale_content"]


class Move(Frozen):
    """What it would mean to begin at another time. All moments are UTC."""

    what: What
    run_id: str
    goal: str
    publication_id: str | None
    approval_id: str
    content_hash: str
    """Of what was looked at; moving something else is refused."""
    was: datetime
    start: datetime
    refused: str
    """Why it cannot be moved there at all; empty: it can."""
    keeps_approval: bool
    why: str
    """Which it is, and by what, in a sentence."""
    window_start: datetime
    window_end: datetime
    people: int
    """Who would get it."""
    cap: Cap
    over_cap: int
    """Of them, who would be left out then, because they have had the most mails."""
    quiet: int
    """Of them, for whom it would be quiet then: theirs waits until the quiet hours end."""
    same_day: tuple[OtherSend, ...]
    same_week: tuple[OtherSend, ...]
    """Monday to Sunday; those of the same day included."""
    free: datetime | None
    """The nearest beginning at which the cap leaves nobody out and nobody gets another mail on
    the day; None: ``start`` is one, or there is none within two weeks."""

    @property
    def conflicts(self) -> bool:
        return bool(self.over_cap or self.same_day)


@dataclass(frozen=True)
class _Thing:
    """What is to be moved, as the ledger has it."""

    what: What
    run_id: str
    goal: str
    was: datetime
    window: tuple[datetime, datetime]
    cap: Cap
    approval: Approval
    offer: Offer | None = None
    publication: Publication | None = None
    people: tuple[tuple[str, str, datetime | None], ...] = ()
    """Pseudonym, zone, and when theirs is due now."""
    unknown: int = 0
    """People who never had a mail, and so have no pseudonym."""


async def preview(stack: Stack, thing_id: str, start: datetime) -> Move:
    """What it would mean if this began at ``start``; nothing is changed.

    ``thing_id``: of a scheduled send, of an approval that waits, or of a campaign, of which it is
    whatever can be moved just now. Raises LedgerError unknown, MoveRefused cannot_move.
    """
    thing = await _find(stack, thing_id)
    return await read(stack.ledger, lambda tx: _preview(tx, stack, thing, start))


async def move(
    stack: Stack, thing_id: str, person: Person, start: datetime, *, content_hash: str = ""
) -> Move:
    """Move it; what then holds. A scheduled send needs the right to publish, what waits the right
    to approve.

    ``content_hash``: of what the person was shown. Raises LedgerError unknown, not_allowed,
    already_decided, expired, MoveRefused cannot_move, stale_content.
    """
    asked = await preview(stack, thing_id, start)
    if asked.refused:
        raise MoveRefused(
            "cannot_move",
            f"It cannot begin then. {asked.refused}",
            thing=thing_id,
            next_step="Choose another time.",
        )
    if content_hash and content_hash != asked.content_hash:
        raise MoveRefused(
            "stale_content",
            "What you were shown is not what stands now.",
            thing=thing_id,
            next_step="Look at it again, and move it then.",
        )

    def do(tx: Transaction) -> None:
        if asked.publication_id is not None:
            publications.move(tx, asked.publication_id, person, start)
            return
        approval = approvals.get(tx, asked.approval_id)
        edit = as_edit(stack, approval, asked)
        why = f"{person.name} asks for another time"
        approvals.decide(tx, approval.id, person, "edit", asked.content_hash, why, edit)

    await write(stack.ledger, do)
    return asked


def as_edit(stack: Stack, approval: Approval, asked: Move) -> Json:
    """The move of something that waits, as an edit of it."""
    zone = ZoneInfo(stack.timezone)
    local = asked.start.astimezone(zone)
    if approval.gate == "brief":
        brief = Brief.model_validate(approval.content)
        length = brief.send_until - brief.send_from
        until = local.date() + length
        if brief.offer is not None:
            until = max(local.date(), min(until, brief.offer.valid_until))
        return {"send_from": local.date().isoformat(), "send_until": until.isoformat()}
    content = Content.model_validate(approval.content)
    same_time = (local.hour, local.minute) == (content.send_hour, content.send_minute)
    # The hour that was learnt stays learnt where only the day is another.
    return {"send_at": local.date().isoformat() if same_time else local.isoformat()}


async def _find(stack: Stack, thing_id: str) -> _Thing:
    found = await read(stack.ledger, lambda tx: _look(tx, stack, thing_id))
    if found.what != "brief":
        return found
    brief = Brief.model_validate(found.approval.content)
    run = await read(stack.ledger, lambda tx: runs.get(tx, found.run_id))
    reached = await reach(stack.as_of(run.as_of), brief.audience.rule, service=brief.service)
    zones = reached.timezones(stack.timezone)
    ids = list(zones)
    known = await read(stack.ledger, lambda tx: subjects.known(tx, ids))
    people = tuple((pseudonym, zones[i], None) for i, pseudonym in known.items())
    return replace(found, people=people, unknown=len(ids) - len(people))


def _look(tx: Transaction, stack: Stack, thing_id: str) -> _Thing:
    publication = _publication(tx, thing_id)
    if publication is not None:
        run = runs.get(tx, publication.run_id)
        return _Thing(
            what="scheduled_send",
            run_id=run.id,
            goal=run.goal,
            was=publication.starts_at,
            window=(publication.window_start, publication.window_end),
            cap=publication.content.cap,
            approval=approvals.get(tx, publication.approval_id),
            offer=publication.content.offer,
            publication=publication,
            people=tuple(publications.waiting_people(tx, publication.id)),
        )
    approval = _waiting(tx, thing_id)
    run = runs.get(tx, approval.run_id)
    zone = ZoneInfo(stack.timezone)
    if approval.gate == "brief":
        brief = Brief.model_validate(approval.content)
        days = (_at(brief.send_from, 0, zone), _at(brief.send_until + timedelta(days=1), 0, zone))
        return _Thing(
            what="brief",
            run_id=run.id,
            goal=run.goal,
            was=days[0],
            window=days,
            cap=stack.rules.cap,
            approval=approval,
            offer=brief.offer,
        )
    content = Content.model_validate(approval.content)
    members = snapshots.members(tx, content.snapshot_hash)
    treated = [
        (m.pseudonym, m.timezone, None)
        for m in members
        if assign(content.campaign_id, m.pseudonym, content.arms) != HELD_BACK
    ]
    first = content.window_start.astimezone(zone).date()
    was = _at(first, content.send_hour, zone, content.send_minute)
    return _Thing(
        what="waiting_send",
        run_id=run.id,
        goal=run.goal,
        was=was if was >= content.window_start else was + timedelta(days=1),
        window=(content.window_start, content.window_end),
        cap=content.cap,
        approval=approval,
        offer=content.offer,
        people=tuple(treated),
    )


def _publication(tx: Transaction, thing_id: str) -> Publication | None:
    """The scheduled send that is meant, or the open one of the campaign that is."""
    open_ones = publications.list_publications(tx, thing_id, "scheduled")
    if open_ones:
        return publications.get(tx, open_ones[-1].id)
    try:
        found = publications.get(tx, thing_id)
    except LedgerError as error:
        if error.code != "unknown":
            raise
        return None
    if found.state == "scheduled":
        return found
    raise MoveRefused(
        "cannot_move",
        f"This scheduled send is {found.state}.",
        thing=thing_id,
        next_step="Look at its campaign: `mainspring campaign show`.",
    )


def _waiting(tx: Transaction, thing_id: str) -> Approval:
    """The approval that is meant, or the one that the campaign waits for."""
    mine = [a for a in approvals.for_run(tx, thing_id) if a.status == "pending"]
    found = mine[-1] if mine else approvals.get(tx, thing_id)
    if found.status != "pending" or found.expires_at <= tx.now:
        raise MoveRefused(
            "cannot_move",
            "This no longer waits for a decision.",
            thing=thing_id,
            next_step="`mainspring approvals list` shows what waits.",
        )
    return found


def _preview(tx: Transaction, stack: Stack, thing: _Thing, start: datetime) -> Move:
    start = start.astimezone(UTC)
    zone = ZoneInfo(stack.timezone)
    span = timedelta(days=NEAR_DAYS + thing.cap.days + 7)
    names = [pseudonym for pseudonym, _, _ in thing.people]
    near = pressure.mails(tx, names, start - span, start + span, except_campaign=thing.run_id)
    day = start.astimezone(zone).date()
    monday = day - timedelta(days=day.weekday())
    goals = {i: runs.get(tx, i).goal for i in {mail.campaign_id for mail in near}}
    inside = thing.publication is not None and publications.inside_window(
        tx, thing.publication, start
    )
    return Move(
        what=thing.what,
        run_id=thing.run_id,
        goal=thing.goal,
        publication_id=thing.publication.id if thing.publication else None,
        approval_id=thing.approval.id,
        content_hash=thing.approval.content_hash,
        was=thing.was,
        start=start,
        refused=_refused(tx, stack, thing, start),
        keeps_approval=inside,
        why=_why(stack, thing, inside, start),
        window_start=thing.window[0],
        window_end=thing.window[1],
        people=len(thing.people) + thing.unknown,
        cap=thing.cap,
        over_cap=len(over_cap(near, thing.cap, start)),
        quiet=_quiet(stack, thing, start),
        same_day=others(near, goals, _at(day, 0, zone), _at(day + timedelta(days=1), 0, zone)),
        same_week=others(
            near, goals, _at(monday, 0, zone), _at(monday + timedelta(days=7), 0, zone)
        ),
        free=_free(tx, stack, thing, near, start),
    )


def _refused(tx: Transaction, stack: Stack, thing: _Thing, start: datetime) -> str:
    on = start.astimezone(ZoneInfo(stack.timezone)).date()
    if start <= tx.now and not (thing.what == "brief" and on >= _today(tx, stack)):
        return "That moment is over."
    offer = thing.offer
    if offer is not None and not offer.valid_from <= on <= offer.valid_until:
        return f"The offer {offer.code} holds from {offer.valid_from} to {offer.valid_until}."
    if thing.what == "waiting_send" and _quiet(stack, thing, start):
        hours = stack.rules.quiet_hours
        return f"Nothing goes out at that hour: it is quiet from {hours.start} to {hours.end}."
    return ""


def _why(stack: Stack, thing: _Thing, inside: bool, start: datetime) -> str:
    window = f"{_said(stack, thing.window[0])} to {_said(stack, thing.window[1])}"
    if thing.what == "brief":
        return "The brief waits for a yes: its days move, and it is asked about anew."
    if thing.what == "waiting_send":
        return (
            "It waits for a yes: it is planned anew from that day on, and asked about anew. Yeses "
            "that were given no longer count."
        )
    if inside:
        return f"Inside the approved window, {window}: the approval stays."
    return (
        f"Outside the approved window, {window}: it is no longer approved, stops at once, and is "
        "asked about anew with this time."
    )


def _quiet(stack: Stack, thing: _Thing, start: datetime) -> int:
    hours = stack.rules.quiet_hours
    if thing.publication is not None:
        hours = thing.publication.content.quiet_hours
    delta = start - thing.was
    # What is planned anew comes to everybody at the same hour of their own.
    local = start.astimezone(ZoneInfo(stack.timezone)).replace(tzinfo=None)
    number = 0
    for _, name, due in thing.people:
        at = due + delta if due is not None else local.replace(tzinfo=quiet.zone_of(name))
        number += quiet.is_quiet(at, name, hours.start, hours.end)
    return number


def _free(
    tx: Transaction, stack: Stack, thing: _Thing, near: Sequence[Mail], start: datetime
) -> datetime | None:
    zone = ZoneInfo(stack.timezone)
    local = start.astimezone(zone)

    def conflict(at: datetime) -> bool:
        on = at.astimezone(zone).date()
        begin, end = _at(on, 0, zone), _at(on + timedelta(days=1), 0, zone)
        return bool(over_cap(near, thing.cap, at)) or any(begin <= m.at < end for m in near)

    if not conflict(start):
        return None
    for days in range(1, NEAR_DAYS + 1):
        for sign in (1, -1):  # of two that are as near the later one, which leaves more time
            on = local.date() + timedelta(days=sign * days)
            at = _at(on, local.hour, zone, local.minute)
            if at > tx.now + LEAD and not _refused(tx, stack, thing, at) and not conflict(at):
                return at
    return None


def _at(day: date, hour: int, zone: ZoneInfo, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)


def _today(tx: Transaction, stack: Stack) -> date:
    return tx.now.astimezone(ZoneInfo(stack.timezone)).date()


def _said(stack: Stack, moment: datetime) -> str:
    local = moment.astimezone(ZoneInfo(stack.timezone))
    return f"{local:%a} {local.day} {local:%b, %H:%M}"

"""The calendar: what goes out when, what waits for a yes, and how mails crowd in a week.

Days are days of the workspace's time zone, and its clock says which is today. Every item that can
be moved says so; what a move would do is asked of ``workflows.moving``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Literal
from zoneinfo import ZoneInfo

from app import words
from app.views.campaigns import StateKind
from domain.brief import Brief
from domain.frozen import Frozen
from domain.plan import HELD_BACK, Cap, QuietHours
from domain.publication import SendState
from ledger import cron, crowding, listing, people, schedules, sending
from ledger.approvals import Approval
from ledger.crowding import WeekLoad
from ledger.database import Transaction
from ledger.publications import PublicationRow
from ledger.runs import Run
from ledger.schedules import Schedule
from workflows.stack import Stack
from workflows.transactions import read

Mode = Literal["month", "week", "list"]
What = Literal["publication", "approval", "schedule"]

WEEKS: dict[Mode, int] = {"month": 5, "week": 1, "list": 5}
NEAR = timedelta(days=2)
"""Two mails to the same person within this are told as a conflict."""
MOST_WAITING = 200
"""Approvals that wait and are shown; whoever has more works in the inbox."""


MOST_FIRES = 1000
"""Starts of one schedule that are counted."""


class Conflict(Frozen):
    """People who get another mail shortly before."""

    count: int
    at: datetime
    title: str
    href: str


class Item(Frozen):
    what: What
    id: str
    campaign_id: str
    title: str
    state: StateKind | Literal["repeats"]
    words: str
    at: datetime
    people: int | None = None
    about: bool = False
    """The number is nearly so: who is held back is drawn once it is approved."""
    href: str
    people_href: str = ""
    conflicts: tuple[Conflict, ...] = ()
    over_cap: int = 0
    """Of its people, who would get more mails than the cap allows."""
    over_cap_href: str = ""
    window: tuple[datetime, datetime] | None = None
    movable: bool = False
    pausable: bool = False
    paused: bool = False
    times: int = 1
    """A schedule's starts on this day."""


class Day(Frozen):
    on: date
    today: bool
    past: bool
    items: tuple[Item, ...]


class Load(Frozen):
    """A week's mails, by people."""

    people: int
    known: int
    """People whom some campaign was ever planned for."""
    mails: tuple[tuple[int, int, str], ...]
    """So many mails, people who get so many, and the address of these people."""
    left_out: int
    left_out_href: str
    over_cap: int
    """Messages that are still scheduled, and would be left out because of the cap."""


class Week(Frozen):
    number: int
    days: tuple[Day, ...]
    load: Load


class UnderWay(Frozen):
    """A campaign that has no day yet."""

    campaign_id: str
    title: str
    words: str
    state: StateKind


class Calendar(Frozen):
    mode: Mode
    weeks: tuple[Week, ...]
    first: date
    last: date
    before: date
    """A day of the page before."""
    after: date
    today: date
    next: Item | None
    """What goes out next, or waits to."""
    under_way: tuple[UnderWay, ...]
    cap: Cap
    quiet_hours: QuietHours
    timezone: str
    simulated: bool
    paused: bool
    more_waiting: int
    """Approvals that wait and are not shown."""


class _Found(Frozen):
    publications: tuple[PublicationRow, ...]
    counts: dict[str, dict[SendState, int]]
    goals: dict[str, str]
    waiting: tuple[Approval, ...]
    more_waiting: int
    repeating: tuple[schedules.Schedule, ...]
    running: tuple[Run, ...]
    paused: bool
    simulated: bool
    now: datetime


EARLIEST, LATEST = date(1970, 1, 1), date(2999, 12, 31)
"""Of the days that a calendar is shown around."""


async def calendar(
    stack: Stack, *, mode: Mode = "month", around: date | None = None, week_start: int = 0
) -> Calendar:
    """The calendar around a day; without one, the month begins with last week.

    ``week_start``: 0 is Monday, as in the reader's locale.
    """
    zone = ZoneInfo(stack.timezone)

    def look(tx: Transaction) -> Calendar:
        today = tx.now.astimezone(zone).date()
        first = _first(mode, around, today, week_start)
        bounds = [
            (_at(day, zone), _at(day + timedelta(days=7), zone))
            for day in (first + timedelta(days=7 * n) for n in range(WEEKS[mode]))
        ]
        found = _find(tx, bounds[0][0], bounds[-1][1])
        items = _items(tx, found, stack, bounds[0][0], bounds[-1][1])
        loads = crowding.weeks(tx, bounds)
        known = crowding.known_people(tx)
        weeks = tuple(
            _week(first + timedelta(days=7 * n), items, loads[n], known, today, zone, week_start)
            for n in range(WEEKS[mode])
        )
        step = timedelta(days=7 * WEEKS[mode])
        return Calendar(
            mode=mode,
            weeks=weeks,
            first=first,
            last=first + step - timedelta(days=1),
            before=first - (step if mode != "week" else timedelta(days=7)),
            after=first + step,
            today=today,
            next=_next(tx, found, stack),
            under_way=tuple(_under_way(run) for run in found.running),
            cap=stack.rules.cap,
            quiet_hours=stack.rules.quiet_hours,
            timezone=stack.timezone,
            simulated=found.simulated,
            paused=found.paused,
            more_waiting=found.more_waiting,
        )

    return await read(stack.ledger, look)


def planned_at(approval: Approval, zone: ZoneInfo, now: datetime) -> datetime:
    """When what waits for a yes would go out, if it came now."""
    if approval.gate == "brief":
        brief = Brief.model_validate(approval.content)
        return _at(max(brief.send_from, now.astimezone(zone).date()), zone, 9)
    content = approval.content
    start = datetime.fromisoformat(content["window_start"])
    end = datetime.fromisoformat(content["window_end"])
    earliest = max(start, now)
    day = earliest.astimezone(zone).date()
    at = _at(day, zone, content["send_hour"], content["send_minute"])
    if at < earliest:
        at = _at(day + timedelta(days=1), zone, content["send_hour"], content["send_minute"])
    return min(at, end)


class ScheduleRow(Frozen):
    """A schedule, and what it does next."""

    id: str
    title: str
    goal: str
    cron: str
    zone: str
    next: datetime
    last: datetime | None
    """When it last started a campaign."""
    last_run: str = ""
    by: str


def schedule_rows(tx: Transaction) -> list[ScheduleRow]:
    """The schedules that start campaigns again and again."""
    return [schedule_row(tx, one) for one in schedules.list_schedules(tx)]


def schedule_row(tx: Transaction, one: Schedule) -> ScheduleRow:
    """One schedule, with what it started last and starts next."""
    fires = [fire for fire in schedules.fires(tx, one.id, limit=20) if fire.run_id]
    return ScheduleRow(
        id=one.id,
        title=words.title(one.goal),
        goal=one.goal,
        cron=one.cron,
        zone=one.zone,
        next=next(cron.fire_times(one.cron, one.zone, tx.now)),
        last=fires[0].fire_time if fires else None,
        last_run=(fires[0].run_id or "") if fires else "",
        by=people.names(tx).get(one.person_id, ""),
    )


def _find(tx: Transaction, start: datetime, end: datetime) -> _Found:
    rows = listing.publications_between(tx, start, end)
    ahead = listing.next_publications(tx)
    every = {row.id: row for row in (*rows, *ahead)}
    waiting = listing.waiting_approvals(tx, limit=MOST_WAITING + 1)
    running = listing.runs_page(tx, statuses=("running",), limit=20)
    ids = {row.run_id for row in every.values()} | {a.run_id for a in waiting}
    return _Found(
        publications=tuple(every.values()),
        counts=listing.counts_of(tx, list(every)),
        goals=listing.goals_of(tx, sorted(ids)),
        waiting=tuple(waiting[:MOST_WAITING]),
        more_waiting=max(0, len(waiting) - MOST_WAITING),
        repeating=tuple(schedules.list_schedules(tx)),
        running=tuple(running),
        paused=sending.is_paused(tx),
        simulated=tx.simulated,
        now=tx.now,
    )


class _Crowds(Frozen):
    """How the sends that are shown crowd, counted for all of them at once."""

    shared: dict[tuple[str, str], int]
    over_cap: dict[str, int]


def _items(
    tx: Transaction, found: _Found, stack: Stack, start: datetime, end: datetime
) -> list[Item]:
    zone = ZoneInfo(stack.timezone)
    ahead = max(start, found.now)
    crowds = _Crowds(shared={}, over_cap={})
    if ahead < end:
        crowds = _Crowds(
            shared=crowding.shared(tx, ahead, end, NEAR),
            over_cap=crowding.over_cap(tx, ahead, end, stack.rules.cap),
        )
    items = [
        _of_publication(row, found, crowds)
        for row in found.publications
        if start <= row.starts_at < end
    ]
    for approval in found.waiting:
        at = planned_at(approval, zone, found.now)
        if start <= at < end:
            items.append(_of_approval(tx, approval, at, found))
    for schedule in found.repeating:
        items += _of_schedule(schedule, ahead, end, zone)
    return sorted(items, key=lambda item: (item.at, item.title))


def _of_publication(row: PublicationRow, found: _Found, crowds: _Crowds | None = None) -> Item:
    counts = found.counts[row.id]
    open_ = row.state == "scheduled"
    begun = any(counts.get(state) for state in ("sent", "sending", "needs_review"))
    state: StateKind
    if row.state == "done":
        state, said = "sent", "sent"
    elif row.state == "stopped":
        state, said = "stopped", f"stopped, because {row.stop_reason}"
    elif found.paused or row.paused:
        state, said = "paused", "paused"
    else:
        state, said = "approved", "going out" if begun else "approved"
    ahead = open_ and not begun
    over = crowds.over_cap.get(row.id, 0) if crowds is not None and ahead else 0
    return Item(
        what="publication",
        id=row.id,
        campaign_id=row.campaign_id,
        title=words.title(found.goals.get(row.run_id, "")),
        state=state,
        words=said,
        at=row.starts_at,
        people=sum(counts.values()),
        href=f"/sent/{row.id}" if row.state == "done" else f"/campaigns/{row.run_id}",
        people_href=f"/people?publication={row.id}&campaign={row.campaign_id}",
        conflicts=_conflicts(row, found, crowds) if crowds is not None and ahead else (),
        over_cap=over,
        over_cap_href=f"/people?publication={row.id}&over=cap" if over else "",
        window=(row.window_start, row.window_end),
        movable=ahead,
        pausable=open_,
        paused=row.paused,
    )


def _conflicts(row: PublicationRow, found: _Found, crowds: _Crowds) -> tuple[Conflict, ...]:
    """Other sends to some of the same people shortly before."""
    told = []
    for other in found.publications:
        count = crowds.shared.get((row.id, other.id), 0)
        if count:
            href = f"/people?publication={row.id}&also={other.id}&campaign={row.campaign_id}"
            told.append(_conflict(other, count, found, href))
    return tuple(told)


def _conflict(other: PublicationRow, count: int, found: _Found, href: str) -> Conflict:
    return Conflict(
        count=count,
        at=other.starts_at,
        title=words.title(found.goals.get(other.run_id, "")),
        href=href,
    )


def _of_approval(tx: Transaction, approval: Approval, at: datetime, found: _Found) -> Item:
    conflicts: list[Conflict] = []
    window = None
    if approval.gate == "brief":
        audience = approval.content["audience"]
        people = audience.get("reachable")
        people = audience["size"] if people is None else people
    else:
        content = approval.content
        treated = 1 - dict(content["arms"]).get(HELD_BACK, 0.0)
        people = round(content["size"] * treated)
        shared = crowding.shared_with_snapshot(tx, content["snapshot_hash"], at - NEAR, at)
        for other in found.publications:
            count = round(shared.get(other.id, 0) * treated)
            if count and other.state != "stopped":
                href = f"/people?publication={other.id}&campaign={other.campaign_id}"
                conflicts.append(_conflict(other, count, found, href))
        window = (
            datetime.fromisoformat(content["window_start"]),
            datetime.fromisoformat(content["window_end"]),
        )
    return Item(
        what="approval",
        id=approval.id,
        campaign_id=approval.run_id,
        title=words.title(found.goals.get(approval.run_id, "")),
        state="waiting" if approval.gate == "publish" else "draft",
        words="waits for a yes" if approval.gate == "publish" else "brief waits for a yes",
        at=at,
        people=people,
        about=True,
        href=f"/approvals/{approval.id}",
        people_href=f"/people?approval={approval.id}",
        conflicts=tuple(conflicts),
        window=window,
        movable=True,
    )


def _of_schedule(
    schedule: schedules.Schedule, start: datetime, end: datetime, zone: ZoneInfo
) -> list[Item]:
    """One item for each day on which it starts a campaign."""
    by_day: dict[date, list[datetime]] = {}
    fires = cron.fire_times(schedule.cron, schedule.zone, start)
    for at in takewhile(lambda at: at < end, islice(fires, MOST_FIRES)):
        by_day.setdefault(at.astimezone(zone).date(), []).append(at)
    return [
        Item(
            what="schedule",
            id=schedule.id,
            campaign_id="",
            title=words.title(schedule.goal),
            state="repeats",
            words="starts a campaign",
            at=times[0],
            href="/calendar#schedules",
            times=len(times),
        )
        for times in by_day.values()
    ]


def _next(tx: Transaction, found: _Found, stack: Stack) -> Item | None:
    """Of what is scheduled and what waits, the first that is still to come."""
    zone = ZoneInfo(stack.timezone)
    sends = [
        (row.starts_at, row)
        for row in found.publications
        if row.state == "scheduled" and row.starts_at >= found.now
    ]
    asked = [(planned_at(a, zone, found.now), a) for a in found.waiting]
    first_send = min(sends, key=lambda pair: pair[0], default=None)
    first_asked = min(asked, key=lambda pair: pair[0], default=None)
    if first_send and (first_asked is None or first_send[0] <= first_asked[0]):
        return _of_publication(first_send[1], found)
    return _of_approval(tx, first_asked[1], first_asked[0], found) if first_asked else None


def _week(
    first: date,
    items: Sequence[Item],
    load: WeekLoad,
    known: int,
    today: date,
    zone: ZoneInfo,
    week_start: int,
) -> Week:
    days = []
    for number in range(7):
        on = first + timedelta(days=number)
        mine = tuple(item for item in items if item.at.astimezone(zone).date() == on)
        days.append(Day(on=on, today=on == today, past=on < today, items=mine))
    span = f"start={_stamp(load.start)}&end={_stamp(load.end)}"
    # The week's number is that of its Thursday (ISO 8601), wherever the reader's week begins.
    thursday = first + timedelta(days=(3 - week_start) % 7)
    return Week(
        number=thursday.isocalendar().week,
        days=tuple(days),
        load=Load(
            people=load.people,
            known=max(known, load.people),
            mails=tuple((n, count, f"/people?{span}&mails={n}") for n, count in load.mails),
            left_out=load.left_out,
            left_out_href=f"/people?{span}&state=left_out&reason=cap_reached",
            over_cap=sum(item.over_cap for day in days for item in day.items),
        ),
    )


def _under_way(run: Run) -> UnderWay:
    return UnderWay(
        campaign_id=run.id,
        title=words.title(run.goal),
        words="being worked on",
        state="running",
    )


def _first(mode: Mode, around: date | None, today: date, week_start: int) -> date:
    """The first day that is shown: with a month, last week's, so that what comes is on screen."""
    day = around or (today if mode == "week" else today - timedelta(days=7))
    day = min(max(day, EARLIEST), LATEST)
    return day - timedelta(days=(day.weekday() - week_start) % 7)


def _at(day: date, zone: ZoneInfo, hour: int = 0, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

"""Schedules: a cron line on a wall clock, and a goal that starts at each of its fires."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import cron, journal, runs
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction, insert_new
from ledger.errors import LedgerError
from ledger.people import Person, require_now

CatchUp = Literal["skip", "latest", "all"]
"""What becomes of fires that nobody was awake for: none, the last one, or every one."""
FireState = Literal["started", "skipped", "missed"]

ON_TIME = timedelta(minutes=5)
"""A fire seen within this counts as seen at its time, whatever ``catch_up`` says."""
MOST_FIRES = 1000
"""As many fires of one schedule are written down at once; those before are passed over."""

_c = t.schedules.c
_f = t.fires.c


class Schedule(Frozen):
    id: str
    cron: str
    zone: str
    goal: str
    catch_up: CatchUp
    max_lateness: timedelta
    """A fire later than this is missed, and starts nothing."""
    person_id: str
    added_at: datetime


class Fire(Frozen):
    schedule_id: str
    fire_time: datetime
    state: FireState
    run_id: str | None = None


def add(
    tx: Transaction,
    line: str,
    zone: str,
    goal: str,
    person: Person,
    catch_up: CatchUp = "latest",
    max_lateness: timedelta = timedelta(hours=12),
) -> Schedule:
    """A new schedule, first fired after now. Needs write.

    Raises LedgerError bad_schedule, bad_zone, and bad_value where the goal is empty.
    """
    person = require_now(tx, person, "write")
    goal = goal.strip()
    if not goal:
        raise LedgerError(
            "bad_value", "The goal is empty.", next_step="Say what the campaigns are to reach."
        )
    line = cron.checked(line, zone)
    if catch_up not in ("skip", "latest", "all") or max_lateness < timedelta(0):
        raise LedgerError("bad_schedule", f"Catch-up is skip, latest or all, not {catch_up}.")
    schedule = Schedule(
        id=new_id(),
        cron=line,
        zone=zone,
        goal=goal,
        catch_up=catch_up,
        max_lateness=max_lateness,
        person_id=person.id,
        added_at=tx.now,
    )
    row = schedule.model_dump(exclude={"max_lateness"})
    row |= {"max_lateness_seconds": int(max_lateness.total_seconds()), "seen_until": tx.now}
    tx.connection.execute(t.schedules.insert(), row)
    data = {"cron": line, "zone": zone, "catch_up": catch_up}
    journal.append(tx, "schedule_added", person_id=person.id, thing=schedule.id, data=data)
    return schedule


def list_schedules(tx: Transaction) -> list[Schedule]:
    """Those that still fire, oldest first."""
    query = sa.select(t.schedules).where(_c.removed_at.is_(None)).order_by(_c.added_at, _c.id)
    return [_schedule(row) for row in tx.connection.execute(query).all()]


def remove(tx: Transaction, schedule_id: str, person: Person) -> None:
    """Let a schedule fire no more; its runs go on. Needs write. Raises LedgerError unknown."""
    person = require_now(tx, person, "write")
    changed = tx.connection.execute(
        sa.update(t.schedules)
        .where(_c.id == schedule_id, _c.removed_at.is_(None))
        .values(removed_at=tx.now)
    ).rowcount
    if changed == 0:
        raise LedgerError(
            "unknown",
            "There is no such schedule.",
            thing=schedule_id,
            next_step="`mainspring schedule list` shows them all.",
        )
    journal.append(tx, "schedule_removed", person_id=person.id, thing=schedule_id, data={})


def fires(tx: Transaction, schedule_id: str, limit: int = 100) -> list[Fire]:
    """The latest fires of a schedule, newest first."""
    query = sa.select(t.fires).where(_f.schedule_id == schedule_id)
    rows = tx.connection.execute(query.order_by(_f.fire_time.desc()).limit(limit)).mappings()
    return [Fire.model_validate(dict(row)) for row in rows]


def next_fire(tx: Transaction) -> datetime | None:
    """When the next schedule fires."""
    rows = tx.connection.execute(sa.select(t.schedules).where(_c.removed_at.is_(None))).all()
    found = [next(cron.fire_times(row.cron, row.zone, row.seen_until)) for row in rows]
    return min(found, default=None)


def fire_due(tx: Transaction) -> list[Fire]:
    """Write down every fire up to now, once, and start the runs that catch-up lets start.

    The schedules of a person who is no longer active do not fire: nobody would answer for them.
    """
    query = (
        sa.select(t.schedules)
        .join(t.people, t.people.c.id == _c.person_id)
        .where(_c.removed_at.is_(None), _c.seen_until < tx.now, t.people.c.active)
    )
    written = []
    for row in tx.connection.execute(query.order_by(_c.id)).all():
        written += _fire(tx, _schedule(row), row.seen_until)
        tx.connection.execute(
            sa.update(t.schedules).where(_c.id == row.id).values(seen_until=tx.now)
        )
    return written


def _fire(tx: Transaction, schedule: Schedule, seen_until: datetime) -> list[Fire]:
    due: list[datetime] = []
    for moment in cron.fire_times(schedule.cron, schedule.zone, seen_until):
        if moment > tx.now:
            break
        due.append(moment)
    if len(due) > MOST_FIRES:
        data = {"fires": len(due) - MOST_FIRES, "until": due[-MOST_FIRES]}
        journal.append(tx, "fires_passed_over", person_id=None, thing=schedule.id, data=data)
        due = due[-MOST_FIRES:]
    written = []
    for moment in due:
        state = _state(schedule, moment, tx.now, is_last=moment == due[-1])
        row = {"schedule_id": schedule.id, "fire_time": moment, "state": state, "run_id": None}
        if insert_new(tx, t.fires, [row]) == 0:
            continue
        run_id = None
        if state == "started":
            key = f"{schedule.id}:{moment.isoformat()}"
            run_id = runs.start(tx, schedule.goal, schedule.person_id, schedule_key=key).id
            this = sa.and_(_f.schedule_id == schedule.id, _f.fire_time == moment)
            tx.connection.execute(sa.update(t.fires).where(this).values(run_id=run_id))
        data = {"fire_time": moment, "state": state, "run_id": run_id}
        journal.append(tx, "schedule_fired", person_id=None, thing=schedule.id, data=data)
        written.append(Fire(schedule_id=schedule.id, fire_time=moment, state=state, run_id=run_id))
    return written


def _state(schedule: Schedule, moment: datetime, now: datetime, *, is_last: bool) -> FireState:
    late = now - moment
    if late > schedule.max_lateness:
        return "missed"
    if schedule.catch_up == "all" or (schedule.catch_up == "latest" and is_last):
        return "started"
    return "started" if is_last and late <= ON_TIME else "skipped"


def _schedule(row: sa.Row[tuple[object, ...]]) -> Schedule:
    values = dict(row._mapping)
    values["max_lateness"] = timedelta(seconds=values.pop("max_lateness_seconds"))
    return Schedule.model_validate({name: values[name] for name in Schedule.model_fields})

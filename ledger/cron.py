"""Cron lines on a wall clock with daylight saving.

A line with a fixed hour fires once at each of its wall times, every day: where clocks go forward
over it, it fires at the moment it would have been, an hour later on the clock; where they go
back, at the first of the two. A line of every hour (``*`` or ``*/n``) follows elapsed time: none
in the hour that is left out, all in the hour that comes twice.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import CroniterError, croniter

from ledger.errors import LedgerError
from ledger.quiet import zone_of

_FIELD = re.compile(r"[0-9A-Za-z*/,#-]+")
_CHANCE = re.compile(r"[HhRr]([/(]|$)")
"""croniter's hashed and random fields: they would fire at other times after a restart."""
_OUT_OF_ORDER = timedelta(hours=3)
"""Around a change of clocks, wall times in order are moments out of order by at most this."""


def checked(line: str, zone: str) -> str:
    """The line with single spaces. Raises LedgerError bad_schedule, bad_zone."""
    zone_of(zone)
    fields = line.split()
    plain = all(_FIELD.fullmatch(f) and not _CHANCE.match(f) for f in fields)
    if len(fields) == 5 and plain:
        text = " ".join(fields)
        try:
            next(fire_times(text, zone, datetime(2026, 1, 1, tzinfo=UTC)))
        except (CroniterError, ValueError, StopIteration):
            pass
        else:
            return text
    raise LedgerError(
        "bad_schedule",
        "This cron line cannot be read, or never comes.",
        thing=line,
        next_step="Write five fields: minute hour day month weekday; `0 9 * * MON` is every "
        "Monday at nine.",
    )


def fire_times(line: str, zone: str, after: datetime) -> Iterator[datetime]:
    """The moments (UTC) after ``after`` at which the line fires, in order, without end."""
    where = zone_of(zone)
    every_hour = line.split()[1].startswith("*")
    # A day earlier: whether a wall time lies after `after` shows only once it has its offset.
    wall = after.astimezone(where).replace(tzinfo=None) - timedelta(days=1)
    times = croniter(line, wall)
    last = after
    waiting: list[datetime] = []
    while True:
        local: datetime = times.get_next(datetime)
        for moment in _moments(local, where, every_hour=every_hour):
            heapq.heappush(waiting, moment)
        settled = local.replace(tzinfo=where).astimezone(UTC) - _OUT_OF_ORDER
        while waiting and waiting[0] <= settled:
            moment = heapq.heappop(waiting)
            if moment > last:
                last = moment
                yield moment


def _moments(local: datetime, where: ZoneInfo, *, every_hour: bool) -> list[datetime]:
    first = local.replace(tzinfo=where, fold=0).astimezone(UTC)
    second = local.replace(tzinfo=where, fold=1).astimezone(UTC)
    left_out = first.astimezone(where).replace(tzinfo=None) != local
    if left_out:
        return [] if every_hour else [first]
    return [first, second] if every_hour and second != first else [first]

"""When a campaign goes out, and whether that is late for its occasion."""

from __future__ import annotations

from datetime import date, timedelta

from domain.frozen import Frozen
from domain.goal import Goal

WINDOW_DAYS = 7
PARCEL_DAYS = 7
"""A parcel ordered less than this before a feast may come after it: an assumption, asked of the
person at the gate."""
LATE_DAYS = 14
"""With less than this between the first mail and the last order day, people hardly have time."""


class Occasion(Frozen):
    """A feast with a date that gifts must arrive by."""

    topic: str
    on: date
    last_order: date


class Timing(Frozen):
    send_from: date
    send_until: date
    moved: bool
    """The days asked for are over; these are the next ones."""
    occasion: Occasion | None = None
    days_to_order: int | None = None
    """Between the first mail and the occasion's last order day; negative: too late."""

    @property
    def late(self) -> bool:
        return self.days_to_order is not None and self.days_to_order < LATE_DAYS


def timing_of(goal: Goal, today: date) -> Timing:
    """The days on which it may go out: those asked for as far as they are still to come, else a
    week from tomorrow. An occasion's last order day ends a week that nobody asked for."""
    tomorrow = today + timedelta(days=1)
    moved = goal.send_until is not None and goal.send_until < today
    asked = None if moved else goal.send_until
    send_from = tomorrow if moved or goal.send_from is None else max(goal.send_from, today)
    if asked is not None:
        send_from = min(send_from, asked)
    send_until = asked or send_from + timedelta(days=WINDOW_DAYS - 1)
    # A shop may sell by the feast: its category "christmas" is the occasion too.
    feasts = (*goal.topics, *(category.capitalize() for category in goal.categories))
    occasion = occasion_of(feasts, send_from)
    if occasion is None:
        return Timing(send_from=send_from, send_until=send_until, moved=moved)
    if asked is None and occasion.last_order >= send_from:
        send_until = min(send_until, occasion.last_order)
    return Timing(
        send_from=send_from,
        send_until=send_until,
        moved=moved,
        occasion=occasion,
        days_to_order=(occasion.last_order - send_from).days,
    )


def occasion_of(topics: tuple[str, ...], at: date) -> Occasion | None:
    """The next coming of the first topic that has a date."""
    for topic in topics:
        for year in (at.year, at.year + 1):
            on = feast(topic, year)
            if on is not None and on >= at:
                return Occasion(topic=topic, on=on, last_order=on - timedelta(days=PARCEL_DAYS))
    return None


def feast(topic: str, year: int) -> date | None:
    """The date of a feast in that year; None for topics without one."""
    match topic:
        case "Christmas":
            return date(year, 12, 24)
        case "Valentine's Day":
            return date(year, 2, 14)
        case "Mother's Day":  # the second Sunday in May (Germany and the United States)
            first = date(year, 5, 1)
            return first + timedelta(days=(6 - first.weekday()) % 7 + 7)
        case "Easter":
            return easter(year)
        case "Black Friday":  # the day after the fourth Thursday in November
            first = date(year, 11, 1)
            return first + timedelta(days=(3 - first.weekday()) % 7 + 22)
        case "Cyber Monday":
            first = date(year, 11, 1)
            return first + timedelta(days=(3 - first.weekday()) % 7 + 25)
        case "St Nicholas' Day":
            return date(year, 12, 6)
        case "New Year's Eve":
            return date(year, 12, 31)
        case _:
            return None


def easter(year: int) -> date:
    """Easter Sunday, Gregorian (the anonymous algorithm, Nature 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    l = (32 + 2 * e + 2 * i - h - k) % 7  # noqa: E741 - the algorithm's own letters
    m = (a + 11 * h + 22 * l) // 451
    month, day = divmod(h + l - 7 * m + 114, 31)
    return date(year, month, day + 1)

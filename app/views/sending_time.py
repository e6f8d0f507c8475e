"""When the mails of an approval would go out, zone by zone, as of now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo


def first_mail_at(content: Mapping[str, Any], timezone: str, now: datetime) -> datetime:
    """When people of a zone would get it: on the first day of the approved window whose hour is
    still to come; where none is left, on the last day that was."""
    zone = ZoneInfo(timezone)
    start = _moment(content["window_start"])
    end = _moment(content["window_end"])
    hour, minute = int(content["send_hour"]), int(content.get("send_minute", 0))
    day = max(start, min(now, end)).astimezone(zone).date()
    found = _at(day, hour, minute, zone)
    while found < start or (
        found < now and _at(day + timedelta(days=1), hour, minute, zone) <= end
    ):
        day += timedelta(days=1)
        found = _at(day, hour, minute, zone)
    return found


def _at(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


def _moment(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))

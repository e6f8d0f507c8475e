"""Quiet hours on the recipient's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.errors import LedgerError


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of this name. Raises LedgerError bad_zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise LedgerError(
            "bad_zone",
            "There is no such time zone.",
            thing=name,
            next_step="Use an IANA name such as Europe/Berlin.",
        ) from error


def is_quiet(moment: datetime, zone: str, start: int, end: int) -> bool:
    """Whether the recipient's clock stands in [start, end), which may span midnight."""
    hour = moment.astimezone(zone_of(zone)).hour
    return start <= hour < end if start <= end else hour >= start or hour < end


def quiet_until(moment: datetime, zone: str, start: int, end: int) -> datetime | None:
    """The moment (UTC) at which the quiet hours around ``moment`` end; None outside them."""
    if not is_quiet(moment, zone, start, end):
        return None
    local = moment.astimezone(zone_of(zone))
    over = local.replace(hour=end, minute=0, second=0, microsecond=0, fold=0)
    while True:
        # Where clocks went back, the first of two equal wall times may lie behind us; where they
        # went forward, the only free hour of a day may not exist, and the next day's is meant.
        for fold in (0, 1):
            found = over.replace(fold=fold).astimezone(UTC)
            if found > moment and not is_quiet(found, zone, start, end):
                return found
        over += timedelta(days=1)  # on the wall clock; the zone's offset follows

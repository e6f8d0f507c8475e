"""Local times and moments: hours that people keep, turned into UTC with each zone's own offsets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from evals.market.people import DAY, Floats, Ints
from evals.market.world import ZONES

HOUR = 3600
_FIRST_DAY = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()) // DAY
_DAYS = 6 * 366


@lru_cache(maxsize=1)
def _offsets() -> Ints:
    """Seconds ahead of UTC, by zone and day since 2024; each day as it stands at its noon."""
    table = np.zeros((len(ZONES), _DAYS), dtype=np.int64)
    noon = datetime(2024, 1, 1, 12, tzinfo=UTC)
    for row, zone in enumerate(ZONES):
        name = ZoneInfo(zone.name)
        for day in range(_DAYS):
            ahead = (noon + timedelta(days=day)).astimezone(name).utcoffset()
            table[row, day] = int(ahead.total_seconds()) if ahead else 0
    return table


def offset(zone: Ints, moment: Ints) -> Ints:
    """Seconds that a zone is ahead of UTC at a moment."""
    day = np.clip(moment // DAY - _FIRST_DAY, 0, _DAYS - 1)
    return np.asarray(_offsets()[zone, day], dtype=np.int64)


def at_own_hours(
    rng: np.random.Generator, moment: Ints, zone: Ints, own_hour: Floats, strength: float
) -> Ints:
    """Move moments to the hours that their people keep, on the same local day."""
    ahead = offset(zone, moment)
    local_day = (moment + ahead) // DAY
    # A von Mises distribution on the clock; strength 30 of Dirichlet weight is about kappa 2.
    angle = rng.vonmises((own_hour / 24 - 0.5) * 2 * np.pi, max(strength / 14, 0.0))
    local = ((angle / (2 * np.pi) + 0.5) % 1.0 * DAY).astype(np.int64)
    return np.asarray(local_day * DAY + local - ahead, dtype=np.int64)


def in_opening_hours(rng: np.random.Generator, moment: Ints) -> Ints:
    """Move moments to the boutique's hours: 10 to 19 in Munich, never on a Sunday."""
    munich = np.zeros_like(moment)
    ahead = offset(munich, moment)
    day = (moment + ahead) // DAY
    # 1 January 1970 was a Thursday: day 3 was the first Sunday.
    day = np.where(day % 7 == 3, day - 1, day)
    local = (10 * HOUR + rng.random(moment.size) * 9 * HOUR).astype(np.int64)
    return np.asarray(day * DAY + local - ahead, dtype=np.int64)


def as_text(moment: Ints) -> npt.NDArray[np.str_]:
    """RFC 3339 in UTC, as exports write it."""
    text = np.datetime_as_string(moment.astype("datetime64[s]"), unit="s")
    return np.char.add(text, "Z")

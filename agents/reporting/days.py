"""The share who did what a campaign aimed at, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.plan import HELD_BACK
from domain.report import DayShare
from tools.analytics.port import FirstTime, OutcomeMoments
from tools.measurement.effects import share_interval


def day_by_day(
    first_times: Iterable[FirstTime],
    arms: Iterable[OutcomeMoments],
    start: datetime,
    end: datetime,
) -> tuple[DayShare, ...]:
    """Cumulative shares of all variants together and of those held back, each with its interval.

    ``arms`` are the KPI's moments, whose n both lines are shares of. Empty where the period has
    not lasted a day, or nobody did it.
    """
    counts: dict[bool, Counter[int]] = {False: Counter(), True: Counter()}
    for one in first_times:
        counts[one.arm == HELD_BACK][one.day] += one.people
    days = -((start - end) // timedelta(days=1))
    if days < 1 or not any(counts.values()):
        return ()
    sizes = Counter[bool]()
    for arm in arms:
        sizes[arm.arm == HELD_BACK] += arm.n
    found: list[DayShare] = []
    for held in (False, True):
        n, so_far = sizes[held], 0
        if not n:
            continue
        for day in range(days):
            so_far += counts[held][day]
            share = share_interval(min(so_far, n), n)
            found.append(
                DayShare(
                    day=day,
                    held_back=held,
                    count=so_far,
                    n=n,
                    share=share.value,
                    low=share.low,
                    high=share.high,
                )
            )
    return tuple(found)

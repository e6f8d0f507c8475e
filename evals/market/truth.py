"""What is true of a campaign: the average effect on exactly those it was assigned to.

Computed from the people's inclinations, not from what happened: the mean of the probability to
act if mailed less the probability to act if held back. That is what a report's interval must
hold in 95 of 100 trials.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from evals.market.activity import SERVED, exposure, service_dues, service_exposure
from evals.market.answer import lift_of
from evals.market.people import DAY, Floats, Ints, People
from evals.market.world import Asks


@dataclass(frozen=True)
class Chances:
    """By person of an assigned population: the chance of each outcome, untouched and mailed."""

    untouched: dict[str, Floats]
    mailed: dict[str, Floats]

    def baseline(self, kpi: str) -> float:
        return float(self.untouched[kpi].mean())

    def effect(self, kpi: str) -> float:
        """The true average effect, as a difference of shares."""
        return float((self.mailed[kpi] - self.untouched[kpi]).mean())


def chances(
    people: People, assigned: Ints, asks: Asks, *, start: datetime, end: datetime
) -> Chances:
    """The chances that each of ``assigned`` acts at least once in [start, end), which must be
    long enough for a reader to come (about a week from the send).

    Outcomes are ``viewing_booked``, ``service_booked`` and ``purchase``.
    """
    dues = service_dues(people)
    begin, finish = int(start.timestamp()), int(end.timestamp())
    lift = people.world.lift(asks)
    days = exposure(people, begin, finish)
    viewing = people.viewing * days
    buys = people.world.buys_after_viewing
    # A service is paid two days after it was booked, by those who came.
    served = service_exposure(people, dues, begin, max(begin, finish - 2 * DAY)) * SERVED
    expected = {
        "viewing_booked": viewing,
        "service_booked": service_exposure(people, dues, begin, finish),
        "purchase": (people.watch + people.ring) * days + viewing * buys + served,
    }
    reads = np.where(people.dead, 0.0, people.reads)
    comes = lift_of(people, lift.viewing)
    takes = 1 - (1 - comes * buys) * (1 - lift_of(people, lift.purchase))
    added = {
        "viewing_booked": reads * comes,
        "service_booked": reads * lift_of(people, lift.service),
        "purchase": reads * takes,
    }
    untouched = {kpi: 1 - np.exp(-rate[assigned]) for kpi, rate in expected.items()}
    mailed = {
        kpi: 1 - (1 - chance) * (1 - added[kpi][assigned]) for kpi, chance in untouched.items()
    }
    return Chances(untouched, mailed)

"""What people do by themselves: one process for the history and for every answer after it.

The random numbers of a stretch of time depend on the world and that stretch alone, never on who
was mailed. So the same person does the same by himself whether he got a mail or not, and what a
mail adds can be known (potential outcomes by common random numbers).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evals.market.moments import at_own_hours, in_opening_hours
from evals.market.people import DAY, Bools, Floats, Ints, People, stream

DUE_A_YEAR = 1.0
"""How often the watchmaker's card falls due for somebody who has a watch: mostly gaskets."""
DUE_MATTERS_DAYS = 150
BOOKS_WHEN_DUE = 0.03 / 14
"""What a due service adds to a person's daily rate of booking one."""
SERVED = 0.8
"""The share of booked services that are brought and paid."""


@dataclass(frozen=True)
class Acts:
    """Things done: who (a position in People) and when (seconds UTC)."""

    who: Ints
    at: Ints

    def __len__(self) -> int:
        return int(self.who.size)

    def where(self, mask: Bools) -> Acts:
        return Acts(self.who[mask], self.at[mask])

    def joined_with(self, other: Acts) -> Acts:
        return Acts(np.concatenate([self.who, other.who]), np.concatenate([self.at, other.at]))


@dataclass(frozen=True)
class Doings:
    """Everything that people do by themselves in a stretch of time."""

    viewings: Acts
    services: Acts
    dues: Acts
    watches: Acts
    rings: Acts
    views: Acts
    """Products looked at in the shop."""
    bought_after: Acts
    """Purchases there and then, after a viewing."""


def exposure(people: People, start: int, end: int) -> Floats:
    """Days of a stretch for which each person counts: days after cooling off count for less."""
    world = people.world
    begin = np.clip(people.joined, start, end)
    cool = np.clip(people.cooled, begin, end)
    warm, cold = cool - begin, end - cool
    return np.asarray((warm + cold * world.lapsed_rate) / DAY, dtype=np.float64)


def service_dues(people: People) -> Acts:
    """When services fell due, over the whole history; a card in the watchmaker's drawer."""
    world = people.world
    rng = stream(world, 3)
    start = world.end_second - world.history_days * DAY
    has_watch = np.flatnonzero(people.kind <= 1)
    count = rng.poisson(DUE_A_YEAR * world.history_days / 365.25, has_watch.size)
    who = np.repeat(has_watch, count)
    at = start + (rng.random(who.size) * (world.end_second - start)).astype(np.int64)
    known = at > people.joined[who]
    return Acts(who[known], in_opening_hours(rng, at[known]))


def service_exposure(people: People, dues: Acts, start: int, end: int) -> Floats:
    """Expected services booked by each person in a stretch, by himself."""
    expected = people.service * exposure(people, start, end)
    last = np.minimum(dues.at + DUE_MATTERS_DAYS * DAY, end)
    days = np.clip(last - np.maximum(dues.at, start), 0, None) / DAY
    np.add.at(expected, dues.who, days * BOOKS_WHEN_DUE)
    return expected


def doings(people: People, start: int, end: int, *, label: int) -> Doings:
    """What everybody does by himself in [start, end). ``label`` names the stretch's numbers."""
    world = people.world
    days = exposure(people, start, end)
    dues = service_dues(people)

    def acts(number: int, expected: Floats) -> Acts:
        rng = stream(world, 10, label, number)
        who = np.repeat(np.arange(len(people)), rng.poisson(expected))
        begin = np.clip(people.joined, start, end)[who]
        cool = np.clip(people.cooled[who], begin, end)
        # A moment of the warm days, or of the cold ones, each as likely as its rate makes it.
        warm, cold = cool - begin, (end - cool) * world.lapsed_rate
        position = rng.random(who.size) * (warm + cold)
        late = position > warm
        at = begin + position
        at[late] = cool[late] + (position[late] - warm[late]) / world.lapsed_rate
        return Acts(who, at.astype(np.int64))

    def in_person(number: int, found: Acts) -> Acts:
        rng = stream(world, 11, label, number)
        return Acts(found.who, np.clip(in_opening_hours(rng, found.at), start, end - 1))

    def at_home(number: int, found: Acts) -> Acts:
        rng = stream(world, 12, label, number)
        at = at_own_hours(
            rng,
            found.at,
            people.zone[found.who],
            people.own_hour[found.who],
            world.hour_strength,
        )
        return Acts(found.who, np.clip(at, start, end - 1))

    viewings = in_person(1, acts(1, people.viewing * days))
    buys = stream(world, 13, label).random(len(viewings)) < world.buys_after_viewing
    return Doings(
        viewings=viewings,
        services=in_person(2, acts(2, service_exposure(people, dues, start, end))),
        dues=dues.where((dues.at >= start) & (dues.at < end)),
        watches=at_home(3, acts(3, people.watch * days)),
        rings=at_home(4, acts(4, people.ring * days)),
        views=at_home(5, acts(5, people.browse * days)),
        bought_after=viewings.where(buys),
    )

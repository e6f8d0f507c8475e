"""Who the people are on paper: ids, names, addresses, and what is missing or contradicts itself."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from evals.market.names import (
    ENGLISH_FIRST,
    ENGLISH_LAST,
    GERMAN_FIRST,
    GERMAN_LAST,
    MAIL_HOSTS,
    plain,
)
from evals.market.people import Bools, Ints, People, stream
from evals.market.world import ZONES


@dataclass(frozen=True)
class Identities:
    """One entry a person, in the order of People. Empty text: the export does not know it."""

    ids: tuple[str, ...]
    emails: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    languages: tuple[str, ...]
    timezones: tuple[str, ...]
    countries: tuple[str, ...]
    cities: tuple[str, ...]

    def by_address(self) -> dict[str, list[int]]:
        """Positions of the people behind an address; a few addresses have two."""
        found: dict[str, list[int]] = defaultdict(list)
        for position, address in enumerate(self.emails):
            if address:
                found[address.lower()].append(position)
        return found

    def positions(self) -> dict[str, int]:
        """Position by customer id."""
        return {customer: position for position, customer in enumerate(self.ids)}


def customer_ids(count: int) -> tuple[str, ...]:
    return tuple(f"H{100_000 + number}" for number in range(count))


def make_identities(people: People) -> Identities:
    """Names and addresses for everybody. About 0.2 s for 30,000 people."""
    world, n = people.world, len(people)
    rng = stream(world, 2)
    german: Bools = rng.random(n) < np.array([z.german for z in ZONES])[people.zone]
    first = _pick(rng, german, GERMAN_FIRST, ENGLISH_FIRST)
    last = _pick(rng, german, GERMAN_LAST, ENGLISH_LAST)
    hosts = rng.integers(0, len(MAIL_HOSTS), n)
    emails = [
        f"{plain(f)}.{plain(s)}.{number}@{MAIL_HOSTS[host]}"
        for number, (f, s, host) in enumerate(zip(first, last, hosts.tolist(), strict=True))
    ]
    _blank(rng, emails, world.no_address)
    for position in np.flatnonzero(rng.random(n) < world.broken_address).tolist():
        emails[position] = emails[position].replace("@", " at ")
    # Couples and families that share one address.
    for position in np.flatnonzero(rng.random(n - 1) < world.shared_address).tolist():
        emails[position + 1] = emails[position]
    languages = ["de" if is_german else "en" for is_german in german.tolist()]
    zones = [ZONES[z] for z in people.zone.tolist()]
    timezones = [zone.name for zone in zones]
    which = rng.integers(0, 1 << 30, n)
    cities = [z.cities[w % len(z.cities)] for z, w in zip(zones, which.tolist(), strict=True)]
    _blank(rng, first, world.no_first_name)
    _blank(rng, languages, world.no_language)
    _blank(rng, timezones, world.no_timezone)
    return Identities(
        ids=customer_ids(n),
        emails=tuple(emails),
        first_names=tuple(first),
        last_names=tuple(last),
        languages=tuple(languages),
        timezones=tuple(timezones),
        countries=tuple(zone.country for zone in zones),
        cities=tuple(cities),
    )


def _pick(
    rng: np.random.Generator, german: Bools, ours: tuple[str, ...], theirs: tuple[str, ...]
) -> list[str]:
    which: Ints = rng.integers(0, 1 << 30, german.size)
    return [
        ours[number % len(ours)] if is_german else theirs[number % len(theirs)]
        for is_german, number in zip(german.tolist(), which.tolist(), strict=True)
    ]


def _blank(rng: np.random.Generator, values: list[str], share: float) -> None:
    for position in np.flatnonzero(rng.random(len(values)) < share).tolist():
        values[position] = ""

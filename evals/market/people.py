"""The people of a market: what each is inclined to do, as arrays that nobody else ever sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evals.market.world import ZONES, World

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DAY = 86_400
YEAR_DAYS = 365.25


@dataclass(frozen=True)
class People:
    """One entry a person in every array. Rates are events a day; moments are seconds UTC."""

    world: World
    kind: Ints
    zone: Ints
    """Index into world.ZONES."""
    near: Floats
    """1: next door to the boutique; falls towards World.far_comes with distance."""
    joined: Ints
    cooled: Ints
    """When the person cooled off; after the history's end for those who did not."""
    watch: Floats
    ring: Floats
    service: Floats
    browse: Floats
    viewing: Floats
    reads: Floats
    """Probability to read one mail."""
    own_hour: Floats
    """The local hour around which the person does things."""
    machine: Bools
    """The mail program fetches every picture, read or not."""
    dead: Bools
    """The address takes mail and bounces it afterwards."""
    wants_mail: Bools
    allows_tracking: Bools

    def __len__(self) -> int:
        return int(self.kind.size)

    def rate_now(self, rate: Floats, at: int) -> Floats:
        """A rate as it stands at a moment: lower for those who have cooled off."""
        return np.where(at >= self.cooled, rate * self.world.lapsed_rate, rate)


def stream(world: World, *labels: int) -> np.random.Generator:
    """Random numbers of one purpose, the same whatever else is drawn."""
    return np.random.default_rng([world.seed, *labels])


def make_people(world: World) -> People:
    """Draw everybody's inclinations. About 15 ms for 30,000 people."""
    rng = stream(world, 1)
    n = world.customers
    kind = rng.choice(len(world.kinds), size=n, p=_shares([k.share for k in world.kinds]))
    zone = rng.choice(len(ZONES), size=n, p=_shares([z.share for z in ZONES]))
    distance = np.array([z.distance for z in ZONES])[zone]
    start = world.end_second - world.history_days * DAY
    # Half were customers before the history begins; the others came during it.
    joined = np.where(
        rng.random(n) < 0.5,
        start - rng.integers(1, 6 * 365, n) * DAY,
        start + rng.integers(0, world.history_days - 1, n) * DAY,
    ) + rng.integers(0, DAY, n)
    cools = rng.random(n) < world.lapsed
    first = np.maximum(joined, start)
    cooled = np.where(
        cools,
        first + (rng.random(n) * (world.end_second - first)).astype(np.int64),
        world.end_second + 10 * 365 * DAY,
    )
    spread = rng.gamma(world.rate_spread, 1 / world.rate_spread, size=n)
    near = 1 - distance * (1 - world.far_comes)

    def daily(name: str) -> Floats:
        yearly = np.array([getattr(k, name) for k in world.kinds])[kind]
        return np.asarray(yearly * spread / YEAR_DAYS, dtype=np.float64)

    peaks = np.array([hour for hour, _ in world.hour_peaks])
    peak = rng.choice(len(peaks), size=n, p=_shares([share for _, share in world.hour_peaks]))
    wants = rng.random(n) < world.mail_consent
    return People(
        world=world,
        kind=kind.astype(np.int64),
        zone=zone.astype(np.int64),
        near=near,
        joined=joined.astype(np.int64),
        cooled=cooled.astype(np.int64),
        watch=daily("watch"),
        ring=daily("ring"),
        service=daily("service"),
        browse=daily("browse"),
        viewing=daily("viewing") * near,
        reads=rng.beta(*world.reads, size=n),
        own_hour=(peaks[peak] + rng.normal(0, 1.1, n)) % 24,
        machine=rng.random(n) < world.opens_by_machine,
        dead=rng.random(n) < world.dead_address,
        wants_mail=wants,
        allows_tracking=wants & (rng.random(n) < world.tracking_of_consenting),
    )


def _shares(shares: list[float]) -> Floats:
    array = np.array(shares, dtype=np.float64)
    return np.asarray(array / array.sum(), dtype=np.float64)

"""Do reports tell the truth? Many markets, each with a campaign of known effect.

For each seed a market of its own is made, people are assigned by the product's own hash, the
market answers (without SMTP: the same process as behind it), and the product's own reporter
judges what was counted. Then it is counted how often the 95 % interval held the true average
effect, and how often an effect of the announced smallest size was found.

Three campaigns a seed: a mail that works, one that does not, and one whose true effect is just
the smallest that the group sizes were announced to find in 80 % of trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

import numpy as np

from agents.reporting.effects import effect_of
from agents.scheduler import arms_for, assign
from domain.frozen import Frozen
from domain.plan import HELD_BACK
from evals.market.activity import Acts, doings
from evals.market.answer import moved_by
from evals.market.mailings import brings
from evals.market.people import DAY, Ints, People, make_people, stream
from evals.market.truth import Chances, chances
from evals.market.world import Lift, World
from evals.wilson import Rate, rate
from tools.analytics.port import OutcomeMoments
from tools.measurement.effects import POWER, smallest_effect

CampaignKind = Literal["works", "does nothing", "smallest effect"]
KINDS: tuple[CampaignKind, ...] = ("works", "does nothing", "smallest effect")

FIRST_SEED = 1_000
"""The demo's own seed is none of these."""
SEEDS = 200
AUDIENCE = 2_000
CUSTOMERS = 4_000
HOLDOUT = 0.3
DAYS = 14
KPI = "viewing_booked"


class Trial(Frozen):
    """One campaign in one market."""

    seed: int
    kind: CampaignKind
    truth: float
    value: float
    low: float
    high: float
    shown: bool
    smallest: float | None

    @property
    def covered(self) -> bool:
        return self.low <= self.truth <= self.high


class Coverage(Frozen):
    """How often the intervals kept their promise; every rate with its own interval."""

    seeds: int
    first_seed: int
    audience: int
    held_back: float
    covered: Rate
    """Over all three campaigns."""
    by_kind: tuple[tuple[CampaignKind, Rate], ...]
    power_announced: float
    power: Rate
    """How often an effect of just the smallest size was shown."""
    false_alarms: Rate
    """How often an effect was shown where there is none."""
    found: Rate
    """How often the campaign that works was found to work."""
    mean_effect: float
    mean_smallest: float

    @property
    def holds(self) -> bool:
        """Intervals cover the truth in 93–97 %, and power is within its noise of what was said."""
        return (
            0.93 <= self.covered.value <= 0.97
            and self.power.low <= self.power_announced <= self.power.high
        )


@dataclass(frozen=True)
class _Audience:
    """One market's people who are mailed or held back, before any mail."""

    people: People
    who: Ints
    held: Ints
    treated: Ints


def measure(seeds: Sequence[int] | None = None) -> Coverage:
    """Run the trials of every seed. About 40 ms a seed."""
    run = tuple(seeds) if seeds is not None else tuple(range(FIRST_SEED, FIRST_SEED + SEEDS))
    found = [trial for seed in run for trial in trials(seed)]

    def of(kind: CampaignKind) -> list[Trial]:
        return [trial for trial in found if trial.kind == kind]

    def counted(chosen: list[Trial], what: str) -> Rate:
        return rate(sum(bool(getattr(trial, what)) for trial in chosen), len(chosen))

    return Coverage(
        seeds=len(run),
        first_seed=run[0],
        audience=AUDIENCE,
        held_back=HOLDOUT,
        covered=counted(found, "covered"),
        by_kind=tuple((kind, counted(of(kind), "covered")) for kind in KINDS),
        power_announced=POWER,
        power=counted(of("smallest effect"), "shown"),
        false_alarms=counted(of("does nothing"), "shown"),
        found=counted(of("works"), "shown"),
        mean_effect=float(np.mean([trial.truth for trial in of("works")])),
        mean_smallest=float(np.mean([trial.smallest or 0.0 for trial in found])),
    )


def trials(seed: int) -> tuple[Trial, ...]:
    """The three campaigns of one seed, each with its own people's chances and own stretch."""
    world = World(seed=seed, customers=CUSTOMERS)
    return tuple(_trial(world, kind, number) for number, kind in enumerate(KINDS))


def _trial(world: World, kind: CampaignKind, number: int) -> Trial:
    audience = _audience(world, f"coverage-{world.seed}-{number}")
    untouched = _chances(audience, world)
    smallest = smallest_effect(untouched.baseline(KPI), audience.treated.size, audience.held.size)
    if kind == "does nothing":
        world = replace(world, lifts={})
    elif kind == "smallest effect" and smallest is not None:
        # Effects are proportional to the lift: scale it until the true one is the smallest.
        lift = world.lift("viewing").viewing * smallest / untouched.effect(KPI)
        world = replace(world, lifts={"viewing": Lift(viewing=lift)})
    audience = replace(audience, people=replace(audience.people, world=world))
    truth = _chances(audience, world).effect(KPI)
    acted = _acted(audience, label=number + 1)
    effect = effect_of(
        KPI,
        [
            _moments("a", int(np.isin(audience.treated, acted).sum()), audience.treated.size),
            _moments(HELD_BACK, int(np.isin(audience.held, acted).sum()), audience.held.size),
        ],
    )
    found = effect.difference
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    return Trial(
        seed=world.seed,
        kind=kind,
        truth=truth,
        value=found.value,
        low=found.low,
        high=found.high,
        shown=effect.shown,
        smallest=smallest,
    )


def _moments(arm: str, count: int, n: int) -> OutcomeMoments:
    """What analytics counts of one group: each person once, whether they did it or not."""
    return OutcomeMoments(
        arm=arm, metric=KPI, n=n, total=count, sum_of_squares=count, query="coverage"
    )


def _audience(world: World, campaign_id: str) -> _Audience:
    people = make_people(world)
    agreed = np.flatnonzero(people.wants_mail)
    who = np.sort(stream(world, 90).choice(agreed, min(AUDIENCE, agreed.size), replace=False))
    arms = arms_for(("a", "b", "c"), HOLDOUT)
    held = np.array([assign(campaign_id, f"p{person}", arms) == HELD_BACK for person in who])
    return _Audience(people, who, who[held], who[~held])


def _chances(audience: _Audience, world: World) -> Chances:
    people = replace(audience.people, world=world)
    return chances(
        people, audience.who, "viewing", start=world.end, end=world.end + timedelta(days=DAYS)
    )


def _acted(audience: _Audience, *, label: int) -> Ints:
    """The people who booked a viewing in the stretch, mailed or not."""
    people = audience.people
    start = people.world.end_second
    end = start + DAYS * DAY
    done = doings(people, start, end, label=label)
    sent = np.full(audience.treated.size, start + 3600)
    brought = brings(people, audience.treated, sent, label=label)
    readers = Acts(audience.treated[brought.readers], brought.read_at[brought.readers])
    moved = moved_by(people, readers, "viewing", label=label, until=end)
    return np.asarray(np.union1d(done.viewings.who, moved.viewings.who), dtype=np.int64)

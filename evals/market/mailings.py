"""What mails bring back: deliveries, opens by people and by machines, clicks, farewells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evals.market.activity import Acts
from evals.market.moments import HOUR, at_own_hours, offset
from evals.market.people import DAY, Bools, Ints, People, stream


@dataclass(frozen=True)
class Brought:
    """What one mailing brought back, by person and moment."""

    delivered: Acts
    bounced: Acts
    opened: Acts
    machine_opened: Acts
    clicked: Acts
    unsubscribed: Acts
    spam: Acts
    readers: Bools
    """For each mail, in the order of the recipients: it was read."""
    read_at: Ints
    """When; meaningless where it was not read."""


def brings(
    people: People, who: Ints, sent: Ints, *, label: int, dead: Bools | None = None
) -> Brought:
    """What a mailing brings back from ``who``, each mailed at ``sent``.

    The random numbers of a person depend on the mailing and the person, not on who else was
    mailed. ``dead`` are the people whose address bounces (default: all dead addresses).
    """
    world = people.world
    n = len(people)
    bounces = (people.dead if dead is None else dead)[who]
    rng = stream(world, 30, label)
    dice = rng.random((5, n))[:, who]
    delay = rng.integers(1, 40, n)[who]
    linger = rng.exponential(90.0, n).astype(np.int64)[who] + 8
    prompt = rng.random(n)[who]
    arrives = sent + 2 + delay % 7
    ok = ~bounces

    reads = ok & (dice[0] < people.reads[who])
    # A third look at once, the others at the hour that is theirs: today or, if past, tomorrow.
    everybody = np.full(n, int(arrives[0]) if arrives.size else 0, dtype=np.int64)
    everybody[who] = arrives
    hours = stream(world, 31, label)
    own = at_own_hours(hours, everybody, people.zone, people.own_hour, world.hour_strength)[who]
    own = np.where(own <= arrives, own + DAY, own)
    local = (arrives + offset(people.zone[who], arrives)) % DAY // HOUR
    awake = (local >= 7) & (local < 22)
    read_at = np.where((prompt < 0.33) & awake, arrives + 60 + delay * 30, own)
    machine = ok & people.machine[who]
    clicks = reads & (dice[1] < world.clicks_of_readers)
    leaves = ok & (dice[2] < world.unsubscribes)
    complains = ok & (dice[3] < world.marks_as_spam)
    return Brought(
        delivered=Acts(who[ok], arrives[ok]),
        bounced=Acts(who[bounces], arrives[bounces] + 3),
        opened=Acts(who[reads], read_at[reads]),
        machine_opened=Acts(who[machine], (arrives + delay)[machine]),
        clicked=Acts(who[clicks], (read_at + linger)[clicks]),
        unsubscribed=Acts(who[leaves], (read_at + linger)[leaves]),
        spam=Acts(who[complains], (read_at + 20)[complains]),
        readers=reads,
        read_at=read_at,
    )

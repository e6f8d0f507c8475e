"""After publication the market answers: it reads the mails that arrived and writes the files
that a sender's and a shop's systems would export some days later."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from evals.market.activity import Acts, doings
from evals.market.catalogue import read_shelf
from evals.market.events import EventRows, write_jsonl
from evals.market.history import Market
from evals.market.identities import Identities
from evals.market.mailings import brings
from evals.market.orders import order_lines, write_orders
from evals.market.people import DAY, Floats, Ints, People, stream
from evals.market.received import ReceivedMail
from evals.market.world import Asks

COMES_WITHIN_DAYS = 5
"""A reader who is moved by a mail comes within these days of reading it."""


@dataclass(frozen=True)
class Answer:
    """The files of one stretch of time."""

    orders: Path
    events: Path
    rows: dict[str, int]
    asked: dict[str, Asks]
    """What each campaign's mails asked for."""


def answer(
    market: Market,
    mails: Sequence[ReceivedMail],
    *,
    start: datetime,
    end: datetime,
    number: int,
    folder: Path,
    products: Path | None = None,
) -> Answer:
    """Write what happened in [start, end): what everybody did by himself, and what mails added.

    ``number`` counts the stretches of a market (1, 2, …) and fixes their random numbers.
    """
    people, world = market.people, market.world
    begin, finish = int(start.timestamp()), int(end.timestamp())
    folder.mkdir(parents=True, exist_ok=True)
    shelf = read_shelf(products)
    done = doings(people, begin, finish, label=number)
    rows = EventRows(market.identities, f"a{number}")
    rows.add_doings(done, world, shelf, label=number)
    more = Acts(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    asked: dict[str, Asks] = {}
    for place, (campaign, own) in enumerate(_by_campaign(mails).items()):
        who, sent = recipients(market.identities, own)
        label = 1000 * number + place
        brought = brings(people, who, sent, label=label)
        rows.add_mailing(brought, campaign)
        # Variants ask for one thing in several ways; what most of the mails ask for counts.
        asks = Counter(mail.asks for mail in own).most_common(1)[0][0]
        asked[campaign] = asks
        readers = Acts(who[brought.readers], brought.read_at[brought.readers])
        moved = moved_by(people, readers, asks, label=label, until=finish)
        rows.add("Viewing Booked", moved.viewings)
        rows.add("Service Booked", moved.services)
        more = more.joined_with(moved.purchases)
    lines = order_lines(
        people,
        market.identities,
        done,
        shelf,
        start=begin,
        end=finish,
        prefix=f"A{number}",
        label=number,
        more=more,
    )
    events, orders = folder / f"events-{number}.jsonl", folder / f"orders-{number}.csv"
    count = {
        "events": write_jsonl(rows.table(until=finish), events),
        "orders": write_orders(lines, orders),
    }
    return Answer(orders, events, count, asked)


@dataclass(frozen=True)
class Moved:
    """What a mail added to what its readers would have done."""

    viewings: Acts
    services: Acts
    purchases: Acts


def lift_of(people: People, lift: float) -> Floats:
    """A lift for each person: who lives far is harder to move."""
    return np.asarray(lift * (0.4 + 0.6 * people.near), dtype=np.float64)


def moved_by(people: People, readers: Acts, asks: Asks, *, label: int, until: int) -> Moved:
    """Who of the readers is moved, when, and what he buys on the spot."""
    world, n = people.world, len(people)
    lift = world.lift(asks)
    dice = stream(world, 32, label).random((4, n))
    delay = (stream(world, 33, label).random(n) * COMES_WITHIN_DAYS * DAY).astype(np.int64)
    when = np.minimum(readers.at + delay[readers.who], until - 1)

    def moved(die: int, probability: Floats) -> Acts:
        taken = dice[die][readers.who] < probability[readers.who]
        return Acts(readers.who[taken], when[taken])

    viewings = moved(0, lift_of(people, lift.viewing))
    buys = dice[1][viewings.who] < world.buys_after_viewing
    direct = moved(2, lift_of(people, lift.purchase))
    return Moved(
        viewings=viewings,
        services=moved(3, lift_of(people, lift.service)),
        purchases=viewings.where(buys).joined_with(direct),
    )


def recipients(identities: Identities, mails: Sequence[ReceivedMail]) -> tuple[Ints, Ints]:
    """Who got them and when. Where two people share an address, the mails go round."""
    known = identities.by_address()
    turns: dict[str, int] = defaultdict(int)
    who, sent = [], []
    for mail in mails:
        people = known.get(mail.to)
        if people is None or turns[mail.to] >= len(people):
            continue
        who.append(people[turns[mail.to]])
        sent.append(mail.sent)
        turns[mail.to] += 1
    return np.array(who, dtype=np.int64), np.array(sent, dtype=np.int64)


def _by_campaign(mails: Sequence[ReceivedMail]) -> dict[str, list[ReceivedMail]]:
    found: dict[str, list[ReceivedMail]] = {}
    for mail in mails:
        found.setdefault(mail.campaign_id, []).append(mail)
    return found

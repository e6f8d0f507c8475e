"""Eighteen months of a house's customers, written as the exports that a team would have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from evals.market.activity import Acts, doings
from evals.market.catalogue import read_shelf
from evals.market.events import EventRows, write_parquet
from evals.market.identities import Identities, make_identities
from evals.market.mailings import brings
from evals.market.moments import HOUR, as_text
from evals.market.orders import order_lines, write_orders
from evals.market.people import DAY, Bools, Ints, People, make_people, stream
from evals.market.world import World

_SOURCES = (
    "shop checkout, double opt-in",
    "newsletter form, double opt-in",
    "boutique tablet, double opt-in",
    "service card, signed",
)
_WORDING = "Yes, Halden may write to me by e-mail about watches, rings and service."
_HISTORY = 0
"""The label of the history's own random numbers."""


@dataclass(frozen=True)
class Market:
    """A world with its people, drawn once; answers after publication need it again."""

    world: World
    people: People
    identities: Identities


@dataclass(frozen=True)
class Exports:
    """Where the files are, and how many rows each holds."""

    customers: Path
    orders: Path
    events: Path
    suppressions: Path
    rows: dict[str, int]


def make_market(world: World) -> Market:
    people = make_people(world)
    return Market(world, people, make_identities(people))


def write_history(market: Market, folder: Path, *, products: Path | None = None) -> Exports:
    """Write customers, orders, events and suppressions as exports. About 3 s for 30,000 people.

    ``products`` is the brand folder's products.jsonl: what the house sells today.
    """
    world, people, identities = market.world, market.people, market.identities
    folder.mkdir(parents=True, exist_ok=True)
    end = world.end_second
    start = end - world.history_days * DAY
    shelf = read_shelf(products)
    done = doings(people, start, end, label=_HISTORY)

    lines = order_lines(
        people, identities, done, shelf, start=start, end=end, prefix="M", label=_HISTORY
    )
    lines = _with_repeats(world, lines)
    orders = folder / "orders.csv"
    count = {"orders": write_orders(lines, orders, unreadable=world.unreadable_rows)}

    rows = EventRows(identities, "h")
    rows.add_doings(done, world, shelf, label=_HISTORY)
    left = _past_mailings(market, rows)
    events = folder / "events.parquet"
    count["events"] = write_parquet(rows.table(until=end), events)

    customers = folder / "customers.csv"
    count["customers"] = _write_customers(market, left.gone, customers)
    suppressions = folder / "suppressions.csv"
    count["suppressions"] = _write_suppressions(market, left, suppressions)
    return Exports(customers, orders, events, suppressions, count)


@dataclass(frozen=True)
class _Left:
    """Who took leave during the history, and when."""

    unsubscribed: Acts
    bounced: Acts
    spam: Acts
    gone: Ints
    """By person: when mail ended, 0 where it goes on."""


def _past_mailings(market: Market, rows: EventRows) -> _Left:
    world, people = market.world, market.people
    rng = stream(world, 50)
    # Half of the dead addresses died early enough for the old sender to notice.
    died = people.dead & (rng.random(len(people)) < 0.5)
    has_address = np.array(["@" in address for address in market.identities.emails])
    gone = np.zeros(len(people), dtype=np.int64)
    nothing = Acts(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    unsubscribed, bounced, spam = nothing, nothing, nothing
    hours = rng.choice([7, 9, 11, 14, 17, 19], size=world.mailings)
    midnight = world.end_second // DAY * DAY
    for number in range(world.mailings):
        back = (world.mailings - number) * 36 - 4
        sent = midnight - back * DAY + int(hours[number]) * HOUR
        mailed = people.wants_mail & has_address & (people.joined < sent) & (gone == 0)
        who = np.flatnonzero(mailed)
        brought = brings(people, who, np.full(who.size, sent), label=number, dead=died)
        name = f"past-{as_text(np.array([sent]))[0][:10]}"
        kept = sent >= world.end_second - world.deliveries_kept_days * DAY
        rows.add_mailing(brought, name, deliveries=kept)
        for acts in (brought.unsubscribed, brought.bounced, brought.spam):
            gone[acts.who] = acts.at
        unsubscribed = unsubscribed.joined_with(brought.unsubscribed)
        bounced = bounced.joined_with(brought.bounced)
        spam = spam.joined_with(brought.spam)
    return _Left(unsubscribed, bounced, spam, gone)


def _with_repeats(world: World, lines: pa.Table) -> pa.Table:
    """A few lines stand in the export twice."""
    rng = stream(world, 51)
    twice = np.flatnonzero(rng.random(lines.num_rows) < 0.002)
    return pa.concat_tables([lines, lines.take(pa.array(twice))])


def _write_customers(market: Market, gone: Ints, path: Path) -> int:
    world, people, identities = market.world, market.people, market.identities
    n = len(people)
    rng = stream(world, 52)
    asked: Bools = people.wants_mail | (rng.random(n) < 0.5)
    withdrew = people.wants_mail & (rng.random(n) < world.withdrew)
    given = people.wants_mail & ~withdrew & (gone == 0)
    since = people.joined + (rng.random(n) * 30 * DAY).astype(np.int64)
    since = np.minimum(since, world.end_second - DAY)
    late = since + (rng.random(n) * (world.end_second - since)).astype(np.int64)
    at = np.where(gone > 0, np.minimum(gone, world.end_second - 1), np.where(withdrew, late, since))
    blank = ~asked | (given & (rng.random(n) < world.no_evidence))
    sources = np.array(_SOURCES)[rng.integers(0, len(_SOURCES), n)]
    sources = np.where(given, sources, np.where(people.wants_mail, "unsubscribe link", sources))

    def answer(yes: Bools) -> pa.Array:
        return pa.array(np.where(asked, np.where(yes, "true", "false"), ""))

    moments = np.where(blank, "", as_text(at))
    table = pa.table(
        {
            "customer_id": pa.array(identities.ids),
            "email": pa.array(identities.emails),
            "first_name": pa.array(identities.first_names),
            "last_name": pa.array(identities.last_names),
            "language": pa.array(identities.languages),
            "timezone": pa.array(identities.timezones),
            "country": pa.array(identities.countries),
            "city": pa.array(identities.cities),
            "created_at": pa.array(as_text(people.joined)),
            "email_marketing": answer(given),
            "email_marketing_at": pa.array(moments),
            "email_marketing_source": pa.array(np.where(blank, "", sources)),
            "email_marketing_wording": pa.array(np.where(given & ~blank, _WORDING, "")),
            "email_tracking": answer(given & people.allows_tracking),
            "email_tracking_at": pa.array(moments),
            "email_tracking_source": pa.array(np.where(blank, "", sources)),
        }
    )
    # The same person a second time, from another system that disagrees.
    again = table.take(pa.array(np.flatnonzero(rng.random(n) < world.repeated_row)))
    other = pa.array(["de" if v.as_py() == "en" else "en" for v in again["language"]])
    again = again.set_column(again.schema.get_field_index("language"), "language", other)
    table = pa.concat_tables([table, again])
    pacsv.write_csv(table, path)
    return int(table.num_rows)


def _write_suppressions(market: Market, left: _Left, path: Path) -> int:
    emails = market.identities.emails
    rows: list[tuple[str, str, int]] = []
    for acts, reason in (
        (left.unsubscribed, "unsubscribed"),
        (left.bounced, "bounced"),
        (left.spam, "complained"),
    ):
        rows += [
            (emails[who], reason, moment)
            for who, moment in zip(acts.who.tolist(), acts.at.tolist(), strict=True)
            if moment < market.world.end_second
        ]
    first = market.world.end_second - market.world.history_days * DAY
    rows += [(f"old-list-{n}@mail.example.test", "imported", first) for n in range(120)]
    table = pa.table(
        {
            "address": pa.array([address for address, _, _ in rows]),
            "reason": pa.array([reason for _, reason, _ in rows]),
            "at": pa.array(as_text(np.array([moment for _, _, moment in rows]))),
        }
    )
    pacsv.write_csv(table, path)
    return len(rows)

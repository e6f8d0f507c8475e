"""Audience rules: compiled to a query, they find whom a plain reading of the rule finds."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.predicate import AllOf, AnyOf, Bought, Did, Everyone, NotThat, Predicate, Spent, Trait
from tools.cdp.port import CdpError
from tools.store.compile import customers_that_fit
from tools.store.schema import EVENTS, ORDERS, PROFILES
from tools.store.segments import Store
from tools.store.tables import Tables

ZONE = "Europe/Berlin"
NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)  # the clocks go forward on this day
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
PRODUCTS = ("w1", "w2", "r1")
CATEGORIES = ("watch", "ring")
CHANNELS = ("shop", "boutique", "phone")
EVENTS_USED = ("Viewing Booked", "Email Opened", "Wish Listed")
COUNTRIES = ("Germany", "France")


@dataclass
class World:
    """A few people's rows, as plain Python."""

    profiles: list[dict[str, object]] = field(default_factory=list)
    lines: list[dict[str, object]] = field(default_factory=list)
    events: list[dict[str, object]] = field(default_factory=list)


def make_world(seed: int) -> World:
    dice = random.Random(seed)
    world = World()

    def moment() -> datetime:
        # Many on the edge of a local day, and some after NOW.
        start = FIRST + timedelta(days=dice.randrange(32))
        return start + timedelta(
            hours=dice.choice([0, 10, 21, 22, 23]), minutes=dice.choice([0, 59])
        )

    for number in range(12):
        who = f"c{number}"
        if dice.random() < 0.7:
            world.profiles.append(
                {
                    "customer_id": who,
                    "language": dice.choice(["de", "en", None]),
                    "country": dice.choice([*COUNTRIES, None, None]),
                    "city": dice.choice(["Köln", "Paris", None]),
                    "created_at": dice.choice([moment(), None]),
                    "seq": 1,
                }
            )
        for order in range(dice.randrange(4)):
            cancelled = dice.random() < 0.2
            at, channel = moment(), dice.choice(CHANNELS)
            for line in range(dice.randrange(1, 3)):
                quantity = -1 if cancelled else dice.choice([1, 1, 2])
                price = Decimal(dice.choice([50, 100, 250]))
                product = dice.randrange(len(PRODUCTS))
                world.lines.append(
                    {
                        "line_id": f"{who}-{order}-{line}",
                        "order_id": f"{who}-{order}",
                        "customer_id": who if dice.random() < 0.95 else None,
                        "ordered_at": at,
                        "product_id": PRODUCTS[product],
                        "description": "",
                        "category": CATEGORIES[product // 2],
                        "quantity": quantity,
                        "unit_price": price,
                        "discount": Decimal(0),
                        "vat_rate": Decimal(0),
                        "currency": "EUR",
                        "channel": channel,
                        "country": dice.choice([*COUNTRIES, ""]),
                        "cancellation": cancelled,
                        "adjustment": False,
                        "occurrence": 1,
                        "net": price * quantity,
                    }
                )
        for event in range(dice.randrange(4)):
            world.events.append(
                {
                    "event_id": f"{who}-e{event}",
                    "customer_id": who,
                    "name": dice.choice(EVENTS_USED),
                    "occurred_at": moment(),
                    "product_id": dice.choice(["", *PRODUCTS]),
                    "machine": dice.random() < 0.2,
                }
            )
    return world


def write(world: World, folder: Path) -> Store:
    store = Store(folder)
    store.add("profiles", pa.Table.from_pylist(world.profiles, schema=PROFILES))
    store.add("orders", pa.Table.from_pylist(world.lines, schema=ORDERS))
    store.add("events", pa.Table.from_pylist(world.events, schema=EVENTS))
    return store


# --- the plain reading ----------------------------------------------------------------------------


def day(at: object) -> date:
    assert isinstance(at, datetime)
    return at.astimezone(ZoneInfo(ZONE)).date()


def within(at: object, since: date | None, before: date | None) -> bool:
    return (since is None or day(at) >= since) and (before is None or day(at) < before)


def between(number: object, least: object, most: object) -> bool:
    value = Decimal(str(number))
    return (least is None or value >= Decimal(str(least))) and (
        most is None or value <= Decimal(str(most))
    )


def fitting(rule: Predicate, world: World) -> set[str]:
    profiles = {
        str(p["customer_id"]): p
        for p in world.profiles
        if p["created_at"] is None or p["created_at"] <= NOW  # type: ignore[operator]
    }
    lines = [r for r in world.lines if r["customer_id"] and r["ordered_at"] <= NOW]  # type: ignore[operator]
    everyone = set(profiles) | {str(r["customer_id"]) for r in lines}
    match rule:
        case Everyone():
            return everyone
        case AllOf(of=parts):
            return everyone.intersection(*(fitting(part, world) for part in parts))
        case AnyOf(of=parts):
            return set().union(*(fitting(part, world) for part in parts))
        case NotThat(that=that):
            return everyone - fitting(that, world)
        case Bought():
            return {
                who
                for who in everyone
                if between(
                    len(
                        {
                            r["order_id"]
                            for r in lines
                            if r["customer_id"] == who
                            and not r["cancellation"]
                            and within(r["ordered_at"], rule.since, rule.before)
                            and (not rule.products or r["product_id"] in rule.products)
                            and (not rule.categories or r["category"] in rule.categories)
                            and (not rule.channels or r["channel"] in rule.channels)
                        }
                    ),
                    rule.at_least,
                    rule.at_most,
                )
            }
        case Spent():
            return {
                who
                for who in everyone
                if between(
                    sum(
                        (
                            Decimal(str(r["net"]))
                            for r in lines
                            if r["customer_id"] == who
                            and within(r["ordered_at"], rule.since, rule.before)
                        ),
                        Decimal(0),
                    ),
                    rule.at_least,
                    rule.at_most,
                )
            }
        case Did():
            return {
                who
                for who in everyone
                if between(
                    len(
                        [
                            e
                            for e in world.events
                            if e["customer_id"] == who
                            and e["name"] == rule.event
                            and not e["machine"]
                            and e["occurred_at"] <= NOW  # type: ignore[operator]
                            and within(e["occurred_at"], rule.since, rule.before)
                            and (not rule.products or e["product_id"] in rule.products)
                        ]
                    ),
                    rule.at_least,
                    rule.at_most,
                )
            }
        case Trait():
            return {who for who in everyone if trait_fits(rule, trait(rule, who, profiles, lines))}


def trait(
    rule: Trait,
    who: str,
    profiles: dict[str, dict[str, object]],
    lines: Iterable[dict[str, object]],
) -> object:
    if rule.field == "customer_id":
        return who
    value = profiles.get(who, {}).get(rule.field)
    if value is None and rule.field == "country":
        sent = [r for r in lines if r["customer_id"] == who and r["country"]]
        if sent:
            return max(sent, key=lambda r: (r["ordered_at"], r["line_id"]))["country"]
    return value


def trait_fits(rule: Trait, value: object) -> bool:
    if rule.op in ("known", "unknown"):
        return (value is not None) == (rule.op == "known")
    if value is None:
        return False
    wanted = rule.value if isinstance(rule.value, tuple) else (rule.value,)
    if rule.field == "created_at":
        days = [date.fromisoformat(text) for text in wanted]
        match rule.op:
            case "at_least":
                return day(value) >= min(days)
            case "at_most":
                return day(value) <= max(days)
            case "is_not":
                return day(value) not in days
            case _:
                return day(value) in days
    found = str(value).lower() in [text.lower() for text in wanted]
    return found != (rule.op == "is_not")


# --- rules ----------------------------------------------------------------------------------------

days = st.dates(date(2026, 2, 25), date(2026, 4, 3))
maybe_day = st.none() | days
counts = st.integers(0, 3)
maybe_count = st.none() | counts
some = st.sampled_from


def several(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(some(values), max_size=2, unique=True).map(tuple)


bought = st.builds(
    Bought,
    at_least=counts,
    at_most=maybe_count,
    since=maybe_day,
    before=maybe_day,
    products=several(PRODUCTS),
    categories=several(CATEGORIES),
    channels=several(CHANNELS),
)
amounts = st.none() | some([Decimal(v) for v in (-100, 0, 50, 100, 300)])
spent = st.builds(Spent, at_least=amounts, at_most=amounts, since=maybe_day, before=maybe_day)
did = st.builds(
    Did,
    event=some(EVENTS_USED),
    at_least=counts,
    at_most=maybe_count,
    since=maybe_day,
    before=maybe_day,
    products=several(PRODUCTS),
)
worded = st.builds(
    Trait,
    field=some(["country", "city", "language", "customer_id"]),
    op=some(["is", "is_not", "in", "known", "unknown"]),
    value=several(("germany", "France", "köln", "de", "c1", "c2")),
)
dated = st.builds(
    Trait,
    field=st.just("created_at"),
    op=some(["is", "is_not", "in", "at_least", "at_most", "known", "unknown"]),
    value=days.map(lambda d: (d.isoformat(),)),
)
leaves = st.one_of(st.just(Everyone()), bought, spent, did, worded, dated)
rules = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: AllOf(of=tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(of=tuple(parts))),
        inner.map(lambda rule: NotThat(that=rule)),
    ),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[World, Tables]]:
    folder = tmp_path_factory.mktemp("worlds")
    made = []
    for seed in range(6):
        world = make_world(seed)
        made.append((world, Tables(write(world, folder / str(seed)), NOW, ZONE)))
    return made


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
@given(rule=rules, number=st.integers(0, 5))
def test_a_compiled_rule_finds_whom_a_plain_reading_finds(
    worlds: list[tuple[World, Tables]], rule: Predicate, number: int
) -> None:
    world, tables = worlds[number]

    found = tables.run(customers_that_fit(rule, tables)).column("customer_id").to_pylist()

    assert len(found) == len(set(found))
    assert set(found) == fitting(rule, world)


@pytest.mark.parametrize(
    ("rule", "nearest"),
    [
        (Did(event="Viewing Boked"), "Viewing Booked"),
        (NotThat(that=Did(event="email opened")), "Email Opened"),
        (Bought(channels=("botique",)), "boutique"),
        (AllOf(of=(Everyone(), Bought(categories=("wathc",)))), "watch"),
        (Trait(field="first_name", op="is", value="Anna"), "country"),
        (Trait(field="country", op="at_least", value="F"), "created_at"),
        (Trait(field="created_at", op="at_least", value="spring"), "2026"),
    ],
)
def test_names_that_the_data_do_not_have_are_refused(
    worlds: list[tuple[World, Tables]], rule: Predicate, nearest: str
) -> None:
    with pytest.raises(CdpError) as caught:
        customers_that_fit(rule, worlds[0][1])

    assert caught.value.code == "unknown_field"
    assert nearest in caught.value.next_step


def test_amounts_of_two_currencies_are_not_added(tmp_path: Path) -> None:
    world = make_world(1)
    world.lines[0]["currency"] = "CHF"
    tables = Tables(write(world, tmp_path), NOW, ZONE)

    with pytest.raises(CdpError) as caught:
        customers_that_fit(Spent(at_least=Decimal(1)), tables)

    assert caught.value.code == "mixed_currencies"


def test_a_day_begins_when_the_workspace_says(tmp_path: Path) -> None:
    world = make_world(2)
    midnight = datetime.combine(date(2026, 3, 10), time(0), ZoneInfo(ZONE)).astimezone(UTC)
    line = world.lines[0] | {"customer_id": "new", "cancellation": False, "ordered_at": midnight}
    world.lines = [line]
    tables = Tables(write(world, tmp_path), NOW, ZONE)

    def found(rule: Predicate) -> list[str]:
        rows = tables.run(customers_that_fit(rule, tables)).column("customer_id").to_pylist()
        return [who for who in rows if who == "new"]

    assert found(Bought(since=date(2026, 3, 10))) == ["new"]
    assert found(Bought(before=date(2026, 3, 10))) == []

"""A few customers' rows, and whom an audience rule finds among them by a plain reading of it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from domain.predicate import (
    Agreed,
    AllOf,
    AnyOf,
    Bought,
    Did,
    Everyone,
    InSegment,
    NotThat,
    Predicate,
    Property,
    Score,
    Sequence,
    Spent,
    Stage,
    Step,
    Trait,
)
from tools.store.schema import CONSENTS, EVENTS, ORDERS, PROFILES
from tools.store.segments import Store

ZONE = "Europe/Berlin"
NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)  # the clocks go forward on this day
TODAY = date(2026, 3, 29)
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
PRODUCTS = ("w1", "w2", "r1")
CATEGORIES = ("watch", "ring")
CHANNELS = ("shop", "boutique", "phone")
EVENTS_USED = ("Viewing Booked", "Email Opened", "Wish Listed")
COUNTRIES = ("Germany", "France")
PURPOSES = ("email_marketing", "email_tracking")
BIRTHDAYS = (date(1980, 2, 29), date(1990, 3, 29), date(1975, 4, 3), date(2001, 12, 24))
PROPERTIES: tuple[dict[str, object], ...] = (
    {"price": 500, "brand": "Omega"},
    {"price": "99.5", "brand": 'A "quoted" one'},
    {"brand": None, "watch": {"year": 1972}},
)


@dataclass
class World:
    """A few people's rows, as plain Python."""

    profiles: list[dict[str, object]] = field(default_factory=list)
    lines: list[dict[str, object]] = field(default_factory=list)
    events: list[dict[str, object]] = field(default_factory=list)
    answers: list[dict[str, object]] = field(default_factory=list)
    """Consents, as the ledger gives them."""

    def consents(self) -> pa.Table:
        return pa.Table.from_pylist(self.answers, schema=CONSENTS)


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
                    "postcode": dice.choice(["80331", "8000", None]),
                    "birthday": dice.choice([*BIRTHDAYS, None]),
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
                    "properties": dice.choice(["", *map(json.dumps, PROPERTIES)]),
                }
            )
        for _ in range(dice.randrange(3)):
            world.answers.append(
                {
                    "customer_id": who,
                    "purpose": dice.choice(PURPOSES),
                    "given": dice.random() < 0.6,
                    "at": FIRST + timedelta(days=dice.choice([1, 1, 2, 40])),
                    "by_hand": dice.random() < 0.3,
                }
            )
    for name in EVENTS_USED:  # every property was said once, by somebody whom nobody knows
        for number, said in enumerate(PROPERTIES):
            world.events.append(
                {
                    "event_id": f"{name}-{number}",
                    "customer_id": "stranger",
                    "name": name,
                    "occurred_at": FIRST,
                    "product_id": "",
                    "machine": False,
                    "properties": json.dumps(said),
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


def within(at: object, rule: Bought | Did | Spent) -> bool:
    first, end = TODAY - timedelta(rule.last_days or 0), TODAY - timedelta(rule.older_days or 0)
    return (
        (rule.since is None or day(at) >= rule.since)
        and (rule.before is None or day(at) < rule.before)
        and (rule.last_days is None or day(at) >= first)
        and (rule.older_days is None or day(at) < end)
    )


def between(number: object, least: object, most: object) -> bool:
    value = Decimal(str(number))
    return (least is None or value >= Decimal(str(least))) and (
        most is None or value <= Decimal(str(most))
    )


def fitting(rule: Predicate, world: World) -> set[str]:
    """Everybody who fits. Stages and scores have oracles of their own."""
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
        case Bought() | Did():
            return {
                who
                for who in everyone
                if between(len(moments(rule, who, world)), rule.at_least, rule.at_most)
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
                            if r["customer_id"] == who and within(r["ordered_at"], rule)
                        ),
                        Decimal(0),
                    ),
                    rule.at_least,
                    rule.at_most,
                )
            }
        case Trait():
            return {who for who in everyone if trait_fits(rule, trait(rule, who, profiles, lines))}
        case Agreed():
            return {who for who in everyone if agreed(rule, who, world)}
        case Sequence():
            return {who for who in everyone if followed(rule.steps, None, who, world)}
        case Stage() | Score() | InSegment():
            raise NotImplementedError


def moments(rule: Bought | Did, who: str, world: World) -> list[datetime]:
    """When one person did it, once for each time that counts."""
    if isinstance(rule, Did):
        return [
            e["occurred_at"]  # type: ignore[misc]
            for e in world.events
            if e["customer_id"] == who
            and e["name"] == rule.event
            and not e["machine"]
            and e["occurred_at"] <= NOW  # type: ignore[operator]
            and within(e["occurred_at"], rule)
            and (not rule.products or e["product_id"] in rule.products)
            and all(holds(condition, e) for condition in rule.where)
        ]
    orders: dict[object, list[dict[str, object]]] = {}
    for line in world.lines:
        if line["customer_id"] == who and not line["cancellation"] and line["ordered_at"] <= NOW:  # type: ignore[operator]
            orders.setdefault(line["order_id"], []).append(line)
    found = []
    for lines in orders.values():
        counted = [
            line["ordered_at"]
            for line in lines
            if within(line["ordered_at"], rule)
            and (not rule.products or line["product_id"] in rule.products)
            and (not rule.categories or line["category"] in rule.categories)
            and (not rule.channels or line["channel"] in rule.channels)
        ]
        worth = sum((Decimal(str(line["net"])) for line in lines), Decimal(0))
        if counted and between(worth, rule.worth_at_least, rule.worth_at_most):
            found.append(min(counted))  # type: ignore[type-var]
    return found  # type: ignore[return-value]


def holds(condition: Property, event: dict[str, object]) -> bool:
    value: object = json.loads(str(event["properties"]) or "{}")
    for level in condition.name.split("."):
        value = value.get(level) if isinstance(value, dict) else None
    if condition.op in ("known", "unknown"):
        return (value is not None) == (condition.op == "known")
    if value is None:
        return False
    if condition.op in ("at_least", "at_most"):
        try:
            number = Decimal(str(value))
        except ArithmeticError:
            return False
        bound = Decimal(str(condition.value))
        return number >= bound if condition.op == "at_least" else number <= bound
    return text_fits(condition.op, value, condition.value)


def followed(steps: tuple[Step, ...], after: datetime | None, who: str, world: World) -> bool:
    """Whether the steps happened one after the other, after that moment."""
    if not steps:
        return True
    step, *rest = steps
    until = after + timedelta(step.within_days) if after and step.within_days else None
    times = [
        at
        for at in moments(step.that, who, world)
        if (after is None or at > after) and (until is None or at <= until)
    ]
    if step.negated:
        return not times and (until is None or until <= NOW)
    return any(followed(tuple(rest), at, who, world) for at in times)


def agreed(rule: Agreed, who: str, world: World) -> bool:
    """By the latest answer; a yes of the future is not known, and at one moment the no counts."""
    answers = [
        (a["at"], not a["given"])
        for a in world.answers
        if a["customer_id"] == who
        and a["purpose"] == rule.purpose
        and (not a["given"] or a["at"] <= NOW)  # type: ignore[operator]
    ]
    return bool(answers) and not max(answers)[1]


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
    if rule.field in ("created_at", "birthday"):
        on = day(value) if isinstance(value, datetime) else value
        assert isinstance(on, date)
        if rule.op == "last_days":
            return on >= TODAY - timedelta(int(wanted[0]))
        if rule.op == "next_days":
            year = TODAY.year + ((on.month, on.day) < (TODAY.month, TODAY.day))
            try:
                turns = on.replace(year=year)
            except ValueError:
                turns = date(year, 2, 28)
            return turns <= TODAY + timedelta(int(wanted[0]))
        days = [date.fromisoformat(text) for text in wanted]
        match rule.op:
            case "at_least":
                return on >= min(days)
            case "at_most":
                return on <= max(days)
            case "is_not":
                return on not in days
            case _:
                return on in days
    return text_fits(rule.op, value, wanted)


def text_fits(op: str, value: object, wanted: str | tuple[str, ...]) -> bool:
    asked = [text.lower() for text in ((wanted,) if isinstance(wanted, str) else wanted)]
    text = str(value).lower()
    if op == "contains":
        return any(part in text for part in asked)
    if op == "begins":
        return any(text.startswith(part) for part in asked)
    return (text in asked) != (op == "is_not")

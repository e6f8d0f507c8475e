"""Numbers reckoned a second time, from the exported files and in plain Python, to hold what the
product says against. Nothing here uses the product's store, queries or measures; only who is who
is taken as it says (``persons``: customer id → the id that stands for the person)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

ZONE = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Line:
    id: str
    order: str
    customer: str
    at: datetime
    category: str
    net: Decimal
    bought: bool
    """Neither a cancellation nor an adjustment."""


@dataclass(frozen=True)
class Happened:
    customer: str
    name: str
    at: datetime
    machine: bool


@lru_cache(maxsize=4)
def order_lines(exports: Path) -> tuple[Line, ...]:
    """Every readable line of every orders file; one that stands there twice is one line."""
    found = (line for file in sorted(exports.glob("orders*.csv")) for line in _lines_of(file))
    return tuple({(line.order, line.id): line for line in found}.values())


def _lines_of(file: Path) -> Iterator[Line]:
    with file.open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            try:
                at = datetime.fromisoformat(row["ordered_at"])
                quantity, price = int(row["quantity"]), Decimal(row["unit_price"])
                gross = quantity * price - Decimal(row["discount"] or "0") * (
                    -1 if quantity < 0 else 1
                )
                vat = Decimal(row["vat_rate"] or "0")
            except (ValueError, InvalidOperation):
                continue  # the product sets such a row aside, too
            if not row["customer_id"] or not row["order_id"]:
                continue
            yield Line(
                id=row["line_id"],
                order=row["order_id"],
                customer=row["customer_id"],
                at=at.astimezone(UTC),
                category=row["category"].lower(),
                net=gross / (1 + vat),
                bought=row["cancellation"] != "true" and price >= 0 and quantity > 0,
            )


@lru_cache(maxsize=4)
def events(exports: Path) -> tuple[Happened, ...]:
    """Every event of every events file."""
    found: list[Happened] = []
    for file in sorted(exports.glob("events*.parquet")):
        found += map(_event, pq.read_table(file).to_pylist())
    for file in sorted(exports.glob("events*.jsonl")):
        with file.open(encoding="utf-8") as opened:
            found += [_event(json.loads(line)) for line in opened if line.strip()]
    return tuple(found)


def _event(row: Mapping[str, object]) -> Happened:
    return Happened(
        customer=str(row.get("customer_id") or ""),
        name=str(row.get("name") or row.get("event") or ""),
        at=_moment(row.get("occurred_at") or row.get("timestamp")),
        machine=bool(row.get("machine")),
    )


def _moment(value: object) -> datetime:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


Persons: TypeAlias = Mapping[str, str]


def buyers(
    exports: Path,
    persons: Persons,
    now: datetime,
    category: str = "",
    since: date | None = None,
    at_least: int = 1,
) -> set[str]:
    """Customers with so many distinct orders, of one category or of any."""
    start = datetime.combine(since, datetime.min.time(), ZONE) if since else None
    orders: dict[str, set[str]] = {}
    for line in order_lines(exports):
        fits = line.bought and line.at <= now and category in ("", line.category)
        if fits and (start is None or line.at >= start):
            person = persons.get(line.customer, line.customer)
            orders.setdefault(person, set()).add(line.order)
    return {customer for customer, found in orders.items() if len(found) >= at_least}


def spenders(exports: Path, persons: Persons, now: datetime, at_least: int) -> set[str]:
    """Customers by value net of returns, VAT and discount."""
    value: dict[str, Decimal] = {}
    for line in order_lines(exports):
        if line.at <= now:
            person = persons.get(line.customer, line.customer)
            value[person] = value.get(person, Decimal(0)) + line.net
    return {customer for customer, total in value.items() if total >= at_least}


def top_tenth(exports: Path, persons: Persons, now: datetime) -> set[str]:
    """Those at or above the ninth decile of positive value, to the cent."""
    value: dict[str, float] = {}
    for line in order_lines(exports):
        if line.at <= now:
            person = persons.get(line.customer, line.customer)
            value[person] = value.get(person, 0.0) + float(line.net)
    positive = sorted(v for v in value.values() if v > 0)
    place = 0.9 * (len(positive) - 1)
    low = int(place)
    tenth = positive[low] + (place - low) * (positive[low + 1] - positive[low])
    return {customer for customer, total in value.items() if total >= round(tenth, 2) - 1e-9}


def customers(exports: Path) -> set[str]:
    with (exports / "customers.csv").open(encoding="utf-8", newline="") as opened:
        return {row["customer_id"] for row in csv.DictReader(opened) if row["customer_id"]}


def known(exports: Path, persons: Persons) -> set[str]:
    """Everybody who has a profile or an order."""
    ids = customers(exports) | {line.customer for line in order_lines(exports)}
    return {persons.get(one, one) for one in ids}


@lru_cache(maxsize=4)
def cities(exports: Path) -> Mapping[str, str]:
    with (exports / "customers.csv").open(encoding="utf-8", newline="") as opened:
        return {row["customer_id"]: row["city"] for row in csv.DictReader(opened)}


def personal(exports: Path) -> set[str]:
    """Addresses, and whole names, of customers: what no conversation may hold."""
    found: set[str] = set()
    with (exports / "customers.csv").open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            if "@" in row["email"]:
                found.add(row["email"].lower())
            if row["first_name"] and row["last_name"]:
                found.add(f"{row['first_name']} {row['last_name']}".lower())
    return found


def did(
    exports: Path, persons: Persons, now: datetime, event: str, since: date | None = None
) -> set[str]:
    start = datetime.combine(since, datetime.min.time(), ZONE) if since else None
    return {
        persons.get(one.customer, one.customer)
        for one in events(exports)
        if one.name == event and not one.machine and one.at <= now
        and (start is None or one.at >= start)
    }  # fmt: skip


def last_click(
    exports: Path, tracked: set[str], first: date, last: date, days: int = 7
) -> tuple[int, Decimal]:
    """Orders and net revenue whose customer clicked in a mail within so many days before."""
    start = datetime.combine(first, datetime.min.time(), ZONE)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), ZONE)
    clicks: dict[str, list[datetime]] = {}
    for one in events(exports):
        if one.name == "Email Link Clicked" and not one.machine and one.customer in tracked:
            clicks.setdefault(one.customer, []).append(one.at)
    begun: dict[tuple[str, str], tuple[datetime, Decimal]] = {}
    for line in order_lines(exports):
        if line.bought:
            key = (line.order, line.customer)
            at, net = begun.get(key, (line.at, Decimal(0)))
            begun[key] = (min(at, line.at), net + line.net)
    credited = [
        net
        for (_, customer), (at, net) in begun.items()
        if start <= at < end
        and any(at - timedelta(days=days) < click <= at for click in clicks.get(customer, ()))
    ]
    return len(credited), sum(credited, Decimal(0))

"""What six systems wrote down of the people, and which devices they were seen on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Literal

import pyarrow as pa

from evals.records.handwriting import (
    cased,
    misdated,
    misdialled,
    mistyped,
    spelt,
    street_as_written,
)
from evals.records.people import People, Person, Weighted
from tools.store.schema import LINKS, PROFILES

_BEGAN = datetime(2020, 11, 1, tzinfo=UTC)
_SECONDS = 6 * 365.25 * 86_400
_PLACEHOLDERS = ("test@test.de", "keine@email.de", "noemail@shop.example.test", "none@none.com")
_PLACEHOLDER_NUMBERS = ("+490000000000", "+491234567890", "+499999999999")


@dataclass(frozen=True)
class _System:
    name: str
    share: float
    email: float
    first: float
    last: float
    phone: float
    birthday: float
    address: float
    online: float
    """How often a device was seen with the record."""


Mix = Literal["customers", "sign-ups"]

_SYSTEMS: dict[Mix, tuple[_System, ...]] = {
    "customers": (
        _System("shop", 0.45, 1.0, 0.99, 0.99, 0.70, 0.30, 0.95, 0.60),
        _System("loyalty", 0.25, 0.90, 1.0, 1.0, 0.75, 0.95, 0.92, 0.20),
        _System("boutique", 0.15, 0.60, 0.97, 0.97, 0.80, 0.50, 0.60, 0.0),
        _System("app", 0.08, 0.98, 0.97, 0.93, 0.60, 0.70, 0.30, 0.95),
        _System("support", 0.05, 0.90, 0.95, 0.95, 0.70, 0.10, 0.60, 0.10),
        _System("newsletter", 0.02, 1.0, 0.60, 0.35, 0.0, 0.15, 0.0, 0.45),
    ),
    "sign-ups": (
        _System("shop", 0.40, 1.0, 0.99, 0.99, 0.55, 0.15, 0.90, 0.60),
        _System("loyalty", 0.22, 0.85, 1.0, 1.0, 0.60, 0.85, 0.85, 0.20),
        _System("boutique", 0.14, 0.45, 0.93, 0.97, 0.75, 0.40, 0.45, 0.0),
        _System("newsletter", 0.08, 1.0, 0.60, 0.35, 0.0, 0.15, 0.0, 0.45),
        _System("support", 0.08, 0.85, 0.90, 0.90, 0.55, 0.05, 0.35, 0.10),
        _System("app", 0.08, 0.95, 0.92, 0.70, 0.40, 0.55, 0.10, 0.95),
    ),
}
"""Shares of six systems and how often each knows what. Of ``customers`` the brand has an address,
a number or a birthday from most sources; among ``sign-ups`` are many of whom hardly more is known
than one mail address, and one pair in ten has nothing in common that anybody could see."""


@dataclass(frozen=True)
class Records:
    profiles: pa.Table
    links: pa.Table
    truth: dict[str, int]
    """Customer id → the person's number."""


class _Columns:
    def __init__(self, schema: pa.Schema, names: tuple[str, ...]) -> None:
        self.schema, self.names = schema, names
        self.rows: list[tuple[Any, ...]] = []

    def table(self) -> pa.Table:
        columns = (
            dict(zip(self.names, zip(*self.rows, strict=True), strict=True)) if self.rows else {}
        )
        return pa.table(
            [
                pa.array(columns[f.name], f.type)
                if f.name in columns
                else pa.nulls(len(self.rows), f.type)
                for f in self.schema
            ],
            schema=self.schema,
        )


def write_records(records: int, seed: int = 2026, mix: Mix = "customers") -> Records:
    """``records`` customer ids of about six tenths as many people. 10^6 take about 45 s."""
    chance = Random(seed)
    profiles = _Columns(
        PROFILES,
        (
            "customer_id", "email", "first_name", "last_name", "city", "country", "created_at",
            "phone", "street", "postcode", "birthday", "source", "said_at",
        ),
    )  # fmt: skip
    links = _Columns(
        LINKS, ("link_id", "customer_id", "anonymous_id", "email", "seen_at", "source")
    )
    truth: dict[str, int] = {}
    known = _SYSTEMS[mix]
    systems = Weighted([system.share for system in known])
    how_many = Weighted([0.56, 0.26, 0.11, 0.045, 0.018, 0.007])
    till = ["till-1", "till-2", "till-3"]
    company, colleagues = "", 0
    numbers = list(range(records))
    chance.shuffle(numbers)
    for person_number, person in enumerate(People(chance).make()):
        if len(numbers) < 1:
            break
        if colleagues == 0 and chance.random() < 0.0015:
            company, colleagues = f"info@firma-{person_number}.example.test", chance.randint(2, 7)
        at_work = ""
        if colleagues and chance.random() < 0.5:
            at_work, colleagues = company, colleagues - 1
        for _ in range(min(1 + how_many.draw(chance), len(numbers))):
            system = known[systems.draw(chance)]
            customer_id = f"{system.name[0].upper()}{numbers.pop():07d}"
            truth[customer_id] = person_number
            time = chance.random()
            at = _BEGAN + timedelta(seconds=int(time * _SECONDS))
            email = _email(person, system, time, at_work, chance)
            profiles.rows.append((customer_id, email, *_rest(person, system, time, chance, at)))
            if chance.random() < system.online:
                device = chance.choice(person.devices)
                if person.household.tablet and chance.random() < 0.3:
                    device = person.household.tablet
                elif chance.random() < 0.65:  # cookies are deleted, browsers changed
                    device = f"c{chance.getrandbits(64):016x}"
                elif chance.random() < 0.01:
                    device = chance.choice(till)
                links.rows.append(
                    (f"l{len(links.rows)}", customer_id, device, None, at, system.name)
                )
    return Records(profiles.table(), links.table(), truth)


def _email(
    person: Person, system: _System, time: float, at_work: str, chance: Random
) -> str | None:
    if chance.random() >= system.email:
        return None
    if system.name in ("boutique", "support", "loyalty") and chance.random() < 0.015:
        return chance.choice(_PLACEHOLDERS)
    if at_work and chance.random() < 0.7:
        return at_work
    email = person.second_email if chance.random() < 0.15 else person.email.at(time)
    if chance.random() < 0.012:
        email = mistyped(email, chance)
    which = chance.random()
    if which < 0.02 and "gmail" in email:
        local, _, host = email.partition("@")
        email = f"{local.replace('.', '')}@{host}"
    elif which < 0.03:
        email = email.replace("@", f"+{system.name}@")
    elif which < 0.07:
        email = email.capitalize()
    return email


def _rest(
    person: Person, system: _System, time: float, chance: Random, at: datetime
) -> tuple[Any, ...]:
    first, last = _names(person, system, time, chance)
    street = postcode = city = None
    if chance.random() < system.address:
        home = person.address(time)
        street = street_as_written(home.street, home.number, chance)
        postcode = mistyped(home.postcode, chance) if chance.random() < 0.01 else home.postcode
        city = home.city if chance.random() > 0.02 else mistyped(home.city, chance)
    phone: str | None = None
    if chance.random() < system.phone:
        phone = person.phone.at(time)
        if person.household.landline and chance.random() < 0.18:
            phone = person.household.landline
        if chance.random() < 0.01:
            phone = misdialled(phone, chance)
        if system.name == "boutique" and chance.random() < 0.02:
            phone = chance.choice(_PLACEHOLDER_NUMBERS)
    birthday: date | None = None
    if chance.random() < system.birthday:
        birthday = misdated(person.birthday, chance)
    return (first, last, city, "DE", at, phone, street, postcode, birthday, system.name, at)


def _names(
    person: Person, system: _System, time: float, chance: Random
) -> tuple[str | None, str | None]:
    first: str | None = None
    last: str | None = None
    if chance.random() < system.first:
        first = person.names[0]
        which = chance.random()
        if which < 0.17 and len(person.names) > 1:
            first = chance.choice(person.names[1:])
        elif 0.17 <= which < 0.19:
            first = f"{first[0]}." if chance.random() < 0.5 else first[0]
        if chance.random() < 0.02:
            first = mistyped(first, chance)
        first = cased(spelt(first, chance), chance)
    if chance.random() < system.last:
        last = person.last.at(time)
        if chance.random() < 0.022:
            last = mistyped(last, chance)
        last = cased(spelt(last, chance), chance)
    if first and last and chance.random() < 0.008:
        first, last = last, first
    return first, last

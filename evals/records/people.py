"""The people behind the records, household by household."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from evals.records.names import CITIES, FEMALE, HANDLES, HOSTS, LAST, MALE, STREETS

_PLAIN = str.maketrans(
    {
        "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ë": "e", "ş": "s", "ç": "c",
        "ı": "i", "ğ": "g", "ł": "l", "é": "e", "ñ": "n", "í": "i", "á": "a", "ó": "o", "ř": "r",
        "ć": "c", "ś": "s", "Ş": "s", "Ç": "c", "'": "", " ": "", "-": "",
    }
)  # fmt: skip


def plain(name: str) -> str:
    """A name as people put it into an address."""
    return name.lower().translate(_PLAIN)


class Weighted:
    """Draws by weight, a good deal faster than ``Random.choices`` for one."""

    def __init__(self, weights: Sequence[float]) -> None:
        self._sums = list(accumulate(weights))

    def draw(self, chance: Random) -> int:
        return chance.choices(range(len(self._sums)), cum_weights=self._sums)[0]


@dataclass(slots=True)
class Address:
    street: str
    number: str
    postcode: str
    city: str


@dataclass(slots=True)
class Changing:
    """What holds before and after a moment between 0 and 1; a moment of 1: it never changes."""

    before: str
    after: str = ""
    moment: float = 1.0

    def at(self, time: float) -> str:
        return self.before if time < self.moment else self.after


@dataclass(slots=True)
class Household:
    address: Address
    landline: str
    tablet: str
    """A device that all use; empty: none."""


@dataclass(slots=True)
class Person:
    household: Household
    names: tuple[str, ...]
    """The first name and what friends say."""
    last: Changing
    birthday: date
    email: Changing
    second_email: str
    phone: Changing
    moved_at: float
    address_after: Address
    devices: list[str] = field(default_factory=list)

    def address(self, time: float) -> Address:
        return self.household.address if time < self.moved_at else self.address_after


class People:
    """Makes people without end, all from one chance."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._last = Weighted([1 / (rank + 8) ** 0.85 for rank in range(len(LAST))])
        self._first = Weighted(
            [1 / (rank + 10) ** 0.7 for rank in range(max(len(FEMALE), len(MALE)))]
        )
        self._city = Weighted([weight for _, _, weight in CITIES])
        self._host = Weighted([weight for _, weight in HOSTS])
        self._taken: set[str] = set()
        self._devices = 0

    def make(self) -> Iterator[Person]:
        while True:
            yield from self._household()

    def _household(self) -> Iterator[Person]:
        chance = self._chance
        which = chance.random()
        size = 1 if which < 0.56 else 2 if which < 0.83 else chance.choice((3, 3, 4, 4, 5))
        address = self._address()
        household = Household(
            address=address,
            landline=self._number("30") if chance.random() < 0.55 else "",
            tablet=self._device() if size > 1 and chance.random() < 0.12 else "",
        )
        last = LAST[self._last.draw(chance)]
        parents: list[Person] = []
        inbox = ""
        parents_female = False
        birthday_before: date | None = None
        for position in range(size):
            adult = position < 2
            female = chance.random() < 0.5 if position == 0 or not adult else not parents_female
            if position == 0:
                parents_female = female
            names = self._names(female)
            if not adult and chance.random() < 0.02:
                names = parents[0].names if female == parents_female else parents[1].names
            if adult:
                if position and parents:
                    birthday = parents[0].birthday + timedelta(days=int(chance.gauss(0, 1300)))
                else:
                    birthday = date(1938, 1, 1) + timedelta(days=int(chance.random() * 24800))
                own = (
                    last
                    if position == 0 or chance.random() < 0.8
                    else LAST[self._last.draw(chance)]
                )
            else:
                twin = birthday_before is not None and chance.random() < 0.03
                birthday = (
                    birthday_before
                    if twin and birthday_before
                    else parents[0].birthday
                    + timedelta(days=int(365.25 * (22 + 16 * chance.random())))
                )
                birthday_before = birthday
                own = last
            if birthday.year > 2010:  # children are no customers
                birthday = date(2010, 12, 31) - timedelta(days=int(chance.random() * 5500))
            birthday = max(birthday, date(1930, 1, 1))
            named = Changing(own)
            if adult and chance.random() < 0.05:
                maiden = LAST[self._last.draw(chance)]
                new = f"{maiden}-{own}" if chance.random() < 0.15 else own
                named = Changing(maiden, new, chance.random())
            email = Changing(self._email(names, named.before, birthday))
            if chance.random() < 0.3:
                moment = (
                    named.moment if named.moment < 1 and chance.random() < 0.4 else chance.random()
                )
                email = Changing(
                    email.before, self._email(names, named.at(moment), birthday), moment
                )
            if adult and size > 1 and chance.random() < 0.015:
                inbox = inbox or self._email(("familie", "fam"), last, birthday)
            if inbox and adult:
                email = Changing(inbox)
            phone = Changing(self._number("15"))
            if chance.random() < 0.12:
                phone = Changing(phone.before, self._number("17"), chance.random())
            moves = chance.random() < 0.13
            person = Person(
                household=household,
                names=names,
                last=named,
                birthday=birthday,
                email=email,
                second_email=self._second(names, named.before, birthday),
                phone=phone,
                moved_at=chance.random() if moves else 1.0,
                address_after=self._address() if moves else address,
                devices=[self._device() for _ in range(chance.choice((1, 2, 2, 3, 4)))],
            )
            if adult:
                parents.append(person)
            yield person

    def _names(self, female: bool) -> tuple[str, ...]:
        known = FEMALE if female else MALE
        return known[self._first.draw(self._chance) % len(known)]

    def _address(self) -> Address:
        chance = self._chance
        name, start, _ = CITIES[self._city.draw(chance)]
        digits = 5 - len(start)
        # A city has as many postcodes as it is large: fewer than the digits allow.
        code = chance.randrange(min(10**digits, 90)) * 7 % 10**digits
        letter = chance.choice("abc") if chance.random() < 0.1 else ""
        return Address(
            street=STREETS[int(len(STREETS) * chance.random() ** 1.6)],
            number=f"{1 + int(120 * chance.random() ** 2)}{letter}",
            postcode=f"{start}{code:0{digits}d}",
            city=name,
        )

    def _number(self, start: str) -> str:
        return f"+49{start}{self._chance.randrange(10**8, 10**9)}"

    def _device(self) -> str:
        self._devices += 1
        return f"d{self._devices:07d}-{self._chance.getrandbits(32):08x}"

    def _second(self, names: tuple[str, ...], last: str, birthday: date) -> str:
        """At work, mostly."""
        if self._chance.random() < 0.6:
            host = f"{plain(LAST[self._last.draw(self._chance)])}-gmbh.example.test"
            return self._free(f"{plain(names[0])}.{plain(last)}", host)
        return self._email(names, last, birthday)

    def _email(self, names: tuple[str, ...], last: str, birthday: date) -> str:
        chance = self._chance
        first, family = (
            plain(chance.choice(names[:2]) if chance.random() < 0.3 else names[0]),
            plain(last),
        )
        kind = chance.random()
        if kind < 0.34:
            local = f"{first}.{family}"
        elif kind < 0.44:
            local = f"{first[0]}.{family}"
        elif kind < 0.54:
            local = f"{first}{family}"
        elif kind < 0.64:
            local = f"{family}.{first}"
        elif kind < 0.76:
            local = f"{first}{birthday.year % 100:02d}"
        elif kind < 0.86:
            local = f"{family}{birthday.year}"
        else:
            local = f"{chance.choice(HANDLES)}{chance.choice(HANDLES)}{chance.randrange(1000)}"
        host = HOSTS[self._host.draw(chance)][0]
        if chance.random() < 0.05:
            host = f"{family}.example.test"
        return self._free(local, host)

    def _free(self, local: str, host: str) -> str:
        """Nobody gets an address that is taken: a number is put behind it, as providers offer."""
        mailbox = host.replace("googlemail", "gmail")
        address, key = f"{local}@{host}", f"{local.replace('.', '')}@{mailbox}"
        while key in self._taken:
            number = self._chance.randrange(1, 9999)
            address, key = f"{local}{number}@{host}", f"{local.replace('.', '')}{number}@{mailbox}"
        self._taken.add(key)
        return address

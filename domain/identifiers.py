"""What a person can be found by in texts: customer ids, devices, addresses, phones, names.

Pure: it finds and blacks out; what is read and written is for others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

from pydantic import ConfigDict

from domain.frozen import Frozen

IdentifierKind = Literal["customer id", "device", "address", "phone", "name"]
BLACKED = "█"
"""Takes the place of each letter that is erased, so that places in a text stay where they are."""
_BETWEEN = r"[ ()/.\-\u00a0]{0,3}"
"""What people write between the digits of a phone number."""
LEAST_DIGITS = 11
"""So many digits with their country's are hardly a moment or a price."""
LEAST_LETTERS = 8
"""A name is told apart from other words by so many letters."""


class Phone(Frozen):
    """A number by its parts, as digits."""

    country: str
    national: str

    @property
    def e164(self) -> str:
        return f"+{self.country}{self.national}"

    @property
    def starts(self) -> tuple[str, ...]:
        """How it begins where nothing stands before it: as WhatsApp and many exports write it, and
        in North America without its country."""
        return (self.country, self.national[:3]) if self.country == "1" else (self.country,)


class Identifiers(Frozen):
    """All that one person can be found by. Personal: never logged, never in the ledger."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    customer_ids: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    """Anonymous ids and device ids."""
    addresses: tuple[str, ...] = ()
    phones: tuple[Phone, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    """First and last name, where nobody else has both."""

    def __bool__(self) -> bool:
        return bool(self.customer_ids or self.devices or self.addresses or self.phones)

    def find(self, text: str) -> tuple[IdentifierKind, ...]:
        """The kinds of identifiers that a text holds. Ids that are not telling
        (``is_telling``) are found nowhere in running text."""
        lowered = text.lower()
        return tuple(
            kind
            for kind, pattern in self._patterns.items()
            # A plain look goes before the pattern: it is many times quicker.
            if any(hint in lowered for hint in self._hints[kind]) and pattern.search(text)
        )

    def black_out(self, text: str) -> str:
        """The text with every identifier blacked out; where it names the person, their first and
        last name alone too."""
        while kinds := self.find(text):  # what is blacked out may part what stood together
            for kind in kinds:
                text = self._patterns[kind].sub(_blacked, text)
            if "name" in kinds:
                text = self._name_parts.sub(_blacked, text)
        return text

    def black_out_json(self, value: Any, *, named: bool | None = None) -> Any:
        """The same for every text of a JSON value, keys included. ``named``: whether the person is
        meant by their first or last name alone too; else that is so where any of its texts holds
        one of their identifiers."""
        if named is None:
            named = any(self.find(text) for text in texts_of(value))
        match value:
            case str():
                blacked = self.black_out(value)
                if named:
                    blacked = self._name_parts.sub(_blacked, blacked)
                return blacked
            case dict():
                return {
                    self.black_out_json(key, named=named): self.black_out_json(one, named=named)
                    for key, one in value.items()
                }
            case list() | tuple():
                return [self.black_out_json(one, named=named) for one in value]
            case _:
                return value

    @cached_property
    def _patterns(self) -> Mapping[IdentifierKind, re.Pattern[str]]:
        """By kind; kinds of which nothing is known are left out."""
        found: dict[IdentifierKind, list[str]] = {
            "address": [_address(one) for one in self.addresses],
            "customer id": [_whole(one) for one in self.customer_ids if is_telling(one)],
            "device": [_whole(one) for one in self.devices if is_telling(one)],
            "phone": [_phone(one) for one in self.phones],
            "name": [_name(*one) for one in self.names],
        }
        return {
            kind: re.compile("|".join(patterns), re.IGNORECASE)
            for kind, patterns in found.items()
            if patterns
        }

    @cached_property
    def _hints(self) -> Mapping[IdentifierKind, Sequence[str]]:
        """By kind: without one of these, in small letters, a text cannot hold any."""
        return {
            "address": [one.rpartition("@")[0].lower() for one in self.addresses],
            "customer id": [one.lower() for one in self.customer_ids],
            "device": [one.lower() for one in self.devices],
            "phone": ["0", "+", "%2b", *(start for one in self.phones for start in one.starts)],
            "name": [last.split()[0].lower() for _, last in self.names],
        }

    @cached_property
    def _name_parts(self) -> re.Pattern[str]:
        parts = {part for name in self.names for part in name if len(part) > 1}
        ordered = sorted(parts, key=lambda part: (-len(part), part))
        words = "|".join(rf"(?<!\w){re.escape(part)}(?!\w)" for part in ordered)
        return re.compile(words or r"(?!)", re.IGNORECASE)


def is_telling(identifier: str) -> bool:
    """Whether an id in running text can hardly be anything else: six signs or more with a letter
    and a digit, or ten of any kind."""
    letter = any(c.isalpha() for c in identifier)
    digit = any(c.isdigit() for c in identifier)
    return len(identifier) >= 10 or (len(identifier) >= 6 and letter and digit)


def is_telling_name(first: str, last: str) -> bool:
    """Whether a full name is long enough to be told apart from other words."""
    return len(first) > 1 and len(last) > 1 and len(first) + len(last) >= LEAST_LETTERS


def texts_of(value: Any) -> Iterator[str]:
    """Every text of a JSON value, keys included."""
    match value:
        case str():
            yield value
        case dict():
            for key, one in value.items():
                yield str(key)
                yield from texts_of(one)
        case list() | tuple():
            for one in value:
                yield from texts_of(one)


def spellings(identifiers: Identifiers) -> dict[IdentifierKind, Sequence[str]]:
    """Each identifier as it may stand in bytes: where no pattern can be used."""
    names = [
        spelt
        for first, last in identifiers.names
        for spelt in (f"{first} {last}", f"{last}, {first}", f"{last} {first}")
    ]
    return {
        "customer id": [one for one in identifiers.customer_ids if is_telling(one)],
        "device": [one for one in identifiers.devices if is_telling(one)],
        "address": list(identifiers.addresses),
        "phone": [
            spelt
            for one in identifiers.phones
            for spelt in (one.e164, f"0{one.national}", f"%2B{one.country}{one.national}")
        ],
        "name": names,
    }


def _blacked(match: re.Match[str]) -> str:
    """Lines stay lines."""
    return re.sub(r"\S", BLACKED, match.group())


def _whole(identifier: str) -> str:
    return rf"(?<![^\W_]){re.escape(identifier)}(?![^\W_])"


def _address(address: str) -> str:
    """Also percent-encoded, as links carry it."""
    local, _, host = address.rpartition("@")
    return rf"(?<![\w.%+-]){re.escape(local)}(?:@|%40){re.escape(host)}(?![\w-]|\.\w)"


def _phone(phone: Phone) -> str:
    """With its country's number or a zero before it: digits alone may be anything. Without a plus
    where the whole is long; in North America without its country, as people write it there."""
    digits = _BETWEEN.join(phone.national)
    country = _BETWEEN.join(phone.country)
    before = [
        rf"(?:\+|%2B|(?<!\d)00){_BETWEEN}{country}{_BETWEEN}(?:0{_BETWEEN})?",
        rf"(?<!\d)0{_BETWEEN}",
    ]
    if len(phone.country + phone.national) >= LEAST_DIGITS:
        before.append(rf"(?<![\d.,]){phone.country}(?={phone.national})")
    if phone.country == "1":
        before.append(rf"(?<![\d.,])(?:\({_BETWEEN})?")
    return rf"(?:{'|'.join(before)}){digits}(?!\d)"


def _name(first: str, last: str) -> str:
    one, other = (r"\s+".join(map(re.escape, part.split())) for part in (first, last))
    return rf"(?<!\w)(?:{one}\s+{other}|{other},?\s+{one})(?!\w)"

"""How what people are called and where they live is written down, with its errors."""

from __future__ import annotations

from datetime import date
from random import Random

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_SPELT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)
_DROPPED = str.maketrans(
    {"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "Ö": "O", "Ü": "U", "ş": "s", "ç": "c", "ı": "i",
     "ł": "l", "é": "e", "ø": "o", "ë": "e", "ś": "s", "ó": "o"}
)  # fmt: skip


def mistyped(text: str, chance: Random) -> str:
    """One letter or digit left out, doubled, swapped with its neighbour or hit wrongly."""
    if len(text) < 2:
        return text
    at = chance.randrange(len(text) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 2:
        return text[: at + 1] + text[at:]
    other = chance.choice(_DIGITS if text[at].isdigit() else _LETTERS)
    return text[:at] + other + text[at + 1 :]


def misdialled(number: str, chance: Random) -> str:
    """One digit wrong or two swapped; the country's code stays."""
    at = chance.randrange(3, len(number) - 1)
    if chance.random() < 0.5:
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return number[:at] + chance.choice(_DIGITS) + number[at + 1 :]


def spelt(name: str, chance: Random) -> str:
    """Umlauts and accents as keyboards without them give them."""
    if name.isascii() or chance.random() < 0.65:
        return name
    return name.translate(_SPELT if chance.random() < 0.7 else _DROPPED)


def cased(name: str, chance: Random) -> str:
    which = chance.random()
    return name.upper() if which < 0.03 else name.lower() if which < 0.07 else name


def misdated(day: date, chance: Random) -> date:
    """As it is, or with an error that a form lets through."""
    which = chance.random()
    if which < 0.006:
        return date(1970, 1, 1)
    if which < 0.016:
        return day.replace(month=day.day, day=day.month) if day.day <= 12 else day
    if which < 0.026:
        year = day.year + chance.choice((-1, 1, -10, 10))
        return day.replace(year=year, day=min(day.day, 28))
    if which < 0.032:
        return day.replace(day=1 + chance.randrange(28))
    return day


def street_as_written(street: str, number: str, chance: Random) -> str:
    written = street
    which = chance.random()
    if which < 0.35:
        written = written.replace("straße", "str.").replace("Straße", "Str.")
    elif which < 0.45:
        written = written.replace("straße", "strasse")
    if chance.random() < 0.025:
        written = mistyped(written, chance)
    if chance.random() < 0.03:
        return cased(written, chance)
    return cased(f"{written} {number}", chance)

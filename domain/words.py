"""Numbers, money and days as people read them, the same on every machine whatever its locale."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from domain.money import Money

Language = Literal["en", "de"]

_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ),
}  # fmt: skip
_GERMAN = str.maketrans(",.", ".,")


def number_words(value: float | Decimal, language: Language = "en", places: int = 1) -> str:
    """1,234.5 or 1.234,5; no zeros at the end."""
    text = f"{value:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(_GERMAN) if language == "de" else text


def money_words(money: Money, language: Language = "en") -> str:
    """€2,450 and €19.50 in English, 2.450 € and 19,50 € in German."""
    whole = money.amount == money.amount.to_integral_value()
    digits = f"{money.amount:,.0f}" if whole else f"{money.amount:,.2f}"
    sign = _SIGNS.get(money.currency, money.currency)
    if language == "de":
        return f"{digits.translate(_GERMAN)}\N{NO-BREAK SPACE}{sign}"
    return f"{sign}{digits}" if money.currency in _SIGNS else f"{sign} {digits}"


def day_words(day: date, language: Language = "en") -> str:
    """5 December 2026, or 5. Dezember 2026: as copy says it."""
    month = _MONTHS[language][day.month - 1]
    return f"{day.day}{'.' if language == 'de' else ''} {month} {day.year}"


def weekday_words(day: date) -> str:
    """Thu 26 Nov 2026: as reports say it."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS['en'][day.month - 1][:3]} {day.year}"

# ruff: noqa: E501 (patterns and sentences are read whole)
"""Numbers in running text, with their units: prices, shares, years, dates, sizes, durations.

The same reader is used on copy and on facts, so that "two years' warranty" and 24 months, or
"six seconds" and "+6 s", meet as equal values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from agents.claims import number_words

LONGEST = 4_000
"""Characters of a text that are read: facts and blocks of copy are far shorter."""

QuantityKind = Literal[
    "money", "percent", "date", "month", "year", "clock", "measure", "duration", "count"
]


@dataclass(frozen=True)
class Quantity:
    """One number as it stands in a text."""

    kind: QuantityKind
    value: Decimal
    """money: the amount; percent: per hundred; date: month × 100 + day; clock: the hour; measure:
    in ``unit``; duration: in months, days or seconds as ``unit`` says."""
    unit: str
    """money: ISO code; date: the year, where it stands there; measure: mm, g, bar, ct, hz, …"""
    start: int
    end: int
    text: str

    def same(self, other: Quantity) -> bool:
        """Whether ``other``, read from a fact, says the same."""
        if self.value != other.value:
            return False
        if self.kind == "count":
            # A bare number is no duration, size or price: "three things" is not "three days".
            return other.kind in ("count", "year", "clock")
        if self.kind == "date" and other.kind == "date":
            return not self.unit or not other.unit or self.unit == other.unit
        return self.kind == other.kind and self.unit == other.unit


_ONE = {"one": 1, "a": 1, "an": 1, "ein": 1, "eine": 1, "einen": 1, "einem": 1, "einer": 1}
MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7,
    "august": 8, "september": 9, "october": 10, "november": 11, "december": 12, "jan": 1, "feb": 2,
    "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sept": 9, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12, "januar": 1, "februar": 2, "märz": 3, "mai": 5, "juni": 6, "juli": 7, "oktober": 10,
    "dezember": 12,
}  # fmt: skip
_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP",
    "pound": "GBP", "pounds": "GBP", "pfund": "GBP", "$": "USD", "usd": "USD", "dollar": "USD",
    "dollars": "USD", "chf": "CHF", "franken": "CHF", "francs": "CHF",
}  # fmt: skip
_MEASURES: dict[str, tuple[str, int]] = {
    "mm": ("mm", 1), "millimetre": ("mm", 1), "millimetres": ("mm", 1), "millimeter": ("mm", 1),
    "millimeters": ("mm", 1), "cm": ("mm", 10), "centimetres": ("mm", 10), "zentimeter": ("mm", 10),
    "m": ("mm", 1000), "metres": ("mm", 1000), "meters": ("mm", 1000), "meter": ("mm", 1000),
    "g": ("g", 1), "gram": ("g", 1), "grams": ("g", 1), "gramm": ("g", 1), "kg": ("g", 1000),
    "ct": ("ct", 1), "carat": ("ct", 1), "carats": ("ct", 1), "karat": ("ct", 1), "bar": ("bar", 1),
    "atm": ("bar", 1), "hz": ("hz", 1), "ml": ("ml", 1), "l": ("ml", 1000), "litres": ("ml", 1000),
    "liter": ("ml", 1000), "jewels": ("jewels", 1), "steine": ("jewels", 1),
}  # fmt: skip
_DURATIONS: dict[str, tuple[str, int]] = {
    "year": ("months", 12), "years": ("months", 12), "jahr": ("months", 12),
    "jahre": ("months", 12), "jahren": ("months", 12), "month": ("months", 1),
    "months": ("months", 1), "monat": ("months", 1), "monate": ("months", 1),
    "monaten": ("months", 1), "week": ("days", 7), "weeks": ("days", 7), "woche": ("days", 7),
    "wochen": ("days", 7), "day": ("days", 1), "days": ("days", 1), "tag": ("days", 1),
    "tage": ("days", 1), "tagen": ("days", 1), "hour": ("seconds", 3600),
    "hours": ("seconds", 3600), "h": ("seconds", 3600), "stunde": ("seconds", 3600),
    "stunden": ("seconds", 3600), "minute": ("seconds", 60), "minutes": ("seconds", 60),
    "min": ("seconds", 60), "minuten": ("seconds", 60), "second": ("seconds", 1),
    "seconds": ("seconds", 1), "s": ("seconds", 1), "sec": ("seconds", 1),
    "sekunde": ("seconds", 1), "sekunden": ("seconds", 1),
}  # fmt: skip


def _any(words: dict[str, object] | dict[str, int] | dict[str, str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


_NUM = r"(?:\d{1,3}(?:[.,'’\u202f\u00a0]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?)"
_WORD = rf"(?:{number_words.PATTERN})"
_AMOUNT = rf"(?:{_NUM}|\b{_WORD}\b)"
_CUR = rf"(?:€|£|\$|(?<![a-z])(?:{_any({k: v for k, v in _CURRENCIES.items() if k.isalpha()})})(?![a-z]))"
_MONTH = rf"(?:{_any(MONTHS)})"
_UNITS = _any(dict.fromkeys((*_MEASURES, *_DURATIONS), ""))

_PATTERN = re.compile(
    "|".join(
        (
            r"(?P<isodate>\b(?P<iy>\d{4})-(?P<im>\d{2})-(?P<id>\d{2})\b)",
            rf"(?P<daymonth>\b(?:(?P<dd>\d{{1,2}})(?:st|nd|rd|th|\.)?|(?P<do>{number_words.ORDINAL_PATTERN}))\s+(?:of\s+)?(?P<dm>{_MONTH})\b\.?(?:,?\s+(?P<dy>\d{{4}}))?)",
            rf"(?P<monthday>\b(?P<mm>{_MONTH})\.?\s+(?P<md>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,?\s+(?P<my>\d{{4}}))?)",
            r"(?P<dotdate>\b(?P<td>\d{1,2})\.(?P<tm>\d{1,2})\.(?P<ty>\d{4})?(?!\d))",
            rf"(?P<money1>{_CUR}\s?(?P<m1>{_NUM})(?:\.–|,-)?)",
            rf"(?P<money2>(?<![\w.,])(?P<m2>{_AMOUNT})\s?(?P<c2>{_CUR}))",
            rf"(?P<percent>(?<![\w.,])(?P<p>{_AMOUNT})\s?(?:%|per\s?cent\b|prozent\b))",
            rf"(?P<clock>(?<![\w.,])(?:(?P<ch>{_AMOUNT})\s?(?:o['’]clock|uhr)\b|(?P<c24>\d{{1,2}}):\d{{2}}\b))",
            r"(?P<decade>\b(?P<de>1[5-9]\d0|20\d0)s\b)",
            rf"(?P<united>(?<![\w.,])(?P<un>{_AMOUNT}|\b(?:one|ein|eine|einem|einen)\b)[\s\u202f-]?(?P<uu>{_UNITS})\b)",
            r"(?P<year>(?<![\w.,])(?P<y>1[5-9]\d\d|20\d\d)s?\b(?![.,]\d))",
            rf"(?P<count>(?<![\w.,/]){_AMOUNT}(?![\w]))",
            rf"(?P<monthonly>(?<=\bin )(?P<mo>{_MONTH})\b|(?<=\bim )(?P<mi>{_MONTH})\b|(?<=\bsince )(?P<ms>{_MONTH})\b|(?<=\bseit )(?P<mt>{_MONTH})\b|(?<=\blast )(?P<ml>{_MONTH})\b)",
        )
    ),
    re.IGNORECASE,
)  # fmt: skip
_IDIOM = re.compile(
    r"(?:book|take|choose|give us) \w+ minutes|\w+ minuten buchen|worth in \w+ years|in \w+ jahren wert|half an hour|halbe[n]? stunde|one or two|two or three|one more|one another|ein paar|"
    r"(?:two|three|four|five|six|seven|zwei|drei|vier|fünf|sechs|sieben|(?<!\d)\d) (?:numbers|things|words|questions|reasons|lines|sentences|zahlen|dinge|sachen|worte|wörter|fragen|gründe|zeilen|sätze)\b|"
    r"in two minds|first|second thought|at sixes|24/7|\{\{[^}]*\}\}|https?://\S+",
    re.IGNORECASE,
)


def number(text: str) -> Decimal:
    """The value of a number as written in English or German, or of a number word.

    A separator followed by groups of three digits parts thousands; any other is a decimal one.
    """
    word = _fold(text)
    if word in _ONE:
        return Decimal(_ONE[word])
    in_words = number_words.value(text)
    if in_words is not None:
        return in_words
    if re.fullmatch(r"\d{1,3}(?:[.,'’\u202f\u00a0]\d{3})+(?:[.,]\d{1,2})?", text):
        head, tail = re.fullmatch(r"(.*?)(?:[.,](\d{1,2}))?", text).groups()  # type: ignore[union-attr]
        whole = re.sub(r"\D", "", head)
        return Decimal(f"{whole}.{tail}" if tail else whole)
    return Decimal(text.replace(",", "."))


def _fold(word: str) -> str:
    """Lower case by way of upper case, as a search that ignores case compares: ß is ss."""
    return word.upper().lower()


def quantities(text: str) -> tuple[Quantity, ...]:
    """Every number of the text, in order, without those inside idioms, links and merge fields."""
    text = text[:LONGEST]
    blanked = _IDIOM.sub(lambda m: "·" * len(m.group()), text)
    return tuple(_quantity(match, text) for match in _PATTERN.finditer(blanked))


def _quantity(match: re.Match[str], text: str) -> Quantity:
    start, end = match.span()
    words = text[start:end]

    def made(kind: QuantityKind, value: Decimal, unit: str = "") -> Quantity:
        return Quantity(kind, value.normalize(), unit, start, end, words)

    def day(month: str, day_number: str, year: str | None) -> Quantity:
        return made("date", Decimal(int(month) * 100 + int(day_number)), year or "")

    group = match.groupdict()
    if group["isodate"]:
        return day(group["im"], group["id"], group["iy"])
    if group["daymonth"]:
        number_of_day = group["dd"] or str(number_words.ORDINALS[_fold(group["do"])])
        return day(str(MONTHS[_fold(group["dm"])]), number_of_day, group["dy"])
    if group["monthday"]:
        return day(str(MONTHS[_fold(group["mm"])]), group["md"], group["my"])
    if group["dotdate"]:
        return day(group["tm"], group["td"], group["ty"])
    if group["money1"]:
        sign = re.match(_CUR, words, re.IGNORECASE)
        return made("money", number(group["m1"]), _CURRENCIES[_fold(sign.group())] if sign else "")
    if group["money2"]:
        return made("money", number(group["m2"]), _CURRENCIES[_fold(group["c2"])])
    if group["percent"]:
        return made("percent", number(group["p"]))
    if group["clock"]:
        return made("clock", number(group["ch"] or group["c24"]))
    if group["united"]:
        unit = _fold(group["uu"])
        if unit in _MEASURES:
            name, factor = _MEASURES[unit]
            return made("measure", number(group["un"]) * factor, name)
        name, factor = _DURATIONS[unit]
        return made("duration", number(group["un"]) * factor, name)
    if group["decade"] or group["year"]:
        return made("year", Decimal(group["de"] or group["y"]))
    if group["count"]:
        return made("count", number(words))
    return made("month", Decimal(MONTHS[_fold(words)]))

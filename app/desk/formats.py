"""Dates, numbers and money as the reader's own locale writes them (CLDR, by Babel)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel import numbers as babel_numbers
from babel.dates import format_date, format_skeleton, format_time

from domain.money import Money

LOCALES = ("en_GB", "en_US", "en", "de_DE", "de_AT", "de_CH", "fr_FR", "es_ES", "it_IT", "nl_NL")
"""What a browser may ask for; the words stay English, the forms are the reader's."""


@dataclass(frozen=True)
class Formats:
    """How one reader of one workspace sees values."""

    locale: str
    timezone: str
    currency: str
    now: datetime

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.timezone))

    def moment(self, at: datetime) -> str:
        """Thu 26 Nov, 18:30; with the year where it is another one."""
        return f"{self.day(self.local(at).date())}, {self.time(at)}"

    def time(self, at: datetime) -> str:
        return str(
            format_time(self.local(at), "HH:mm" if self._day_first else "short", locale=self.locale)
        )

    def day(self, on: date) -> str:
        """Thu 26 Nov; with the year where it is another one."""
        same = on.year == self.local(self.now).year
        if self._day_first:
            return str(format_date(on, "EEE d MMM" if same else "EEE d MMM y", locale=self.locale))
        return str(format_skeleton("MMMEd" if same else "yMMMEd", on, locale=self.locale))

    def long_day(self, on: date) -> str:
        """Thursday 26 November 2026."""
        if self._day_first:
            return str(format_date(on, "EEEE d MMMM y", locale=self.locale))
        return str(format_date(on, "full", locale=self.locale))

    def short_day(self, on: date) -> str:
        """16 Nov."""
        return str(format_skeleton("MMMd", on, locale=self.locale))

    def long_date(self, on: date) -> str:
        """20 December 2026."""
        return str(format_date(on, "long", locale=self.locale))

    def weekday(self, on: date, whole: bool = False) -> str:
        """Thu, or Thursday."""
        return str(format_date(on, "EEEE" if whole else "EEE", locale=self.locale))

    def ago(self, at: datetime) -> str:
        """Today 10:42, yesterday 09:12, or the moment."""
        days = (self.local(self.now).date() - self.local(at).date()) // timedelta(days=1)
        named = {0: "today", 1: "yesterday", -1: "tomorrow"}.get(days)
        return f"{named} {self.time(at)}" if named else self.moment(at)

    def number(self, value: float | Decimal) -> str:
        """1,684, or 4.3: one decimal where there is one."""
        shown = "#,##0" if value == int(value) else "#,##0.0"
        return str(babel_numbers.format_decimal(value, format=shown, locale=self.locale))

    def percent(self, share: float, places: int = 1) -> str:
        """0.125 as 12.5%."""
        hashes = "#" * places
        shown = f"#,##0.{hashes}%" if places else "#,##0%"
        if self.locale.startswith(("de", "fr", "es", "nl")):
            shown = shown.replace("%", "\N{NO-BREAK SPACE}%")
        return str(babel_numbers.format_percent(share, format=shown, locale=self.locale))

    def points(self, difference: float) -> str:
        """A difference of two shares as +4.3, with a true minus."""
        return self.signed(difference * 100)

    def signed(self, value: float) -> str:
        value = round(value, 1)  # what would read as 0.0 has no direction
        sign = "+" if value > 0 else "−" if value < 0 else "±"
        return sign + str(
            babel_numbers.format_decimal(abs(value), format="#,##0.0", locale=self.locale)
        )

    def money(self, amount: Money | Decimal | float, currency: str = "") -> str:
        """€2,450, or €12.50: cents only where there are any."""
        if isinstance(amount, Money):
            return self.money(amount.amount, amount.currency)
        whole = round(Decimal(amount), 2) == int(amount)
        pattern = Locale.parse(self.locale).currency_formats["standard"].pattern
        return str(
            babel_numbers.format_currency(
                amount,
                currency or self.currency,
                format=pattern.replace(".00", "") if whole else pattern,
                locale=self.locale,
                currency_digits=False,
            )
        )

    def people(self, count: int) -> str:
        return f"{self.number(count)} {'person' if count == 1 else 'people'}"

    @property
    def _day_first(self) -> bool:
        return self.locale != "en_US" and self.locale != "en"


def choose_locale(accept_language: str) -> str:
    """The best of our locales for a browser's Accept-Language; British English else."""
    wanted = [part.partition(";")[0].strip() for part in accept_language.split(",")]
    return negotiate_locale([w.replace("-", "_") for w in wanted if w], LOCALES) or "en_GB"


FILTERS: dict[str, Callable[..., str]] = {
    "moment": Formats.moment,
    "clock_time": Formats.time,
    "day": Formats.day,
    "long_day": Formats.long_day,
    "short_day": Formats.short_day,
    "long_date": Formats.long_date,
    "weekday": Formats.weekday,
    "ago": Formats.ago,
    "number": Formats.number,
    "percent": Formats.percent,
    "points": Formats.points,
    "signed": Formats.signed,
    "money": Formats.money,
    "people": Formats.people,
}
"""Filters of the templates; each takes the reader's formats from the page."""

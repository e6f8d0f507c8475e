"""Dates, numbers and money as readers of three places write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.desk.formats import FILTERS, LOCALES, Formats, choose_locale
from domain.money import Money

AT = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)


def formats(locale: str, now: datetime = AT) -> Formats:
    return Formats(locale=locale, timezone="Europe/Berlin", currency="EUR", now=now)


BRITISH, AMERICAN, GERMAN = formats("en_GB"), formats("en_US"), formats("de_DE")


def plain(text: str) -> str:
    """Without the spaces that do not break, which differ by release of CLDR."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_moments_are_of_the_workspaces_zone() -> None:
    assert BRITISH.moment(AT) == "Thu 26 Nov, 18:30"
    assert plain(AMERICAN.moment(AT)) == "Thu, Nov 26, 6:30 PM"
    assert GERMAN.moment(AT) == "Do. 26 Nov., 18:30"
    # The day, too: half past eleven at night in UTC is the next day in Berlin.
    assert BRITISH.moment(AT.replace(hour=23)) == "Fri 27 Nov, 00:30"


def test_another_year_is_named() -> None:
    assert BRITISH.day(date(2025, 11, 26)) == "Wed 26 Nov 2025"
    assert AMERICAN.day(date(2025, 11, 26)) == "Wed, Nov 26, 2025"
    assert BRITISH.long_day(date(2026, 11, 26)) == "Thursday 26 November 2026"


def test_near_days_have_their_names() -> None:
    now = AT.replace(hour=9, minute=0)
    british = formats("en_GB", now)
    assert british.ago(now.replace(hour=8)) == "today 09:00"
    assert british.ago(AT.replace(day=25)) == "yesterday 18:30"
    assert british.ago(AT.replace(day=27)) == "tomorrow 18:30"
    assert british.ago(AT.replace(day=20)) == "Fri 20 Nov, 18:30"


@pytest.mark.parametrize(
    ("value", "british", "german"),
    [(1684, "1,684", "1.684"), (4.3, "4.3", "4,3"), (Decimal("1234567"), "1,234,567", "1.234.567")],
)
def test_numbers(value: float | Decimal, british: str, german: str) -> None:
    assert BRITISH.number(value) == british
    assert AMERICAN.number(value) == british
    assert GERMAN.number(value) == german


def test_shares_and_differences() -> None:
    assert BRITISH.percent(0.125) == "12.5%"
    assert BRITISH.percent(0.12, 0) == "12%"
    assert plain(GERMAN.percent(0.125)) == "12,5 %"
    assert BRITISH.points(0.043) == "+4.3"
    assert BRITISH.points(-0.006) == "−0.6"
    assert GERMAN.points(0.043) == "+4,3"
    assert BRITISH.points(0) == "±0.0"


def test_money_has_cents_only_where_there_are_any() -> None:
    assert BRITISH.money(Money(amount=Decimal(2450), currency="EUR")) == "€2,450"
    assert AMERICAN.money(Decimal("12.5")) == "€12.50"
    assert plain(GERMAN.money(Decimal("1234.5"))) == "1.234,50 €"
    assert plain(GERMAN.money(Money(amount=Decimal(12), currency="GBP"))) == "12 £"


def test_one_person_is_no_people() -> None:
    assert BRITISH.people(1) == "1 person"
    assert BRITISH.people(1226) == "1,226 people"


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de_DE"),
        ("en-US,en;q=0.9", "en_US"),
        ("ja-JP,ja;q=0.9", "en_GB"),
        ("", "en_GB"),
        ("*", "en_GB"),
        ("de-DE\x00;;;,=,,-,--", "en_GB"),
    ],
)
def test_the_browser_says_which(asked: str, chosen: str) -> None:
    assert choose_locale(asked) == chosen


@given(st.text(max_size=60), st.floats(-1e9, 1e9), st.sampled_from(LOCALES))
def test_whatever_a_browser_asks_for_can_be_written(asked: str, value: float, locale: str) -> None:
    for one in (formats(choose_locale(asked)), formats(locale)):
        for name in ("number", "signed", "money", "percent"):
            assert FILTERS[name](one, value)

"""Numbers, money and days in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.words import day_words, money_words, number_words, weekday_words


@pytest.mark.parametrize(
    ("amount", "currency", "english", "german"),
    [
        ("2450", "EUR", "€2,450", "2.450 €"),
        ("19.50", "EUR", "€19.50", "19,50 €"),
        ("1000000", "GBP", "£1,000,000", "1.000.000 £"),
        ("12", "CHF", "CHF 12", "12 CHF"),
    ],
)
def test_money(amount: str, currency: str, english: str, german: str) -> None:
    money = Money(amount=Decimal(amount), currency=currency)
    assert money_words(money) == english
    assert money_words(money, "de") == german.replace(" ", "\N{NO-BREAK SPACE}")


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_money_can_be_read_back(amount: Decimal) -> None:
    money = Money(amount=amount, currency="EUR")
    assert Decimal(money_words(money).lstrip("€").replace(",", "")) == amount
    german = money_words(money, "de").removesuffix("\N{NO-BREAK SPACE}€")
    assert Decimal(german.replace(".", "").replace(",", ".")) == amount


def test_days() -> None:
    assert day_words(date(2026, 12, 5)) == "5 December 2026"
    assert day_words(date(2026, 3, 5), "de") == "5. März 2026"
    assert weekday_words(date(2026, 11, 26)) == "Thu 26 Nov 2026"


def test_numbers() -> None:
    assert number_words(34.0) == "34"
    assert number_words(35.5, "de") == "35,5"
    assert number_words(1234.0) == "1,234"
    assert number_words(100.0, places=0) == "100"

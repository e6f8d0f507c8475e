"""Numbers and moments as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import get_args

import pytest

from app import words
from domain.figures import Figure
from domain.plan import LeftOut
from domain.publication import SendState
from ledger.approvals import ApprovalStatus


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (Decimal(2450), "EUR", "€ 2,450"),
        (Decimal("12.5"), "GBP", "£ 12.50"),
        (0, "USD", "$ 0"),
        (Decimal("1234567.89"), "SEK", "SEK 1,234,567.89"),
    ],
)
def test_money(amount: Decimal, currency: str, said: str) -> None:
    assert words.money(amount, currency) == said


@pytest.mark.parametrize(("share", "said"), [(0.125, "12.5 %"), (0.1, "10 %"), (1.0, "100 %")])
def test_percent(share: float, said: str) -> None:
    assert words.percent(share) == said


def test_a_figure_carries_its_interval_and_size() -> None:
    figure = Figure(name="x", value=0.112, unit="share", low=0.101, high=0.124, n=561)
    assert words.figure(figure, "EUR") == "11.2 % (likely between 10.1 % and 12.4 %, n 561)"


def test_what_cannot_be_known_is_called_so() -> None:
    figure = Figure(name="x", value=None, unit="money", note="no order has a price")
    assert words.figure(figure, "EUR") == "not known: no order has a price"


def test_a_moment_is_local() -> None:
    at = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)
    assert words.moment(at, "Europe/Berlin") == "Thu 26 Nov 2026, 18:30"
    assert words.day(date(2026, 11, 26)) == "Thu 26 Nov 2026"


def test_every_state_and_reason_has_its_words() -> None:
    reasons = get_args(LeftOut.model_fields["reason"].annotation)
    assert set(reasons) <= set(words.LEFT_OUT)
    assert set(get_args(SendState)) == set(words.SEND_STATES)
    assert set(get_args(ApprovalStatus)) == set(words.APPROVAL_STATES)


def test_long_texts_are_cut_on_one_line() -> None:
    assert words.one_line("a\n b", 10) == "a b"
    assert words.one_line("a" * 50, 10) == "a" * 9 + "…"

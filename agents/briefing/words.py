"""Numbers as people read them in a brief, in English."""

from __future__ import annotations

from datetime import date

from domain.money import Money


def day(value: date) -> str:
    """Thu 26 Nov 2026"""
    return f"{value:%a} {value.day} {value:%b %Y}"


def number(value: float) -> str:
    """1,234"""
    return f"{value:,.0f}"


def percent(share: float) -> str:
    """12%, 0.4%: one figure after the point below ten per cent, and none that is zero."""
    return f"{share * 100:.1f}".removesuffix(".0") + "%" if share < 0.0995 else f"{share:.0%}"


def points(difference: float) -> str:
    """5.5 points: a difference of two shares."""
    return f"{difference * 100:.1f} points"


def money(value: Money) -> str:
    """EUR 1,234, with cents only where there are any."""
    whole = value.amount == value.amount.to_integral_value()
    return f"{value.currency} {value.amount:,.{0 if whole else 2}f}"

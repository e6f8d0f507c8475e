"""Money: a Decimal with its currency, never a float."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.frozen import Frozen

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""

Share = Annotated[float, Field(ge=0, le=1)]
"""A rate or part of a whole, as a fraction: 0.10 is ten per cent."""


class Money(Frozen):
    """An amount in one currency. Amounts of two currencies do not add."""

    amount: Decimal
    currency: Currency

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def times(self, factor: int | Decimal) -> Money:
        """The amount a number of times over."""
        return Money(amount=self.amount * factor, currency=self.currency)

"""Who may call an operation: the person of the token, with the right that it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends

from app.tokens import TokenPerson, needs
from ledger.people import Person, Right


def _having(right: Right) -> Callable[[Person], Person]:
    def check(person: TokenPerson) -> Person:
        return needs(person, right)

    return check


Reader = Annotated[Person, Depends(_having("read"))]
Writer = Annotated[Person, Depends(_having("write"))]
Approver = Annotated[Person, Depends(_having("approve"))]
Publisher = Annotated[Person, Depends(_having("publish"))]
Administrator = Annotated[Person, Depends(_having("administer"))]

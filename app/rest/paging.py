"""Pages of lists, by a cursor that says where the page before ended. It holds the place of the
last row and not a number of rows, so that what is added meanwhile shifts nothing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

from fastapi import Query

from domain.errors import WrongUsage
from domain.frozen import Frozen

T = TypeVar("T")

Cursor = Annotated[
    str,
    Query(
        max_length=1000,
        description="`next` of the page before; empty: the first page. It belongs to the same "
        "list, asked in the same way.",
    ),
]
Limit = Annotated[int, Query(ge=1, le=100, description="Most items of a page.")]


class Page(Frozen, Generic[T]):
    """One page of a list."""

    items: tuple[T, ...]
    next: str | None = None
    """The cursor of the next page; null: this is the last."""


def written(where: str) -> str | None:
    """A place as a cursor; None for an empty one."""
    if not where:
        return None
    return base64.urlsafe_b64encode(json.dumps([1, where]).encode()).decode().rstrip("=")


def place(cursor: str) -> str:
    """The place that a cursor holds. Raises WrongUsage bad_cursor."""
    if not cursor:
        return ""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        version, where = json.loads(raw)
        if version != 1 or not isinstance(where, str) or "\x00" in where:
            raise ValueError("another form")
    except (ValueError, binascii.Error, TypeError, RecursionError):
        raise bad_cursor() from None
    return where


def number_place(cursor: str) -> int | None:
    """The same, of a list whose places are numbers."""
    where = place(cursor)
    if not where:
        return None
    if not where.isascii() or not where.isdigit() or len(where) > 15:
        raise bad_cursor()
    return int(where)


def from_address(address: str, name: str) -> str | None:
    """The cursor in the address of a next page, as the views of the pages give it."""
    found = parse_qs(urlsplit(address).query).get(name, [""])[0]
    return written(found)


def page_of(rows: Sequence[T], limit: int, key: Callable[[T], Any]) -> Page[T]:
    """A page of rows of which one more than ``limit`` was asked for."""
    shown = tuple(rows[:limit])
    more = len(rows) > limit
    return Page[Any](items=shown, next=written(str(key(shown[-1]))) if more else None)


def bad_cursor() -> WrongUsage:
    return WrongUsage(
        "bad_cursor",
        "This cursor is not one of ours.",
        thing="cursor",
        next_step="Begin with the first page, and take `next` of each page as it is.",
    )

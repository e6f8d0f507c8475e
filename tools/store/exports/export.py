"""What is known of one system's export, and the SQL that its parts are made of.

Who a row is about is told by the mail address, because it is the one thing that all exports share:
the customer whom this workspace knows by that address, else an id made from the address (the same
in every export), else the id of the system itself.
"""

# ruff: noqa: S608  (statements are made of our own names; the file's columns are quoted)

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from domain.frozen import Frozen
from tools.store.columns import plain
from tools.store.fields import Kind
from tools.store.readers import LINE

System = Literal["klaviyo", "shopify", "hubspot", "ga4"]
SYSTEM_NAMES: dict[System, str] = {
    "klaviyo": "Klaviyo", "shopify": "Shopify", "hubspot": "HubSpot", "ga4": "Google Analytics 4",
}  # fmt: skip


class Field(Frozen):
    """A field of ours in an export: the columns that it is read from, and how."""

    name: str
    columns: tuple[str, ...]
    sql: str
    """Over ``x``, the export's rows."""
    how: str = ""
    """In words, where it is more than the column."""


class Part(Frozen):
    """The rows of one kind in an export."""

    kind: Kind
    fields: tuple[Field, ...]
    rows: str = "SELECT * FROM raw"
    """The statement that gives ``x``; one row a row of ours, each with the file's line."""
    left_out: tuple[tuple[str, str], ...] = ()
    """Condition over ``x`` and words: rows that are no rows of this kind."""
    notes: tuple[str, ...] = ()
    """What a person must know of how it was read."""
    on_request: bool = False
    """Taken in only where a person asks for it."""

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(column for field in self.fields for column in field.columns)


class Export(Frozen):
    system: System
    name: str
    """In words: "Shopify orders export"."""
    parts: tuple[Part, ...]
    """In the order in which they are imported."""

    @property
    def source(self) -> str:
        """What its rows are kept as said by: "Shopify orders"."""
        return self.name.removesuffix(" export")

    def wanted(self, *, all_parts: bool) -> tuple[Part, ...]:
        """Its parts; those on request only with ``all_parts``."""
        return tuple(part for part in self.parts if all_parts or not part.on_request)

    def part(self, kind: Kind) -> Part | None:
        return next((part for part in self.parts if part.kind == kind), None)


class Header:
    """A file's columns, found without regard to case, spaces and signs."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = {plain(column): column for column in reversed(columns)}

    def __contains__(self, name: str) -> bool:
        return plain(name) in self._columns

    def as_written(self, *names: str) -> bool:
        """Whether one of them is there sign by sign."""
        return any(name in self._columns.values() for name in names)

    def has(self, *names: str) -> bool:
        """Whether every one of them is there."""
        return all(name in self for name in names)

    def beginning(self, start: str) -> list[str]:
        """The columns that begin so."""
        return [c for p, c in self._columns.items() if p.startswith(plain(start))]

    def any_begins(self, *starts: str) -> bool:
        return any(c.startswith(tuple(plain(s) for s in starts)) for c in self._columns)

    def first(self, *names: str) -> str | None:
        """The first of these columns that the file has, as it writes it."""
        return next((self._columns[plain(n)] for n in names if n in self), None)

    def text(self, *names: str) -> str:
        """SQL: the column's text without the apostrophe that keeps spreadsheets from reckoning;
        NULL where it is empty, or where the file has none of them."""
        found = self.first(*names)
        return text_of(found) if found is not None else "CAST(NULL AS VARCHAR)"

    def field(self, name: str, *columns: str, sql: str = "", how: str = "") -> tuple[Field, ...]:
        """The field, if the file has one of the columns that it is read from."""
        found = self.first(*columns)
        if found is None:
            return ()
        return (Field(name=name, columns=(found,), sql=sql or text_of(found), how=how),)


def text_of(column: str) -> str:
    name = '"' + column.replace('"', '""') + '"'
    return f"nullif(trim(ltrim({name}, '''')), '')"


def address(sql: str) -> str:
    """The form in which addresses are compared."""
    return f"lower({sql})"


def who(mail: str, own_id: str = "CAST(NULL AS VARCHAR)") -> str:
    """SQL for the customer's id from the text of an address and of an id of the system's own."""
    by_mail = f"(SELECT k.customer_id FROM known_people k WHERE k.address = {address(mail)})"
    by_id = f"(SELECT k.customer_id FROM known_ids k WHERE k.customer_id = {own_id})"
    made = f"'mail-' || left(sha256({address(mail)}), 20)"
    return f"coalesce({by_mail}, {by_id}, {made}, {own_id})"


WHO = (
    "the customer known by this address, else an id made from the address, so that all exports "
    "agree"
)


def filled_down(header: Header, by: str, columns: Iterable[str]) -> str:
    """SQL for raw with what stands only in the first row of several: each of ``columns`` is then
    there as ``of_<plain name>`` on every row of the same ``by``."""
    own = header.text(by)
    each = ", ".join(
        f"first_value({header.text(c)} IGNORE NULLS) OVER whole AS of_{plain(c)}" for c in columns
    )
    return (
        f"WITH named AS (SELECT *, last_value({own} IGNORE NULLS) OVER "
        f"(ORDER BY {LINE} ROWS UNBOUNDED PRECEDING) AS _of FROM raw) "
        f"SELECT *, row_number() OVER (PARTITION BY _of ORDER BY {LINE}) AS _nth, {each} "
        f"FROM named WINDOW whole AS (PARTITION BY _of ORDER BY {LINE} "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"
    )

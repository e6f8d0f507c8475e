"""Names and values that the data have; others are refused with the nearest.

``not (clicked …)`` with a misspelt name would be everyone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from ibis.expr.types import Table

from domain.nearest import nearest
from tools.cdp.port import CdpError
from tools.store.rows import rows_of
from tools.store.schema import PROFILE_FIELDS, TableName
from tools.store.tables import Tables

LOOKED_AT = 20_000
"""Events whose properties are listed where one was asked for that none of them has."""


def values_of(tables: Tables, table: TableName, column: str) -> frozenset[str]:
    """The distinct values of a column, whenever they happened; the same files have the same."""

    def look() -> frozenset[str]:
        rows = tables.run(tables.stored(table).select(value=column).distinct())
        return frozenset(value for value in rows.column("value").to_pylist() if value)

    return tables.kept((table, column), look)


def require_known(what: str, names: Iterable[str], known: Iterable[str], *, fold: bool) -> None:
    """Raise CdpError unknown_field for the first name that is not known."""
    turned: Callable[[str], str] = str.lower if fold else str
    there = set(known)
    for name in names:
        if turned(name) not in there:
            near = nearest(name, there)
            raise CdpError(
                "unknown_field",
                f"The data have no {what} {name!r}",
                thing=name,
                next_step=f"use one of: {', '.join(near)}"
                if near
                else f"import data with a {what}",
            )


def require_said(tables: Tables, field: str) -> None:
    """Raise CdpError unknown_field where no customer's field is known."""
    if not _said(tables, field):
        raise CdpError(
            "unknown_field",
            f"No customer's {field} is known",
            thing=field,
            next_step="import customers with a column for it, or use one of: "
            f"{', '.join(f for f in PROFILE_FIELDS if _said(tables, f)) or 'customer_id'}",
        )


def require_property(tables: Tables, events: Table, event: str, name: str, column: Any) -> None:
    """Raise CdpError unknown_field where no event of that name ever said the property."""

    def look() -> bool:
        return bool(tables.run(events.filter(column.notnull()).limit(1)).num_rows)

    if tables.once(("property", event, name), look):
        return
    seen: set[str] = set()
    said = tables.run(events.filter(events.properties != "").select("properties").limit(LOOKED_AT))
    for row in rows_of(said):
        seen.update(_keys(row["properties"]))
    require_known(f"property of {event!r} called", (name,), seen, fold=False)


def _keys(properties: str) -> Iterable[str]:
    """The names of properties, those of a nested one after its own and a dot."""
    found = json.loads(properties)
    for name, value in found.items() if isinstance(found, dict) else ():
        yield name
        if isinstance(value, dict):
            yield from (f"{name}.{inner}" for inner in value)


def require_one_currency(tables: Tables, currency: str | None = None) -> None:
    """Raise CdpError mixed_currencies where amounts do not add (or are not in ``currency``)."""
    found = values_of(tables, "orders", "currency")
    if len(found) > 1 or (currency and found - {currency}):
        raise CdpError(
            "mixed_currencies",
            f"The orders are in {', '.join(sorted(found))}"
            + (f", the workspace reckons in {currency}" if currency else "")
            + ": they cannot be added",
            next_step="convert them to one currency before the import, in a new workspace",
        )


def _said(tables: Tables, field: str) -> bool:
    def look() -> bool:
        rows = tables.stored("profiles").select(value=field)
        return bool(tables.run(rows.filter(rows.value.notnull()).limit(1)).num_rows)

    return tables.kept(("said", field), look) or (
        field == "country" and bool(values_of(tables, "orders", "country"))
    )

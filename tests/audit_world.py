"""A small shop whose data are in order, and the faults that a test plants in it.

Rows are written to the store and the ledger as importers write them. Two systems know every
customer and agree; everybody agreed to mail in known words; orders and visits come every day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from app.workspace import Workspace
from domain.customer import Consent
from ledger import consent
from tools.store.schema import EVENTS, ORDERS, PROFILES, TableName
from tools.store.segments import Store

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PEOPLE = tuple(f"K{number:02d}" for number in range(19))
DAYS = 60
_SCHEMAS: dict[TableName, pa.Schema] = {"profiles": PROFILES, "orders": ORDERS, "events": EVENTS}


def profile(one: str, source: str, **changes: Any) -> dict[str, Any]:
    number = int(one[1:])
    return {
        "customer_id": one,
        "email": f"person{number}@brand{number}.example",
        "first_name": f"Ada{number}",
        "last_name": f"Winter{number}",
        "language": "de",
        "country": "DE",
        "city": "Berlin",
        "timezone": "Europe/Berlin",
        "created_at": NOW - timedelta(days=DAYS + 10),
        "phone": f"+49301234{number:03d}",
        "street": f"Lange Straße {number}",
        "postcode": "10115",
        "source": source,
        "said_at": NOW - timedelta(days=20),
        "seq": 0,
    } | changes


def order(day: int, one: str | None, **changes: Any) -> dict[str, Any]:
    """An order of ``day`` days ago."""
    key = changes.pop("key", f"O{day}")
    return {
        "line_id": key,
        "order_id": key,
        "customer_id": one,
        "ordered_at": NOW - timedelta(days=day, hours=1),
        "product_id": "W1",
        "description": "",
        "category": "watch",
        "quantity": 1,
        "unit_price": Decimal(100),
        "discount": Decimal(0),
        "vat_rate": Decimal(0),
        "currency": "EUR",
        "channel": "shop",
        "country": "DE",
        "cancellation": False,
        "adjustment": False,
        "occurrence": 1,
        "net": Decimal(100),
        "source": "shop",
    } | changes


def visit(day: int, one: str | None, **changes: Any) -> dict[str, Any]:
    """A visit of ``day`` days ago."""
    at = changes.pop("at", NOW - timedelta(days=day, hours=2))
    return {
        "event_id": changes.pop("key", f"E{day}"),
        "customer_id": one,
        "name": "Product Viewed",
        "occurred_at": at,
        "received_at": at + timedelta(seconds=3),
        "machine": False,
        "properties": "",
        "source": "site",
    } | changes


def sound() -> dict[TableName, list[dict[str, Any]]]:
    """Rows without a fault."""
    return {
        "profiles": [profile(one, source) for one in PEOPLE for source in ("crm", "shop")],
        "orders": [order(day, PEOPLE[day % len(PEOPLE)]) for day in range(DAYS)],
        "events": [visit(day, PEOPLE[day % len(PEOPLE)]) for day in range(DAYS)],
    }


def agreements(people: Iterable[str] = PEOPLE, **changes: Any) -> list[Consent]:
    said: dict[str, Any] = {
        "purpose": "email_marketing",
        "given": True,
        "at": NOW - timedelta(days=30),
        "source": "shop checkout",
        "wording": "Yes, send me news.",
    }
    return [Consent.model_validate({"customer_id": one, **said, **changes}) for one in people]


def bring_in(
    workspace: Workspace,
    rows: dict[TableName, list[dict[str, Any]]],
    consents: Iterable[Consent],
) -> None:
    store = Store(workspace.store_folder)
    for table, said in rows.items():
        by_source: dict[str, list[dict[str, Any]]] = {}
        for row in said:
            by_source.setdefault(row["source"], []).append(row)
        for some in by_source.values():
            columns = {
                field.name: pa.array([row.get(field.name) for row in some], field.type)
                for field in _SCHEMAS[table]
            }
            store.add(table, pa.table(columns))
    with workspace.ledger.write() as tx:
        consent.record(tx, consents)

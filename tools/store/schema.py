"""The columns of the three tables that the store holds. Times are UTC, money is exact."""

from __future__ import annotations

from typing import Literal, get_args

import pyarrow as pa

TableName = Literal["profiles", "orders", "events"]
TABLES: tuple[TableName, ...] = get_args(TableName)

MOMENT = pa.timestamp("us", tz="UTC")
AMOUNT = pa.decimal128(18, 6)

PROFILE_FIELDS: tuple[str, ...] = (
    "email",
    "first_name",
    "last_name",
    "language",
    "country",
    "city",
    "timezone",
    "created_at",
)
"""What a later import may fill or replace, field by field."""

PROFILES = pa.schema(
    [
        ("customer_id", pa.string()),
        ("email", pa.string()),
        ("first_name", pa.string()),
        ("last_name", pa.string()),
        ("language", pa.string()),
        ("country", pa.string()),
        ("city", pa.string()),
        ("timezone", pa.string()),
        ("created_at", MOMENT),
        ("seq", pa.int64()),  # the segment's number: the later one wins
    ]
)

ORDERS = pa.schema(
    [
        ("line_id", pa.string()),
        ("order_id", pa.string()),
        ("customer_id", pa.string()),
        ("ordered_at", MOMENT),
        ("product_id", pa.string()),
        ("description", pa.string()),
        ("category", pa.string()),
        ("quantity", pa.int64()),
        ("unit_price", AMOUNT),
        ("discount", AMOUNT),
        ("vat_rate", AMOUNT),
        ("currency", pa.string()),
        ("channel", pa.string()),
        ("country", pa.string()),
        ("cancellation", pa.bool_()),
        ("adjustment", pa.bool_()),  # a booking with a negative price: neither sold nor returned
        ("occurrence", pa.int64()),
        ("net", AMOUNT),  # the line's value without discount and VAT; negative for a return
    ]
)

EVENTS = pa.schema(
    [
        ("event_id", pa.string()),
        ("customer_id", pa.string()),
        ("name", pa.string()),
        ("occurred_at", MOMENT),
        ("received_at", MOMENT),
        ("campaign_id", pa.string()),
        ("message_key", pa.string()),
        ("product_id", pa.string()),
        ("machine", pa.bool_()),
        ("properties", pa.string()),
    ]
)

SCHEMAS: dict[TableName, pa.Schema] = {"profiles": PROFILES, "orders": ORDERS, "events": EVENTS}
IDENTITY: dict[TableName, str] = {
    "profiles": "customer_id",
    "orders": "line_id",
    "events": "event_id",
}
SORTED_BY: dict[TableName, str] = {
    "profiles": "customer_id",
    "orders": "ordered_at, line_id",
    "events": "occurred_at, event_id",
}

_SQL_TYPES: dict[pa.DataType, str] = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.bool_(): "BOOLEAN",
    MOMENT: "TIMESTAMP WITH TIME ZONE",
    AMOUNT: "DECIMAL(18, 6)",
}


def empty_select(table: TableName) -> str:
    """A statement with the table's columns and no row, for a store without segments."""
    columns = ", ".join(
        f"CAST(NULL AS {_SQL_TYPES[field.type]}) AS {field.name}" for field in SCHEMAS[table]
    )
    return f"SELECT {columns} WHERE false"


def selected(table: TableName) -> str:
    """The table's columns, each cast to its type, so that segments are alike for ever."""
    return ", ".join(
        f"CAST({field.name} AS {_SQL_TYPES[field.type]}) AS {field.name}"
        for field in SCHEMAS[table]
    )

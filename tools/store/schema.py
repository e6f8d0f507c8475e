"""The columns of the tables that the store holds. Times are UTC, money is exact.

``links`` says which identifiers were seen to be of one person; who is who is resolved from it and
from the profiles (tools/identity). ``source`` is the system that said a row: an export's name, a
tracking source's, or the file kind of an import.
"""

from __future__ import annotations

from typing import Literal, get_args

import pyarrow as pa

TableName = Literal["profiles", "orders", "events", "links"]
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
    "phone",
    "street",
    "postcode",
    "birthday",
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
        ("phone", pa.string()),  # E.164
        ("street", pa.string()),
        ("postcode", pa.string()),
        ("birthday", pa.date32()),
        ("source", pa.string()),
        ("said_at", MOMENT),  # when the source said so
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
        ("source", pa.string()),
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
        ("anonymous_id", pa.string()),  # of a device nobody signed in on; customer_id is then null
        ("source", pa.string()),
    ]
)

LINKS = pa.schema(
    [
        ("link_id", pa.string()),  # a hash of what is linked, so that one link is kept once
        ("customer_id", pa.string()),
        ("anonymous_id", pa.string()),
        ("email", pa.string()),
        ("phone", pa.string()),  # E.164
        ("device_id", pa.string()),
        ("seen_at", MOMENT),
        ("source", pa.string()),
    ]
)

RESOLVED = pa.schema([("kind", pa.string()), ("value", pa.string()), ("person", pa.string())])
"""Who is who: an identifier (kind ``customer`` or ``anonymous``) and the customer id that stands
for the person. Identifiers that stand for themselves are not listed."""

CONSENTS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("purpose", pa.string()),
        ("given", pa.bool_()),
        ("at", MOMENT),
        ("by_hand", pa.bool_()),  # said by the person on the page that their mails lead to
    ]
)
"""Answers about being contacted: a copy of the ledger's, made when a question needs it and never
stored."""

SCHEMAS: dict[TableName, pa.Schema] = {
    "profiles": PROFILES,
    "orders": ORDERS,
    "events": EVENTS,
    "links": LINKS,
}
IDENTITY: dict[TableName, str] = {
    "profiles": "customer_id",
    "orders": "line_id",
    "events": "event_id",
    "links": "link_id",
}
SORTED_BY: dict[TableName, str] = {
    "profiles": "customer_id",
    "orders": "ordered_at, line_id",
    "events": "occurred_at, event_id",
    "links": "seen_at, link_id",
}

SQL_TYPES: dict[pa.DataType, str] = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    MOMENT: "TIMESTAMP WITH TIME ZONE",
    AMOUNT: "DECIMAL(18, 6)",
}


def empty_select(table: TableName) -> str:
    """A statement with the table's columns and no row, for a store without segments."""
    columns = ", ".join(
        f"CAST(NULL AS {SQL_TYPES[field.type]}) AS {field.name}" for field in SCHEMAS[table]
    )
    return f"SELECT {columns} WHERE false"


def selected(table: TableName) -> str:
    """The table's columns, each cast to its type, so that segments are alike for ever."""
    return ", ".join(
        f"CAST({field.name} AS {SQL_TYPES[field.type]}) AS {field.name}" for field in SCHEMAS[table]
    )


def complete(table: TableName, rows: pa.Table) -> pa.Table:
    """The rows with every column of the table, absent ones as nulls."""
    columns = []
    for field in SCHEMAS[table]:
        if field.name in rows.column_names:
            columns.append(rows.column(field.name).cast(field.type))
        else:
            columns.append(pa.nulls(rows.num_rows, field.type))
    return pa.table(columns, schema=SCHEMAS[table])


def one_id_a_person(table: TableName, said: str, who: str) -> str:
    """A SELECT, in words of SQL that every engine knows, over the rows as they were ``said``: with
    the id that stands for the person; a device that a person is known by is theirs.

    ``said`` and ``who`` (schema RESOLVED) are what stands in FROM.
    """
    names = SCHEMAS[table].names
    joins = f"LEFT JOIN {who} c ON c.kind = 'customer' AND c.value = t.customer_id"
    person = "c.person"
    if "anonymous_id" in names:
        joins += (
            f" LEFT JOIN {who} a ON a.kind = 'anonymous' AND t.customer_id IS NULL "
            "AND a.value = t.anonymous_id"
        )
        person += ", a.person"
    person = f"coalesce({person}, t.customer_id) AS customer_id"
    columns = ", ".join(person if name == "customer_id" else f"t.{name}" for name in names)
    return f"SELECT {columns} FROM {said} t {joins}"  # noqa: S608 (our own names)

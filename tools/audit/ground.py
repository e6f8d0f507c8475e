"""What every figure of the audit stands on: one row a customer, and one a customer and problem.

Made once an audit, in DuckDB, whichever engine audiences are asked in:

- ``said``: customer, source, and each field as this source said it last;
- ``twice``: customers of whom several sources say something, and in which fields they differ;
- ``person``: customer with the merged profile, orders, value, and what the ledger says of mail;
- ``problem``: code and customer, for every finding that people stand behind.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa

from domain.figures import Query
from tools.store.schema import PROFILE_FIELDS
from tools.store.tables import Tables

PERMISSIONS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("answered", pa.bool_()),  # a yes or a no to marketing mail is recorded
        ("agreed", pa.bool_()),  # the latest answer is yes
        ("proven", pa.bool_()),  # … and it is known where it was given and with which words
        ("suppressed", pa.bool_()),  # the address must not be mailed
        ("barred", pa.string()),  # why nothing is sent whatever was agreed; empty: nothing bars
        ("parted", pa.bool_()),  # a person said that they and somebody else are two people
    ]
)
"""What the ledger says of each customer; who is absent from it has given no answer."""

NAMELESS = "files"
"""Stands for rows of files that named no source."""
COMPARED = tuple(f for f in PROFILE_FIELDS if f not in ("created_at", "timezone"))
"""Fields in which two sources can contradict each other; each has a beginning of its own."""
STALE_AFTER = timedelta(days=365)
"""Details that nobody confirmed for a year; about a tenth of addresses change in one."""
LATE = timedelta(days=1)
"""Two systems' days may differ by as much."""

VALID = {
    "email": "regexp_full_match(email, '[^@\\s<>,;]+@[^@\\s<>,;]+\\.[^@\\s<>,;.]{2,}')",
    "phone": "regexp_full_match(phone, '\\+[1-9][0-9]{6,14}')",
    "language": "regexp_full_match(language, '[a-zA-Z]{2,3}([-_][A-Za-z0-9]{2,8})*')",
    "timezone": "timezone IN (SELECT name FROM pg_timezone_names())",
    "birthday": "birthday BETWEEN DATE '1900-01-01' AND CAST({now} AS DATE)",
    "created_at": "created_at BETWEEN TIMESTAMPTZ '1990-01-01 00:00:00+00' AND {now}",
}
"""What a value must be like; a field without a line here may hold any text."""


def valid(field: str, tables: Tables) -> str:
    """The condition that a known value of a field can be what it says it is."""
    return VALID.get(field, "true").replace("{now}", moment(tables))


def moment(tables: Tables) -> str:
    return f"TIMESTAMPTZ '{tables.as_of.isoformat()}'"


def prepare(tables: Tables, permissions: pa.Table) -> tuple[Query, ...]:
    """Make the four tables; the statements that made them."""
    tables.give("permissions", permissions.cast(PERMISSIONS))
    queries = []
    for name, statement in (
        ("said", _said()),
        ("twice", _twice()),
        ("person", _person(tables)),
        ("problem", problems(tables)),
    ):
        tables.give(name, tables.run_text(statement))
        queries.append(Query(id=f"audit-{name}", engine="duckdb", text=statement))
    return tuple(queries)


def _said() -> str:
    fields = ", ".join(f"arg_max({f}, seq) AS {f}" for f in PROFILE_FIELDS)
    return (
        f"SELECT customer_id, coalesce(source, '{NAMELESS}') AS source, {fields}, "
        "max(said_at) AS said_at FROM profiles GROUP BY ALL"
    )


def _twice() -> str:
    differ = ", ".join(f"coalesce(min({_plain(f)}) <> max({_plain(f)}), false) AS {f}"
                       for f in COMPARED)  # fmt: skip
    return f"SELECT customer_id, {differ} FROM said GROUP BY customer_id HAVING count(*) > 1"


def _person(tables: Tables) -> str:
    lines = tables.text(tables.lines().filter(lambda t: t.customer_id.notnull()))
    profiles = tables.text(tables.profiles())
    fields = ", ".join(f"p.{f}" for f in PROFILE_FIELDS)
    return f"""
        WITH bought AS (
            SELECT customer_id, CAST(sum(net) AS DOUBLE) AS value,
                count(DISTINCT order_id) FILTER (purchase) AS orders,
                min(ordered_at) FILTER (purchase) AS first_order,
                max(ordered_at) FILTER (purchase) AS last_order
            FROM ({lines}) GROUP BY customer_id),
        confirmed AS (SELECT customer_id, max(said_at) AS said_at FROM said GROUP BY customer_id)
        SELECT c.customer_id, {fields}, coalesce(b.value, 0) AS value,
            coalesce(b.orders, 0) AS orders, b.first_order, b.last_order, s.said_at,
            coalesce(m.answered, false) AS answered, coalesce(m.agreed, false) AS agreed,
            coalesce(m.proven, false) AS proven, coalesce(m.suppressed, false) AS suppressed,
            coalesce(m.barred, '') AS barred, coalesce(m.parted, false) AS parted
        FROM ({tables.text(tables.customers())}) c
        LEFT JOIN ({profiles}) p USING (customer_id)
        LEFT JOIN bought b USING (customer_id)
        LEFT JOIN confirmed s USING (customer_id)
        LEFT JOIN permissions m USING (customer_id)"""


def problems(tables: Tables) -> str:
    """One row a customer and finding. Over ``twice`` and ``person``."""
    wrong = " OR ".join(
        f"({f} IS NOT NULL AND NOT coalesce({valid(f, tables)}, false))" for f in VALID
    )
    differs = " OR ".join(COMPARED)
    stale = f"{moment(tables)} - INTERVAL {STALE_AFTER.days} DAY"
    return f"""
        SELECT 'no_address' AS code, customer_id FROM person WHERE email IS NULL
        UNION ALL SELECT 'no_consent', customer_id FROM person WHERE NOT answered
        UNION ALL SELECT 'no_proof', customer_id FROM person WHERE agreed AND NOT proven
        UNION ALL SELECT 'no_name', customer_id FROM person WHERE first_name IS NULL
        UNION ALL SELECT 'invalid_values', customer_id FROM person WHERE {wrong}
        UNION ALL SELECT 'disagreement', customer_id FROM twice WHERE {differs}
        UNION ALL SELECT 'duplicates', customer_id FROM ({duplicates()})
        UNION ALL SELECT 'stale', customer_id FROM person WHERE said_at < {stale}
        UNION ALL SELECT 'times_out_of_order', customer_id FROM person
            WHERE first_order < created_at - INTERVAL {LATE.days} DAY"""


def duplicates() -> str:
    """Customers who share an address or a phone number with another id, each once."""
    return f"{sharing('lower(email)')} UNION {sharing('phone')}"


def sharing(what: str) -> str:
    """Customers who have the same as another one, and of whom nobody said that the two are two
    people."""
    return f"""
        SELECT customer_id FROM (
            SELECT customer_id, parted, count(*) OVER (PARTITION BY {what}) AS n FROM person
            WHERE {what} IS NOT NULL)
        WHERE n > 2 OR n = 2 AND NOT parted"""


def _plain(field: str) -> str:
    """A value without what is no contradiction: case, and white space at its ends."""
    return field if field == "birthday" else f"lower(trim({field}))"

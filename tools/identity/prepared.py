"""Customers and their identifiers in the form in which they are compared.

``people``: a row a customer, its fields folded. ``identifiers``: every address, number and device
of every customer. ``held``: those that tie nobody, and why.
"""

# ruff: noqa: S608  (statements are made of our own names; what customers say enters as tables)

from __future__ import annotations

import re
from collections.abc import Iterable

import duckdb
import pyarrow as pa

from tools.identity.names import read_names, read_names_in_addresses
from tools.identity.rules import IdentityRules

FIELDS: tuple[str, ...] = (
    "first", "second", "root", "root2", "last", "last_a", "last_b", "mailbox", "local", "letters",
    "handle",
    "number", "birthday", "dated", "street", "house", "postcode", "city",
)  # fmt: skip

_PLAIN_ADDRESS = (
    r"regexp_full_match(lower(trim(email)), '[a-z0-9][a-z0-9_+-]*(\.[a-z0-9_+-]+)*"
    r"@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}') AND length(email) <= 100 "
    "AND NOT contains(email, '--')"
)
_PLAIN_NUMBER = r"regexp_full_match(phone, '\+[1-9][0-9]{6,14}')"
_TEXTS = pa.schema([("written", pa.string()), ("read", pa.string())])

_MACROS = (
    # lower case, no accents, umlauts as their vowel however they are spelt
    """CREATE MACRO ascii(x) AS CASE WHEN strlen(x) = length(x) THEN lower(x) ELSE
        translate(strip_accents(replace(lower(x), 'ß', 'ss')), 'łøıđðþæœ', 'loiddpao') END""",
    """CREATE MACRO fold(x) AS
        replace(replace(replace(ascii(x), 'ae', 'a'), 'oe', 'o'), 'ue', 'u')""",
    "CREATE MACRO filled(x) AS nullif(x, '')",
    "CREATE MACRO local_part(x) AS left(x, length(x) - length(split_part(x, '@', -1)) - 1)",
    "CREATE MACRO host(x) AS split_part(x, '@', -1)",
    "CREATE MACRO untagged(x) AS split_part(x, '+', 1)",
    """CREATE MACRO no_number(x) AS replace(right(x, 7), right(x, 1), '') = ''
        OR contains('01234567890123456', right(x, 7))
        OR contains('98765432109876543', right(x, 7))""",
    r"CREATE MACRO road(x) AS regexp_replace(fold(x), 'strasse|str\.|str\b', 'str')",
)


def prepare(
    engine: duckdb.DuckDBPyConnection, profiles: pa.Table, links: pa.Table, rules: IdentityRules
) -> None:
    """Make ``people``, ``identifiers`` and ``held`` in the engine."""
    for macro in (*_MACROS, *_mailbox_macros(rules)):
        engine.execute(macro)
    engine.register("profiles_given", profiles)
    engine.register("links_given", links)
    _read_odd(engine)
    read_names(engine)
    _read_profiles(engine)
    read_names_in_addresses(engine)
    _count_people(engine)
    _gather_identifiers(engine)
    _hold(engine, rules)


def _mailbox_macros(rules: IdentityRules) -> Iterable[str]:
    local = "untagged(local_part(x))" if rules.plus_tags else "local_part(x)"
    mailbox = f"{local} || '@' || host(x)"
    if rules.gmail_is_one:
        mailbox = (
            "CASE WHEN host(x) IN ('gmail.com', 'googlemail.com') THEN "
            f"replace(untagged(local_part(x)), '.', '') || '@gmail.com' ELSE {mailbox} END"
        )
    yield f"CREATE MACRO mailbox(x) AS {mailbox}"
    patterns = "|".join(
        re.escape(pattern).replace(r"\*", ".*").replace("'", "''") for pattern in rules.placeholders
    )
    yield f"CREATE MACRO no_address(x) AS regexp_full_match(x, '{patterns or '$^'}')"
    roles = ", ".join("'" + role.replace("'", "''") + "'" for role in rules.roles)
    yield f"CREATE MACRO of_role(x) AS untagged(local_part(x)) IN ({roles or 'NULL'})"


def _read_odd(engine: duckdb.DuckDBPyConnection) -> None:
    """Addresses and numbers whose form is not the usual one, read by email-validator and
    phonenumbers: they know quoted and international ones, and take 30 µs for each."""
    for column, plain, read, table in (
        ("email", _PLAIN_ADDRESS, _validated, "odd_addresses"),
        ("phone", _PLAIN_NUMBER, _dialled, "odd_numbers"),
    ):
        odd = engine.execute(
            f"SELECT DISTINCT trim({column}) FROM (SELECT {column} FROM profiles_given "
            f"UNION ALL SELECT {column} FROM links_given) "
            f"WHERE {column} IS NOT NULL AND NOT ({plain}) ORDER BY 1"
        ).fetchall()
        known = list(read(text for (text,) in odd))
        rows = {"written": [a for a, _ in known], "read": [b for _, b in known]}
        engine.register(f"{table}_read", pa.table(rows, schema=_TEXTS))
        engine.execute(f"CREATE TABLE {table} AS FROM {table}_read")


def _validated(addresses: Iterable[str]) -> Iterable[tuple[str, str]]:
    from email_validator import EmailNotValidError, validate_email

    for address in addresses:
        try:
            read = validate_email(
                address, check_deliverability=False, test_environment=True, allow_quoted_local=True
            )
        except EmailNotValidError:
            continue
        yield address, f"{read.local_part}@{read.ascii_domain}".lower()


def _dialled(numbers: Iterable[str]) -> Iterable[tuple[str, str]]:
    import phonenumbers

    for number in numbers:
        try:
            read = phonenumbers.parse(number, None)
        except phonenumbers.NumberParseException:
            continue
        yield number, phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)


def _read_profiles(engine: duckdb.DuckDBPyConnection) -> None:
    """``said``: every profile, folded."""
    engine.execute(
        # Step by step, so that nothing is reckoned twice.
        rf"""CREATE TABLE said AS
        WITH read AS (SELECT customer_id, created_at, coalesce(said_at, created_at) AS told_at, seq,
            source, coalesce(t.last_name, g.first_name) AS first_name,
            coalesce(t.first_name, g.last_name) AS last_name, birthday, road(street) AS road,
            postcode, city, CASE WHEN {_PLAIN_ADDRESS} THEN lower(trim(email)) ELSE a.read END
                AS address,
            CASE WHEN {_PLAIN_NUMBER} THEN phone ELSE d.read END AS called
            FROM profiles_given AS g LEFT JOIN odd_addresses AS a ON a.written = trim(g.email)
            LEFT JOIN odd_numbers AS d ON d.written = trim(g.phone)
            LEFT JOIN turned AS t USING (first_name, last_name)
            WHERE customer_id IS NOT NULL),
        parts AS (SELECT *, untagged(local_part(address)) AS local FROM read),
        plain AS (SELECT *, fold(local) AS folded FROM parts),
        lettered AS (SELECT *, filled(regexp_replace(folded, '[^a-z]', '', 'g')) AS letters
            FROM plain)
        SELECT customer_id, f.first, f.second, f.root, f.root2, l.last, l.last_a, l.last_b,
            mailbox(address) AS mailbox, local, letters,
            filled(right(regexp_extract(local, '[^0-9]((19|20)?[0-9][0-9])$', 1), 2)) AS dated,
            CASE WHEN length(letters) >= 6 AND NOT contains(letters, coalesce(last, '-'))
                AND NOT contains(letters, coalesce(first, '-'))
                AND NOT contains(letters, coalesce(root, '-')) THEN letters END AS handle,
            called AS number, strftime(birthday, '%Y-%m-%d') AS birthday,
            filled(regexp_replace(regexp_replace(road, '[0-9].*$', ''), '[^a-z]', '', 'g'))
                AS street,
            filled(replace(regexp_extract(road, '([0-9]+ ?[a-z]?)\b', 1), ' ', '')) AS house,
            filled(upper(replace(postcode, ' ', ''))) AS postcode,
            filled(replace(fold(city), ' ', '')) AS city, created_at, told_at, seq, source
        FROM lettered LEFT JOIN first_names AS f ON f.written = first_name
        LEFT JOIN last_names AS l ON l.written = last_name"""
    )
    # Days that far too many were born on stand for "unknown": 1 January 1970 and its like.
    engine.execute(
        """UPDATE said SET birthday = NULL WHERE birthday IN (
            SELECT birthday FROM said WHERE birthday IS NOT NULL GROUP BY birthday
            HAVING count(*) > greatest(20, 20 * (SELECT count(birthday) / count(DISTINCT birthday)
                FROM said)))"""
    )


def _count_people(engine: duckdb.DuckDBPyConnection) -> None:
    """``customers`` counts the ids, from the one that was there first; ``people`` has a row for
    each, in which every field is the one that was said last."""
    engine.execute(
        """CREATE TABLE customers AS
        WITH every AS (SELECT customer_id, min(coalesce(created_at, told_at)) AS first_at FROM said
            GROUP BY customer_id
            UNION ALL SELECT customer_id, min(seen_at) FROM links_given ANTI JOIN said
            USING (customer_id) WHERE customer_id IS NOT NULL GROUP BY customer_id)
        SELECT customer_id, (row_number() OVER (ORDER BY first_at NULLS LAST, customer_id) - 1)
            ::INTEGER AS n FROM every"""
    )
    once = engine.execute(
        "SELECT (SELECT count(*) FROM said) = (SELECT count(DISTINCT customer_id) FROM said)"
    ).fetchone() == (True,)
    chosen = ", ".join(
        # What is said breaks a tie, so that the order of the rows means nothing.
        field
        if once
        else f"arg_max({field}, struct_pack(told_at, seq, source, v := {field})) AS {field}"
        for field in FIELDS
    )
    group = "" if once else "GROUP BY n"
    engine.execute(
        f"CREATE TABLE people AS SELECT *, coalesce(substr(birthday, 3, 2), dated) AS year FROM "
        f"(SELECT n, {chosen} FROM customers LEFT JOIN said USING (customer_id) {group})"
    )


def _gather_identifiers(engine: duckdb.DuckDBPyConnection) -> None:
    engine.execute(
        f"""CREATE TABLE linked AS SELECT *,
            mailbox(CASE WHEN {_PLAIN_ADDRESS} THEN lower(trim(email)) ELSE a.read END) AS mailbox,
            CASE WHEN {_PLAIN_NUMBER} THEN phone ELSE d.read END AS number
        FROM links_given AS g LEFT JOIN odd_addresses AS a ON a.written = trim(g.email)
        LEFT JOIN odd_numbers AS d ON d.written = trim(g.phone)"""
    )
    engine.execute(
        """CREATE TABLE identifiers AS
        WITH every AS (
            SELECT customer_id, 'email' AS kind, mailbox AS value, told_at AS seen_at, source
                FROM said WHERE mailbox IS NOT NULL
            UNION ALL SELECT customer_id, 'phone', number, told_at, source
                FROM said WHERE number IS NOT NULL
            UNION ALL SELECT customer_id, 'email', mailbox, seen_at, source
                FROM linked WHERE mailbox IS NOT NULL
            UNION ALL SELECT customer_id, 'phone', number, seen_at, source
                FROM linked WHERE number IS NOT NULL
            UNION ALL SELECT customer_id, 'anonymous_id', anonymous_id, seen_at, source
                FROM linked WHERE anonymous_id IS NOT NULL
            UNION ALL SELECT customer_id, 'device_id', device_id, seen_at, source
                FROM linked WHERE device_id IS NOT NULL)
        SELECT n, kind, value, max(seen_at) AS seen_at,
            arg_max(source, struct_pack(seen_at, source)) AS source
        FROM every JOIN customers USING (customer_id) GROUP BY n, kind, value"""
    )


def _hold(engine: duckdb.DuckDBPyConnection, rules: IdentityRules) -> None:
    """Identifiers that tie nobody: placeholders, functions' addresses, and what too many share."""
    limits = {
        "email": rules.email_customers,
        "phone": rules.phone_customers,
        "anonymous_id": rules.device_customers,
        "device_id": rules.device_customers,
    }
    limit = "CASE kind " + " ".join(f"WHEN '{k}' THEN {v}" for k, v in limits.items()) + " END"
    engine.execute(
        f"""CREATE TABLE held AS
        WITH several AS (SELECT kind, value FROM identifiers GROUP BY kind, value
            HAVING count(*) > 2),
        shared AS (SELECT kind, value FROM identifiers JOIN several USING (kind, value)
            JOIN people AS p USING (n) GROUP BY kind, value
            HAVING count(*) > {limit} OR count(DISTINCT CASE WHEN length(p.root) > 1
                THEN p.root || ' ' || p.last END) > {rules.names}),
        every AS (
            SELECT DISTINCT 'email' AS kind, value, 'placeholder' AS why FROM identifiers
                WHERE kind = 'email' AND no_address(value)
            UNION ALL SELECT DISTINCT 'email', value, 'role' FROM identifiers
                WHERE kind = 'email' AND of_role(value) AND NOT no_address(value)
            UNION ALL SELECT DISTINCT 'phone', value, 'placeholder' FROM identifiers
                WHERE kind = 'phone' AND no_number(value)
            UNION ALL SELECT kind, value, 'shared' FROM shared)
        SELECT kind, value, min(why) AS why, count(DISTINCT n) AS customers
        FROM every JOIN identifiers USING (kind, value)
        GROUP BY kind, value"""
    )
    engine.execute(
        "DELETE FROM identifiers USING held "
        "WHERE identifiers.kind = held.kind AND identifiers.value = held.value"
    )
    for column, kind in (("mailbox", "email"), ("number", "phone")):
        engine.execute(
            f"UPDATE people SET {column} = NULL WHERE {column} IN "
            f"(SELECT value FROM held WHERE kind = '{kind}')"
        )

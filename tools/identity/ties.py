"""Ties that follow from shared identifiers, and where names or birthdays contradict them.

An address ties two customers unless their first names or birthdays contradict each other: a couple
may share it. A telephone number, a browser or a device, which pass through several hands, tie only
those whose names agree.
"""

# ruff: noqa: S608  (statements are made of our own names; what customers say enters as tables)

from __future__ import annotations

import duckdb

from tools.identity.levels import compared
from tools.identity.parameters import BIRTHDAY, FIRST, LAST, NAMES_AGREE
from tools.identity.rules import IdentityRules
from tools.identity.words import MASK

_RULES = {
    "email": "same_email",
    "phone": "same_phone",
    "anonymous_id": "same_anonymous_id",
    "device_id": "same_device",
}
_NAMED = (FIRST, LAST, BIRTHDAY)
CONTRADICTS = "(coalesce(birthday, -1) = 0 OR (first = 0 AND coalesce(birthday, -1) <> 2))"
"""Over the levels: not the same day (nor nearly), or another first name without the same birthday.
(``IS DISTINCT FROM`` is wrong here: over a table whose column is all NULL, DuckDB 1.5 takes it for
false.)"""


def tie(engine: duckdb.DuckDBPyConnection, rules: IdentityRules) -> None:
    """``ties``: a, b, rank (the lower the stronger), rule, evidence, seen_at, source."""
    ranks = "CASE kind " + " ".join(
        f"WHEN '{kind}' THEN {2 + rank}" for rank, kind in enumerate(rules.tying)
    )
    names = "CASE kind " + " ".join(f"WHEN '{k}' THEN '{rule}'" for k, rule in _RULES.items())
    kinds = ", ".join(f"'{kind}'" for kind in rules.tying) or "NULL"
    engine.execute(
        f"""CREATE TABLE sharing AS
        SELECT x.n AS a, y.n AS b, x.kind, x.value, greatest(x.seen_at, y.seen_at) AS seen_at,
            CASE WHEN x.source = y.source THEN x.source
                ELSE concat_ws(', ', least(x.source, y.source), greatest(x.source, y.source)) END
                AS source
        FROM identifiers AS x JOIN identifiers AS y USING (kind, value)
        WHERE x.n < y.n AND kind IN ({kinds})"""
    )
    own = "'email'" if rules.phones_are_shared else "'email', 'phone'"
    engine.execute(
        f"""CREATE TABLE ties AS
        SELECT a, b, ({ranks} END)::INTEGER AS rank, {names} END AS rule, 'both have ' || CASE kind
            WHEN 'email' THEN 'the address ' WHEN 'phone' THEN 'the telephone number '
            WHEN 'device_id' THEN 'the device ' ELSE 'the browser ' END || {MASK} AS evidence,
            NULL::DOUBLE AS probability, seen_at, source
        FROM {compared("sharing", _NAMED)} AS s
        WHERE NOT coalesce({CONTRADICTS}, false) AND (kind IN ({own})
            OR (first > 0 AND coalesce(last, 1) > 0) OR (kind = 'phone' AND birthday = 2))"""
    )
    engine.execute(
        """INSERT INTO ties
        SELECT least(c.n, d.n), greatest(c.n, d.n), 1, 'alias', source ||
            ' says that one id stands for the other', NULL, max(seen_at), source
        FROM linked JOIN customers AS c USING (customer_id)
        JOIN customers AS d ON d.customer_id = linked.anonymous_id
        WHERE c.n <> d.n GROUP BY ALL"""
    )


def contradicting(engine: duckdb.DuckDBPyConnection, likely: float) -> list[tuple[int, int]]:
    """Pairs of one group (table ``grouped``: n, g) who contradict each other, whom nothing ties
    directly and who are less than ``likely`` one. First names do not contradict each other where a
    third of the group agrees with both: Uschi, Ursula and a misspelt Usrula."""
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE doubtful AS
        SELECT g, n FROM grouped JOIN people USING (n) WHERE g IN (
            SELECT g FROM grouped JOIN people USING (n) GROUP BY g
            HAVING count(DISTINCT root) > 1 OR count(DISTINCT birthday) > 1)"""
    )
    pairs = (
        "(SELECT x.n AS a, y.n AS b FROM doubtful AS x JOIN doubtful AS y USING (g) "
        "WHERE x.n < y.n)"
    )
    engine.execute(f"CREATE OR REPLACE TEMP TABLE together AS FROM {compared(pairs, _NAMED)}")
    agree = f"first BETWEEN {NAMES_AGREE[0]} AND {NAMES_AGREE[1]}"
    return engine.execute(
        f"""WITH agreeing AS (SELECT a, b FROM together WHERE {agree}
            UNION ALL SELECT b, a FROM together WHERE {agree}),
        bridged AS (SELECT DISTINCT x.a, y.b FROM agreeing AS x
            JOIN agreeing AS y ON x.b = y.a WHERE x.a < y.b)
        SELECT a, b FROM together ANTI JOIN ties USING (a, b)
        ANTI JOIN (SELECT a, b FROM scored WHERE probability >= {likely}) AS likely USING (a, b)
        WHERE {CONTRADICTS} AND (coalesce(birthday, -1) = 0
            OR (a, b) NOT IN (SELECT (a, b) FROM bridged)) ORDER BY a, b"""
    ).fetchall()

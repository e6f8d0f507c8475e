"""A second look at pairs in doubt, now by persons instead of by records.

Once the sure ties stand, a person is known by several records: one gave a birthday, another the
new address. Two persons in doubt are weighed by the best that any of their records agree in, field
by field, so that what one record lacks another may say.
"""

# ruff: noqa: S608  (statements are made of our own names; what customers say enters as tables)

from __future__ import annotations

import duckdb

from tools.identity.levels import compared
from tools.identity.parameters import FIELDS, YEAR
from tools.identity.weighing import Weighing

SURE = 0.99
"""Likelier pairs are tied at once."""
DOUBTFUL = 0.2
"""Pairs from here on are looked at again."""
_MOST = 400
"""Pairs of records between two persons; more say nothing new."""


def look_again(engine: duckdb.DuckDBPyConnection, weighing: Weighing) -> None:
    """Replace in ``scored`` the probability and levels of doubtful pairs by their persons'
    (table ``grouped``: n, g of those who are tied already)."""
    best = ", ".join(
        # A birthday says all that its year does.
        "CASE WHEN max(birthday) IS NULL THEN max(year) END AS year"
        if field is YEAR
        else f"max({field.name}) AS {field.name}"
        for field in FIELDS
    )
    names = [field.name for field in FIELDS]
    engine.execute(
        f"""CREATE TABLE doubted AS
        WITH person AS (SELECT n, coalesce(g, -1 - n) AS g FROM people LEFT JOIN grouped USING (n)),
        sized AS (SELECT g, count(*) AS records FROM person GROUP BY g)
        SELECT s.a, s.b, least(x.g, y.g) AS one, greatest(x.g, y.g) AS other, weight, beside,
            {weighing.against_strangers()} AS before, probability
        FROM scored AS s JOIN person AS x ON x.n = s.a JOIN person AS y ON y.n = s.b
        JOIN sized AS u ON u.g = x.g JOIN sized AS v ON v.g = y.g
        WHERE probability >= {DOUBTFUL} AND x.g <> y.g
            AND u.records * v.records BETWEEN 2 AND {_MOST}"""
    )
    engine.execute(
        f"""CREATE TABLE seen_again AS
        WITH member AS (SELECT g, n FROM grouped UNION ALL
            SELECT -1 - n, n FROM people ANTI JOIN grouped USING (n)),
        persons AS (SELECT one, other, arg_max(weight - before, (probability, -a, -b)) AS rarity
            FROM doubted GROUP BY one, other),
        pairs AS (SELECT one, other, rarity, i.n AS a, j.n AS b FROM persons AS p
            JOIN member AS i ON i.g = p.one JOIN member AS j ON j.g = p.other),
        agreed AS (SELECT one, other, any_value(rarity) AS rarity, {best}
            FROM {compared("pairs", FIELDS)} GROUP BY one, other),
        weighed AS (SELECT one, other, {", ".join(names)},
            rarity + {weighing.against_strangers()} AS weight,
            {weighing.against_household()} AS beside FROM agreed)
        SELECT *, round({weighing.probability()}, 6) AS probability FROM weighed"""
    )
    changed = ", ".join(
        f"{column} = found.{column}" for column in (*names, "weight", "beside", "probability")
    )
    engine.execute(
        f"UPDATE scored SET {changed} FROM (SELECT d.a, d.b, s.* FROM doubted AS d "
        "JOIN seen_again AS s USING (one, other)) AS found "
        "WHERE scored.a = found.a AND scored.b = found.b"
    )

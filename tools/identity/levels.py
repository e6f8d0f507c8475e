"""Pairs with the level to which they agree in each field, as SQL."""

# ruff: noqa: S608  (statements are made of our own names; what customers say enters as tables)

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.identity.parameters import Field, Level


def levels_of(field: Field) -> list[tuple[int, Level]]:
    """The levels with their numbers, the best one highest and 0 for a difference: as Splink counts
    them."""
    best = len(field.levels) - 1
    return [(best - position, level) for position, level in enumerate(field.levels)]


def levels_sql(field: Field) -> str:
    """The level to which two agree in the field; NULL where one of them does not say it."""
    cases = " ".join(f"WHEN {level.sql} THEN {number}" for number, level in levels_of(field)[:-1])
    return f"CASE WHEN {field.unknown} THEN NULL {cases} ELSE 0 END"


def compared(pairs: str, fields: Sequence[Field]) -> str:
    """The rows of ``pairs`` (columns a and b) with a level for each field."""
    columns = sorted(
        {
            column
            for field in fields
            for sql in (field.unknown, *(level.sql for level in field.levels))
            for column in re.findall(r"(\w+)_[lr]\b", sql)
        }
    )
    both = ", ".join(f"{side}.{c} AS {c}_{side}" for c in columns for side in ("l", "r"))
    levels = ", ".join(f"({levels_sql(field)})::TINYINT AS {field.name}" for field in fields)
    return (
        f"(SELECT * EXCLUDE ({', '.join(f'{c}_l, {c}_r' for c in columns)}), {levels} FROM "
        f"(SELECT p.*, {both} FROM {pairs} AS p JOIN people AS l ON l.n = p.a "
        "JOIN people AS r ON r.n = p.b))"
    )

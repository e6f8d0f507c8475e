"""Numbers shown to people: each with its interval, its size and the query behind it."""

from __future__ import annotations

from typing import Literal

from domain.frozen import Frozen

Unit = Literal["count", "share", "money", "per_person", "days", "hours"]
"""share: a fraction; money and per_person: in the report's currency."""


EngineKind = Literal["duckdb", "spark", "postgres", "bigquery", "snowflake"]
"""What customers' data are counted with."""


class Query(Frozen):
    """What produced a figure, so that a reader can run it again."""

    id: str
    engine: EngineKind | Literal["sql", "computed"]
    text: str
    """The statement itself, or the formula with the ids of the queries that it stands on."""


class Figure(Frozen):
    """One number. ``low`` and ``high`` bound its 95 % interval where it is an estimate."""

    name: str
    value: float | None
    """None: it cannot be known; ``note`` says why."""
    unit: Unit
    low: float | None = None
    high: float | None = None
    n: int | None = None
    """The people or orders that it rests on."""
    query: str = ""
    """The id of the Query behind it."""
    note: str = ""


class Effect(Frozen):
    """What one group did beyond those held back by chance."""

    metric: str
    unit: Literal["share", "per_person"]
    treated: Figure
    held_back: Figure
    difference: Figure
    """treated − held back, with its 95 % interval."""
    shown: bool
    """True only where the interval leaves out zero."""
    total: Figure
    """The difference times the people treated: how many more, or how much more money."""
    smallest_effect: float | None = None
    """The least difference that these group sizes show in 80 % of trials at α = 0.05."""

"""From what agreements weigh to a probability among three: one person, one household, strangers.

How many pairs are one person's and how many one household's is settled by the data: the shares to
which the probabilities add up. Of the household too is read how often two have one first name,
which is what tells a father from his son.
"""

# ruff: noqa: S608  (statements are made of our own names; what customers say enters as tables)

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np

from tools.identity.levels import compared, levels_of
from tools.identity.parameters import (
    ADDRESS,
    FIELDS,
    FIRST,
    HOUSEHOLD_PAIRS,
    NOT_SHARED,
    PHONE,
    Field,
    Level,
)
from tools.identity.rules import IdentityRules

START = 1e-6
"""The share of one person's pairs among all pairs that Splink is given; settled afterwards."""
_FOUND = 0.9
"""How many of one person's pairs share a key, for settling it: a wrong guess moves every weight
by its logarithm, .15 bits for a tenth."""
_ROUNDS = 6
"""Of settling it; the third digit stands after five."""
_ENOUGH = 300
"""Pairs of households from which the use of first names is read."""
_NAMING_ROUNDS = 30

LevelKey = tuple[str, int]
"""A field's name and the number of a level."""
Weights = Mapping[LevelKey, tuple[float, float]]
"""m and u of each level."""


def count(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    row = engine.execute(query).fetchone()
    return int(row[0]) if row else 0


def rounded(value: float) -> float:
    """To four digits: sums over threads differ in their last ones."""
    return float(f"{max(value, 1e-9):.4g}")


def bits(probability: float) -> float:
    return math.log2(probability / (1 - probability))


def _cases(field: Field, weights: Mapping[LevelKey, float]) -> str:
    cases = " ".join(
        f"WHEN {number} THEN {weights[field.name, number]:.6f}" for number, _ in levels_of(field)
    )
    return f"CASE {field.name} {cases} ELSE 0 END"


@dataclass(frozen=True)
class Weighing:
    """Everything that a probability is made of."""

    strangers: Mapping[LevelKey, float]
    """Bits for one person and against two strangers."""
    households: Mapping[LevelKey, float]
    """Bits for one person and against two of a household."""
    share: float
    household: float
    """Pairs of one household for each of one person."""

    def against_strangers(self) -> str:
        """SQL over the levels; without what rare names add, which is in ``weight``."""
        return " + ".join(_cases(field, self.strangers) for field in FIELDS)

    def against_household(self) -> str:
        return " + ".join(_cases(field, self.households) for field in FIELDS)

    def probability(self) -> str:
        """SQL over ``weight`` and ``beside``: of one person."""
        return f"1 / (1 + pow(2, -(weight + ({bits(self.share)}))) + {self.of_household()})"

    def of_household(self) -> str:
        """SQL over ``beside``: the odds of a household to one person."""
        return f"{self.household} * pow(2, -beside)"


def weigh(
    engine: duckdb.DuckDBPyConnection, weights: Weights, customers: int, rules: IdentityRules
) -> Weighing:
    """``scored``: the predicted pairs with ``weight``, ``beside`` and their probability."""
    shared = {
        (field.name, number): _shared(field, number, level, rules)
        for field in FIELDS
        for number, level in levels_of(field)
    }
    engine.execute(f"CREATE TABLE leveled AS SELECT * FROM {compared('predicted', FIELDS)}")
    weighing = _settled(engine, weights, shared, customers)
    named = _first_names_at_home(engine, weighing, weights, shared)
    if named:
        weighing = _settled(engine, weights, shared | named, customers)
    engine.execute(
        f"CREATE TABLE scored AS SELECT *, round({weighing.probability()}, 6) AS probability "
        "FROM weighed"
    )
    return weighing


def _shared(field: Field, number: int, level: Level, rules: IdentityRules) -> float:
    if field is PHONE and not rules.phones_are_shared:
        return NOT_SHARED if number else 1.0
    return level.household


def _settled(
    engine: duckdb.DuckDBPyConnection,
    weights: Weights,
    shared: Mapping[LevelKey, float],
    customers: int,
) -> Weighing:
    strangers = {key: math.log2(m / u) for key, (m, u) in weights.items()}
    households = {key: math.log2(m / shared[key]) for key, (m, _) in weights.items()}
    weighing = Weighing(strangers, households, START, HOUSEHOLD_PAIRS)
    engine.execute(
        f"CREATE OR REPLACE TABLE weighed AS SELECT *, {weighing.against_household()} AS beside "
        "FROM leveled"
    )
    pairs = max(customers * (customers - 1) / 2, 1)
    fewest = customers / 1000  # with hardly any pair the prior says more than the data
    for _ in range(_ROUNDS):
        row = engine.execute(
            f"SELECT coalesce(sum(p), 0), coalesce(sum(p * {weighing.of_household()}), 0) "
            f"FROM (SELECT beside, {weighing.probability()} AS p FROM weighed)"
        ).fetchone()
        persons, homes = row or (0.0, 0.0)
        weighing = Weighing(
            strangers,
            households,
            share=rounded(min(max(persons, fewest) / _FOUND / pairs, 0.5)),
            household=rounded(max(homes, fewest / 10) / max(persons, fewest)),
        )
    return weighing


def _first_names_at_home(
    engine: duckdb.DuckDBPyConnection,
    weighing: Weighing,
    weights: Weights,
    shared: Mapping[LevelKey, float],
) -> dict[LevelKey, float]:
    """How two of one household agree in their first names, read off those with one address, of
    whom all pairs were compared: expectation maximisation between one person and one household,
    with all else as it is known. Empty where there are too few."""
    at_home = len(ADDRESS.levels) - 1
    found = engine.execute(
        f"SELECT {FIRST.name} AS level, round(beside - ({_cases(FIRST, weighing.households)}), 3) "
        f"::DOUBLE AS rest, count(*)::DOUBLE AS pairs, "
        f"sum({weighing.probability()} * {weighing.of_household()})::DOUBLE AS homes "
        f"FROM weighed WHERE {ADDRESS.name} = {at_home} AND {FIRST.name} >= 0 "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchnumpy()
    if found["homes"].sum() < _ENOUGH:
        return {}
    level, pairs, rest = found["level"].astype(np.int64), found["pairs"], np.exp2(-found["rest"])
    numbers = range(len(FIRST.levels))
    of_person = np.array([weights[FIRST.name, number][0] for number in numbers])
    of_home = np.array([shared[FIRST.name, number] for number in numbers])
    each = 1.0
    """Pairs of one household for each of one person."""
    for _ in range(_NAMING_ROUNDS):
        odds = each * rest * (of_home / of_person)[level]
        homes = pairs * odds / (1 + odds)
        each = homes.sum() / (pairs - homes).sum()
        # One pair more than was seen of each level, so that none is impossible.
        seen = np.bincount(level, homes, len(numbers)) + 1.0
        of_home = seen / seen.sum()
    return {(FIRST.name, number): rounded(float(of_home[number])) for number in numbers}

"""How likely two customers are one person: Fellegi and Sunter's model, run by Splink.

Splink compares the pairs that share one of several keys, field by field, and adds up what each
agreement weighs (I. Fellegi, A. Sunter, "A Theory for Record Linkage", JASA 64, 1969). Its two
possibilities are one person and two strangers; marketing data need a third, **two of one
household**, who share a name, an address and a landline and are not one. The probability here is
among the three.
"""

# ruff: noqa: S608  (statements are made of our own names; what customers say enters as tables)

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from tools.identity.backends import backend
from tools.identity.parameters import FIELDS, HOUSEHOLD_PAIRS, Field
from tools.identity.rules import IdentityRules

KEYS: dict[str, tuple[str, int]] = {
    "by_mailbox": ("mailbox", 60),
    "by_number": ("number", 40),
    "by_birthday": ("birthday || left(root, 1)", 100),
    "by_birthday_and_name": ("birthday || left(last, 3)", 100),
    "by_handle": ("handle", 10),
    "by_letters": ("CASE WHEN length(letters) >= 8 THEN letters END", 8),
    "by_name": ("CASE WHEN length(root) > 1 THEN root || ' ' || last END", 12),
    "by_name_and_place": ("root || ' ' || last || left(postcode, 3)", 40),
    "by_address": ("postcode || street || house || left(root, 1)", 40),
    "by_street": ("root || street || house", 40),
}
"""What pairs must share one of to be compared, and how many may have one value of it: a key that
too many share, a common full name for one, tells nobody apart and is left out."""

START = 1e-6
"""The share of one person's pairs among all pairs that Splink is given; settled afterwards."""
_FOUND = 0.9
"""How many of one person's pairs share a key, for settling it: a wrong guess moves every weight
by its logarithm, .15 bits for a tenth."""
_RARE = 1e-5
"""Agreements rarer among strangers are not seen in a sample of pairs; their u is the prior's."""
_U_PAIRS = 400_000
_EM_PAIRS = 150_000
_TRAINING: tuple[tuple[str, ...], ...] = (("mailbox",), ("birthday", "root"))
"""Pairs that share these are mostly one person's, so that the other fields' m can be read off."""

Weights = Mapping[tuple[str, int], tuple[float, float]]
"""m and u of each level of each field."""


@dataclass(frozen=True)
class Compared:
    model: Literal["estimated", "prior"]
    pairs: int


def compare(engine: duckdb.DuckDBPyConnection, rules: IdentityRules) -> Compared:
    """``scored``: pairs (a < b) that are worth a look, with their probability and the level of
    each field. Deterministic for a seed: sums over threads differ in their last digits, so what is
    estimated is rounded."""
    _key(engine)
    logging.getLogger("splink").setLevel(logging.ERROR)
    customers = _count(engine, "SELECT count(*) FROM people")
    estimated = customers >= rules.estimate_from
    weights: Weights = _prior()
    with backend(engine, rules.engine) as splink:
        if estimated:
            weights = _estimated(splink.linker(_settings(weights)), rules.seed)
        linker = splink.linker(_settings(weights))
        lowest = _bits(START) - 6
        splink.keep(
            linker.inference.predict(threshold_match_weight=lowest), "predicted", _kept_columns()
        )
    _weigh(engine, weights, customers)
    return Compared(
        model="estimated" if estimated else "prior",
        pairs=_count(engine, "SELECT count(*) FROM scored"),
    )


def _count(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    row = engine.execute(query).fetchone()
    return int(row[0]) if row else 0


def _key(engine: duckdb.DuckDBPyConnection) -> None:
    keys = ", ".join(f"{sql} AS {key}" for key, (sql, _) in KEYS.items())
    engine.execute(f"CREATE TABLE keyed AS SELECT *, {keys} FROM people")
    for key, (_, most) in KEYS.items():
        engine.execute(
            f"UPDATE keyed SET {key} = NULL WHERE {key} IN (SELECT {key} FROM keyed "
            f"WHERE {key} IS NOT NULL GROUP BY {key} HAVING count(*) > {most})"
        )


def _levels(field: Field) -> list[tuple[int, Any]]:
    best = len(field.levels) - 1
    return [(best - position, level) for position, level in enumerate(field.levels)]


def _prior() -> dict[tuple[str, int], tuple[float, float]]:
    return {(f.name, number): (lv.m, lv.u) for f in FIELDS for number, lv in _levels(f)}


def _settings(weights: Weights) -> Any:
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="n",
        probability_two_random_records_match=START,
        comparisons=[_comparison(field, weights) for field in FIELDS],
        blocking_rules_to_generate_predictions=[block_on(key) for key in KEYS],
        retain_matching_columns=True,
        em_convergence=0.001,
        max_iterations=15,
    )


def _comparison(field: Field, weights: Weights) -> Any:
    import splink.comparison_level_library as levels
    from splink.comparison_library import CustomComparison

    made: list[Any] = [levels.CustomLevel(field.unknown).configure(is_null_level=True)]
    for number, level in _levels(field):
        one: Any
        if level.sql == "ELSE":
            one = levels.ElseLevel()
        elif level.frequency_of:
            one = levels.ExactMatchLevel(level.frequency_of)
        else:
            one = levels.CustomLevel(level.sql, base_dialect_str="duckdb")
        m, u = weights[field.name, number]
        given: dict[str, Any] = {"m_probability": m, "u_probability": u}
        if level.frequency_of:
            given |= {"tf_adjustment_column": level.frequency_of, "tf_adjustment_weight": 1.0}
        if level.fixed:
            given["fix_m_probability"] = True
        if level.fixed or level.u < _RARE:
            given["fix_u_probability"] = True
        made.append(one.configure(**given))
    return CustomComparison(made, output_column_name=field.name)


def _estimated(linker: Any, seed: int) -> Weights:
    """u from random pairs, m by expectation maximisation."""
    from splink import block_on

    linker.training.estimate_u_using_random_sampling(
        max_pairs=_U_PAIRS, seed=seed, num_chunks=1, min_count_per_level=None
    )
    for columns in _TRAINING:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*columns),
            estimate_without_term_frequencies=True,
            max_pairs=_EM_PAIRS,
            record_sample_proportion=0.2,
        )
    found = _prior()
    for comparison in linker.misc.save_model_to_json()["comparisons"]:
        field = comparison["output_column_name"]
        levels = [lv for lv in comparison["comparison_levels"] if not lv.get("is_null_level")]
        for position, level in enumerate(levels):
            key = (field, len(levels) - 1 - position)
            m, u = found[key]
            found[key] = (
                _rounded(level.get("m_probability", m)),
                _rounded(level.get("u_probability", u)),
            )
    return found


def _rounded(probability: float) -> float:
    return float(f"{min(max(probability, 1e-9), 1.0):.4g}")


def _kept_columns() -> str:
    levels = ", ".join(f"gamma_{field.name}::TINYINT AS {field.name}" for field in FIELDS)
    return (
        "least(n_l, n_r) AS a, greatest(n_l, n_r) AS b, "
        f"match_weight - ({_bits(START)}) AS weight, {levels}"
    )


def _bits(probability: float) -> float:
    return math.log2(probability / (1 - probability))


def _weigh(engine: duckdb.DuckDBPyConnection, weights: Weights, customers: int) -> None:
    """The probability among the three possibilities. How many pairs are one person's is settled by
    the data: the share at which the probabilities add up to it."""
    # What speaks for one person against two of a household: frequencies of names fall out of it.
    beside = " + ".join(
        f"CASE {field.name} "
        + " ".join(
            f"WHEN {number} THEN {math.log2(weights[field.name, number][0] / level.household):.6f}"
            for number, level in _levels(field)
        )
        + " ELSE 0 END"
        for field in FIELDS
    )
    engine.execute(f"CREATE TABLE weighed AS SELECT *, {beside} AS beside FROM predicted")
    share, pairs = START, max(customers * (customers - 1) / 2, 1)
    odds = "1 + pow(2, -(weight + {0})) + {1} * pow(2, -beside)"
    for _ in range(8):
        probability = odds.format(_bits(share), HOUSEHOLD_PAIRS)
        row = engine.execute(
            f"SELECT coalesce(sum(1 / ({probability})), 0) FROM weighed"
        ).fetchone()
        expected = float(row[0]) if row else 0.0
        # With hardly any pair the prior says more than the data: one in a thousand customers.
        share = _rounded(min(max(expected, customers / 1000) / _FOUND / pairs, 0.5))
    probability = odds.format(_bits(share), HOUSEHOLD_PAIRS)
    engine.execute(
        f"CREATE TABLE scored AS SELECT *, round(1 / ({probability}), 6) AS probability "
        "FROM weighed"
    )

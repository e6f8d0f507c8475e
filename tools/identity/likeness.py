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
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from tools.identity.backends import Engine, backend, spoken
from tools.identity.levels import levels_of
from tools.identity.parameters import FIELDS, Field
from tools.identity.rules import IdentityRules
from tools.identity.weighing import (
    START,
    Weighing,
    Weights,
    bits,
    count,
    rounded,
    weigh,
)

KEYS: dict[str, tuple[str, int]] = {
    "by_mailbox": ("mailbox", 60),
    "by_number": ("number", 40),
    "by_birthday": ("birthday || left(root, 1)", 100),
    "by_birthday_and_name": ("birthday || left(last, 3)", 100),
    "by_handle": ("handle", 10),
    "by_letters": ("CASE WHEN length(letters) >= 8 THEN letters END", 8),
    # in whichever order they were written
    "by_name": (
        "CASE WHEN length(root) > 1 THEN least(root, last) || ' ' || greatest(root, last) END",
        12,
    ),
    "by_birthday_and_place": ("birthday || postcode", 40),
    "by_home": ("street || house || postcode", 6),
    "by_name_and_place": ("root || ' ' || last || left(postcode, 3)", 40),
    "by_letters_and_place": ("left(root, 3) || left(last, 2) || postcode", 20),
    "by_family_and_place": ("last || postcode", 6),
    "by_address": ("postcode || street || house || left(root, 1)", 40),
    "by_street": ("root || street || house", 40),
}
"""What pairs must share one of to be compared, and how many may have one value of it: a key that
too many share, a common full name for one, tells nobody apart and is left out."""

KEYED = " UNION ALL ".join(
    f"SELECT x.n AS a, y.n AS b FROM keyed AS x JOIN keyed AS y USING ({key}) WHERE x.n < y.n"
    for key in KEYS
)
"""SQL: every pair that shares a key, once for each that it shares."""

_KEPT = f"least(n_l, n_r) AS a, greatest(n_l, n_r) AS b, match_weight - ({bits(START)}) AS weight"
_RARE = 1e-5
"""Agreements rarer among strangers are not seen in a sample of pairs; their u is the prior's."""
_U_PAIRS = 250_000
_EM_PAIRS = 150_000
_TRAINING: tuple[tuple[str, ...], ...] = (("mailbox",), ("birthday", "root"), ("number", "root"))
"""Pairs that share these are mostly one person's, so that the other fields' m can be read off. The
first two that the data have are used: two, so that each field is free in one of them."""
_ENOUGH = 300
"""Pairs to estimate from."""


@dataclass(frozen=True)
class Compared:
    model: Literal["estimated", "prior"]
    pairs: int
    weighing: Weighing


def compare(engine: duckdb.DuckDBPyConnection, rules: IdentityRules) -> Compared:
    """``scored``: pairs (a < b) that are worth a look, with their probability and the level of
    each field. Deterministic for a seed: sums over threads differ in their last digits, so what is
    estimated is rounded."""
    _key(engine)
    logging.getLogger("splink").setLevel(logging.ERROR)
    customers = count(engine, "SELECT count(*) FROM people")
    training = _training(engine) if customers >= rules.estimate_from else []
    weights: Weights = _prior()
    with backend(engine, rules.engine) as splink:
        if training:
            weights = _estimated(
                splink.linker(_settings(weights, rules.engine)), training, rules.seed
            )
        linker = splink.linker(_settings(weights, rules.engine))
        # About one pair in as many as there are customers is one person's; what is a hundred times
        # too unlike even then is let go.
        lowest = bits(START) - bits(1 / max(customers, 3)) - 6
        splink.keep(linker.inference.predict(threshold_match_weight=lowest), "predicted", _KEPT)
    weighing = weigh(engine, weights, customers, rules)
    return Compared(
        weighing=weighing,
        model="estimated" if training else "prior",
        pairs=count(engine, "SELECT count(*) FROM scored"),
    )


def _key(engine: duckdb.DuckDBPyConnection) -> None:
    # As numbers, which join several times as fast; 10^6 of 63 bits meet by chance once in 10^7.
    keys = ", ".join(
        f"CASE WHEN ({sql}) IS NOT NULL THEN (hash({sql}) >> 1)::BIGINT END AS {key}"
        for key, (sql, _) in KEYS.items()
    )
    engine.execute(f"CREATE TABLE keyed AS SELECT *, {keys} FROM people")
    for key, (_, most) in KEYS.items():
        engine.execute(
            f"UPDATE keyed SET {key} = NULL WHERE {key} IN (SELECT {key} FROM keyed "
            f"WHERE {key} IS NOT NULL GROUP BY {key} HAVING count(*) > {most})"
        )


def _prior() -> dict[tuple[str, int], tuple[float, float]]:
    return {(f.name, number): (lv.m, lv.u) for f in FIELDS for number, lv in levels_of(f)}


def _settings(weights: Weights, engine: Engine) -> Any:
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="n",
        probability_two_random_records_match=START,
        comparisons=[_comparison(field, weights, engine) for field in FIELDS],
        blocking_rules_to_generate_predictions=[block_on(key) for key in KEYS],
        retain_matching_columns=False,
        em_convergence=0.001,
        max_iterations=15,
    )


def _comparison(field: Field, weights: Weights, engine: Engine) -> Any:
    import splink.comparison_level_library as levels
    from splink.comparison_library import CustomComparison

    made: list[Any] = [levels.CustomLevel(field.unknown).configure(is_null_level=True)]
    for number, level in levels_of(field):
        one: Any
        if level.sql == "ELSE":
            one = levels.ElseLevel()
        elif level.frequency_of:
            one = levels.ExactMatchLevel(level.frequency_of)
        else:
            one = levels.CustomLevel(spoken(level.sql, engine), base_dialect_str=engine)
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


def _training(engine: duckdb.DuckDBPyConnection) -> list[tuple[str, ...]]:
    found = []
    for columns in _TRAINING:
        known = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        pairs = count(
            engine,
            "SELECT coalesce(sum(c * (c - 1) // 2), 0) FROM (SELECT count(*) AS c FROM people "
            f"WHERE {known} GROUP BY {', '.join(columns)})",
        )
        if pairs >= _ENOUGH:
            found.append(columns)
    return found[:2]


def _estimated(linker: Any, training: list[tuple[str, ...]], seed: int) -> Weights:
    """u from random pairs, m by expectation maximisation."""
    from splink import block_on

    linker.training.estimate_u_using_random_sampling(
        max_pairs=_U_PAIRS, seed=seed, num_chunks=1, min_count_per_level=None
    )
    for columns in training:
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
                rounded(min(level.get("m_probability", m), 1.0)),
                rounded(level.get("u_probability", u)),
            )
    return found

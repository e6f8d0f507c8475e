"""``bench preview`` compares two ways to one answer: here, that it is one."""

from __future__ import annotations

from pathlib import Path

from evals.benchmarks.preview import BY_COUNTRY, by_hand, make_store, ours


def test_the_rule_and_the_sql_by_hand_find_as_many(tmp_path: Path) -> None:
    store = make_store(tmp_path, 3_000)

    assert store.counts()["events"] == 60_000
    assert 0 < ours(store) == by_hand(store) < 3_000
    assert 0 < ours(store, BY_COUNTRY) < ours(store)

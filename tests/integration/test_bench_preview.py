"""``bench preview`` compares two ways to one answer: here, that it is one; and that the people whom
it makes can be mailed or not."""

from __future__ import annotations

from pathlib import Path

from app.stack import build_stack
from domain.predicate import Everyone
from evals.benchmarks.preview import BY_COUNTRY, NOW, by_hand, make_store, ours
from evals.benchmarks.whole_preview import let_them_answer
from evals.benchmarks.workspace import bench_workspace
from workflows.audience import reach


def test_the_rule_and_the_sql_by_hand_find_as_many(tmp_path: Path) -> None:
    store = make_store(tmp_path, 3_000)

    assert store.counts()["events"] == 60_000
    assert 0 < ours(store) == by_hand(store) < 3_000
    assert 0 < ours(store, BY_COUNTRY) < ours(store)


async def test_whom_the_benchmark_finds_reachable(tmp_path: Path) -> None:
    workspace = bench_workspace(tmp_path, at=NOW, timezone="UTC")
    make_store(workspace.folder, 1_000)
    let_them_answer(workspace, 1_000, NOW)
    found = await reach(build_stack(workspace), Everyone())

    assert found.counts() == (("no_consent", 100), ("suppressed", 10))
    assert len(found.people) == 890

"""``bench audit`` measures the audit of a workspace that it makes: here, that it is one."""

from __future__ import annotations

from pathlib import Path

from app.data_audit import audit_data
from app.stack import build_stack
from evals.benchmarks.auditing import make_workspace, scan, standing
from tools.store.segments import Store


async def test_the_workspace_is_audited_in_all_its_parts(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, 3_000)
    stack = build_stack(workspace)
    found = await audit_data(workspace, stack)
    assert (found.described.customers, found.described.events) == (3_000, 60_000)
    assert found.agreed == 2_700
    assert {one.source for one in found.sources} == {"site", "shop"}
    assert found.ranking.happened
    assert len(found.valuable) == 100
    assert any(one.code == "disagreement" for one in found.findings)
    assert any(row.origin == "rented" for row in found.growth.rows)
    await standing(stack)
    scan(Store(workspace.store_folder))

"""The tracking API as Segment's JavaScript clients meet it: that of node, and analytics.js.

Needs node, and the packages of tests/js/package.json installed in a folder that
MAINSPRING_JS_CLIENTS names (.ci/run does that); else these tests are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.intake import spool
from ledger import sources
from tests.intake_world import listening, make_workspace

SCRIPT = Path(__file__).parents[1] / "js" / "write_events.mjs"


@pytest.fixture(scope="module")
def clients() -> Path:
    """A folder with the packages."""
    folder = Path(os.environ.get("MAINSPRING_JS_CLIENTS", SCRIPT.parent))
    if shutil.which("node") is None or not (folder / "node_modules" / "@segment").is_dir():
        pytest.skip("node or the packages of tests/js are absent (set MAINSPRING_JS_CLIENTS)")
    return folder


@pytest.mark.parametrize("client", ["node", "browser"])
def test_the_clients_of_segment_write_unmodified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clients: Path, client: str
) -> None:
    monkeypatch.setattr(spool, "CLOSE_SECONDS", 0.05)
    script = clients / SCRIPT.name
    if script != SCRIPT:
        shutil.copy(SCRIPT, script)
    with listening(*make_workspace(tmp_path)) as intake:
        done = subprocess.run(
            ["node", script, client, intake.address, intake.key],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == []
        by_name = {event["name"]: event for event in intake.rows("events")}
        assert set(by_name) == {
            "Product Viewed", "Page Viewed", "Screen Viewed", "Group Joined", "Aliased"
        }  # fmt: skip
        assert by_name["Product Viewed"]["occurred_at"] == datetime(2015, 3, 1, 12, tzinfo=UTC)
        assert by_name["Product Viewed"]["product_id"] == "p1"
        assert {event["customer_id"] for event in by_name.values()} == {f"{client}-user"}
        [profile] = intake.rows("profiles")
        assert (profile["email"], profile["first_name"]) == (f"{client}@example.test", "Grete")
        linked = {link["anonymous_id"] for link in intake.rows("links")}
        assert linked >= {f"{client}-device", f"{client}-before"}
        assert intake.key not in json.dumps([*by_name.values()], default=str)
        assert intake.quarantined() == []
        with intake.workspace.ledger.read() as tx:
            [day] = sources.days(tx)
        assert (day.received, day.quarantined) == (6, 0)

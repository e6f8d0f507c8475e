"""/api as the JavaScript hook ``useStream`` meets it: React, and LangGraph's SDK as published.

Needs node, and the packages of tests/js/package.json installed in a folder that
MAINSPRING_JS_CLIENTS names (.ci/run does that); else these tests are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.campaign_world import GOAL
from tests.served_world import Served, served

SCRIPT = Path(__file__).parents[1] / "js" / "use_stream.mjs"
APPROVE = {"decisions": [{"type": "approve"}]}


@pytest.fixture(scope="module")
def clients() -> Path:
    """A folder with the packages, and the page beside them."""
    folder = Path(os.environ.get("MAINSPRING_JS_CLIENTS", SCRIPT.parent))
    if shutil.which("node") is None or not (folder / "node_modules" / "jsdom").is_dir():
        pytest.skip("node or the packages of tests/js are absent (set MAINSPRING_JS_CLIENTS)")
    return folder


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as found:
        yield found


def page(
    clients: Path, world: Served, token: str, assistant: str, steps: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What the page shows after each step."""
    script = clients / SCRIPT.name
    if script != SCRIPT:
        shutil.copy(SCRIPT, script)
    done = subprocess.run(
        ["node", script, f"{world.address}/api", token, assistant],
        input=json.dumps(steps),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_hook_starts_a_campaign_decides_and_is_told_what_may_not_be(
    clients: Path, world: Served
) -> None:
    no = {"decisions": [{"type": "reject", "message": "Shorter."}]}
    steps: list[dict[str, Any]] = [
        {"say": {"goal_text": GOAL}},
        {"say": {"goal_text": "Something else."}},
        {"resume": APPROVE},
        {"resume": no},
        {"resume": APPROVE},
    ]
    begun, refused, written, again, scheduled = page(
        clients, world, world.token("owner"), "campaign", steps
    )
    assert begun["asked"] == "approve_brief"
    assert begun["updates"] == ["read_goal", "audit", "write_brief", "__interrupt__"]
    assert "waits for a person's decision" in refused["errors"][0]
    assert refused["asked"] == "approve_brief"
    assert written["asked"] == again["asked"] == "approve_publication"
    assert written["updates"][0] == "gate_brief"
    assert scheduled["asked"] is None
    assert "publication_id" in scheduled["keys"]
    run_id = begun["threadId"]
    assert world.run(run_id).status == "publishing"
    assert [one.status for one in world.approvals(run_id)] == ["approved", "rejected", "approved"]


def test_the_hook_opens_what_was_begun_elsewhere_with_the_rights_of_its_token(
    clients: Path, world: Served
) -> None:
    run_id = world.start(GOAL)
    steps: list[dict[str, Any]] = [{"open": run_id}, {"resume": APPROVE}]
    opened, refused = page(clients, world, world.token("author"), "campaign", steps)
    assert opened["asked"] == "approve_brief"
    assert "right to approve" in refused["errors"][0]
    assert [one.status for one in world.approvals(run_id)] == ["pending"]
    _, decided = page(clients, world, world.token("approver"), "campaign", steps)
    assert decided["asked"] == "approve_publication"


def test_the_hook_talks_and_a_page_that_left_finds_its_answer(clients: Path, world: Served) -> None:
    def said(text: str) -> dict[str, Any]:
        return {"messages": [{"type": "human", "content": text}]}

    steps: list[dict[str, Any]] = [
        {"say": said("How many people bought a watch?")},
        {"leave": said("And how many of them may we write to?")},
        {"stop": said("What goes out next week?")},
    ]
    token = world.token("author")
    answered, back, stopped = page(clients, world, token, "assistant", steps)
    assert [kind for kind, _ in answered["messages"]] == ["human", "ai"]
    assert "12 people" in answered["messages"][1][1]
    assert [kind for kind, _ in back["messages"]] == ["human", "ai"] * 2
    assert back["errors"] == []
    assert stopped["errors"] == []

"""Killed at every boundary: no mail twice, none lost, none without approval."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 60
"""On two cores with nothing else to do; a busy machine is given more before the test is failed."""


@pytest.mark.timeout(600)
def test_two_hundred_kills(
    capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> None:
    memory = Path("/dev/shm")
    # What is killed are processes, not the machine: a disk's flushes would only be waited for.
    where = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        ran = subprocess.run(
            [sys.executable, "-m", "tests.chaos.trials", f"{folder}/chaos", "230"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=540,
            check=False,
        )
    assert ran.stdout, ran.stderr[-4000:]
    summary = json.loads(ran.stdout)
    record_property("seconds", summary["seconds"])
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{summary['killed']} of {summary['trials']} workers killed in "
            f"{summary['seconds']} s; {len(summary['faults'])} faults"
        )
    assert summary["faults"] == [], ran.stderr[-4000:]
    assert summary["killed"] >= 200
    points = set(summary["points"])
    assert {
        "ledger: before commit",
        "ledger: after commit",
        "checkpoint: before put",
        "checkpoint: after put",
        "checkpoint: before writes",
        "checkpoint: after writes",
        "sending: before",
        "sending: after",
        "wire: before DATA",
        "wire: after DATA",
        "wire: before the mail",
        "wire: after the mail",
    } <= points

"""The small language model of ``make model``, started for a test on a free port."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "evals" / "small_model.py"


def python() -> Path:
    """The interpreter that has the server's packages; the test is skipped where there is none."""
    named = os.environ.get("MAINSPRING_MODEL_PYTHON")
    found = Path(named) if named else ROOT / ".venv-model" / "bin" / "python"
    if not found.exists():
        pytest.skip("the small model is not installed (make model-install)")
    return found


@contextmanager
def running() -> Iterator[str]:
    """Its base URL, while it runs."""
    started = subprocess.Popen(
        [str(python()), str(SERVER), "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert started.stdout is not None
        yield started.stdout.readline().strip()
    finally:
        started.terminate()
        started.wait(20)

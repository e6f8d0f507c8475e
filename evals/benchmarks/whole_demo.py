"""``bench demo``: the demo in a process of its own, its time and its peak memory."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from evals.benchmarks.figures import Measurement

MOST_SECONDS = 60
MOST_MB = 1024


async def measure(data: Path | None) -> tuple[Measurement, ...]:
    """``data`` is not used: the demo makes its own."""
    with tempfile.TemporaryDirectory(prefix="mainspring-bench-") as folder:
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            # Beside the interpreter lies the command that was installed with it.
            str(Path(sys.executable).with_name("mainspring")),
            "demo",
            "--folder",
            str(Path(folder) / "demo"),
            "--json",
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "MAINSPRING_HOME": str(Path(folder) / "home")},
        )
        said, _ = await process.communicate()
        seconds = time.perf_counter() - began
    if process.returncode != 0:
        raise RuntimeError(f"the demo ended with {process.returncode}")
    found = json.loads(said)["data"]
    return (
        Measurement(name="time", value=seconds, unit="s"),
        Measurement(
            name="of the time allowed",
            value=seconds / MOST_SECONDS,
            unit="ratio",
            note=f"{MOST_SECONDS} s on two cores",
        ),
        Measurement(name="peak memory", value=found["peak_mb"], unit="MB"),
        Measurement(
            name="of the memory allowed",
            value=found["peak_mb"] / MOST_MB,
            unit="ratio",
            note=f"{MOST_MB} MB",
        ),
        Measurement(name="mails sent", value=found["mails"], unit="count"),
    )

"""The most memory that a process held at once."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path


def peak_mb(process: int | None = None) -> float:
    """The peak of this process, or on Linux of another by its id, in MB.

    On Linux it is read from /proc: ``ru_maxrss`` also counts what the parent held before the
    program was started, so that it depends on who starts it.
    """
    status = Path(f"/proc/{process or 'self'}/status")
    if status.is_file():
        found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text("ascii", "replace"), re.MULTILINE)
        if found is not None:
            return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 if sys.platform != "darwin" else 1024**2)


def children_of(process: int) -> list[int]:
    """The processes that a process started and that still run, on Linux; elsewhere none."""
    found = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in found.read_text("ascii").split()] if found.is_file() else []


def forget_peak() -> None:
    """Count the peak anew from here on, where the system can (Linux)."""
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5", "ascii")

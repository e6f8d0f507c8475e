"""Erases a person and is killed: once at each point named, one process after the other.

    python -m tests.chaos.erase_and_die WORKSPACE HOME PERSON POINT …

A point is a step of the erasing, before which the process is killed; ``sweep`` is in the middle of
one: the customer data is rewritten, and the old files are still there.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from app.privacy import erase as erasing
from app.workspace import open_workspace
from tools.store.segments import Store


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Dying(Store):
    """Dies where the old files would be removed."""

    def sweep(self, older: timedelta = timedelta(0)) -> int:
        die()
        return 0


def run(folder: Path, home: str, person: str, point: str) -> None:
    workspace = open_workspace(folder, {"MAINSPRING_HOME": home})
    if point == "sweep":
        erasing.Store = Dying  # type: ignore[attr-defined]
    with workspace.ledger.read() as tx:
        who = workspace.person(tx)

    def tell(step: str) -> None:
        if step == point:
            die()

    erasing.erase(workspace, person, who, tell)


def main(folder: str, home: str, person: str, *points: str) -> None:
    for point in points:
        child = os.fork()
        if child == 0:
            run(Path(folder), home, person, point)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{point} {-os.waitstatus_to_exitcode(status)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

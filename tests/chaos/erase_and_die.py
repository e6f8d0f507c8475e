"""Erases a person and is killed: once at each point named, one process after the other.

    python -m tests.chaos.erase_and_die WORKSPACE HOME PERSON POINT …

A point is a step of the erasing, before which the process is killed, or in the middle of one:

    note       what they can be found by is written, and not in its place yet
    anew       they are forgotten in the ledger, whose file still holds what was deleted
    replaced   the first file of the customer data is rewritten, the others are not
    sweep      all are rewritten, and the old files are still there
    vacuum     the checkpoints are blacked out, and their file still holds what was there
    file       the first of the other files is changed, the others are not
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from app.privacy import erase as erasing
from app.privacy import files
from app.workspace import open_workspace
from tools.store.manifest import Segment
from tools.store.segments import Store


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingAtSweep(Store):
    def sweep(self, older: timedelta = timedelta(0)) -> int:
        die()
        return 0


class DyingOnceReplaced(Store):
    def replace(self, *given: Any, **named: Any) -> Segment | None:
        replaced = super().replace(*given, **named)
        die()
        return replaced


class DyingAtVacuum(sqlite3.Connection):
    def execute(self, statement: str, *given: Any) -> sqlite3.Cursor:
        if statement == "VACUUM":
            die()
        return super().execute(statement, *given)


def prepare(point: str) -> None:
    """Let this process die in the middle of a step."""
    connect, write, replace = sqlite3.connect, files._write, Path.replace

    def once_written(path: Path, data: bytes) -> None:
        write(path, data)
        die()

    def unless_a_note(path: Path, target: Path) -> Path:
        if path.parent.name == erasing.NOTES:
            die()
        return replace(path, target)

    match point:
        case "note":
            Path.replace = unless_a_note  # type: ignore[assignment, method-assign]
        case "anew":
            erasing.write_anew = lambda ledger: die()  # type: ignore[attr-defined]
        case "replaced":
            erasing.Store = DyingOnceReplaced  # type: ignore[attr-defined]
        case "sweep":
            erasing.Store = DyingAtSweep  # type: ignore[attr-defined]
        case "vacuum":
            sqlite3.connect = partial(connect, factory=DyingAtVacuum)  # type: ignore[assignment]
        case "file":
            files._write = once_written


def run(folder: Path, home: str, person: str, point: str) -> None:
    workspace = open_workspace(folder, {"MAINSPRING_HOME": home})
    prepare(point)
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

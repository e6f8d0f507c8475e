"""An erasure that is killed is begun again, and ends complete."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ledger import journal
from tests.privacy_world import opened, places, plant

POINTS = (
    "note", "ledger", "anew", "spool", "data", "replaced", "sweep", "work", "checkpoints", "vacuum",
    "files", "file", "search", "history", "end",
)  # fmt: skip
"""Each process takes up what the one before left, and comes one point further."""


@pytest.mark.timeout(900)  # fifteen processes, one after the other
def test_killed_at_any_point_it_is_begun_again_and_ends_complete(tmp_path: Path) -> None:
    shop = plant(tmp_path)
    # By an id alone: after the first of them nobody but the note knows her address any more.
    words = (str(shop.folder), str(shop.home), "H400001", *POINTS)
    ran = subprocess.run(
        [sys.executable, "-m", "tests.chaos.erase_and_die", *words],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout.split() == [word for point in POINTS for word in (point, "9")]
    assert len(list((shop.folder / "erasing").glob("*.json"))) == 1

    erased = shop.data("privacy", "erase", "H400001", "--yes")
    assert erased["complete"]
    assert places(shop.folder) == set()
    assert not list((shop.folder / "erasing").iterdir())
    with opened(shop).ledger.read() as tx:
        assert journal.verify(tx).ok

"""Chance that repeats: the same demo happens twice.

Who is held back depends on the campaign's id and on each person's salt, both of which are drawn
from the system's randomness. In a simulated workspace of ours, and nowhere else, they are drawn
from a seed that is fixed beforehand, so that nobody can pick the luckiest of many runs.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from ledger import runs, subjects


class _SeededSecrets:
    """Stands in for ``secrets`` where pseudonyms get their salts."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def token_hex(self, size: int) -> str:
        return self._chance.randbytes(size).hex()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Within the block, campaign ids and salts come from ``seed``."""
    ids, salts = random.Random(f"ids {seed}"), random.Random(f"salts {seed}")

    def new_id() -> str:
        return str(uuid.UUID(bytes=ids.randbytes(16), version=4))

    with (
        patch.object(runs, "new_id", new_id),
        patch.object(subjects, "secrets", _SeededSecrets(salts)),
    ):
        yield

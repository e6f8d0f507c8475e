"""The demo's chance: the same twice, and the system's own outside of it."""

from __future__ import annotations

from evals.seeded import seeded
from ledger import runs, subjects


def new_id() -> str:
    """A campaign's id, by whatever the ledger takes ids from at this moment."""
    return str(vars(runs)["new_id"]())


def salt() -> str:
    return str(vars(subjects)["secrets"].token_hex(16))


def drawn(seed: int) -> tuple[str, str]:
    with seeded(seed):
        return new_id(), salt()


def test_one_seed_draws_the_same_twice() -> None:
    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_outside_of_the_block_chance_is_the_systems() -> None:
    with seeded(1):
        pass
    assert new_id() != new_id()
    assert salt() != salt()

"""A workspace restored from a backup starts paused; a crash at the wrong moment does not."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from ledger import consent, journal, people, sending, sends
from ledger.database import open_ledger
from ledger.errors import LedgerError
from ledger.sending import HighWater
from tests.integration.ledger_world import KEY, LATE, World, make_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return make_world(folder)


@pytest.fixture
def mark(tmp_path: Path) -> HighWater:
    return HighWater(tmp_path / "secrets" / "high_water")


def send_one(world: World, mark: HighWater) -> bool:
    with world.write() as tx:
        if not mark.check(tx):
            return False
        claimed = sends.claim(tx, "w", 1)
    with world.write() as tx:
        outcomes = sends.mark_sending_many(
            tx, {send: world.address(send) for send in claimed}, "w", KEY, LATE
        )
        mark.bump(tx)
    return "go" in outcomes.values()


def restore(world: World, backup: Path) -> None:
    world.ledger.close()
    path = Path(world.ledger.url.removeprefix("sqlite:///"))
    for leftover in path.parent.glob("ledger.sqlite-*"):
        leftover.unlink()
    shutil.copy(backup, path)
    world.ledger = open_ledger(world.ledger.url)


def back_up(world: World, to: Path) -> Path:
    world.ledger.close()
    shutil.copy(Path(world.ledger.url.removeprefix("sqlite:///")), to / "backup.sqlite")
    return to / "backup.sqlite"


def test_a_restored_backup_is_paused_until_a_person_resumes(
    world: World, mark: HighWater, tmp_path: Path
) -> None:
    assert send_one(world, mark)
    backup = back_up(world, tmp_path)
    assert send_one(world, mark)
    restore(world, backup)
    assert not send_one(world, mark)
    assert not send_one(world, mark)
    with world.read() as tx:
        state = sending.status(tx)
        assert state.paused
        assert state.cause == "restored"
        assert "backup" in state.reason
        assert sends.claim(tx, "w", 10) == []
    with world.write() as tx:
        viewer = people.add(tx, "Vi", "vi@halden.test", "viewer")
        with pytest.raises(LedgerError):
            sending.resume(tx, viewer)
        sending.resume(tx, world.owner)
    assert send_one(world, mark)
    assert send_one(world, mark)


def test_an_unsubscribe_that_the_backup_forgot_pauses_too(
    world: World, mark: HighWater, tmp_path: Path
) -> None:
    assert send_one(world, mark)
    backup = back_up(world, tmp_path)
    with world.write() as tx:
        consent.unsubscribe(tx, world.names["c0"], world.run_id, tx.now)
    with world.write() as tx:
        assert mark.check(tx)  # as every round of the worker does
    restore(world, backup)
    assert not send_one(world, mark)


def test_a_backup_that_went_on_by_itself_is_still_found(
    world: World, mark: HighWater, tmp_path: Path
) -> None:
    backup = back_up(world, tmp_path)
    assert send_one(world, mark)
    restore(world, backup)
    with world.write() as tx:
        for n in range(20):  # its journal is longer than the mark by now
            journal.append(tx, "tested", person_id=None, thing="t", data={"n": n})
    assert not send_one(world, mark)


def test_what_is_too_late_after_a_restore_is_missed(
    world: World, mark: HighWater, tmp_path: Path
) -> None:
    backup = back_up(world, tmp_path)
    assert send_one(world, mark)
    restore(world, backup)
    assert not send_one(world, mark)
    world.advance(timedelta(days=1))
    with world.write() as tx:
        sending.resume(tx, world.owner)
    assert not send_one(world, mark)
    assert world.states()["missed"] == 1


def test_a_missing_mark_pauses_once_something_went_out(
    world: World, mark: HighWater, tmp_path: Path
) -> None:
    assert send_one(world, mark)
    (tmp_path / "secrets" / "high_water").unlink()
    assert not send_one(world, mark)
    with world.write() as tx:
        sending.resume(tx, world.owner)
    assert send_one(world, mark)


def test_a_damaged_mark_pauses(world: World, mark: HighWater, tmp_path: Path) -> None:
    assert send_one(world, mark)
    (tmp_path / "secrets" / "high_water").write_text("{")
    assert not send_one(world, mark)


def test_a_crash_before_the_mark_was_written_harms_nothing(world: World, mark: HighWater) -> None:
    assert send_one(world, mark)
    claimed = world.claim(limit=1)
    assert world.mark(claimed[0]) == "go"  # and the process dies here
    assert send_one(world, mark)


def test_a_transaction_that_fails_leaves_the_mark(
    world: World, mark: HighWater, tmp_path: Path
) -> None:
    assert send_one(world, mark)
    before = (tmp_path / "secrets" / "high_water").read_text()

    def fail() -> None:
        with world.write() as tx:
            journal.append(tx, "tested", person_id=None, thing="t", data={})
            mark.bump(tx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (tmp_path / "secrets" / "high_water").read_text() == before


def test_a_person_pauses_and_another_resumes(world: World, mark: HighWater) -> None:
    with world.write() as tx:
        author = people.add(tx, "Bo", "bo@halden.test", "author")
        sending.pause(tx, author, "the price is wrong")
    assert world.claim() == []
    assert not send_one(world, mark)
    with world.write() as tx:
        assert sending.status(tx).reason == "the price is wrong"
        with pytest.raises(LedgerError):
            sending.resume(tx, author)
        sending.resume(tx, world.owner)
    assert send_one(world, mark)

"""A workspace restored from a backup starts paused; a crash at the wrong moment does not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from domain.customer import Suppression
from ledger import approvals, consent, journal, people, runs, sending, sends, suppression
from ledger.database import Ledger, Transaction, open_ledger
from ledger.errors import LedgerError
from ledger.sending import HighWater
from tests.integration.ledger_world import KEY, LATE, World, make_world


@pytest.fixture
def mark(tmp_path: Path) -> HighWater:
    return HighWater(tmp_path / "secrets" / "high_water")


@pytest.fixture
def world(tmp_path: Path, mark: HighWater) -> World:
    folder = tmp_path / "workspace"
    folder.mkdir()
    made = make_world(folder)
    made.ledger = marked(made.ledger, mark)
    with made.write() as tx:
        mark.begin(tx)
    return made


def marked(ledger: Ledger, mark: HighWater) -> Ledger:
    """The same ledger, opened as a workspace opens it."""
    ledger.close()
    return open_ledger(ledger.url, mark=mark)


def send_one(world: World, mark: HighWater) -> bool:
    with world.write() as tx:
        if not mark.check(tx):
            return False
        claimed = sends.claim(tx, "w", 1)
    with world.write() as tx:
        outcomes = sends.mark_sending_many(
            tx, {send: world.address(send) for send in claimed}, "w", KEY, LATE
        )
    return "go" in outcomes.values()


def restore(world: World, backup: Path, mark: HighWater) -> None:
    world.ledger.close()
    path = Path(world.ledger.url.removeprefix("sqlite:///"))
    for leftover in path.parent.glob("ledger.sqlite-*"):
        leftover.unlink()
    shutil.copy(backup, path)
    world.ledger = marked(world.ledger, mark)


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
    restore(world, backup, mark)
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


def unsubscribed(tx: Transaction, world: World) -> None:
    consent.unsubscribe(tx, world.names["c4"], world.run_id, tx.now)


def paused(tx: Transaction, world: World) -> None:
    sending.pause(tx, world.owner, "the price is wrong")


def suppressed(tx: Transaction, world: World) -> None:
    suppression.add(tx, [Suppression(address="a@b.test", reason="complained", at=tx.now)], KEY)


def cancelled(tx: Transaction, world: World) -> None:
    runs.cancel(tx, world.run_id, world.owner)


def revised(tx: Transaction, world: World) -> None:
    approvals.void(tx, world.run_id, "the offer ended")


def left(tx: Transaction, world: World) -> None:
    people.deactivate(tx, people.add(tx, "Vi", "vi@halden.test", "viewer").id, world.owner)


@pytest.mark.parametrize(
    "happened",
    [unsubscribed, paused, suppressed, cancelled, revised, left],
    ids=lambda f: f.__name__,
)
def test_whatever_the_backup_forgot_pauses(
    world: World,
    mark: HighWater,
    tmp_path: Path,
    happened: Callable[[Transaction, World], None],
) -> None:
    backup = back_up(world, tmp_path)
    with world.write() as tx:
        happened(tx, world)
    restore(world, backup, mark)
    assert "restored" in mark.why_not(world.ledger)
    with world.read() as tx:
        assert not sending.is_paused(tx)  # a look writes nothing
    assert not send_one(world, mark)


def test_a_backup_that_went_on_by_itself_is_still_found(
    world: World, mark: HighWater, tmp_path: Path
) -> None:
    backup = back_up(world, tmp_path)
    assert send_one(world, mark)
    restore(world, backup, mark)
    with world.write() as tx:
        for n in range(20):  # its journal is longer than the mark by now
            journal.append(tx, "tested", person_id=None, thing="t", data={"n": n})
    assert not send_one(world, mark)


def test_what_is_too_late_after_a_restore_is_missed(
    world: World, mark: HighWater, tmp_path: Path
) -> None:
    backup = back_up(world, tmp_path)
    assert send_one(world, mark)
    restore(world, backup, mark)
    assert not send_one(world, mark)
    world.advance(timedelta(days=1))
    with world.write() as tx:
        sending.resume(tx, world.owner)
    assert not send_one(world, mark)
    assert world.states()["missed"] == 1


@pytest.mark.parametrize("sent", [False, True])
def test_a_missing_mark_pauses(
    world: World, mark: HighWater, tmp_path: Path, *, sent: bool
) -> None:
    assert not sent or send_one(world, mark)
    (tmp_path / "secrets" / "high_water").unlink()
    with world.write() as tx:
        journal.append(tx, "tested", person_id=None, thing="t", data={})
    assert not (tmp_path / "secrets" / "high_water").exists()  # none is made up
    assert "missing" in mark.why_not(world.ledger)
    assert not send_one(world, mark)
    with world.write() as tx:
        sending.resume(tx, world.owner)
    assert mark.why_not(world.ledger) == ""
    assert send_one(world, mark)


def test_a_mark_that_cannot_be_written_fails_nothing_and_pauses(
    world: World, mark: HighWater, tmp_path: Path
) -> None:
    beside = tmp_path / "secrets" / "high_water.new"
    beside.mkdir()
    with world.write() as tx:
        unsubscribed(tx, world)
    assert not send_one(world, mark)
    with world.read() as tx:
        state = sending.status(tx)
        assert (state.paused, state.cause) == (True, "mark")
        assert "cannot be written" in state.reason
        assert consent.unsubscribed_by(tx, world.run_id)
    beside.rmdir()
    with world.write() as tx:
        sending.resume(tx, world.owner)
    assert send_one(world, mark)


def test_a_damaged_mark_pauses(world: World, mark: HighWater, tmp_path: Path) -> None:
    assert send_one(world, mark)
    (tmp_path / "secrets" / "high_water").write_text("{")
    assert not send_one(world, mark)


def test_a_crash_before_the_mark_was_written_harms_nothing(world: World, mark: HighWater) -> None:
    assert send_one(world, mark)
    world.ledger.close()
    world.ledger = open_ledger(world.ledger.url)  # writes no mark
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

"""Opening, migrating and writing the ledger, by many processes at once."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ledger import budgets, clock, journal
from ledger.database import Ledger, create, make_engine, open_ledger, upgrade
from ledger.errors import LedgerError
from ledger.migrations import HEAD
from ledger.migrations.run import make_config
from ledger.tables import metadata
from tests.integration.ledger_world import MONDAY, ledger_url, make_ledger

EIGHT = 8


def together(work: Callable[..., Any], *arguments: object, processes: int = EIGHT) -> list[Any]:
    """Run ``work(number, *arguments)`` in so many new processes at once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.integration.test_ledger_approvals"])  # imports alone
    with context.Pool(processes) as pool:
        return pool.starmap(work, [(n, *arguments) for n in range(processes)], chunksize=1)


def _create(_number: int, url: str) -> str:
    create(url)
    with open_ledger(url).read() as tx:
        return str(tx.connection.execute(sa.text("PRAGMA journal_mode")).scalar())


def test_eight_processes_make_one_ledger(tmp_path: Path) -> None:
    assert together(_create, ledger_url(tmp_path)) == ["wal"] * EIGHT
    with open_ledger(ledger_url(tmp_path)).read() as tx:
        assert journal.verify(tx).ok


def _spend(_number: int, url: str, times: int) -> None:
    ledger = open_ledger(url)
    for _ in range(times):
        with ledger.write() as tx:
            budgets.spend(tx, "mails", 1)
            data = {"left": str(budgets.spent(tx, "mails", "day"))}
            journal.append(tx, "spent", person_id=None, thing="test", data=data)


def test_eight_processes_lose_no_update(tmp_path: Path) -> None:
    ledger = make_ledger(tmp_path)
    together(_spend, ledger.url, 25)
    with ledger.read() as tx:
        assert budgets.spent(tx, "mails", "day") == EIGHT * 25
        seen = [entry.data["left"] for entry in journal.entries(tx, "test", limit=1000)]
        assert sorted(int(left) for left in seen) == list(range(1, EIGHT * 25 + 1))
        assert journal.verify(tx).ok


def test_the_migrations_make_exactly_the_tables(tmp_path: Path) -> None:
    create(ledger_url(tmp_path))
    engine = make_engine(ledger_url(tmp_path))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        script = ScriptDirectory.from_config(make_config(connection))
        assert script.get_current_head() == HEAD


def test_a_ledger_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as refused:
        open_ledger(ledger_url(tmp_path))
    assert refused.value.code == "missing"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("version", "code"), [("0001", "needs_upgrade"), ("9999", "too_new")])
def test_tables_of_another_version_are_refused(tmp_path: Path, version: str, code: str) -> None:
    make_ledger(tmp_path).close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    with pytest.raises(LedgerError) as refused:
        open_ledger(ledger_url(tmp_path))
    assert refused.value.code == code
    assert refused.value.next_step
    if code == "too_new":
        with pytest.raises(LedgerError) as refused:
            upgrade(ledger_url(tmp_path))
        assert refused.value.code == code


def test_an_empty_file_is_upgraded_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").touch()
    with pytest.raises(LedgerError):
        open_ledger(ledger_url(tmp_path))
    upgrade(ledger_url(tmp_path))


def test_a_failed_migration_leaves_nothing_behind(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute("CREATE TABLE sends (key TEXT)")  # in the way of the last step
    with pytest.raises(sa.exc.OperationalError):
        upgrade(ledger_url(tmp_path))
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert [name for (name,) in found if name != "alembic_version"] == ["sends"]


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    ledger = make_ledger(tmp_path)
    called: list[str] = []

    def fail_after_writing() -> None:
        with ledger.write() as tx:
            journal.append(tx, "spent", person_id=None, thing="test", data={})
            tx.after_commit.append(lambda: called.append("after"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_writing()
    with ledger.read() as tx:
        assert journal.head(tx) == (0, "")
    assert called == []


def test_reading_keeps_nothing(tmp_path: Path) -> None:
    ledger = make_ledger(tmp_path)
    with ledger.read() as tx:
        journal.append(tx, "spent", person_id=None, thing="test", data={})
    with ledger.read() as tx:
        assert journal.head(tx) == (0, "")


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    ledger = make_ledger(tmp_path)
    with pytest.raises(sa.exc.StatementError) as refused, ledger.write() as tx:
        clock.advance(tx, datetime(2027, 1, 1))  # noqa: DTZ001
    assert isinstance(refused.value.orig, LedgerError)


def test_simulated_time_goes_forward_for_everybody(tmp_path: Path) -> None:
    ledger = make_ledger(tmp_path)
    other = open_ledger(ledger.url)
    with ledger.write() as tx:
        assert tx.now == MONDAY
        clock.advance(tx, MONDAY + timedelta(hours=1))
    assert other.clock.now() == MONDAY + timedelta(hours=1)
    with pytest.raises(LedgerError) as refused, other.write() as tx:
        clock.advance(tx, MONDAY)
    assert refused.value.code == "backwards"


def test_real_time_cannot_be_advanced(tmp_path: Path) -> None:
    ledger = make_ledger(tmp_path, at=None)
    assert abs(ledger.clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(LedgerError) as refused, ledger.write() as tx:
        clock.advance(tx, datetime.now(UTC) + timedelta(days=1))
    assert refused.value.code == "not_simulated"


def test_a_ledger_that_somebody_holds_is_said_to_be_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.database.BUSY_SECONDS", 0.05)
    one = make_ledger(tmp_path)
    other = open_ledger(one.url)
    with one.write():
        with other.read() as tx:
            assert journal.head(tx) == (0, "")  # who reads never waits
        with pytest.raises(LedgerError) as refused, other.write():
            pass
    assert refused.value.code == "busy"
    with other.write() as tx:
        journal.append(tx, "spent", person_id=None, thing="test", data={})


def test_a_write_inside_a_write_is_a_mistake_and_not_a_wait(tmp_path: Path) -> None:
    ledger: Ledger = make_ledger(tmp_path)
    with ledger.write(), pytest.raises(RuntimeError), ledger.write():
        pass

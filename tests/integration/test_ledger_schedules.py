"""Schedules: each fire is one row and at most one run, whoever is awake for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ledger import clock, jobs, journal, people, runs, schedules
from ledger.database import Ledger, open_ledger
from ledger.errors import LedgerError
from ledger.people import Person
from ledger.schedules import CatchUp, Fire, Schedule
from tests.integration.ledger_world import MONDAY, make_ledger
from tests.integration.test_ledger_database import together


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return make_ledger(tmp_path)


@pytest.fixture
def ada(ledger: Ledger) -> Person:
    with ledger.write() as tx:
        return people.add(tx, "Ada", "ada@halden.test", "owner")


def add(ledger: Ledger, ada: Person, catch_up: CatchUp, hours: float = 48) -> Schedule:
    with ledger.write() as tx:
        return schedules.add(
            tx, "0 9 * * *", "Europe/Berlin", "Viewings", ada, catch_up, timedelta(hours=hours)
        )


def fire(ledger: Ledger, after: timedelta) -> list[Fire]:
    with ledger.write() as tx:
        clock.advance(tx, tx.now + after)
    with ledger.write() as tx:
        return schedules.fire_due(tx)


def test_a_fire_starts_a_run_and_its_job(ledger: Ledger, ada: Person) -> None:
    schedule = add(ledger, ada, "skip")
    with ledger.read() as tx:
        assert schedules.next_fire(tx) == datetime.fromisoformat("2026-03-03T09:00:00+01:00")
    fired = fire(ledger, timedelta(hours=23, minutes=1))
    assert [f.state for f in fired] == ["started"]
    with ledger.write() as tx:
        assert schedules.fire_due(tx) == []
        run = runs.get(tx, fired[0].run_id or "")
        assert (run.goal, run.started_by) == ("Viewings", ada.id)
        assert f"drive:{run.id}" in {job.key for job in jobs.list_jobs(tx)}
        assert schedules.fires(tx, schedule.id) == fired


@pytest.mark.parametrize(
    ("catch_up", "states"),
    [
        ("skip", ["missed", "missed", "skipped", "skipped"]),
        ("latest", ["missed", "missed", "skipped", "started"]),
        ("all", ["missed", "missed", "started", "started"]),
    ],
)
def test_fires_that_nobody_was_awake_for(
    ledger: Ledger, ada: Person, catch_up: CatchUp, states: list[str]
) -> None:
    add(ledger, ada, catch_up, hours=30)
    fired = fire(ledger, timedelta(days=4))  # four fires; an hour after the last
    assert [f.state for f in fired] == states
    assert [f.run_id is not None for f in fired] == [s == "started" for s in states]
    with ledger.read() as tx:
        assert len(runs.list_runs(tx)) == states.count("started")


def test_what_is_too_late_is_missed_whatever_catch_up_says(ledger: Ledger, ada: Person) -> None:
    add(ledger, ada, "all", hours=0.5)
    assert [f.state for f in fire(ledger, timedelta(days=2))] == ["missed", "missed"]


def test_a_removed_schedule_fires_no_more(ledger: Ledger, ada: Person) -> None:
    schedule = add(ledger, ada, "all")
    with ledger.write() as tx:
        assert schedules.list_schedules(tx) == [schedule]
        schedules.remove(tx, schedule.id, ada)
        assert schedules.list_schedules(tx) == []
        with pytest.raises(LedgerError):
            schedules.remove(tx, schedule.id, ada)
    assert fire(ledger, timedelta(days=2)) == []


def test_the_schedule_of_a_person_who_left_does_not_fire(ledger: Ledger, ada: Person) -> None:
    schedule = add(ledger, ada, "all")
    with ledger.write() as tx:
        people.add(tx, "Grace", "grace@halden.example", "owner")
        people.deactivate(tx, ada.id, ada)
    assert fire(ledger, timedelta(days=2)) == []
    with ledger.read() as tx:
        assert schedules.fires(tx, schedule.id) == []


def test_a_year_asleep_is_not_a_million_rows(ledger: Ledger, ada: Person) -> None:
    with ledger.write() as tx:
        schedule = schedules.add(tx, "*/5 * * * *", "UTC", "Viewings", ada, "latest")
    fired = fire(ledger, timedelta(days=30))
    assert len(fired) == schedules.MOST_FIRES
    assert [f.state for f in fired].count("started") == 1
    with ledger.read() as tx:
        passed = [e for e in journal.entries(tx, schedule.id, 2000) if "passed" in e.kind]
        assert passed[0].data["fires"] == 30 * 24 * 12 - schedules.MOST_FIRES


def _fire(_number: int, url: str) -> int:
    with open_ledger(url).write() as tx:
        return len(schedules.fire_due(tx))


def test_workers_that_wake_together_start_one_run(ledger: Ledger, ada: Person) -> None:
    add(ledger, ada, "all")
    with ledger.write() as tx:
        clock.advance(tx, MONDAY + timedelta(days=1))
    assert sorted(together(_fire, ledger.url, processes=4)) == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("line", "zone", "goal", "code"),
    [
        ("never", "UTC", "Viewings", "bad_schedule"),
        ("0 9 * * *", "Mars/Base", "Viewings", "bad_zone"),
        ("0 9 * * *", "UTC", " ", "bad_value"),
    ],
)
def test_what_cannot_be_read_is_refused(
    ledger: Ledger, ada: Person, line: str, zone: str, goal: str, code: str
) -> None:
    with ledger.write() as tx, pytest.raises(LedgerError) as refused:
        schedules.add(tx, line, zone, goal, ada)
    assert refused.value.code == code

"""Jobs: taken by one worker at a time, lost by none, and one driver for each run."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from ledger import jobs, people, runs, sends, tables
from ledger.database import Ledger, open_ledger
from ledger.errors import LedgerError
from tests.integration.ledger_world import MONDAY, make_ledger, make_world
from tests.integration.test_ledger_database import together


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return make_ledger(tmp_path)


def let_leases_end(ledger: Ledger) -> None:
    with ledger.write() as tx:
        past = tx.real_now - timedelta(seconds=1)
        tx.connection.execute(tables.jobs.update().values(lease_until=past))


def claim(ledger: Ledger, worker: str = "w") -> jobs.Job | None:
    with ledger.write() as tx:
        return jobs.claim(tx, worker)


def test_a_key_is_used_once_for_ever(ledger: Ledger) -> None:
    with ledger.write() as tx:
        assert jobs.put(tx, "k", "publish", {})
        assert not jobs.put(tx, "k", "report", {"other": 1})
    job = claim(ledger)
    assert job is not None
    with ledger.write() as tx:
        assert jobs.finish(tx, job, "w")
        assert not jobs.put(tx, "k", "publish", {})
    assert claim(ledger) is None


def test_a_job_waits_for_its_time_and_its_kind(ledger: Ledger) -> None:
    with ledger.write() as tx:
        jobs.put(tx, "later", "report", {}, due_at=MONDAY + timedelta(hours=1))
        jobs.put(tx, "now", "publish", {})
        assert jobs.claim(tx, "w", kinds=["report"]) is None
        assert jobs.next_due(tx) == MONDAY
        claimed = jobs.claim(tx, "w")
        assert claimed is not None
        assert claimed.key == "now"
        assert jobs.claim(tx, "w") is None


def test_a_run_has_one_driver(ledger: Ledger) -> None:
    with ledger.write() as tx:
        jobs.put(tx, "a", "drive_run", {"run_id": "r"})
        jobs.put(tx, "b", "drive_run", {"run_id": "r"})
        jobs.put(tx, "c", "drive_run", {"run_id": "other"})
    first, second, third = claim(ledger, "1"), claim(ledger, "2"), claim(ledger, "3")
    assert first is not None
    assert second is not None
    assert (first.key, second.key, third) == ("a", "c", None)
    with ledger.write() as tx:
        jobs.finish(tx, first, "1")
    third = claim(ledger, "3")
    assert third is not None
    assert third.key == "b"


def test_the_driver_that_died_is_followed_by_one_of_the_same_job(ledger: Ledger) -> None:
    with ledger.write() as tx:
        jobs.put(tx, "a", "drive_run", {"run_id": "r"})
        jobs.put(tx, "b", "drive_run", {"run_id": "r"})
    dead = claim(ledger, "dead")
    let_leases_end(ledger)
    heir = claim(ledger, "heir")
    assert dead is not None
    assert heir is not None
    assert (heir.key, heir.attempts) == ("a", 2)
    assert claim(ledger, "other") is None
    with ledger.write() as tx:
        assert not jobs.renew(tx, dead, "dead")
        assert not jobs.finish(tx, dead, "dead")
        assert not jobs.fail(tx, dead, "dead", "late")
        assert jobs.renew(tx, heir, "heir")


def test_a_worker_that_lost_a_job_and_took_it_again_is_another(ledger: Ledger) -> None:
    with ledger.write() as tx:
        jobs.put(tx, "a", "publish", {})
    before = claim(ledger)
    let_leases_end(ledger)
    after = claim(ledger)
    assert before is not None
    assert after is not None
    with ledger.write() as tx:
        assert not jobs.finish(tx, before, "w")
        assert jobs.finish(tx, after, "w")


def test_what_failed_is_tried_again_after_real_time(ledger: Ledger) -> None:
    with ledger.write() as tx:
        jobs.put(tx, "a", "publish", {})
    job = claim(ledger)
    assert job is not None
    with ledger.write() as tx:
        assert jobs.fail(tx, job, "w", "no connection", timedelta(hours=1))
        assert jobs.claim(tx, "w") is None
        tx.connection.execute(tables.jobs.update().values(not_before=tx.real_now))
    job = claim(ledger)
    assert job is not None
    assert (job.attempts, job.error) == (2, "no connection")
    with ledger.write() as tx:
        assert jobs.fail(tx, job, "w", "given up")
        assert [j.key for j in jobs.list_jobs(tx, "failed")] == ["a"]
    assert claim(ledger) is None


def _work(number: int, url: str) -> list[str]:
    ledger = open_ledger(url)
    worker = f"w{number}"
    done: list[str] = []
    while True:
        with ledger.write() as tx:
            job = jobs.claim(tx, worker)
            if job is None:
                return done
            assert jobs.finish(tx, job, worker)
            done.append(job.key)


def test_workers_never_do_the_same_job(ledger: Ledger) -> None:
    with ledger.write() as tx:
        for n in range(80):
            jobs.put(tx, f"k{n}", "publish", {})
    done = together(_work, ledger.url, processes=4)
    assert Counter(key for mine in done for key in mine) == Counter(f"k{n}" for n in range(80))


def _claim_sends(number: int, url: str) -> list[str]:
    ledger = open_ledger(url)
    taken: list[str] = []
    while True:
        with ledger.write() as tx:
            claimed = sends.claim(tx, f"w{number}", 7)
        if not claimed:
            return taken
        taken += [send.key for send in claimed]


def test_claims_of_several_workers_never_overlap(tmp_path: Path) -> None:
    world = make_world(tmp_path, size=300)
    taken = together(_claim_sends, world.ledger.url, processes=4)
    assert Counter(key for mine in taken for key in mine).most_common(1)[0][1] == 1
    assert sum(len(mine) for mine in taken) == 300


def test_a_run_starts_with_its_job_and_once_for_each_fire(ledger: Ledger) -> None:
    with ledger.write() as tx:
        ada = people.add(tx, "Ada", "ada@halden.test", "owner")
        run = runs.start(tx, "Viewings", ada.id)
        fired = runs.start(tx, "Viewings", ada.id, schedule_key="s:1")
        assert runs.start(tx, "Viewings", ada.id, schedule_key="s:1") == fired
        assert {j.key for j in jobs.list_jobs(tx)} == {f"drive:{run.id}", f"drive:{fired.id}"}
        assert [r.id for r in runs.list_runs(tx)] == [fired.id, run.id]
        with pytest.raises(LedgerError):
            runs.start(tx, "Viewings", "nobody")


def test_an_ended_run_stays_ended(ledger: Ledger) -> None:
    with ledger.write() as tx:
        ada = people.add(tx, "Ada", "ada@halden.test", "owner")
        run = runs.start(tx, "Viewings", ada.id)
        assert runs.set_status(tx, run.id, "waiting", "for a yes")
        assert runs.set_status(tx, run.id, "waiting", "for a yes")
        assert runs.set_status(tx, run.id, "done")
        assert not runs.set_status(tx, run.id, "running")
        assert runs.cancel(tx, run.id, ada).status == "done"

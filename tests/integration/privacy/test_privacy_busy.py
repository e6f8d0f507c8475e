"""Erasing beside work: a server that takes events of that very person, a campaign that names them,
a send that they are part of. Whatever was at it at that moment brings nothing of them back."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from app.intake.spool import waiting_bytes
from app.privacy import erase as erasing
from app.workspace import Workspace
from ledger import comments, consent, journal, runs, sources
from ledger import tables as t
from tests.intake_world import basic
from tests.integration.commanding import Commands
from tests.integration.ledger_world import agree
from tests.mailserver import MailServer
from tests.planning_world import Planning
from tests.privacy_world import ANNA, SECOND, bring, opened, places
from tests.serving import free_port, serving

NAMES = [
    "Bruno",
    "Cora",
    "Dietmar",
    "Elif",
    "Friedrich",
    "Gesine",
    "Hakan",
    "Ingeborg",
    "Jonas",
    "Kyra",
    "Ludwig",
    "Miriam",
]
NOW = datetime(2010, 12, 10, 9, tzinfo=UTC)


class Held(MailServer):
    """Greets nobody until it may: mails are under way for so long."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.go = asyncio.Event()

    async def _say(self, writer: asyncio.StreamWriter, step: str, usual: str, arg: str) -> bool:
        if step == "greet":
            self.asked.set()
            await self.go.wait()
        return await super()._say(writer, step, usual, arg)


@contextmanager
def sending_events(address: str, key: str) -> Iterator[list[int]]:
    """Her devices and another one send all the time; the statuses of the answers."""
    stop, answered = threading.Event(), list[int]()

    def send() -> None:
        with httpx.Client(headers={"Authorization": basic(key)}, timeout=30) as client:
            while not stop.wait(0.05):
                number = len(answered)
                batch = [
                    {"type": "track", "event": "Seen", "userId": who, "messageId": f"{who}{number}",
                     "properties": {"email": ANNA if who != "someone" else "x@post.example"}}
                    for who in ("H400001", SECOND, "someone")
                ]  # fmt: skip
                batch.append({"type": "identify", "anonymousId": "dev-5f2e9c81aa",
                              "traits": {"email": ANNA}, "messageId": f"i{number}"})  # fmt: skip
                sent = client.post(f"{address}/v1/batch", json={"batch": batch})
                answered.append(sent.status_code)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield answered
    finally:
        stop.set()
        sender.join()


def schedule(workspace: Workspace, plan: Planning) -> str:
    """A mail to everybody that is due, to her as the last of all; its publication."""
    made = plan.schedule("A mail to everybody", slice(0, None), NOW - timedelta(hours=1))
    with workspace.ledger.write() as tx:
        # It is as if it had come so far by itself.
        mine = t.jobs.c.lane == f"run:{made.run_id}"
        tx.connection.execute(sa.delete(t.jobs).where(mine))
        hers = sa.select(t.subjects.c.pseudonym).where(
            t.subjects.c.customer_id.in_(("H400001", SECOND))
        )
        last = sa.update(t.sends).where(t.sends.c.pseudonym.in_(hers))
        tx.connection.execute(last.values(due_at=NOW - timedelta(minutes=1)))
    return made.id


def states(workspace: Workspace, publication: str) -> list[tuple[str, str]]:
    c = t.sends.c
    with workspace.ledger.read() as tx:
        query = sa.select(c.state, c.reason).where(c.publication_id == publication)
        return [(row[0], row[1]) for row in tx.connection.execute(query)]


@pytest.mark.timeout(900)  # a whole server beside it, on a machine that may be busy
async def test_a_person_is_erased_beside_a_server_that_is_at_work(
    shop: Commands, tmp_path: Path
) -> None:
    port = free_port()
    server = Held()
    async with server:
        shop.settle(f'smtp_host = "127.0.0.1"\nsmtp_port = {server.port}\ntimeout_seconds = 300\n'
                    "connections = 2\n[limits]\nbatch = 4\ncap_most = 9\n")  # fmt: skip
        workspace = opened(shop)
        people = [
            {"customer_id": f"c{n}", "email": f"{name.lower()}@post.example", "first_name": name}
            for n, name in enumerate(NAMES)
        ]
        bring(workspace, "customers", people, tmp_path)
        with workspace.ledger.write() as tx:
            _, key = sources.add(tx, "app", workspace.person(tx))
            owner = workspace.person(tx)
            everybody = [one["customer_id"] for one in people]
            consent.record(tx, [agree(one, at=NOW - timedelta(days=30)) for one in everybody])
        plan = Planning(workspace.ledger, owner, [*everybody, "H400001", SECOND])
        publication = schedule(workspace, plan)
        environment = {"MAINSPRING_SENDING_LISTEN_PORT": str(port)}
        async with serving(workspace, environment=environment):
            with sending_events(f"http://127.0.0.1:{port}", key) as answered:
                await asyncio.wait_for(server.asked.wait(), 300)  # the first mails are under way
                erased = await asyncio.to_thread(shop.data, "privacy", "erase", "H400001", "--yes")
                server.go.set()
                assert erased["complete"]
                before = len(answered)
                await until(lambda: len(answered) > before + 5)
            await until(lambda: not waiting_bytes(workspace.spool_folder))
            ended = {"sent", "left_out"}
            await until(lambda: {state for state, _ in states(workspace, publication)} <= ended)
        assert set(answered) == {200}
        assert sorted(states(workspace, publication)) == [
            ("left_out", "erased"), ("left_out", "erased"), *[("sent", "")] * 12,
        ]  # fmt: skip
        assert ANNA not in server.recipients
        assert len(server.recipients) == 12
    assert places(shop.folder) == set()
    with workspace.ledger.read() as tx:
        assert journal.verify(tx).ok
    assert shop.data("privacy", "erase", "H400001", "--yes", exits=2)["code"] == "unknown_person"


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(1500):
        if holds():
            return
        await asyncio.sleep(0.2)
    raise AssertionError("it does not come to that")


def under_way(workspace: Workspace) -> str:
    """Let the campaign that names her be at work; its id."""
    with workspace.ledger.write() as tx:
        (run,) = runs.list_runs(tx)
        job = {
            "id": "at work", "key": "at work", "kind": "drive_run", "payload": {"run_id": run.id},
            "lane": f"run:{run.id}", "state": "running", "due_at": tx.now, "attempts": 1,
            "lease_owner": "w", "lease_until": tx.lease_end(600), "error": "", "created_at": tx.now,
        }  # fmt: skip
        tx.connection.execute(t.jobs.insert(), job)
    return run.id


def end(workspace: Workspace, run_id: str) -> None:
    """What is at work writes what it has read, and ends."""
    with workspace.ledger.write() as tx:
        comments.add(tx, run_id, workspace.person(tx), f"For Anna Müllerschön ({ANNA})")
        tx.connection.execute(
            sa.update(t.jobs).where(t.jobs.c.id == "at work").values(state="done")
        )
    with closing(sqlite3.connect(workspace.folder / "checkpoints.sqlite")) as connection:
        found = connection.execute("SELECT rowid, type FROM checkpoints LIMIT 1").fetchone()
        said = f'{{"goal": "{ANNA}"}}'.encode()
        connection.execute(
            "UPDATE checkpoints SET type = 'json', checkpoint = ? WHERE rowid = ?",
            (said, found[0]),
        )
        connection.commit()


def test_what_works_on_their_texts_is_let_end_and_looked_through_after_it(shop: Commands) -> None:
    workspace = opened(shop)
    run_id = under_way(workspace)
    with workspace.ledger.read() as tx:
        who = workspace.person(tx)
    ending = threading.Thread(target=lambda: end(workspace, run_id))

    def tell(step: str) -> None:
        if step == "work":
            ending.start()

    erased = erasing.erase(workspace, "H400001", who, tell)
    ending.join()
    assert (erased.complete, erased.under_way) == (True, 0)
    assert places(shop.folder) == set()
    with workspace.ledger.read() as tx:
        assert runs.get(tx, run_id).status == "cancelled"


def test_what_does_not_end_is_said_and_the_same_command_ends_it(
    shop: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = opened(shop)
    run_id = under_way(workspace)
    monkeypatch.setattr(erasing, "WORK_SECONDS", 0.0)
    first = shop.data("privacy", "erase", "H400001", "--yes", exits=1)
    assert (first["complete"], first["under_way"], first["searched"]["left"]) == (False, 1, [])
    said = shop.run("privacy", "erase", ANNA, "--yes", exits=1).stdout
    assert "still being worked on" in said
    end(workspace, run_id)
    assert shop.data("privacy", "erase", "H400001", "--yes")["complete"]
    assert places(shop.folder) == set()

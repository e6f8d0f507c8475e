"""Workers killed at any moment: no message twice, none lost, none while paused."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from ledger import journal, publications, sends, tables
from ledger.database import open_ledger
from ledger.sending import HighWater
from tests.integration.ledger_world import KEY, LATE, Receipt, World, make_world

PEOPLE = 300
KILLS = 24


def work(url: str, worker: str, folder: Path) -> None:
    """Send until nothing is left; a delivery is one line, written without a buffer."""
    mark = HighWater(folder / "high_water")
    ledger = open_ledger(url, mark=mark)
    out = os.open(folder / "delivered", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    while True:
        with ledger.write() as tx:
            claimed = sends.claim(tx, worker, 4) if mark.check(tx) else []
        if not claimed:
            return
        with ledger.write() as tx:
            addresses = {send: f"{send.pseudonym}@example.test" for send in claimed}
            outcomes = sends.mark_sending_many(tx, addresses, worker, KEY, LATE)
        going = [send for send in claimed if outcomes[send.key] == "go"]
        for send in going:
            time.sleep(0.002)  # as long as a server takes
            os.write(out, f"{send.key}\n".encode())
        with ledger.write() as tx:
            sends.mark_sent_many(tx, {send: Receipt() for send in going}, worker)


def recover(world: World) -> None:
    """As if the dead workers' leases had run out; nobody is alive who might hold one."""
    with world.write() as tx:
        past = tx.real_now - timedelta(seconds=1)
        tx.connection.execute(tables.sends.update().values(lease_until=past))
        sends.recover(tx)


def test_killed_workers_send_nothing_twice_and_lose_nothing(tmp_path: Path) -> None:
    world = make_world(tmp_path, size=PEOPLE, held_back=0)
    with world.write() as tx:
        HighWater(tmp_path / "high_water").begin(tx)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.chaos.test_ledger_killed"])
    chance = random.Random(7)
    killed = 0
    for trial in range(KILLS):
        pair = [
            context.Process(target=work, args=(world.ledger.url, f"{trial}.{n}", tmp_path))
            for n in range(2)
        ]
        for process in pair:
            process.start()
        time.sleep(chance.uniform(0.02, 0.12))
        for process in pair:
            if process.is_alive():
                os.kill(process.pid or 0, signal.SIGKILL)
                killed += 1
            process.join()
        recover(world)
    work(world.ledger.url, "last", tmp_path)

    delivered = Counter((tmp_path / "delivered").read_text().split())
    assert max(delivered.values()) == 1
    with world.read() as tx:
        counts = publications.counts(tx, world.publication_id)
        parked = {row.key for row in sends.review_list(tx)}
        sent = {
            key
            for key in (publications.send_key(world.run_id, p) for p in world.names.values())
            if (row := sends.get(tx, key)) is not None and row.state == "sent"
        }
        assert journal.verify(tx).ok
    assert set(counts) <= {"sent", "needs_review"}
    assert sum(counts.values()) == PEOPLE
    assert sent <= set(delivered) <= sent | parked
    assert killed >= 8

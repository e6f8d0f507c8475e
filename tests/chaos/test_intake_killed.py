"""The intake killed in the middle of a stream: what was answered 200 is in the store, once."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx
import pytest

from app.intake import beside
from app.intake.beside import write_beside
from app.intake.spool import Spool, waiting_bytes
from app.intake.writer import write_complete
from app.workspace import Workspace
from ledger import sources
from tests.intake_world import basic, make_workspace, stored

KILLS = 3
SENDERS = 3


class Sender(threading.Thread):
    """Sends batch after batch, each until it is answered 200, as clients do."""

    def __init__(self, name: str, address: str, key: str) -> None:
        super().__init__(name=name)
        self.answered: list[str] = []
        self.asked = 0
        self.stop = threading.Event()
        self._address, self._key = address, key

    def run(self) -> None:
        with httpx.Client(headers={"Authorization": basic(self._key)}, timeout=5) as client:
            while not self.stop.is_set():
                ids = [f"{self.name}-{self.asked}-{n}" for n in range(5)]
                self.asked += 1
                batch = [
                    {"type": "track", "event": "Seen", "anonymousId": "d1", "messageId": one}
                    for one in ids
                ]
                while not self.stop.is_set():
                    try:
                        answer = client.post(f"{self._address}/v1/batch", json={"batch": batch})
                    except httpx.HTTPError:
                        time.sleep(0.02)
                        continue
                    assert answer.status_code == 200, answer.text
                    self.answered += ids
                    break


def test_every_message_that_was_answered_is_in_the_store_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, key = make_workspace(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    senders = [Sender(f"s{n}", f"http://127.0.0.1:{port}", key) for n in range(SENDERS)]
    chance = Random(7)
    command = [sys.executable, "-m", "tests.chaos.serve_intake", str(workspace.folder), str(port)]
    environment = {**os.environ, "MAINSPRING_HOME": str(tmp_path / "home")}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    for sender in senders:
        sender.start()
    try:
        for turn in range(KILLS):
            before = sum(len(sender.answered) for sender in senders)
            process = subprocess.Popen(command, env=environment, start_new_session=True)
            until = time.monotonic() + 60
            while sum(len(s.answered) for s in senders) < before + 50:
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.01)
            time.sleep(chance.random() * 0.6)
            if turn == 1:  # its writer ends what it began, beside the next one
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    finally:
        for sender in senders:
            sender.stop.set()
        for sender in senders:
            sender.join()
    until = time.monotonic() + 60
    while waiting_bytes(workspace.spool_folder) and time.monotonic() < until:
        if not write_complete(workspace):
            time.sleep(0.02)
    assert waiting_bytes(workspace.spool_folder) == 0
    kept = Counter(event["event_id"] for event in stored(workspace, "events"))
    answered = {f"shop:{one}" for sender in senders for one in sender.answered}
    assert len(answered) >= KILLS * 50
    assert answered <= set(kept)
    assert set(kept.values()) == {1}
    with workspace.ledger.read() as tx:
        days = sources.days(tx)
    assert sum(day.received for day in days) >= len(kept)
    assert sum(day.quarantined for day in days) == 0


async def test_a_writer_that_was_killed_is_started_again_and_ends_with_its_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "LOOK_SECONDS", 0.01)
    workspace, _ = make_workspace(tmp_path)
    monkeypatch.setenv("MAINSPRING_HOME", str(tmp_path / "home"))
    started: list[asyncio.subprocess.Process] = []
    start = beside._started

    async def noted(opened: Workspace) -> asyncio.subprocess.Process:
        started.append(await start(opened))
        if len(started) == 1:
            started[0].kill()
        return started[-1]

    monkeypatch.setattr(beside, "_started", noted)
    stop = asyncio.Event()
    with workspace.ledger.read() as tx:
        [source] = sources.list_sources(tx)
    spool = Spool(workspace.spool_folder)
    await spool.append(source.id, datetime.now(UTC), "track", b'{"event":"Seen","userId":"u1"}')
    spool.close()
    writing = asyncio.ensure_future(write_beside(lambda: workspace, stop))
    async with asyncio.timeout(60):
        while waiting_bytes(workspace.spool_folder):  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # another process does it
        stop.set()
        await writing
    assert [one.returncode for one in started] == [-signal.SIGKILL, 0]
    assert len(stored(workspace, "events")) == 1

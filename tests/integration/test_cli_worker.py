"""The worker as a process: it works, serves the unsubscribe endpoint, and stops when told."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.commanding import Commands, Inbox, port_of, serve

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "gift_shop"
MAINSPRING = Path(sys.executable).with_name("mainspring")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Commands]:
    server = serve(Inbox())
    made = Commands(tmp_path / "shop", tmp_path / "home")
    made.init("--brand", str(EXAMPLE))
    port = free_port()
    made.settle(
        f'smtp_port = {port_of(server)}\nsmtp_host = "127.0.0.1"\nlisten_port = {port}\n'
        f'public_url = "http://127.0.0.1:{port}"\n'
    )
    yield made
    server.stop()


def worker(shop: Commands) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(MAINSPRING), "publish", "--worker", "--workspace", str(shop.folder)],
        env={**os.environ, "MAINSPRING_HOME": str(shop.home)},
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(process: subprocess.Popen[str], words: str) -> str:
    """The line of the worker's that holds these words."""
    assert process.stderr is not None
    until = time.monotonic() + 60
    while time.monotonic() < until:
        line = process.stderr.readline()
        if words in line:
            return line
        assert process.poll() is None, line
    raise AssertionError(f"the worker never said: {words}")


def stop(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=60)


def url_of(shop: Commands) -> str:
    from app.workspace import open_workspace

    return open_workspace(shop.folder, {}).settings.sending.public_url


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/alive").text == "ok"
    except httpx.HTTPError:
        return False


def test_the_worker_serves_one_click_and_stops_when_told(shop: Commands) -> None:
    said = shop.run("doctor", exits=1).stdout
    assert "One-click unsubscribe does not work" in said
    process = worker(shop)
    try:
        wait_for(process, "The public endpoints listen")
        until = time.monotonic() + 30
        while not answers(url_of(shop)) and time.monotonic() < until:
            time.sleep(0.1)
        assert answers(url_of(shop))
        assert f"one click at {url_of(shop)} is answered" in shop.run("doctor", exits=1).stdout
        shop.run("schedule", "add", "0 9 * * *", "Sell.")
    finally:
        assert stop(process) == 0


def test_unsubscribing_works_while_the_worker_cannot(shop: Commands) -> None:
    ledger = shop.folder / "ledger.sqlite"
    process = worker(shop)
    try:
        wait_for(process, "The public endpoints listen")
        with sqlite3.connect(ledger) as other:
            other.execute("ALTER TABLE jobs RENAME TO away")
        wait_for(process, "round_failed")
        assert process.poll() is None
        assert answers(url_of(shop))
        with sqlite3.connect(ledger) as other:
            other.execute("ALTER TABLE away RENAME TO jobs")
    finally:
        assert stop(process) == 0


def test_a_second_worker_works_without_serving(shop: Commands) -> None:
    first = worker(shop)
    try:
        wait_for(first, "The public endpoints listen")
        second = worker(shop)
        try:
            assert "is taken" in wait_for(second, "is taken")
        finally:
            assert stop(second) == 0
    finally:
        assert stop(first) == 0

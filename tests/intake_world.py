"""A workspace whose public endpoints really listen, and one source that may write to it."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from app.intake.spool import Spool, waiting_bytes
from app.intake.writer import write_complete
from app.public import public_app
from app.stack import build_stack
from app.workspace import EXAMPLE_BRAND, Workspace, init_workspace
from ledger import sources
from tools.store.rows import Row, rows_of
from tools.store.schema import TableName
from tools.store.segments import Store, connect


@dataclass
class Intake:
    """The workspace, where it listens, and the write key of its source ``shop``."""

    workspace: Workspace
    address: str
    key: str
    client: httpx.Client

    def send(self, call: str, body: Any, **more: Any) -> httpx.Response:
        """One request as a client sends it; ``body`` may be bytes."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": basic(self.key), **more.pop("headers", {})}
        return self.client.post(f"/v1/{call}", content=content, headers=headers, **more)

    def write(self) -> None:
        """Until all that was taken is in the store."""
        ends = time.monotonic() + 20
        while waiting_bytes(self.workspace.spool_folder) and time.monotonic() < ends:
            if not write_complete(self.workspace):
                time.sleep(0.02)
        assert not waiting_bytes(self.workspace.spool_folder)

    def rows(self, table: TableName) -> list[Row]:
        """What is in the store, once everything is."""
        self.write()
        return stored(self.workspace, table)

    def quarantined(self) -> list[dict[str, Any]]:
        files = sorted(self.workspace.quarantine_folder.glob("tracking-*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def stored(workspace: Workspace, table: TableName) -> list[Row]:
    """A table's rows."""
    with connect() as engine:
        view = Store(workspace.store_folder).view(table)
        return rows_of(engine.execute(view).to_arrow_table())


def basic(key: str) -> str:
    """Basic authentication with the key as the user's name."""
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def make_workspace(folder: Path) -> tuple[Workspace, str]:
    """A workspace, and the write key of its source ``shop``."""
    workspace = init_workspace(
        folder / "workspace",
        name="Halden",
        timezone="Europe/Berlin",
        currency="EUR",
        owner_name="Ada Winter",
        owner_email="ada@halden.example",
        brand=EXAMPLE_BRAND,
        environment={"MAINSPRING_HOME": str(folder / "home")},
    )
    with workspace.ledger.write() as tx:
        _, key = sources.add(tx, "shop", workspace.person(tx))
    return workspace, key


@contextmanager
def listening(workspace: Workspace, key: str, spool: Spool | None = None) -> Iterator[Intake]:
    """Serve the public endpoints until the end; nothing is written to the store meanwhile."""
    stack = build_stack(workspace)
    app = public_app(lambda: stack, spool or Spool(workspace.spool_folder))
    open_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    open_socket.bind(("127.0.0.1", 0))
    open_socket.listen(64)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=lambda: server.run(sockets=[open_socket]))
    thread.start()
    address = f"http://127.0.0.1:{open_socket.getsockname()[1]}"
    try:
        with httpx.Client(base_url=address) as client:
            yield Intake(workspace, address, key, client)
    finally:
        server.should_exit = True
        thread.join()

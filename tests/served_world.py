"""The small shop of ``campaign_world`` behind a real server on this machine: the desk, the APIs
and MCP as clients of other programs reach them."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from app.site import Site, make_site
from app.web import create_web
from app.workspace import EXAMPLE_BRAND, init_workspace
from ledger import approvals, consent, facts, people, runs
from ledger.approvals import Approval
from ledger.people import Person, Right, Role
from ledger.runs import Run
from tests.campaign_world import MONDAY, Shop, agreements, contact, make_stack
from tests.unit import copy_world
from workflows.jobs import Worker, work_once


@dataclass
class Served:
    """A served workspace and its people."""

    address: str
    site: Site
    people: dict[Role, Person] = field(default_factory=dict)

    def token(self, role: Role, scopes: list[Right] | None = None) -> str:
        with self.site.stack.ledger.write() as tx:
            return people.issue_token(tx, self.people[role].id, "a test", scopes)

    def run(self, run_id: str) -> Run:
        with self.site.stack.ledger.read() as tx:
            return runs.get(tx, run_id)

    def approvals(self, run_id: str) -> list[Approval]:
        with self.site.stack.ledger.read() as tx:
            return approvals.for_run(tx, run_id)

    def start(self, goal: str) -> str:
        """A campaign begun elsewhere, up to its first approval."""
        with self.site.stack.ledger.write() as tx:
            run_id = runs.start(tx, goal, self.people["author"].id).id
        self.work()
        return run_id

    def work(self) -> None:
        """A worker of another process, until nothing can be done for now."""

        async def until_idle() -> None:
            while await work_once(self.site.stack, Worker()):
                pass

        thread = threading.Thread(target=lambda: asyncio.run(until_idle()))
        thread.start()
        thread.join()


@contextmanager
def served(folder: Path, size: int = 12) -> Iterator[Served]:
    """Serve until the end; ``size``: customers of the shop."""
    workspace = init_workspace(
        folder / "workspace",
        name="Halden",
        timezone="Europe/Berlin",
        currency="EUR",
        owner_name="Ada Winter",
        owner_email="ada@halden.example",
        brand=EXAMPLE_BRAND,
        simulated_at=MONDAY,
        settings={"sending": {"from_address": "shop@halden.example"}},
        environment={"MAINSPRING_HOME": str(folder / "home")},
    )
    shop = Shop({c.customer_id: c for c in map(contact, range(size))})
    made: dict[Role, Person] = {}
    with workspace.ledger.write() as tx:
        facts.put(tx, copy_world.FACTS, "test")
        consent.record(tx, agreements(shop.contacts_by_id))
        found = people.find(tx, "ada@halden.example")
        assert found is not None
        made["owner"] = found
        for role in ("approver", "author", "viewer"):
            made[role] = people.add(tx, role.title(), f"{role}@halden.example", role)
    site = make_site(workspace)
    stack = make_stack(workspace.folder, 1, shop)
    site.stack = type(stack)(**{**vars(stack), "ledger": workspace.ledger})
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            create_web(site), log_config=None, lifespan="on", timeout_graceful_shutdown=1
        )
    )
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]))
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", site, made)
    finally:
        server.should_exit = True
        thread.join()
        workspace.ledger.close()

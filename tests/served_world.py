"""The small shop of ``campaign_world`` at a desk: ``shop_desk`` in this process, and ``served``
behind a real server on this machine, as clients of other programs reach it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import uvicorn

from app.site import Site, make_site
from app.web import create_web
from app.workspace import EXAMPLE_BRAND, init_workspace
from domain.brief import AudienceEvidence
from domain.predicate import Predicate
from ledger import approvals, consent, facts, people, runs
from ledger.approvals import Approval
from ledger.people import Person, Right, Role
from ledger.runs import Run
from tests.campaign_world import MONDAY, Shop, agreements, contact, make_stack
from tests.desk_world import Desk, make_desk
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


SETTINGS = {"sending": {"from_address": "shop@halden.example"}}


def put_shop(site: Site, size: int = 12) -> None:
    """Let a site's campaigns be about this shop's customers; ``size``: how many there are."""
    shop = Shop({c.customer_id: c for c in map(contact, range(size))})
    with site.workspace.ledger.write() as tx:
        facts.put(tx, copy_world.FACTS, "test")
        consent.record(tx, agreements(shop.contacts_by_id))
    stack = make_stack(site.workspace.folder, 1, shop)
    site.stack = replace(stack, ledger=site.workspace.ledger)


def hold(site: Site) -> threading.Event:
    """Let a site's customer data answer only once this is set."""
    go_on = threading.Event()
    stack = site.stack
    site.stack = replace(
        stack, customers=_Held(stack.customers, go_on), people=_Held(stack.people, go_on)
    )
    return go_on


@dataclass
class _Held:
    held: Any
    go_on: threading.Event

    async def evidence(self, rule: Predicate) -> AudienceEvidence:
        await asyncio.to_thread(self.go_on.wait)
        found: AudienceEvidence = await self.held.evidence(rule)
        return found

    async def addresses(self, rule: Predicate) -> pa.Table:
        await asyncio.to_thread(self.go_on.wait)
        return await self.held.addresses(rule)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.held, name)


@asynccontextmanager
async def shop_desk(folder: Path, size: int = 12) -> AsyncIterator[Desk]:
    """A desk of this shop, whose people can sign in."""
    async with make_desk(folder, simulated_at=MONDAY, settings=SETTINGS) as desk:
        put_shop(desk.site, size)
        yield desk


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
        settings=SETTINGS,
        environment={"MAINSPRING_HOME": str(folder / "home")},
    )
    made: dict[Role, Person] = {}
    with workspace.ledger.write() as tx:
        found = people.find(tx, "ada@halden.example")
        assert found is not None
        made["owner"] = found
        for role in ("approver", "author", "viewer"):
            made[role] = people.add(tx, role.title(), f"{role}@halden.example", role)
    site = make_site(workspace)
    put_shop(site, size)
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

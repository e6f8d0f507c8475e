"""A workspace whose people can sign in to its desk, for every test of pages and APIs.

``make_desk`` makes it with an owner, an approver, an author and a viewer (passwords: PASSWORD).
``client`` speaks to the web application in this process, as a browser's first page load would;
``signed_in`` is such a client with somebody's session, whose ``post`` carries the session's CSRF
token by itself. Where streaming matters, run ``mainspring serve`` instead.

    async with make_desk(tmp_path) as desk:
        ada = await desk.signed_in("owner")
        answer = await ada.get("/approvals")
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from starlette.types import ASGIApp

from app.desk.identity import COOKIE, csrf_token
from app.site import Site, make_site
from app.web import create_web
from app.workspace import EXAMPLE_BRAND, init_workspace
from ledger import accounts, people
from ledger import tables as t
from ledger.people import Person, Right, Role

PASSWORD = "four words that fit together"
ADDRESS = "http://127.0.0.1:8780"
PEOPLE: Mapping[Role, tuple[str, str]] = {
    "owner": ("Ada Winter", "ada@brand.example"),
    "approver": ("Lena Voss", "lena@brand.example"),
    "author": ("Jonas Brandl", "jonas@brand.example"),
    "viewer": ("Vera Blick", "vera@brand.example"),
}


@dataclass
class Desk:
    """One served workspace."""

    site: Site
    web: ASGIApp
    people: Mapping[Role, Person]
    _clients: list[httpx.AsyncClient] = field(default_factory=list)

    def client(self, address: str = "127.0.0.1", **options: Any) -> httpx.AsyncClient:
        """Somebody at the door, whose machine has this address."""
        transport = httpx.ASGITransport(self.web, client=(address, 50000))
        made = httpx.AsyncClient(transport=transport, base_url=ADDRESS, **options)
        self._clients.append(made)
        return made

    async def signed_in(self, role: Role) -> httpx.AsyncClient:
        """A browser in which the person of this role is signed in. Its CSRF token is among its
        headers; take it out (``headers.pop("x-csrf-token")``) to test what happens without."""
        with self.site.stack.ledger.write() as tx:
            secret = accounts.begin_session(tx, self.people[role], "127.0.0.1", "a test")
        made = self.client()
        made.cookies.set(COOKIE, secret, domain="127.0.0.1")
        made.headers["x-csrf-token"] = csrf_token(secret)
        return made

    def token(self, role: Role, scopes: list[Right] | None = None) -> str:
        """An API token of the person of this role."""
        with self.site.stack.ledger.write() as tx:
            return people.issue_token(tx, self.people[role].id, "a test", scopes)

    def journal(self, kind: str) -> list[Mapping[str, Any]]:
        """The entries of one kind in the history, the oldest first."""
        with self.site.stack.ledger.read() as tx:
            query = sa.select(t.journal).where(t.journal.c.kind == kind).order_by(t.journal.c.seq)
            return [dict(row) for row in tx.connection.execute(query).mappings()]


@asynccontextmanager
async def make_desk(
    folder: Path,
    *,
    simulated_at: datetime | None = datetime(2026, 11, 24, 9, tzinfo=UTC),
    settings: Mapping[str, Mapping[str, object]] | None = None,
    brand: Path | None = EXAMPLE_BRAND,
) -> AsyncIterator[Desk]:
    """A workspace in ``folder``, with its web application. ``brand``: None for a bare one."""
    environment = {"MAINSPRING_HOME": str(folder / "home")}
    workspace = init_workspace(
        folder / "workspace",
        name="Halden",
        timezone="Europe/Berlin",
        currency="EUR",
        owner_name=PEOPLE["owner"][0],
        owner_email=PEOPLE["owner"][1],
        brand=brand,
        simulated_at=simulated_at,
        settings=settings,
        environment=environment,
    )
    with workspace.ledger.write() as tx:
        made: dict[Role, Person] = {}
        for role, (name, email) in PEOPLE.items():
            made[role] = people.find(tx, email) or people.add(tx, name, email, role)
            accounts.set_password(tx, made[role], PASSWORD)
    site = make_site(workspace)
    desk = Desk(site, create_web(site), made)
    await site.streams.start()
    try:
        yield desk
    finally:
        for one in desk._clients:
            await one.aclose()
        await site.streams.stop()
        workspace.ledger.close()

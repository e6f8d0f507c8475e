"""An open stream ends once its reader is signed out, removed, or their token is revoked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from app.stream_rights import EndsWithRights
from ledger import accounts, people
from ledger.database import Transaction
from ledger.people import Person
from tests.desk_world import Desk, make_desk

EVERY = 0.1
WayOut = Callable[[Transaction, Person, Person], None]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with make_desk(tmp_path) as made:
        yield made


def endless(desk: Desk) -> EndsWithRights:
    """A stream that would never end by itself."""
    app = FastAPI()

    async def signs() -> AsyncIterator[str]:
        while True:
            yield ": still here\n\n"
            await asyncio.sleep(EVERY / 4)

    @app.get("/live")
    async def live() -> StreamingResponse:
        return StreamingResponse(signs(), media_type="text/event-stream")

    return EndsWithRights(app, desk.site, every=EVERY)


def sign_out(tx: Transaction, person: Person, owner: Person) -> None:
    accounts.end_sessions(tx, person.id)


def revoke(tx: Transaction, person: Person, owner: Person) -> None:
    people.revoke_tokens(tx, person.id)


def remove(tx: Transaction, person: Person, owner: Person) -> None:
    people.deactivate(tx, person.id, owner)


@pytest.mark.parametrize(
    ("way_in", "way_out"),
    [("cookie", sign_out), ("cookie", remove), ("token", revoke), ("token", remove)],
)
async def test_a_stream_ends_with_its_readers_rights(
    desk: Desk, way_in: str, way_out: WayOut
) -> None:
    vera, ada = desk.people["viewer"], desk.people["owner"]
    ledger = desk.site.stack.ledger
    with ledger.write() as tx:
        secret = accounts.begin_session(tx, vera, "127.0.0.1", "test")
        token = people.issue_token(tx, vera.id, "test", ["read"])
    headers = {"Cookie": f"mainspring={secret}"}
    if way_in == "token":
        headers = {"Authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(endless(desk))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk", timeout=30) as client:
        reading = asyncio.create_task(client.get("/live", headers=headers))
        await asyncio.sleep(EVERY * 4)
        assert not reading.done()  # it holds as long as the rights do
        with ledger.write() as tx:
            way_out(tx, vera, ada)
        answer = await asyncio.wait_for(reading, 10)
    assert answer.text.startswith(": still here")

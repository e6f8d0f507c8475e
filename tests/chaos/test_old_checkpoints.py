"""A run that waited under an older program is resumed by this one: nothing vanishes."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ledger import people, runs
from ledger.database import open_ledger, upgrade
from tests.campaign_world import Shop, World, contact, high_water, make_stack
from tests.mailserver import MailServer
from workflows import campaign
from workflows.state import NODES

FOLDER = Path(__file__).parent / "waiting"
KEPT = sorted({path.name.rsplit("-", 1)[0] for path in FOLDER.glob("*.gz")})


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


def unpacked(name: str, folder: Path, port: int) -> World:
    for part in ("ledger", "checkpoints"):
        raw = gzip.decompress((FOLDER / f"{name}-{part}.sqlite.gz").read_bytes())
        (folder / f"{part}.sqlite").write_bytes(raw)
    url = f"sqlite:///{folder / 'ledger.sqlite'}"
    upgrade(url)
    shop = Shop({c.customer_id: c for c in map(contact, range(8))})
    ledger = open_ledger(url)
    with ledger.write() as tx:
        high_water(folder).begin_unsent(tx)
        owner = people.get(tx, runs.list_runs(tx)[0].started_by)
    ledger.close()
    return World(folder, make_stack(folder, port, shop), shop, owner)


def test_there_is_one_of_each_gate() -> None:
    assert KEPT == ["brief-1", "publish-1"]


@pytest.mark.parametrize("name", KEPT)
async def test_it_is_resumed_and_goes_out(name: str, tmp_path: Path, server: MailServer) -> None:
    world = unpacked(name, tmp_path, server.port)
    with world.ledger.read() as tx:
        run_id = runs.list_runs(tx)[0].id
    await world.work()
    assert world.waiting(run_id).gate == name.split("-")[0]
    if name.startswith("brief"):
        world.decide(run_id)
        await world.work()
    world.decide(run_id)
    await world.work()
    assert world.run(run_id).status == "publishing"
    world.to_due(run_id)
    await world.work()
    states = world.states(run_id)
    assert set(states) <= {"sent", "held_back"}  # of eight, chance may hold nobody back
    assert len(server.recipients) == states["sent"] > 0


@pytest.mark.parametrize("name", KEPT)
async def test_what_it_holds_is_plain(name: str, tmp_path: Path, server: MailServer) -> None:
    """Plain JSON with its version, no people, and the names of nodes that still exist."""
    world = unpacked(name, tmp_path, server.port)
    with world.ledger.read() as tx:
        run_id = runs.list_runs(tx)[0].id
    async with campaign.opened(world.stack) as graph:
        state = await graph.aget_state(campaign.thread(run_id))
    assert state.values["schema_version"] == 1
    assert set(state.next) <= set(NODES)
    assert len(state.interrupts) == 1
    assert set(state.interrupts[0].value) == {"action_requests", "review_configs"}
    text = str(state.values)
    assert "example.test" not in text
    assert not any(c.customer_id in text for c in world.shop.contacts_by_id.values())

    def plain(value: object) -> bool:
        if isinstance(value, dict):
            return all(isinstance(k, str) and plain(v) for k, v in value.items())
        if isinstance(value, list):
            return all(plain(item) for item in value)
        return value is None or isinstance(value, str | int | float | bool)

    assert plain(state.values)

"""/mcp as the unmodified MCP client meets it, over a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from ledger import journal
from tests.campaign_world import GOAL
from tests.served_world import Served, served

RULE = {"kind": "bought", "categories": ["watch"]}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as found:
        yield found


@asynccontextmanager
async def client(world: Served, token: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers) as http:
        transport = streamable_http_client(f"{world.address}/mcp", http_client=http)
        async with Client(transport) as made:
            yield made


async def call(tools: Client, name: str, **arguments: Any) -> Any:
    result = await tools.call_tool(name, arguments)
    assert not result.is_error, result.content
    found = result.structured_content
    return found["result"] if set(found) == {"result"} else found


async def test_an_agent_reads_in_aggregate_and_can_ask_but_neither_approve_nor_send(
    world: Served,
) -> None:
    world.start(GOAL)
    async with client(world, world.token("author")) as tools:
        listed = (await tools.list_tools()).tools
        writing = {t.name for t in listed if not (t.annotations and t.annotations.read_only_hint)}
        assert writing == {"request_publish"}
        counted = await call(tools, "count_audience", rule=RULE)
        assert (counted["size"], counted["reachable"]) == (12, 12)
        assert "c000" not in str(await call(tools, "describe_audience", rule=RULE))
        waiting = await call(tools, "what_waits")
        assert [one["gate"] for one in waiting] == ["brief"]
        assert (await call(tools, "list_campaigns"))[0]["approval_id"] == waiting[0]["approval_id"]
        calendar = await call(tools, "see_calendar", first="2026-03-02", last="2026-03-08")
        assert calendar["planned"] == []
        assert await call(tools, "search_facts", words="dress watch 1968")
        assert (await call(tools, "search_voice", words="a watch"))["passages"]

        filed = await call(tools, "request_publish", goal=GOAL)
        world.work()
        asked = world.approvals(filed["campaign_id"])
        assert [(one.gate, one.status) for one in asked] == [("brief", "pending")]
        again = await call(tools, "request_publish", campaign_id=filed["campaign_id"])
        assert asked[0].id in again["waits_for"]
        assert len(world.approvals(filed["campaign_id"])) == 1

        no_report = await tools.call_tool("read_report", {"campaign_id": filed["campaign_id"]})
        assert no_report.is_error
        assert "has no report yet" in str(no_report.content)
    with world.site.stack.ledger.read() as tx:
        started = list(journal.of_kind(tx, "run_started"))[-1]
    assert started.person_id == world.people["author"].id
    assert started.data["from"] == "mcp 127.0.0.1"


async def test_tokens_scopes_hosts_and_origins_are_checked(world: Served) -> None:
    async with client(world, world.token("owner", ["read"])) as tools:
        refused = await tools.call_tool("request_publish", {"goal": GOAL})
        assert refused.is_error
        assert "without the right to write" in str(refused.content)
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    token = {"Authorization": f"Bearer {world.token('viewer')}"}
    async with httpx.AsyncClient(base_url=world.address) as http:
        nobody = await http.post("/mcp", json=body)
        assert nobody.status_code == 401
        assert "Bearer" in nobody.headers["www-authenticate"]
        elsewhere = await http.post("/mcp", json=body, headers={**token, "Host": "evil.example"})
        assert elsewhere.status_code == 421
        other_page = await http.post(
            "/mcp", json=body, headers={**token, "Origin": "https://evil.example"}
        )
        assert other_page.status_code == 403
        large = await http.post("/mcp", content=b"x" * 300_000, headers=token)
        assert large.status_code == 413

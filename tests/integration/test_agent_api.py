"""/api as the unmodified LangGraph client meets it, over a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import (
    AuthenticationError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    UnprocessableEntityError,
)
from langgraph_sdk.schema import StreamPart

from app.agent_api.following import Following
from ledger import campaign_turns, journal, runs
from ledger.people import Right, Role
from tests.campaign_world import GOAL
from tests.served_world import Served, hold, served

APPROVE = {"decisions": [{"type": "approve"}]}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as found:
        yield found


def client(
    world: Served, role: Role = "owner", scopes: list[Right] | None = None
) -> LangGraphClient:
    return get_client(url=f"{world.address}/api", api_key=world.token(role, scopes))


async def begun(api: LangGraphClient) -> str:
    """A campaign's thread that waits for a yes to its brief."""
    thread = await api.threads.create(graph_id="campaign")
    values: Any = await api.runs.wait(thread["thread_id"], "campaign", input={"goal_text": GOAL})
    assert values["__interrupt__"]
    return str(thread["thread_id"])


async def refused(waiting: Awaitable[Any]) -> tuple[int, str]:
    """How a call that waits for its run was refused: the status, and the code."""
    with pytest.raises(httpx.HTTPStatusError) as error:
        await waiting
    return error.value.response.status_code, json.loads(error.value.__notes__[-1])["code"]


def resuming(api: LangGraphClient, thread_id: str, answer: Any, **more: Any) -> Awaitable[Any]:
    return api.runs.wait(thread_id, "campaign", command={"resume": answer}, **more)


def events(parts: list[StreamPart]) -> list[str]:
    return [part.event for part in parts]


async def test_a_goal_is_streamed_from_its_first_step_to_the_approval_and_on_to_its_schedule(
    world: Served,
) -> None:
    api = client(world)
    found = await api.assistants.search()
    assert [one["graph_id"] for one in found] == ["campaign", "assistant"]
    assert await api.assistants.get("campaign") == found[0]
    assert "goal_text" in str((await api.assistants.get_schemas("campaign"))["input_schema"])
    assert "gate_publish" in str(await api.assistants.get_graph("campaign"))

    thread = await api.threads.create(graph_id="campaign", metadata={"team": "watches"})
    thread_id = thread["thread_id"]
    assert (await api.threads.get_state(thread_id))["checkpoint"] is None
    parts = [
        part
        async for part in api.runs.stream(
            thread_id,
            found[0]["assistant_id"],
            input={"goal_text": GOAL},
            stream_mode=["values", "updates", "custom"],
        )
    ]
    assert events(parts)[0] == "metadata"
    assert events(parts)[-1] == "end"
    nodes = [name for part in parts if part.event == "updates" for name in part.data]
    assert nodes == ["read_goal", "audit", "write_brief", "__interrupt__"]
    assert {part.data["node"] for part in parts if part.event == "custom"} == set(nodes[:3])
    asked = parts[-2].data["__interrupt__"][0]
    assert asked["value"]["action_requests"][0]["name"] == "approve_brief"

    state = await api.threads.get_state(thread_id)
    assert state["tasks"][0]["interrupts"] == [asked]
    assert (await api.threads.get(thread_id))["status"] == "interrupted"
    assert [one["thread_id"] for one in await api.threads.search(metadata={"team": "watches"})] == [
        thread_id
    ]

    for gate in ("brief", "publish"):
        waiting = [one for one in world.approvals(thread_id) if one.status == "pending"]
        assert [one.gate for one in waiting] == [gate]
        values: Any = await resuming(api, thread_id, APPROVE)
    assert "__interrupt__" not in values
    assert world.run(thread_id).status == "publishing"
    assert [one["status"] for one in await api.runs.list(thread_id)] == ["success"] * 3
    history = await api.threads.get_history(thread_id, limit=100)
    assert history[0]["values"] == values
    assert (history[-1]["metadata"] or {})["source"] == "input"
    with world.site.stack.ledger.read() as tx:
        decided = list(journal.of_kind(tx, "approval_approved"))
    assert [one.person_id for one in decided] == [world.people["owner"].id] * 2
    assert decided[0].data["from"] == "api 127.0.0.1"


async def test_an_edit_a_no_and_the_older_form_of_answers_decide_like_any_other(
    world: Served,
) -> None:
    api = client(world)
    thread_id = await begun(api)
    edit = {"edited_action": {"name": "approve_brief", "args": {"message": "Wear the sixties."}}}
    await resuming(api, thread_id, {"decisions": [{"type": "edit", **edit}]})
    state: Any = await api.threads.get_state(thread_id)
    assert state["values"]["brief"]["message"] == "Wear the sixties."
    bad = {"type": "edit", "args": {"args": {"goal": "another one"}}}
    assert await refused(resuming(api, thread_id, [bad])) == (422, "not_editable")
    await resuming(api, thread_id, [{"type": "response", "args": "Too loud."}])
    assert [(one.status, one.reason) for one in world.approvals(thread_id)] == [
        ("edited", ""),
        ("rejected", "Too loud."),
        ("pending", ""),
    ]
    await resuming(api, thread_id, [{"type": "accept"}])
    assert world.approvals(thread_id)[-1].gate == "publish"
    unclear = resuming(api, thread_id, [{"type": "yes"}])
    assert await refused(unclear) == (422, "unreadable_answer")


async def test_new_input_never_pushes_an_approval_aside(world: Served) -> None:
    api = client(world)
    thread_id = await begun(api)
    inputs: list[Any] = [
        {"goal_text": "Something else."},
        {"messages": [{"role": "user", "content": "yes"}]},
        None,
    ]
    for given in inputs:
        with pytest.raises(ConflictError, match="waits for a person's decision"):
            await api.runs.create(thread_id, "campaign", input=given)
    with pytest.raises(ConflictError, match="not written from outside"):
        await api.threads.update_state(thread_id, {"brief_hash": "0"})
    with pytest.raises(UnprocessableEntityError, match="not changed from outside"):
        await api.runs.create(thread_id, "campaign", command={"goto": "enqueue"})
    with pytest.raises(ConflictError, match="part of the history"):
        await api.threads.delete(thread_id)
    assert [one.status for one in world.approvals(thread_id)] == ["pending"]


async def test_what_was_not_seen_is_not_decided(world: Served) -> None:
    """A stale interrupt, a stale checkpoint, and a yes of somebody who was shown nothing."""
    ada, lena = client(world), client(world, "approver")
    thread_id = await begun(ada)
    assert await refused(resuming(lena, thread_id, APPROVE)) == (409, "not_shown")
    first = await lena.threads.get_state(thread_id)
    await resuming(ada, thread_id, {"decisions": [{"type": "reject", "message": "Shorter."}]})
    assert await refused(resuming(lena, thread_id, APPROVE)) == (409, "stale_content")
    stale = first["tasks"][0]["interrupts"][0]["id"]
    assert await refused(resuming(lena, thread_id, {stale: APPROVE})) == (409, "stale_content")
    old = resuming(lena, thread_id, APPROVE, checkpoint=first["checkpoint"])
    assert await refused(old) == (409, "stale_content")
    now = (await ada.threads.get_state(thread_id))["tasks"][0]["interrupts"][0]["id"]
    await resuming(lena, thread_id, {now: APPROVE})
    assert [one.status for one in world.approvals(thread_id)] == [
        "rejected",
        "approved",
        "pending",
    ]


async def test_of_two_who_resume_at_once_one_decides_and_the_other_is_told(world: Served) -> None:
    ada, lena = client(world), client(world, "approver")
    thread_id = await begun(ada)
    await lena.threads.get_state(thread_id)
    no = {"decisions": [{"type": "reject", "message": "Not this."}]}
    ended = await asyncio.gather(
        resuming(ada, thread_id, APPROVE), resuming(lena, thread_id, no), return_exceptions=True
    )
    told = [one for one in ended if isinstance(one, httpx.HTTPStatusError)]
    assert [one.response.status_code for one in told] == [409]
    assert len([one for one in world.approvals(thread_id) if one.status != "pending"]) == 1
    assert len(await ada.runs.list(thread_id)) == 2


async def test_a_token_may_do_what_its_person_and_its_scopes_allow(world: Served) -> None:
    with pytest.raises(AuthenticationError, match="belongs to nobody"):
        await get_client(url=f"{world.address}/api", api_key="ms_x").threads.search()
    async with httpx.AsyncClient(base_url=f"{world.address}/api") as plain:
        assert (await plain.get("/ok")).json() == {"ok": True}
        nobody = await plain.post("/threads/search", json={})
        assert nobody.status_code == 401
        assert "Bearer" in nobody.headers["www-authenticate"]
        large = await plain.post("/threads", content=b"x" * 600_000)
        assert large.status_code == 413
    viewer = client(world, "viewer")
    with pytest.raises(PermissionDeniedError, match="right to write"):
        await viewer.threads.create()
    thread_id = await begun(client(world, "author"))
    for weak in (client(world, "author"), client(world, "owner", ["read", "write"])):
        await weak.threads.get_state(thread_id)
        assert await refused(resuming(weak, thread_id, APPROVE)) == (403, "not_allowed")
    assert (await viewer.threads.get_state(thread_id))["next"] == ["gate_brief"]
    with pytest.raises(NotFoundError):
        await viewer.threads.get_state("01a210d0-256c-74b5-9659-252ef6ae03ff")


async def test_a_client_that_left_joins_again_where_it_was(world: Served) -> None:
    api = client(world)
    run: dict[str, Any] = {}
    thread = await api.threads.create()
    seen: list[StreamPart] = []
    async for part in api.runs.stream(
        thread["thread_id"],
        "campaign",
        input={"goal_text": GOAL},
        stream_mode=["updates", "values"],
        on_run_created=lambda made: run.update(made),
    ):
        seen.append(part)
        if part.event == "updates":
            break  # the client leaves, and the run goes on
    joined = [
        part
        async for part in api.runs.join_stream(
            thread["thread_id"],
            run["run_id"],
            stream_mode=["updates", "values"],
            last_event_id=seen[-1].id,
        )
    ]
    whole = [
        part
        async for part in api.runs.join_stream(
            thread["thread_id"], run["run_id"], stream_mode=["updates", "values"]
        )
    ]
    assert [*seen, *joined] == whole
    assert events(joined)[-1] == "end"
    assert "metadata" not in events(joined)
    values = await api.runs.join(thread["thread_id"], run["run_id"])
    assert values == whole[-2].data
    with pytest.raises(UnprocessableEntityError, match="none of this stream"):
        async for _ in api.runs.join_stream(
            thread["thread_id"], run["run_id"], last_event_id="yesterday"
        ):
            pass


async def test_a_cancelled_run_ends_its_campaign(world: Served) -> None:
    api, go_on = client(world), hold(world.site)
    thread = await api.threads.create()
    thread_id = thread["thread_id"]
    run = await api.runs.create(thread_id, "campaign", input={"goal_text": GOAL})
    with pytest.raises(ConflictError, match="being worked on"):
        await api.runs.create(thread_id, "campaign", input={"goal_text": GOAL})
    with pytest.raises(PermissionDeniedError):
        await client(world, "viewer").runs.cancel(thread_id, run["run_id"])
    await api.runs.cancel(thread_id, run["run_id"])
    go_on.set()
    parts = [part async for part in api.runs.join_stream(thread_id, run["run_id"])]
    assert events(parts)[-2:] == ["error", "end"]
    assert parts[-2].data == {"error": "Cancelled", "message": "cancelled by Ada Winter"}
    assert (await api.runs.get(thread_id, run["run_id"]))["status"] == "interrupted"
    assert world.run(thread_id).status == "cancelled"
    with pytest.raises(ConflictError, match="come to an end"):
        await api.runs.cancel(thread_id, run["run_id"])


async def test_the_assistant_answers_in_messages_and_its_words_stream(world: Served) -> None:
    api, other = client(world, "author"), client(world)
    thread = await api.threads.create()
    thread_id = thread["thread_id"]
    question: Any = {"messages": [{"role": "user", "content": "How many people bought a watch?"}]}
    parts = [
        part
        async for part in api.runs.stream(
            thread_id,
            "assistant",
            input=question,
            stream_mode=["values", "messages-tuple", "updates", "custom"],
        )
    ]
    assert events(parts)[:2] == ["metadata", "values"]
    assert events(parts)[-3:] == ["updates", "values", "end"]
    values = parts[-2].data
    said, answered = values["messages"]
    assert said["content"] == "How many people bought a watch?"
    assert "12 people" in answered["content"]
    words = [part.data[0] for part in parts if part.event == "messages"]
    assert {chunk["id"] for chunk in words} == {answered["id"]}
    assert "".join(chunk["content"] for chunk in words).strip() in answered["content"]
    assert "count_audience" in {part.data.get("name") for part in parts if part.event == "custom"}

    state: Any = await api.threads.get_state(thread_id)
    assert state["values"] == values
    assert [one["values"] for one in await api.threads.get_history(thread_id)] == [values]
    assert ((await api.threads.get(thread_id))["metadata"] or {})["graph_id"] == "assistant"
    with pytest.raises(NotFoundError):  # a conversation is its person's alone
        await other.threads.get_state(thread_id)
    with pytest.raises(UnprocessableEntityError, match="belongs to assistant"):
        await api.runs.create(thread_id, "campaign", input={"goal_text": GOAL})
    decided = resuming_on(api, thread_id, APPROVE)
    assert await refused(decided) == (409, "nothing_waits")
    await api.threads.delete(thread_id)
    with pytest.raises(NotFoundError):
        await api.threads.get(thread_id)


def resuming_on(api: LangGraphClient, thread_id: str, answer: Any) -> Awaitable[Any]:
    return api.runs.wait(thread_id, "assistant", command={"resume": answer})


async def test_a_run_whose_server_was_killed_is_taken_up_by_the_next(world: Served) -> None:
    """As the ledger looks then: a turn that is running, and nobody who follows it."""
    api, ledger = client(world), world.site.stack.ledger
    with ledger.write() as tx:
        run = runs.start(tx, GOAL, world.people["owner"].id)
        turn = campaign_turns.begin(tx, run.id, world.people["owner"], {})
    assert (await api.runs.get(run.id, turn.id))["status"] == "running"
    next_one = Following(world.site)
    await next_one.start()
    values: Any = await api.runs.join(run.id, turn.id)
    assert values["__interrupt__"]
    assert (await api.runs.get(run.id, turn.id))["status"] == "success"
    await next_one.stop()

"""The prompts in force: shown by commands, used by models, named by drafts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response

from agents.house_writer import HouseWriter
from agents.openai_model import OpenAIModel
from agents.tasks import GENERATE_COPY
from app.prompt_checks import check_prompts
from app.stack import build_stack
from app.views.settings import connections
from app.workspace import open_workspace
from ledger import calls
from prompts.library import PromptError, load_prompt, load_prompts, task_names
from tests.campaign_world import GOAL, World, make_world
from tests.integration.commanding import Commands
from tests.integration.model_server import ModelServer, Step, says, serving, streams
from tests.integration.test_assistant_model import said
from tests.unit.copy_world import question
from workflows.asking import TASKS, would_ask, would_converse
from workflows.calls import LedgerCallLog
from workflows.campaign import view

STRUCTURED = sorted(TASKS.keys() - {"write_series"})  # no campaign asks for a series
"""Tasks that a campaign puts; a series is of a talk."""


def own_words(folder: Path, task: str, version: int = 7) -> None:
    """A prompt of the brand's own: the shipped one with a line before it."""
    shipped = Path(load_prompt(task).file).read_text("utf-8")
    shipped = shipped.replace(f"version: {load_prompt(task).version}", f"version: {version}", 1)
    head, fence, text = shipped.partition("\n---\n")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{task}.md").write_text(f"{head}{fence}In Halden's own words.\n{text}", "utf-8")


def task_of(body: dict[str, Any]) -> str:
    if body.get("stream"):
        return "assistant"
    name: str = body["response_format"]["json_schema"]["name"]
    return name


async def writes_copy() -> Step:
    """A model that can write copy and nothing else."""
    written = await HouseWriter().answer(GENERATE_COPY, question())

    async def step(body: dict[str, Any]) -> Response:
        if task_of(body) == "assistant":
            return await streams({"content": "Good day."})(body)
        return await says(
            written.model_dump_json() if task_of(body) == "generate_copy" else "nonsense"
        )(body)

    return step


@asynccontextmanager
async def asked_by(world: World, own: Path) -> AsyncIterator[tuple[World, ModelServer]]:
    """The world with a model that is asked by a brand's own prompts."""
    prompts = load_prompts(own)
    async with serving(await writes_copy()) as server:
        model = OpenAIModel(
            server.url, "key", "tiny", prompts=prompts, call_log=LedgerCallLog(world.ledger)
        )
        yield world.with_stack(model=model, prompts=prompts), server
        await model.aclose()


def first_asked(server: ModelServer, task: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = next(
        body["messages"] for body in server.requests if task_of(body) == task
    )
    return found


async def test_what_is_rendered_is_what_is_sent(tmp_path: Path) -> None:
    own_words(tmp_path / "own", "write_brief")
    async with asked_by(make_world(tmp_path, 1), tmp_path / "own") as (world, server):
        run_id = await world.to_publish_gate()
        await said(world, "Good morning")
        asked = [task for task in task_names() if task not in ("generate_pieces", "write_series")]
        sent = {task: first_asked(server, task) for task in asked}
        before = len(server.requests)
        rendered = {
            task: await would_ask(world.stack, task, "", world.run(run_id))
            for task in asked
            if task != "assistant"
        }
        conversation = await would_converse(world.stack, world.owner)
        assert len(server.requests) == before
    for task, found in rendered.items():
        assert [one.model_dump() for one in found.messages] == sent[task], task
        assert found.stood_in == ()
        assert found.model == "tiny"
    assert "In Halden's own words." in rendered["write_brief"].messages[1].content
    assert conversation.messages[0].model_dump() == sent["assistant"][0]
    assert "start_campaign" in conversation.tools


@pytest.mark.parametrize("task", STRUCTURED)
async def test_a_goal_without_a_campaign_is_rendered_without_a_trace(
    tmp_path: Path, task: str
) -> None:
    world = make_world(tmp_path, 1)
    started = world.start("Another goal")
    found = await would_ask(world.stack, task, GOAL, None)
    assert found.model == "house"
    assert "dress watch" in found.messages[1].content
    assert found.answer_schema is not None
    missing = {
        "read_goal": 0,
        "write_brief": 1,
        "generate_copy": 2,
        "generate_pieces": 2,
        "judge_copy": 3,
    }
    assert len(found.stood_in) == missing[task]
    assert world.run(started).status == "running"
    assert await view(world.stack, started) == {}


async def test_a_draft_names_the_prompt_that_it_was_written_by(tmp_path: Path) -> None:
    own_words(tmp_path / "own", "generate_copy", version=12)
    async with asked_by(make_world(tmp_path, 1), tmp_path / "own") as (world, server):
        run_id = await world.to_publish_gate()
        state = await view(world.stack, run_id)
    own = load_prompt("generate_copy", tmp_path / "own")
    for variant in state["draft"]["variants"]:
        source = variant["provenance"]
        assert (source["prompt_hash"], source["prompt_version"]) == (own.hash, 12)
    assert "In Halden's own words." in first_asked(server, "generate_copy")[1]["content"]
    with world.ledger.read() as tx:
        assert calls.prompt_hashes(tx, "generate_copy", 12) == {own.hash}


async def test_the_assistant_is_instructed_by_the_brands_own_prompt(tmp_path: Path) -> None:
    own_words(tmp_path / "own", "assistant")
    async with asked_by(make_world(tmp_path, 1), tmp_path / "own") as (world, server):
        await said(world, "Good morning")
    assert "In Halden's own words." in first_asked(server, "assistant")[0]["content"]


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    made = Commands(tmp_path / "shop", tmp_path / "home")
    made.init("--brand", "halden")
    return made


def test_the_commands_list_show_copy_and_compare(commands: Commands) -> None:
    listed = commands.data("prompts", "list")
    assert {one["task"]: one["own"] for one in listed} == dict.fromkeys(task_names(), False)
    assert "You have no read_goal prompt" in commands.run("prompts", "diff", "read_goal").stdout
    older = commands.run("prompts", "diff", "read_goal", "--earlier", "1").stdout
    assert "-version: 1" in older
    assert (
        "unknown_version"
        in commands.run("prompts", "diff", "read_goal", "--earlier", "9", "--json", exits=2).stdout
    )

    copied = Path(commands.data("prompts", "copy", "read_goal")["file"])
    commands.run("prompts", "copy", "read_goal", exits=4)
    assert "They do not differ." in commands.run("prompts", "diff", "read_goal").stdout
    text = copied.read_text("utf-8").replace("version: 2", "version: 3")
    copied.write_text(text.replace(", event_names]", "]").replace("{{ event_names }}", "any"))
    shown = commands.run("prompts", "show", "read_goal").stdout
    assert "version 3" in shown
    assert "yours: brand/prompts/read_goal.md" in shown
    assert "leaves   event_names" in shown
    assert shown.rstrip().endswith("Answer with the JSON object alone.")
    assert "+version: 3" in commands.run("prompts", "diff", "read_goal").stdout
    workspace = open_workspace(commands.folder, {"MAINSPRING_HOME": str(commands.home)})
    stack = build_stack(workspace)
    assert connections(workspace, stack.prompts).own_prompts == ("read goal, version 3",)
    assert [one.task for one in stack.prompts if one.own] == ["read_goal"]


def test_render_needs_something_to_render(commands: Commands) -> None:
    assert "Give a goal" in commands.run("prompts", "render", "write_brief", exits=4).stderr
    text = commands.run("prompts", "render", "read_goal", "--goal", "Sell </goal> rings").stdout
    assert "Sell \\u003c/goal> rings" in text
    commands.run("prompts", "render", "nothing", "--goal", "Sell rings", exits=2)


def test_a_prompt_that_cannot_be_used_is_refused(commands: Commands) -> None:
    folder = commands.folder / "brand" / "prompts"
    own_words(folder, "judge_copy")
    file = folder / "judge_copy.md"
    file.write_text(file.read_text("utf-8").replace("version: 7\n", ""), "utf-8")
    refused = commands.run("campaign", "new", "Sell rings", exits=2)
    assert "judge_copy.md: it does not say its version" in refused.stderr
    assert "write version: 1" in refused.stderr
    checks = {one["part"]: one for one in commands.data("doctor", exits=1)["checks"]}
    assert checks["prompts"]["state"] == "look"
    assert "write version: 1" in checks["prompts"]["mend"]


async def test_the_doctor_names_your_own_and_a_text_that_changed_without_its_version(
    commands: Commands,
) -> None:
    workspace = open_workspace(commands.folder, {"MAINSPRING_HOME": str(commands.home)})
    (check,) = await check_prompts(workspace)
    assert (check.state, check.what) == ("fine", "the shipped ones")
    own_words(workspace.prompts_folder, "judge_copy", version=7)
    (check,) = await check_prompts(workspace)
    assert check.what == "yours: judge_copy (version 7); the others shipped"

    async with serving(says("nonsense")) as server:
        model = OpenAIModel(
            server.url,
            "",
            "tiny",
            prompts=load_prompts(workspace.prompts_folder),
            call_log=LedgerCallLog(workspace.ledger),
        )
        stack = replace(build_stack(workspace), model=model)
        from agents.copy_generator import generate_copy
        from agents.critic import criticise

        given = question()
        await criticise(
            await generate_copy(given, HouseWriter()),
            brief=given.brief,
            facts=given.facts,
            guide=given.guide,
            model=stack.model,
        )
        await model.aclose()
    assert (await check_prompts(workspace))[0].state == "fine"
    file = workspace.prompts_folder / "judge_copy.md"
    file.write_text(file.read_text("utf-8") + "Be brief.\n", "utf-8")
    (check,) = await check_prompts(workspace)
    assert (check.state, "version 7" in check.what) == ("look", True)
    assert "Raise its version" in check.mend


def test_a_file_for_no_task_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Ours.", "utf-8")
    load_prompts(tmp_path)
    (tmp_path / "write_breif.md").write_text("x", "utf-8")
    with pytest.raises(PromptError, match=r"write_breif\.md is for no task") as caught:
        load_prompts(tmp_path)
    assert "write_brief" in caught.value.next_step


def test_the_json_of_a_rendered_prompt_holds_the_schema(commands: Commands) -> None:
    found = commands.data("prompts", "render", "read_goal", "--goal", "Sell rings")
    assert found["answer_schema"]["properties"]["objective"]
    assert json.dumps(found)

"""Several models, each for its tasks, and what the doctor finds of them, over a real wire."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from starlette.responses import Response

from agents.model import Model
from agents.openai_model import OpenAIModel
from agents.tasks import READ_GOAL, GoalText
from app.model_checks import check_models
from app.models import endpoint
from app.stack import build_stack
from app.views.settings import connections
from app.workspace import Workspace, open_workspace
from ledger import tables
from prompts.library import load_prompt
from tests.intake_world import make_workspace
from tests.integration.model_server import (
    ModelServer,
    Step,
    fails,
    says,
    serving,
    streams,
)

COLOUR = json.dumps({"colour": "green"})


def workspace(folder: Path, settings: str, secrets: str = "") -> Workspace:
    made, _ = make_workspace(folder)
    with (made.folder / "mainspring.toml").open("a") as file:
        file.write(settings)
    if secrets:
        path = made.secrets_folder / "secrets.toml"
        path.touch(mode=0o600)
        path.write_text(secrets)
    return open_workspace(made.folder, made.environment)


def _calls_a_tool(arguments: str) -> Step:
    call = {"id": "t1", "type": "function", "function": {"name": "paint", "arguments": arguments}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return says("", choices=[{"index": 0, "message": message, "finish_reason": "tool_calls"}])


def can(*, schema: bool = True, tools: bool = True, stream: bool = True) -> Step:
    """An endpoint that can do these, and JSON objects."""

    async def step(body: dict[str, Any]) -> Response:
        if body.get("stream"):
            return await (
                streams({"content": "one"}, {"content": "two"}) if stream else fails(501)
            )(body)
        if "tools" in body:
            return await (_calls_a_tool(COLOUR) if tools else says("I would paint it."))(body)
        if body.get("response_format", {}).get("type") == "json_schema" and not schema:
            return await fails(400, "response_format is not known")(body)
        return await says(COLOUR)(body)

    return step


@asynccontextmanager
async def two_servers(one: Step, other: Step) -> AsyncIterator[tuple[ModelServer, ModelServer]]:
    async with serving(one) as first, serving(other) as second:
        yield first, second


async def close(*models: Model) -> None:
    for model in models:
        assert isinstance(model, OpenAIModel)
        await model.aclose()


async def test_each_task_goes_to_its_own_model_with_its_own_key(tmp_path: Path) -> None:
    async with two_servers(says("no"), says("no")) as (small, large):
        made = workspace(
            tmp_path,
            f'[model]\nbase_url = "{small.url}"\nname = "small"\nkeep_answers = true\n'
            'when_it_fails = "person"\nbudget_a_run = 2\n'
            '[model.tasks]\nwrite_brief = "large"\njudge_copy = "near"\n'
            f'[models.large]\nbase_url = "{large.url}"\nname = "l"\ntemperature = 0.2\n'
            '[models.near]\nname = "n"\n',
            'model_api_key = "main key"\n[model_keys]\nlarge = "large key"\n',
        )
        stack = build_stack(made)
        names = [stack.model_for(t).name for t in ("read_goal", "write_brief", "judge_copy")]
        assert names == ["small", "l", "n"]
        assert stack.stand_in is None
        shown = [(one.name, one.place, one.does) for one in connections(made, stack.prompts).models]
        assert shown == [
            ("small", urlsplit(small.url).netloc, "all other tasks"),
            ("l", urlsplit(large.url).netloc, "write brief"),
            ("n", urlsplit(small.url).netloc, "judge copy"),
        ]
        assert ("Key of the model large", True) in connections(made, stack.prompts).keys
        settings = made.settings
        assert endpoint(made, settings.models["large"], "large") == (large.url, "large key")
        assert endpoint(made, settings.models["near"], "near") == (small.url, "main key")
        assert stack.without_models().model_for("write_brief") is stack.house
        await close(stack.model, *stack.models.values())


async def test_the_doctor_says_what_each_model_can_do(tmp_path: Path) -> None:
    async with two_servers(can(), can(schema=False, tools=False, stream=False)) as (one, other):
        made = workspace(
            tmp_path,
            f'[model]\nbase_url = "{one.url}"\nname = "able"\n'
            f'[models.poor]\nbase_url = "{other.url}"\nname = "poor"\n',
        )
        able, poor, idle = await check_models(made)
    assert able.what.endswith("JSON schemas, tools and streaming work")
    assert (poor.part, poor.state) == ("model poor", "fine")
    for lacking in ("JSON schemas", "tools", "streaming"):
        assert lacking in poor.what
    assert "JSON answers" not in poor.what
    assert (idle.state, "does no task" in idle.what) == ("look", True)
    assert "[model.tasks]" in idle.mend


async def test_the_doctor_finds_a_wrong_key_and_a_dead_server(tmp_path: Path) -> None:
    async with serving(fails(401)) as server:
        made = workspace(
            tmp_path,
            f'[model]\nbase_url = "{server.url}"\nname = "m"\n[model.tasks]\njudge_copy = "dead"\n'
            '[models.dead]\nbase_url = "http://127.0.0.1:9/v1"\nname = "d"\n',
        )
        refused, dead = await check_models(made)
    assert (refused.state, "model_api_key" in refused.mend) == ("look", True)
    assert (dead.state, "models.dead.base_url" in dead.mend) == ("look", True)


async def test_a_kept_answer_lies_in_the_workspace_and_its_use_in_the_ledger(
    tmp_path: Path,
) -> None:
    async with serving(says(json.dumps({"text": "x"})), fails(500)) as server:
        made = workspace(
            tmp_path,
            f'[model]\nbase_url = "{server.url}"\nname = "m"\nkeep_answers = true\n',
        )
        stack = build_stack(made)
        given = GoalText(text="x", today=date(2026, 11, 2), currency="EUR")
        first = await stack.model.answer(READ_GOAL, given)
        assert await stack.model.answer(READ_GOAL, given) == first
        await close(stack.model)
    assert len(list(made.kept_answers_folder.iterdir())) == 1
    assert made.kept_answers_folder.stat().st_mode & 0o077 == 0
    with made.ledger.read() as tx:
        calls = tx.connection.execute(
            sa.select(tables.calls.c.outcome, tables.calls.c.prompt_version)
        ).all()
    version = load_prompt("read_goal").version
    assert calls == [("answered", version), ("kept", version)]

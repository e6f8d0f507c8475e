"""The doctor's look at every language model: whether it answers, and what it can do."""

from __future__ import annotations

import asyncio

from app.checks import Check, fine, look, skipped
from app.model_settings import EndpointSettings
from app.models import endpoint
from app.tracing import is_on, say_hello
from app.workspace import Workspace

WITHOUT = {
    "schema_answers": "JSON schemas (answers are asked for as JSON, and read with more tolerance)",
    "json_answers": "JSON answers (they are asked for in words; expect repairs)",
    "tools": "tools (the chat is answered by the house's own phrases; give `assistant` to another "
    "model in [model.tasks])",
    "streams": "streaming (an answer in the chat comes all at once)",
}
"""What an endpoint may lack, and what is done without it."""


async def check_models(workspace: Workspace) -> list[Check]:
    """One check a model; none is asked where none is set."""
    settings = workspace.settings
    found = []
    if settings.model.base_url:
        found.append(await _check(workspace, settings.model, ""))
    for name, one in settings.models.items():
        found.append(await _check(workspace, one, name))
    if not found:
        return [fine("model", "none; drafts are assembled from your library, no AI")]
    idle = set(settings.models) - set(settings.model.tasks.values())
    mend = 'Give it one in [model.tasks], for example judge_copy = "{}".'
    return found + [
        look(f"model {name}", "it is set and does no task", mend.format(name))
        for name in sorted(idle)
    ]


async def check_traces(workspace: Workspace) -> list[Check]:
    """Whether the collector takes a span. Raises TracingError."""
    if not is_on(workspace.settings, workspace.environment):
        return [skipped("traces", "calls of models are told to no collector")]
    if await asyncio.to_thread(say_hello, workspace.settings, workspace.environment):
        return [fine("traces", "the collector takes spans")]
    where = workspace.settings.traces.endpoint or "named by OTEL_EXPORTER_OTLP_ENDPOINT"
    mend = "Start it, or correct traces.endpoint (or the variable); calls go on all the same."
    return [look("traces", f"the collector {where} takes no span", mend)]


async def _check(workspace: Workspace, settings: EndpointSettings, name: str) -> Check:
    from agents.model import ModelError
    from agents.probing import probe

    part = f"model {name}" if name else "model"
    base_url, key = endpoint(workspace, settings, name)
    secret = f"{name} in the table [model_keys]" if name else "model_api_key"
    try:
        able = await probe(base_url, key, settings.name, seconds=settings.timeout_seconds)
    except ModelError as error:
        mend = {
            "rejected": f"Check the model's name and the secret {secret}.",
            "rate_limited": "Wait, or raise the limit with whoever runs the endpoint.",
        }.get(error.code, f"Start the model's server, or correct {_place(name)}.base_url.")
        return look(part, f"{settings.name} at {base_url}: {error.what}", mend)
    lacks = [WITHOUT[what] for what, is_able in able.model_dump().items() if not is_able]
    said = f"{settings.name} at {base_url}"
    if not lacks:
        return fine(part, f"{said}: JSON schemas, tools and streaming work")
    return fine(part, f"{said}; it lacks {'; '.join(lacks)}")


def _place(name: str) -> str:
    return f"models.{name}" if name else "model"

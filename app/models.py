"""The workspace's language models, as its settings name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from agents.model import Model
from app.kept_answers import FileAnswers
from app.model_settings import EndpointSettings
from app.tracing import Place, traced
from app.workspace import Workspace
from prompts.library import Prompts
from workflows.calls import LedgerBudget, LedgerCallLog

if TYPE_CHECKING:
    from agents.openai_model import OpenAIModel


def main_model(workspace: Workspace, house: Model, prompts: Prompts) -> Model:
    """The model that answers what no other is named for; the house writer where none is set."""
    settings = workspace.settings.model
    return _open(workspace, settings, "", prompts) if settings.base_url else house


def models_by_task(workspace: Workspace, prompts: Prompts) -> Mapping[str, Model]:
    """Task → the further model that does it. Tasks of one model share it."""
    settings = workspace.settings
    opened = {name: _open(workspace, one, name, prompts) for name, one in settings.models.items()}
    return {task: opened[name] for task, name in settings.model.tasks.items()}


def endpoint(workspace: Workspace, settings: EndpointSettings, name: str) -> tuple[str, str]:
    """(base URL, key) of a model; ``name`` is empty for the main one. Without a base URL of its
    own a further model is at the main one's, and has its key unless one is given for it."""
    main, secrets = workspace.settings.model, workspace.secrets
    own = secrets.model_keys.get(name, "") if name else secrets.model_api_key
    if settings.base_url:
        return settings.base_url, own
    return main.base_url, own or secrets.model_api_key


def _open(
    workspace: Workspace, settings: EndpointSettings, name: str, prompts: Prompts
) -> OpenAIModel:
    from agents.openai_model import OpenAIModel, TokenPrices

    base_url, key = endpoint(workspace, settings, name)
    keep = workspace.settings.model.keep_answers
    return OpenAIModel(
        base_url=base_url,
        api_key=key,
        name=settings.name,
        prompts=prompts,
        seconds=settings.timeout_seconds,
        temperature=settings.temperature,
        most_tokens=settings.most_tokens,
        prices=TokenPrices(input=settings.price_in, output=settings.price_out),
        kept=FileAnswers(workspace.kept_answers_folder) if keep else None,
        call_log=traced(
            LedgerCallLog(workspace.ledger),
            workspace.settings,
            workspace.environment,
            Place(base_url, settings.temperature),
        ),
        budget=LedgerBudget(workspace.ledger),
    )

"""The two graphs that clients can run, as assistants of the server."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any, get_args, get_type_hints
from uuid import UUID, uuid5

from pydantic import TypeAdapter

from app.agent_api.requests import GraphName
from domain.errors import WrongUsage
from ledger.errors import LedgerError
from workflows import campaign
from workflows.state import CampaignState

Json = dict[str, Any]
NAMESPACE = UUID("6ba7b821-9dad-11d1-80b4-00c04fd430c8")
"""Clients of this API know an assistant by uuid5 of its graph's name."""
GRAPHS: tuple[GraphName, ...] = get_args(GraphName)
_DESCRIPTIONS: dict[GraphName, str] = {
    "campaign": "Makes a campaign of a goal in one sentence; waits for a person's yes to the brief "
    "and to exactly what goes out.",
    "assistant": "Talks about your customers, campaigns and results, and starts work.",
}
_INPUTS: dict[GraphName, Json] = {
    "campaign": {
        "title": "CampaignInput",
        "type": "object",
        "required": ["goal_text"],
        "properties": {
            "goal_text": {
                "type": "string",
                "description": "What the campaign is to reach, in a sentence or two.",
            }
        },
    },
    "assistant": {
        "title": "AssistantInput",
        "type": "object",
        "required": ["messages"],
        "properties": {
            "messages": {
                "type": "array",
                "description": "The last one, of type human, is what is said.",
                "items": {"type": "object"},
            }
        },
    },
}


def assistant_id(graph: GraphName) -> str:
    return str(uuid5(NAMESPACE, graph))


def graph_of(given: str) -> GraphName:
    """The graph that an assistant's id, or its name, means. Raises LedgerError unknown."""
    for graph in GRAPHS:
        if given in (graph, assistant_id(graph)):
            return graph
    raise LedgerError(
        "unknown",
        "There is no such assistant.",
        thing=given,
        next_step=f"There are {' and '.join(GRAPHS)}.",
    )


def assistant(graph: GraphName, made: datetime) -> Json:
    """A graph as clients know it; ``made``: when the workspace was."""
    return {
        "assistant_id": assistant_id(graph),
        "graph_id": graph,
        "name": graph,
        "description": _DESCRIPTIONS[graph],
        "config": {},
        "context": {},
        "metadata": {"created_by": "system"},
        "version": 1,
        "created_at": made.isoformat(),
        "updated_at": made.isoformat(),
    }


@cache
def schemas(graph: GraphName) -> Json:
    """What a graph takes, gives and keeps, as JSON schemas."""
    state = _INPUTS["assistant"]
    if graph == "campaign":
        fields = get_type_hints(CampaignState).items()
        properties = {name: TypeAdapter(kind).json_schema() for name, kind in fields}
        state = {"title": "CampaignState", "type": "object", "properties": properties}
    return {
        "graph_id": graph,
        "input_schema": _INPUTS[graph],
        "output_schema": state,
        "state_schema": state,
        "config_schema": None,
        "context_schema": None,
    }


def drawing(graph: GraphName) -> Json:
    """Nodes and edges of a graph."""
    if graph == "campaign":
        drawn: Json = campaign.compiled(None).get_graph().to_json()
        return drawn
    nodes = ["__start__", "assistant", "__end__"]
    return {
        "nodes": [{"id": node, "type": "runnable", "data": {"name": node}} for node in nodes],
        "edges": [{"source": one, "target": other} for one, other in pairwise(nodes)],
    }


def read_goal(given: Any) -> str:
    """The goal in a campaign's input. Raises WrongUsage unreadable_input."""
    text = given.get("goal_text") if isinstance(given, dict) else given
    if text is None and isinstance(given, dict):
        text, _ = read_message(given)
    if not isinstance(text, str) or not text.strip():
        raise _unreadable('{"goal_text": "what the campaign is to reach, in a sentence"}')
    return _bounded(text.strip())


def read_message(given: Any) -> tuple[str, str | None]:
    """What a person says to the assistant, and the id that their client gave it.

    Raises WrongUsage unreadable_input.
    """
    listed = given.get("messages") if isinstance(given, dict) else given
    last = listed[-1] if isinstance(listed, list) and listed else listed
    if isinstance(last, str):
        return _bounded(last), None
    wanted = '{"messages": [{"role": "user", "content": "…"}]}'
    if not isinstance(last, dict):
        raise _unreadable(wanted)
    if last.get("role", last.get("type")) not in ("user", "human"):
        raise _unreadable(f"{wanted}, the last of which a person says")
    content = last.get("content")
    if isinstance(content, list):
        texts = [one.get("text", "") for one in content if isinstance(one, dict)]
        content = "\n".join(text for text in texts if isinstance(text, str))
    if not isinstance(content, str) or not content.strip():
        raise _unreadable(wanted)
    given_id = last.get("id")
    return _bounded(content.strip()), given_id[:100] if isinstance(given_id, str) else None


MOST_TEXT = 20_000
"""Characters that are taken at once."""


def _bounded(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise WrongUsage(
            "too_long",
            f"This holds {len(text):,} characters.",
            next_step=f"Say it in {MOST_TEXT:,} at most.",
        )
    return text


def _unreadable(wanted: str) -> WrongUsage:
    return WrongUsage("unreadable_input", "The input cannot be read.", next_step=f"Send {wanted}.")

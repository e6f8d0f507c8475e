"""What a run says while it goes on, in sentences for marketers.

Nodes tell; ``drive`` hands each event to its caller, who may print it or append it to a table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from langgraph.config import get_stream_writer

from domain.frozen import Frozen
from workflows.state import Node

DOING: dict[Node, str] = {
    "read_goal": "Reading the goal",
    "audit": "Looking at the data behind it",
    "write_brief": "Writing the brief",
    "gate_brief": "Waiting for a word on the brief",
    "retrieve_voice": "Looking up how you have said such things before",
    "generate_copy": "Writing the copy",
    "criticise": "Reading it with a critic's eye",
    "plan": "Planning who gets what when",
    "gate_publish": "Waiting for a word on what would go out",
    "enqueue": "Scheduling exactly what was approved",
}


class Progress(Frozen):
    run_id: str
    node: str
    at: Literal["started", "finished"]
    text: str


Listener = Callable[[Progress], None]


def started(run_id: str, node: Node) -> None:
    """Say that a node has begun."""
    _tell(run_id, node, "started", DOING[node] + " …")


def finished(run_id: str, node: Node, text: str) -> None:
    """Say what a node has found or made."""
    _tell(run_id, node, "finished", text)


def read(event: Any) -> Progress:
    """An event from the stream."""
    return Progress.model_validate(event)


def _tell(run_id: str, node: str, at: str, text: str) -> None:
    get_stream_writer()({"run_id": run_id, "node": node, "at": at, "text": text})

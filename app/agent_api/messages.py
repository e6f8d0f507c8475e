"""A conversation with the assistant as a thread of messages, as chat clients show them.

What the desk draws as a table, a plot or a card reads as Markdown in a message's content; the
parts themselves stand beside it, for clients that draw them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from domain.conversation import (
    Answer,
    ApprovalPart,
    CampaignPart,
    Part,
    PlotPart,
    QuestionPart,
    TablePart,
    TextPart,
)
from ledger.threads import Turn

Json = dict[str, Any]
NODE = "assistant"
"""The node that answers, in updates and in what goes with a message."""


def messages(turns: Iterable[Turn]) -> list[Json]:
    """What was said and answered, in order."""
    found: list[Json] = []
    for turn in turns:
        found.append(said(turn))
        if turn.answer is not None:
            found.append(answered(turn, turn.answer))
    return found


def said(turn: Turn) -> Json:
    return {
        "type": "human",
        "id": str(turn.said.get("message_id") or f"{turn.id}-said"),
        "content": turn.text,
        "additional_kwargs": {},
        "response_metadata": {},
    }


def answered(turn: Turn, answer: Answer) -> Json:
    return {
        "type": "ai",
        "id": answer_id(turn),
        "content": markdown(answer.parts),
        "additional_kwargs": {
            "parts": [part.model_dump(mode="json") for part in answer.parts],
            "tools": [tool.model_dump(mode="json") for tool in answer.tools],
        },
        "response_metadata": {"model_name": answer.written_by},
        "tool_calls": [],
        "invalid_tool_calls": [],
    }


def chunk(turn: Turn, text: str) -> list[Json]:
    """Some more words of an answer, with where they come from."""
    message = {
        "type": "AIMessageChunk",
        "id": answer_id(turn),
        "content": text,
        "additional_kwargs": {},
        "response_metadata": {},
        "tool_calls": [],
        "tool_call_chunks": [],
        "invalid_tool_calls": [],
    }
    around = {"run_id": turn.id, "thread_id": turn.thread_id, "langgraph_node": NODE}
    return [message, {**around, "graph_id": "assistant", "langgraph_step": 1}]


def answer_id(turn: Turn) -> str:
    return f"{turn.id}-answer"


def markdown(parts: Sequence[Part]) -> str:
    """The parts of an answer as one text."""
    return "\n\n".join(filter(None, (_text(part) for part in parts)))


def _text(part: Part) -> str:
    match part:
        case TextPart():
            return part.text.strip()
        case TablePart():
            rows = [[column.name for column in part.columns], *map(list, part.rows)]
            return _table(part.title, rows, part.note)
        case PlotPart():
            rows = [["", "difference", "likely between"]]
            rows += [
                [row.label, f"{row.value:g}", f"{row.low:g} and {row.high:g}"] for row in part.rows
            ]
            return _table(part.title, rows, part.note)
        case ApprovalPart():
            return f"Waits for your yes: /approvals/{part.approval_id}"
        case CampaignPart():
            return f"{part.words} (/campaigns/{part.campaign_id})"
        case QuestionPart():
            return "\n".join([part.question, *(f"- {answer}" for answer in part.answers)])


def _table(title: str, rows: Sequence[Sequence[str]], note: str) -> str:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    rule = "|" + " --- |" * len(rows[0])
    whole = [f"**{title}**", "", lines[0], rule, *lines[1:]] if title else [lines[0], rule]
    return "\n".join([*whole, *(["", note] if note else [])])

"""Assistant: a model that answers in a conversation and chooses its own tools.

It reads texts that anybody may have written (facts, past copy, goals), and it can neither see a
customer nor send nor approve: the tools that it has are all that it can do. A loop around it lives
in workflows/assistant.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from agents.conversing.calling import Used, specs, use
from agents.conversing.found import Known
from agents.model import ChatMessage, Model, ToolCall, Words
from agents.untrusted import screened
from domain.conversation import (
    ApprovalPart,
    CampaignPart,
    Part,
    PlotPart,
    QuestionPart,
    TablePart,
    TextPart,
)
from prompts.library import Prompts, render

__all__ = ["Used", "instructions", "kept_calls", "part_text", "think", "use"]

MOST_MESSAGES = 40
"""Of the conversation that a model reads again."""
MOST_CHARACTERS = 12_000
"""Of one tool's answer."""
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def instructions(known: Known, prompts: Prompts, *, last: bool = False) -> str:
    """The system message. ``last``: no tool may be used any more."""
    given = {
        "today": known.today.isoformat(),
        "now": known.now.isoformat(),
        "timezone": known.timezone,
        "currency": known.currency,
        "brand": known.guide.brand,
        "principles": list(known.guide.principles),
        "products": [(p.id, p.name, p.category) for p in known.facts.products],
        "may_start": known.may_start,
        "last": last,
    }
    return render(prompts.of("assistant"), screened(given))


async def think(
    model: Model, system: str, messages: Sequence[dict[str, Any]], *, tools: bool = True
) -> AsyncIterator[Words | ToolCall]:
    """One answer of the model to the conversation. Raises ModelError while iterated."""
    heard = [ChatMessage(role="system", content=system)]
    heard += [_message(one) for one in _recent(messages)]
    async for piece in model.converse(heard, specs() if tools else ()):
        yield piece


def kept_calls(calls: Sequence[ToolCall]) -> list[dict[str, Any]]:
    """Tool calls as a conversation keeps them, in the form of LangChain's messages."""
    return [
        {"id": call.id, "name": call.name, "args": _arguments(call.arguments), "type": "tool_call"}
        for call in calls
    ]


def part_text(part: Part) -> str:
    """A part in words, for whoever reads the conversation without pictures."""
    match part:
        case TextPart(text=text):
            return text
        case TablePart():
            lines = [part.title, " | ".join(column.name for column in part.columns)]
            lines += [" | ".join(row) for row in part.rows]
            return "\n".join(filter(None, [*lines, part.note]))
        case PlotPart():
            rows = (f"{r.label}: {r.value:g} [{r.low:g} to {r.high:g}]" for r in part.rows)
            return "\n".join([part.title, *rows])
        case ApprovalPart(approval_id=approval_id):
            return f"[waits for approval: {approval_id}]"
        case CampaignPart(campaign_id=campaign_id, words=words):
            return f"[campaign {campaign_id}: {words}]"
        case QuestionPart(question=question, answers=answers):
            return "\n".join([question, *(f"- {one}" for one in answers)])


def _recent(messages: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The last of them, beginning with what a person said."""
    kept = list(messages[-MOST_MESSAGES:])
    while kept and kept[0]["type"] != "human":
        kept.pop(0)
    return kept or messages[-1:]


def _message(one: dict[str, Any]) -> ChatMessage:
    content = str(one.get("content", ""))
    match one["type"]:
        case "human":
            return ChatMessage(role="user", content=content)
        case "tool":
            data = _ADDRESS.sub("[address]", content)[:MOST_CHARACTERS].replace("<", "\\u003c")
            return ChatMessage(
                role="tool",
                content=f"<data>{data}</data>",
                tool_call_id=one["tool_call_id"],
            )
        case _:
            calls = tuple(
                ToolCall(id=c["id"], name=c["name"], arguments=json.dumps(c["args"]))
                for c in one.get("tool_calls", ())
            )
            return ChatMessage(role="assistant", content=content, tool_calls=calls)


def _arguments(written: str) -> dict[str, Any]:
    try:
        read = json.loads(written or "{}")
    except ValueError:
        return {"unreadable": written[:500]}
    return read if isinstance(read, dict) else {"unreadable": written[:500]}

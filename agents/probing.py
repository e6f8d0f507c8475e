"""What a model's endpoint can do, found out by four small questions."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion

from agents.model import ModelError
from agents.openai_wire import open_endpoint, read_chunk, wire_error
from domain.frozen import Frozen
from tools.http import open_client

MOST_TOKENS = 200
"""Room for a model that thinks before it answers."""
_SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["red", "green"]}},
    "required": ["colour"],
    "additionalProperties": False,
}
_TOOL = {
    "type": "function",
    "function": {
        "name": "paint",
        "description": "Paints the door.",
        "parameters": _SCHEMA,
    },
}
_ASK = 'Choose a colour for the door, red or green. Answer with JSON such as {"colour": "red"}.'
_CALL = "Paint the door green with the tool that you have."
Body = dict[str, Any]


class Abilities(Frozen):
    """What was seen to work, not what the endpoint says of itself."""

    schema_answers: bool
    """Answers by a JSON schema."""
    json_answers: bool
    """Answers with JSON where it is told to."""
    tools: bool
    """Calls a tool with arguments that can be read."""
    streams: bool
    """Sends an answer piece by piece."""


async def probe(base_url: str, api_key: str, name: str, *, seconds: float = 30) -> Abilities:
    """Ask a model the four questions; they cost a few hundred tokens.

    Raises ModelError where it answers nothing at all: unreachable, timeout, rejected, rate_limited.
    """
    http = open_client(
        hosts=[urlsplit(base_url).hostname or ""],
        repeatable=lambda request: True,
        seconds=seconds,
        attempts=2,
    )
    client = open_endpoint(base_url, api_key, http, seconds)
    async with http:
        asked = _Asked(client, name, seconds)
        await asked.answers({"messages": _says("Say yes.")})  # whether it answers at all
        by_schema = {"type": "json_schema", "json_schema": {"name": "door", "schema": _SCHEMA}}
        return Abilities(
            schema_answers=await asked.gives_a_colour({"response_format": by_schema}),
            json_answers=await asked.gives_a_colour({"response_format": {"type": "json_object"}}),
            tools=await asked.calls_a_tool(),
            streams=await asked.streams(),
        )


class _Asked:
    """One endpoint's model under question."""

    def __init__(self, client: AsyncOpenAI, name: str, seconds: float) -> None:
        self._client = client
        self._name = name
        self._seconds = seconds

    async def answers(self, body: Body) -> ChatCompletion:
        """Raises ModelError."""
        try:
            answer = await self._client.chat.completions.create(
                model=self._name, max_tokens=MOST_TOKENS, **body
            )
        except (openai.OpenAIError, httpx.HTTPError, ValueError) as error:
            raise wire_error(error, self._name, self._seconds) from error
        if not isinstance(answer, ChatCompletion):
            raise wire_error(ValueError("no completion"), self._name, self._seconds)
        return answer

    async def gives_a_colour(self, body: Body) -> bool:
        try:
            answer = await self.answers({"messages": _says(_ASK), **body})
            return _has_colour(answer.choices[0].message.content or "")
        except (ModelError, IndexError):
            return False

    async def calls_a_tool(self) -> bool:
        try:
            answer = await self.answers({"messages": _says(_CALL), "tools": [_TOOL]})
            calls = answer.choices[0].message.tool_calls or []
        except (ModelError, IndexError):
            return False
        return any(
            call.type == "function" and _has_colour(call.function.arguments) for call in calls
        )

    async def streams(self) -> bool:
        try:
            stream = await self._client.chat.completions.create(
                model=self._name,
                max_tokens=MOST_TOKENS,
                stream=True,
                messages=[{"role": "user", "content": "Count from one to five."}],
            )
            pieces = [read_chunk(chunk) async for chunk in stream]
        except (openai.OpenAIError, httpx.HTTPError, ValueError):
            return False
        return sum(bool(piece.text) for piece in pieces) > 1


def _says(text: str) -> list[Body]:
    return [{"role": "user", "content": text}]


def _has_colour(text: str) -> bool:
    try:
        read = json.loads(text)
    except ValueError:
        return False
    return isinstance(read, dict) and read.get("colour") in ("red", "green")

"""A model that counts: how many questions a case puts, and how many tokens they take."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from agents.model import Call, ChatMessage, Model, ToolCall, ToolSpec, Words
from agents.tasks import Answered, Given, Task


class TokenLog:
    """A CallLog that adds tokens up."""

    def __init__(self) -> None:
        self.tokens = 0

    def record(self, call: Call) -> None:
        self.tokens += call.tokens_in + call.tokens_out


class Counting:
    """Passes everything on to another model, and counts the questions."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.calls = 0

    @property
    def name(self) -> str:
        return self._model.name

    async def answer(self, task: Task[Given, Answered], given: Given) -> Answered:
        self.calls += 1
        return await self._model.answer(task, given)

    def converse(
        self, messages: Sequence[ChatMessage], tools: Sequence[ToolSpec] = ()
    ) -> AsyncIterator[Words | ToolCall]:
        self.calls += 1
        return self._model.converse(messages, tools)

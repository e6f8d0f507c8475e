"""The house writer: answers the Tasks without a model, from the typed input alone.

It composes from what people approved before (the brand's library) and from facts, by rules, so
that every sentence can be traced. It is the default, and what stands in when a model fails.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel

from agents.house.brief import write_brief
from agents.house.copy import write_copy
from agents.house.goal_grammar import read_goal
from agents.house.pieces import write_pieces
from agents.house.series import write_series
from agents.model import ChatMessage, ModelError, ToolCall, ToolSpec, Words
from agents.tasks import (
    GENERATE_COPY,
    GENERATE_PIECES,
    READ_GOAL,
    WRITE_BRIEF,
    WRITE_SERIES,
    Answered,
    Given,
    Task,
)

_ANSWERS: Mapping[str, Callable[[Any], BaseModel]] = {
    READ_GOAL.name: read_goal,
    WRITE_BRIEF.name: write_brief,
    GENERATE_COPY.name: write_copy,
    GENERATE_PIECES.name: write_pieces,
    WRITE_SERIES.name: write_series,
}


class HouseWriter:
    """A table from task to function. Deterministic: the same input gives the same answer."""

    name = "house"

    async def answer(self, task: Task[Given, Answered], given: Given) -> Answered:
        """Raises ModelError no_house_answer for a task that needs judgment."""
        function = _ANSWERS.get(task.name)
        if function is None:
            raise ModelError(
                "no_house_answer",
                "The house writer does not answer this.",
                thing=task.name,
                next_step="Configure a model, or leave it to a person.",
            )
        return cast(Answered, function(given))

    async def converse(
        self, messages: Sequence[ChatMessage], tools: Sequence[ToolSpec] = ()
    ) -> AsyncIterator[Words | ToolCall]:
        """Raises ModelError no_house_answer: a conversation needs a model."""
        raise ModelError(
            "no_house_answer",
            "The house writer does not converse.",
            next_step="Configure a model to use the assistant.",
        )
        yield Words(text="")  # pragma: no cover - makes this an async generator

"""What happens when the model fails: the house writer takes over, and it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

from agents.model import Model, ModelError
from agents.tasks import Answered, Given, Task


@dataclass(frozen=True)
class Reply(Generic[Answered]):
    """An answer, who gave it, and why it was not the model."""

    answer: Answered
    by: str
    """``house`` or the model's name."""
    failure: str = ""
    """The model's error in words, where the house writer stood in for it."""


async def answer_or_house(
    model: Model, house: Model | None, task: Task[Given, Answered], given: Given
) -> Reply[Answered]:
    """Ask the model; when it fails, ask the house writer.

    Raises the model's own ModelError when there is no house writer or it has no answer either:
    then a person is asked.
    """
    try:
        return Reply(await model.answer(task, given), model.name)
    except ModelError as error:
        if house is None or house.name == model.name:
            raise
        try:
            answer = await house.answer(task, given)
        except ModelError as house_error:
            if house_error.code == "no_house_answer":
                raise error from house_error
            raise
        return Reply(answer, house.name, f"{model.name}: {error.what}")

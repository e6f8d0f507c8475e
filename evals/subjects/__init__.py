"""What a case is about: one module a kind, each making the thing that assertions look at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any, cast

from agents.model import Model
from evals.case import Case
from evals.ground import Ground

Produce = Callable[[Case, Ground, Model], Awaitable[Any]]


async def produce(case: Case, ground: Ground, model: Model) -> Any:
    """Put a case's ``given`` to the product. Raises whatever the product raises."""
    made = cast(Produce, import_module(f"evals.subjects.{case.kind}").produce)
    return await made(case, ground, model)

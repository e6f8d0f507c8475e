"""The rest of ``bench preview``: all that the desk, the command line and the assistant show of an
audience (size, spread, overlap with every standing segment, who agreed to which channel), who of it
can be mailed, and the desk's Audience page.

Of the same customers nine in ten have said yes to mails, and the address of one in a hundred is
suppressed. The first look is one of a process that has read nothing yet; the others find in memory
what follows from the same files and answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from app.stack import build_stack
from app.views.audience import audience_page
from app.workspace import Workspace
from domain.customer import Consent, Suppression
from domain.predicate import Everyone, Predicate
from evals.benchmarks.figures import Measurement, median, ratio
from evals.benchmarks.memory import forget_peak, peak_mb
from ledger import consent, suppression
from workflows.audience import reach
from workflows.previewing import preview
from workflows.stack import Stack

ROUNDS = 5
PIECE = 100_000
"""Customers whose answers are written in one transaction."""
_Look = Callable[[Stack], Coroutine[Any, Any, object]]


def let_them_answer(workspace: Workspace, customers: int, now: datetime) -> None:
    """Nine in ten agree to mails; the address of one in a hundred is suppressed."""
    key = build_stack(workspace).keys.suppression
    for first in range(0, customers, PIECE):
        numbers = range(first, min(first + PIECE, customers))
        said = (
            Consent(
                customer_id=f"c{number:08d}",
                purpose="email_marketing",
                given=True,
                at=now - timedelta(days=90),
                source="bench",
            )
            for number in numbers
            if number % 10
        )
        bounced = (
            Suppression(address=f"c{number}@example.com", reason="bounced", at=now)
            for number in numbers
            if number % 100 == 1
        )
        with workspace.ledger.write() as tx:
            consent.record(tx, said)
            suppression.add(tx, bounced, key)


async def measure_whole(
    workspace: Workspace, size: int, rule: Predicate, by_hand: Callable[[], int]
) -> list[Measurement]:
    """Each look at first and warm; the warm ones take turns with the SQL by hand for the size
    alone."""
    looks: dict[str, _Look] = {
        "whole preview": lambda stack: preview(stack, rule),
        "whole preview of everybody": lambda stack: preview(stack, Everyone()),
        "who can be mailed": lambda stack: _reach(stack, rule),
        "who of everybody can be mailed": lambda stack: _reach(stack, Everyone()),
        "the Audience page": audience_page,
    }
    found: list[Measurement] = []
    for name, look in looks.items():
        seconds = await _timed(look, build_stack(workspace))
        found.append(Measurement(name=f"{size:,}: {name}, first look", value=seconds, unit="s"))
    stack = build_stack(workspace)
    for look in looks.values():
        await look(stack)
    warm: dict[str, list[float]] = {name: [] for name in looks}
    hand: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        by_hand()
        hand.append(time.perf_counter() - began)
        for name, look in looks.items():
            warm[name].append(await _timed(look, stack))
    for name, rounds in warm.items():
        found.append(median(f"{size:,}: {name}, warm", rounds, "s"))
    found.append(
        ratio(
            f"{size:,}: whole preview beside the size by hand",
            warm["whole preview"],
            hand,
            "time, SQL by hand for the size alone = 1",
        )
    )
    for name, look in looks.items():
        forget_peak()
        await look(stack)
        value = peak_mb()
        found.append(
            Measurement(name=f"{size:,}: {name}, memory", value=value, unit="MB", note="process")
        )
    return found


async def _reach(stack: Stack, rule: Predicate) -> int:
    return len((await reach(stack, rule)).people)


async def _timed(look: _Look, stack: Stack) -> float:
    began = time.perf_counter()
    await look(stack)
    return time.perf_counter() - began

"""Names for audience rules: given and taken away, with an entry in the history."""

from __future__ import annotations

import asyncio

from domain.predicate import Predicate, in_words
from ledger import journal
from ledger.people import Person
from workflows.saved_segments import SavedSegment, remove, save
from workflows.stack import Stack
from workflows.transactions import write


async def keep_segment(stack: Stack, person: Person, name: str, rule: Predicate) -> SavedSegment:
    """Give a rule a name, by which goals may speak of its people. Raises as ``save``."""
    made = await asyncio.to_thread(save, stack, name, rule)
    data = {"rule": in_words(made.rule)}
    await write(
        stack.ledger,
        lambda tx: journal.append(
            tx, "segment_saved", person_id=person.id, thing=made.name, data=data
        ),
    )
    return made


async def forget_segment(stack: Stack, person: Person, name: str) -> None:
    """Take a name away from a rule. Raises as ``remove``."""
    await asyncio.to_thread(remove, stack, name)
    await write(
        stack.ledger,
        lambda tx: journal.append(
            tx, "segment_forgotten", person_id=person.id, thing=name, data={}
        ),
    )

"""Whom the due mails go to: looked up for many at once, and kept in memory for a moment.

A look-up in the customer data costs about the same for one person as for a thousand. So the
first batch of a round asks for those that come after it too. What is kept is small, short-lived
and never written down; and it decides nothing: whether a person may be mailed is read from the
ledger just before each mail, so who was erased, suppressed or unsubscribed meanwhile is left out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from domain.customer import Contact
from ledger import sends, subjects
from ledger.database import Transaction
from ledger.sends import Send
from workflows.stack import Stack
from workflows.transactions import read

AHEAD = 2000
"""Due mails whose people are looked up together."""
KEPT_SECONDS = 30.0
"""After so long people are looked up again, in case an address was corrected."""


class Recipients:
    """The contacts of one round of one worker. At most ``AHEAD`` and one batch are kept."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._known: dict[str, Contact | None] = {}
        """By pseudonym; None: nobody, or erased."""
        self._looked_up = 0.0

    async def of(self, claimed: Sequence[Send]) -> dict[str, Contact]:
        """Contact by pseudonym; erased people are not in the answer."""
        people = [send.pseudonym for send in claimed]
        old = time.monotonic() - self._looked_up > KEPT_SECONDS
        if old or any(pseudonym not in self._known for pseudonym in people):
            await self._look_up(people)
        found = {pseudonym: self._known[pseudonym] for pseudonym in people}
        return {pseudonym: contact for pseudonym, contact in found.items() if contact is not None}

    async def _look_up(self, people: Sequence[str]) -> None:
        def ask(tx: Transaction) -> tuple[list[str], dict[str, str]]:
            wanted = list(dict.fromkeys((*people, *sends.next_people(tx, AHEAD))))
            return wanted, subjects.customer_ids(tx, wanted)

        began = time.monotonic()
        wanted, ids = await read(self._stack.ledger, ask)
        found = await self._stack.people.contacts(sorted(ids.values()))
        by_id = {contact.customer_id: contact for contact in found}
        self._known = {p: by_id.get(ids[p]) if p in ids else None for p in wanted}
        self._looked_up = began

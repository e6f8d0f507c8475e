"""Whether mails may leave this machine at all: asked before every round of sending."""

from __future__ import annotations

import time
from typing import Literal

from domain.errors import Refused
from ledger import clock
from workflows.stack import Stack
from workflows.transactions import read
from workflows.unsubscribe import UnsubscribeError, check_public_url

CHECKED_FOR_SECONDS = 600
"""How long a public address that answered is trusted to answer still."""


class ReachError(Refused):
    """Nothing leaves: the reason concerns the workspace, not a mail."""

    code: Literal["simulated", "no_public_url", "no_sender", "unencrypted"]


class Reach:
    """Remembers for a while that the public address answered. One a worker."""

    def __init__(self) -> None:
        self._answered: dict[str, float] = {}

    async def check(self, stack: Stack) -> None:
        """Raises ReachError or UnsubscribeError; returns where mails may go out."""
        if not stack.rules.sender.address:
            raise ReachError(
                "no_sender",
                "Nobody is named whom mails are from.",
                thing="sending.from_address",
                next_step="Set from_address in mainspring.toml.",
            )
        if stack.sending.traits.loopback_only:
            return
        if stack.simulated or await read(stack.ledger, clock.is_simulated):
            raise ReachError(
                "simulated",
                "A simulated workspace sends to this machine only.",
                thing=stack.sending.traits.name,
                next_step="Point it to a mail server on this machine.",
            )
        if stack.sending.traits.in_the_clear:
            raise ReachError(
                "unencrypted",
                "Mails beyond this machine would cross the network unencrypted.",
                thing="sending.smtp_security",
                next_step='Set smtp_security = "starttls" or "tls" in mainspring.toml.',
            )
        if not stack.public_url:
            raise ReachError(
                "no_public_url",
                "Mails beyond this machine need an address at which one click unsubscribes.",
                thing="sending.public_url",
                next_step="Set public_url in mainspring.toml and let it lead to the worker.",
            )
        last = self._answered.get(stack.public_url)
        if last is not None and time.monotonic() - last < CHECKED_FOR_SECONDS:
            return
        try:
            await check_public_url(stack.public_url, stack.keys)
        except UnsubscribeError:
            self._answered.pop(stack.public_url, None)
            raise
        self._answered[stack.public_url] = time.monotonic()

"""The sending port. Only workflows/publish.py may call ``send``."""

from __future__ import annotations

from typing import Literal, Protocol

from domain.errors import MainspringError
from domain.frozen import Frozen
from domain.publication import Message

SendErrorCode = Literal[
    "refused_recipient",  # this address was refused for good; the others go on
    "try_later",  # the server took nothing and says so (4xx before DATA ended): safe to try again
    "unreachable",  # no connection was made: nothing left this machine
    "outcome_unknown",  # the message left, the answer did not come: never sent again by itself
    "not_allowed",  # the server does not take this sender or these rights
]


class SendError(MainspringError):
    code: SendErrorCode


class Receipt(Frozen):
    """The server's word that it took the message."""

    key: str
    message_id: str
    response: str


class SenderTraits(Frozen):
    """What a sender can do, so that the rest is done by us or said before approval."""

    name: str
    honours_keys: bool = False
    looks_up_by_key: bool = False
    loopback_only: bool = False
    """True where every address that it connects to is on this machine."""
    in_the_clear: bool = False
    """True where mails cross the wire unencrypted: for servers on this machine alone."""


class Sending(Protocol):
    traits: SenderTraits

    async def send(self, message: Message) -> Receipt:
        """Hand over one message. Raises SendError; after ``outcome_unknown`` nobody knows."""
        ...

    async def find(self, key: str) -> Receipt | None:
        """The receipt of an earlier send, where the provider can look it up."""
        ...

    async def check(self) -> tuple[str, ...]:
        """Problems of reach and rights, each in a sentence with its mend; empty: none."""
        ...

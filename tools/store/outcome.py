"""What a kind's reader hands back beside the rows that it put into the store."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from domain.customer import Complaint, Consent, Suppression
from domain.facts import Facts
from domain.frozen import Frozen


class Stop(Frozen):
    """A person who must not be mailed any more, from an event."""

    customer_id: str
    """Empty: nobody is known by the address."""
    address: str = ""
    """Empty: not known to the store."""
    reason: Literal["unsubscribed", "bounced", "complained"]
    at: datetime
    campaign_id: str = ""
    message_key: str = ""


class Outcome(Frozen):
    """What one kind's reader found, before it is put together with the file's counts."""

    added: int = 0
    already_known: int = 0
    duplicates: int = 0
    conflicts: int = 0
    """Customers of whom two rows of the file say a field differently."""
    notes: tuple[str, ...] = ()
    consents: tuple[Consent, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    stops: tuple[Stop, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    no_contact: tuple[str, ...] = ()
    """Customers whom nobody contacts any more."""
    facts: Facts | None = None

"""Business time: windows, cron, expiry and the journal read it; leases and time-outs do not."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The workspace's clock: the real one, or a simulated one that the ledger keeps."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

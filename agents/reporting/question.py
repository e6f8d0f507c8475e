"""What a report is asked from."""

from __future__ import annotations

from datetime import datetime

from domain.brief import Brief
from domain.frozen import Frozen
from domain.money import Currency
from domain.plan import Plan
from tools.analytics.port import Results


class ReportQuestion(Frozen):
    """Everything that a report stands on; all of it counted, none of it about one person."""

    campaign_id: str
    brief: Brief
    plan: Plan
    labels: tuple[tuple[str, str], ...] = ()
    """Variant id and how people call it: its angle or its subject."""
    send_states: tuple[tuple[str, int], ...] = ()
    results: Results
    start: datetime
    end: datetime
    """The period counted, [start, end), aware."""
    as_of: datetime
    currency: Currency

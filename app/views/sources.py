"""Sources as people look at them: last seen, today's messages, what did not follow the plan."""

from __future__ import annotations

from datetime import datetime

from app import words
from app.intake import aside
from app.tracking_plan import FOLDER, NOT_PLANNED, PlanFault, load_plan
from app.workspace import Workspace
from domain.frozen import Frozen
from ledger import sources
from ledger.sources import Violation

DAYS = 7
RULE_WORDS = {
    NOT_PLANNED: "the plan has no such event",
    "required": "it is missing",
    "type": "it is of another type",
    "enum": "it is none of the values listed",
    "format": "it is written otherwise",
    "pattern": "it is written otherwise",
    "minimum": "it is too small",
    "maximum": "it is too large",
    "additionalProperties": "it has more than the plan names",
}
"""Keywords of JSON Schema as people read them; the rest stand for themselves."""


class SourceRow(Frozen):
    name: str
    made_at: datetime
    closed_at: datetime | None
    last_seen: datetime | None
    today: int
    """Messages; days are UTC's."""
    week: int
    """Messages of the last seven days."""
    quarantined: int
    """Of the last seven days, those that could not be read."""
    left_out: int
    """Of the last seven days, values that could not be read; their messages are kept."""
    violations: int
    """Of the last seven days."""
    set_aside_full: bool
    """Today more could not be read than is kept in the quarantine."""

    def state(self, timezone: str) -> str:
        """One line of words."""
        if self.last_seen is None:
            seen = "nothing came yet"
        else:
            seen = (
                f"last seen {words.moment(self.last_seen, timezone)}; {self.today:,} today; "
                f"in 7 days {self.week:,}, of them {self.quarantined:,} not read, "
                f"{self.left_out:,} values left out, {self.violations:,} faults against the plan"
            )
            if self.set_aside_full:
                seen += "; today's file of what was not read is full"
        return f"closed; {seen}" if self.closed_at else seen


class Sources(Frozen):
    sources: tuple[SourceRow, ...]
    violations: tuple[Violation, ...]
    events_planned: int
    faults: tuple[PlanFault, ...]
    address: str
    """Where clients write to."""


def look(workspace: Workspace) -> Sources:
    """Everything of the last seven days."""
    plan = load_plan(workspace.folder / FOLDER)
    with workspace.ledger.read() as tx:
        known, days = sources.list_sources(tx), sources.days(tx, DAYS)
        broken, seen = sources.violations(tx, DAYS), sources.last_seen(tx)
        today = tx.real_now.date().isoformat()
    sending = workspace.settings.sending
    return Sources(
        sources=tuple(
            SourceRow(
                name=one.name,
                made_at=one.made_at,
                closed_at=one.closed_at,
                last_seen=seen.get(one.id),
                today=sum(d.received for d in days if d.source_id == one.id and d.day == today),
                week=sum(d.received for d in days if d.source_id == one.id),
                quarantined=sum(d.quarantined for d in days if d.source_id == one.id),
                left_out=sum(d.left_out for d in days if d.source_id == one.id),
                violations=sum(v.number for v in broken if v.source == one.name),
                set_aside_full=aside.is_full(aside.today(workspace.quarantine_folder, one.name)),
            )
            for one in known
        ),
        violations=tuple(broken),
        events_planned=len(plan.events),
        faults=plan.faults,
        address=sending.public_url or f"http://{sending.listen_host}:{sending.listen_port}",
    )

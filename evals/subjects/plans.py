"""Plans: from audience, hours and days to arms and moments. No writer is asked."""

from __future__ import annotations

from typing import Any

from agents.model import Model
from agents.scheduler import PlanQuestion, make_plan
from domain.figures import Query
from domain.plan import Plan
from evals.case import Case
from evals.ground import Ground
from tools.analytics.port import HourEvidence

_NOTHING = Query(id="q-hours", engine="computed", text="given by the case")
_DEFAULTS: dict[str, Any] = {
    "campaign_id": "case",
    "snapshot_hash": "0" * 64,
    "variants": ["a", "b", "c"],
    "holdout": 0.2,
    "timezone": "Europe/Berlin",
}


async def produce(case: Case, ground: Ground, model: Model) -> Plan:
    given = {**_DEFAULTS, **case.given}
    hours = given.pop("hours", None)
    question = PlanQuestion.model_validate(
        {**given, "hours": _hours(hours) if hours is not None else None}
    )
    return make_plan(question)


def _hours(given: dict[str, Any]) -> HourEvidence:
    """``by_hour``: actions by local hour (others have none); ``people``: who did them."""
    counts = [0] * 24
    for hour, count in given["by_hour"].items():
        counts[int(hour)] = int(count)
    return HourEvidence(
        counts=tuple(counts), n=sum(counts), people=int(given["people"]), query=_NOTHING
    )

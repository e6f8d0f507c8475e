"""Reports: from what was counted in each group to what may be said of it. No writer is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from agents.model import Model
from agents.reporter import ReportQuestion, write_report
from domain.brief import AudienceEvidence, Brief, Holdout, KpiTarget
from domain.figures import Figure, Query
from domain.goal import Goal, Kpi
from domain.plan import Arm, Cap, Plan, QuietHours, SendTime
from domain.predicate import Everyone
from domain.report import ArmResult, Report
from evals.case import Case
from evals.ground import Ground
from tools.analytics.port import OutcomeMoments, Results

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAYS = 28


async def produce(case: Case, ground: Ground, model: Model) -> Report:
    """``given``: ``kpi``; ``groups``: people by arm; ``outcomes``: metric → arm → the number who
    did it, or ``[total, sum of squares]`` for money; ``last_data``: days after the start."""
    given = case.given
    kpi: Kpi = given.get("kpi", "viewing_booked")
    groups: dict[str, int] = given["groups"]
    size = sum(groups.values())
    end = START + timedelta(days=DAYS)
    last = given.get("last_data", DAYS)
    results = Results(
        arms=tuple(
            ArmResult(arm=arm, label=arm, assigned=count, figures=())
            for arm, count in groups.items()
        ),
        moments=tuple(
            _moments(metric, arm, groups[arm], counted)
            for metric, arms in given["outcomes"].items()
            for arm, counted in arms.items()
        ),
        last_click=tuple(
            Figure(name=name, value=value, unit="money" if name == "revenue" else "count")
            for name, value in given.get("last_click", {}).items()
        ),
        last_data_day=None if last is None else START + timedelta(days=last),
        queries=(),
    )
    return write_report(
        ReportQuestion(
            campaign_id="case",
            brief=_brief(kpi, size),
            plan=_plan(given.get("planned", groups)),
            send_states=tuple(given.get("send_states", {"sent": size}).items()),
            results=results,
            start=START,
            end=end,
            as_of=START + timedelta(days=given.get("as_of", DAYS + 1)),
            currency="EUR",
        )
    )


def _moments(metric: str, arm: str, n: int, counted: Any) -> OutcomeMoments:
    total, squares = counted if isinstance(counted, list) else (counted, counted)
    return OutcomeMoments(
        arm=arm, metric=metric, n=n, total=total, sum_of_squares=squares, query=f"q-{metric}"
    )


def _brief(kpi: Kpi, size: int) -> Brief:
    baseline = Figure(name=kpi, value=0.03, unit="share", low=0.02, high=0.04, n=size)
    evidence = AudienceEvidence(
        rule=Everyone(),
        as_of=START,
        size=size,
        queries=(Query(id="q-size", engine="computed", text="given by the case"),),
    )
    return Brief(
        goal=Goal(text="Half an hour with a 1968 dress watch"),
        audience=evidence,
        message="Come and look at one watch.",
        fact_ids=(),
        kpi=KpiTarget(kpi=kpi, baseline=baseline, target=0.045, days=DAYS),
        holdout=Holdout(share=0.2, smallest_effect=0.02, why=""),
        tone="plain",
        question="",
        send_from=START.date(),
        send_until=START.date() + timedelta(days=6),
        written_by="house",
    )


def _plan(arms: dict[str, int]) -> Plan:
    size = sum(arms.values())
    return Plan(
        campaign_id="case",
        snapshot_hash="0" * 64,
        size=size,
        arms=tuple(Arm(id=arm, share=n / size, size=n) for arm, n in arms.items()),
        send_time=SendTime(day=date(2026, 3, 2), hour=10, evidence="", learnt=False),
        window_start=START,
        window_end=START + timedelta(days=6),
        quiet_hours=QuietHours(),
        cap=Cap(most=3),
    )

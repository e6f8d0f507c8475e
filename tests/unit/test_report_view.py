"""A report in a terminal: the finding first, intervals always, last click never alone."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from rich.console import Console

from app.report_view import report_text
from domain.figures import Effect, Figure, Query
from domain.report import ArmResult, Report


def figure(name: str, value: float | None, unit: str = "count", **more: float) -> Figure:
    return Figure.model_validate({"name": name, "value": value, "unit": unit, **more})


def effect(metric: str, difference: float, low: float, high: float) -> Effect:
    return Effect(
        metric=metric,
        unit="share",
        treated=figure("treated", 0.15, "share"),
        held_back=figure("held_back", 0.15 - difference, "share"),
        difference=figure("difference", difference, "share", low=low, high=high),
        shown=low > 0 or high < 0,
        total=figure("total", difference * 1000, low=low * 1000, high=high * 1000),
    )


REPORT = Report(
    campaign_id="c1",
    title="The mail brought about 75 more viewings.",
    goal="Get viewings.",
    kpi="viewing_booked",
    period_start=datetime(2026, 11, 3, 11, tzinfo=UTC),
    period_end=datetime(2026, 12, 1, 11, tzinfo=UTC),
    as_of=datetime(2026, 12, 1, 12, tzinfo=UTC),
    currency="EUR",
    arms=(
        ArmResult(arm="a", label="Variant a: number", assigned=500, figures=(figure("sent", 499),)),
        ArmResult(arm="held_back", label="", assigned=500, figures=(figure("sent", 0),)),
    ),
    effects=(effect("viewing_booked", 0.075, 0.047, 0.101), effect("purchase", 0.01, -0.016, 0.03)),
    last_click=(figure("last_click_orders", 3),),
    send_states=(("sent", 499), ("needs_review", 1)),
    notes=("Everybody is counted.",),
    queries=(Query(id="q1", engine="duckdb", text="SELECT 1"),),
)


def shown(report: Report, *, queries: bool = False) -> str:
    text = io.StringIO()
    console = Console(file=text, width=140)
    console.print(report_text(report, "Europe/Berlin", queries=queries))
    return text.getvalue()


def test_the_finding_comes_first() -> None:
    assert shown(REPORT).startswith(REPORT.title)


def test_every_effect_has_its_interval_and_says_when_none_is_shown() -> None:
    lines = shown(REPORT).splitlines()
    viewings = next(line for line in lines if line.startswith("viewings booked"))
    assert "+7.5 points" in viewings
    assert "+4.7 points and +10.1 points" in viewings
    assert "no effect shown" not in viewings
    purchases = next(line for line in lines if line.startswith("purchases"))
    assert "−1.6 points and +3.0 points" in purchases
    assert "no effect shown" in purchases


def test_last_click_never_stands_alone() -> None:
    lines = shown(REPORT).splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("Last click says"))
    assert lines[at + 1].startswith("Against those held back, viewings booked:")


def test_where_nothing_can_be_measured_no_zeros_are_shown() -> None:
    report = REPORT.model_copy(
        update={"measurable": "no", "why_not": "no data", "effects": (), "title": "Not measurable."}
    )
    text = shown(report)
    assert "Last click" not in text
    assert "499 sent, 1 we cannot tell whether they went out" in text


def test_the_queries_are_shown_when_asked_for() -> None:
    assert "SELECT 1" not in shown(REPORT)
    assert "SELECT 1" in shown(REPORT, queries=True)

"""Reports: the list of what was found, and one report whole."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from app import words
from domain.frozen import Frozen
from domain.plan import HELD_BACK
from domain.report import ArmResult, Report
from ledger import listing, runs
from ledger.database import Transaction
from ledger.runs import Run
from tools.measurement.effects import share_interval
from tools.render.numbers import metric_words
from workflows.report import report
from workflows.stack import Stack
from workflows.transactions import read

PAGE = 50


class ReportRow(Frozen):
    campaign_id: str
    title: str
    """The finding."""
    campaign: str
    as_of: datetime
    shown: bool
    """Whether an effect is shown on what the campaign aimed at."""
    measurable: bool


class Unreported(Frozen):
    """Something went out, and nothing was counted yet."""

    campaign_id: str
    campaign: str
    detail: str


class ReportList(Frozen):
    rows: tuple[ReportRow, ...]
    waiting: tuple[Unreported, ...]
    next_page: str = ""


async def report_list(stack: Stack, *, before: str = "") -> ReportList:
    """The reports of the latest campaigns, a page at a time."""

    def look(tx: Transaction) -> list[Run]:
        statuses: tuple[runs.RunStatus, ...] = ("publishing", "done")
        return listing.runs_page(tx, statuses=statuses, before=before, limit=PAGE)

    found = await read(stack.ledger, look)
    rows, waiting = [], []
    for run in found:
        made = await read_report(stack.reports, run.id)
        name = words.title(run.goal)
        if made is None:
            waiting.append(Unreported(campaign_id=run.id, campaign=name, detail=run.detail))
            continue
        rows.append(
            ReportRow(
                campaign_id=run.id,
                title=made.title,
                campaign=name,
                as_of=made.as_of,
                shown=bool(made.effects) and made.effects[0].shown,
                measurable=made.measurable == "yes",
            )
        )
    more = f"/reports?before={found[-1].id}" if len(found) == PAGE else ""
    return ReportList(rows=tuple(rows), waiting=tuple(waiting), next_page=more)


async def read_report(folder: Path, campaign_id: str) -> Report | None:
    """The report as it was last drawn; None where none was, or a newer program wrote it."""

    def look() -> Report | None:
        try:
            text = (folder / campaign_id / "report.json").read_text(encoding="utf-8")
            return Report.model_validate_json(text)
        except (FileNotFoundError, NotADirectoryError, ValidationError):
            return None

    return await asyncio.to_thread(look)


async def report_of(stack: Stack, campaign_id: str, *, anew: bool = False) -> Report:
    """A campaign's report: as last drawn, or counted now. Raises LedgerError unknown, ReportError
    nothing_scheduled, AnalyticsError."""
    await read(stack.ledger, lambda tx: runs.get(tx, campaign_id))
    kept = None if anew else await read_report(stack.reports, campaign_id)
    return kept if kept is not None else await report(stack, campaign_id)


class Rung(Frozen):
    """One step from sent to what the campaign aimed at."""

    name: str
    people: int
    of: int
    """The people that its share is of: with the mail, or of these those who agreed to tracking."""
    share: float
    low: float | None
    high: float | None
    note: str
    query: str


def funnel(report: Report) -> tuple[Rung, ...]:
    """From sent to booked, all variants together; of those held back nothing is in it."""
    arms = [arm for arm in report.arms if arm.arm != HELD_BACK]
    steps = ["sent", "delivered", "opened_by_person", "clicked"]
    kpi = {"revenue": "purchase", "click": ""}.get(report.kpi, report.kpi)
    steps += [kpi] if kpi else []
    rungs = []
    for name in steps:
        found = [figure for arm in arms if (figure := arm.figure(name)) is not None]
        if not found:
            continue
        people = round(sum(f.value or 0 for f in found))
        tracked = name in ("opened_by_person", "clicked")
        size = sum(f.n or 0 for f in found) if tracked else _sent(arms)
        interval = share_interval(min(people, size), size) if size and name != "sent" else None
        rungs.append(
            Rung(
                name=metric_words(name),
                people=people,
                of=size,
                share=people / size if size else 0.0,
                low=interval.low if interval is not None else None,
                high=interval.high if interval is not None else None,
                note=_rung_note(name, arms, size),
                query=found[0].query,
            )
        )
    return tuple(rungs)


def _sent(arms: Sequence[ArmResult]) -> int:
    found = [figure for arm in arms if (figure := arm.figure("sent")) is not None]
    return round(sum(f.value or 0 for f in found))


def _rung_note(name: str, arms: Sequence[ArmResult], size: int) -> str:
    if name == "delivered":
        bounced = sum((f.value or 0) for arm in arms if (f := arm.figure("bounced")) is not None)
        return f"{bounced:,.0f} came back" if bounced else ""
    if name in ("opened_by_person", "clicked"):
        machines = ", opens by mail programs left out" if name == "opened_by_person" else ""
        return f"of {size:,} who got it and agreed to tracking{machines}"
    return "" if name == "sent" else "with or without a click, whoever was assigned"

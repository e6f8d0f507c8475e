"""Reports: the list of what was found, and one report whole."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from app import words
from domain.errors import WrongUsage
from domain.frozen import Frozen
from domain.report import Report
from ledger import listing, runs
from ledger.database import Transaction
from ledger.runs import Run
from workflows.report import ReportError, report
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


__all__ = [
    "ReportError",
    "ReportList",
    "ReportRow",
    "Unreported",
    "WrongUsage",
    "read_report",
    "report_list",
    "report_of",
]

"""The audit of the team's work: what agents do already, what they could, and the hours given back.

What was done is counted from the history; what it takes by hand only the team can say, and what
nobody said is unknown. By task and never by person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from app.views.reports import read_report
from app.work.answers import read_answers
from app.work.roadmap import Found, roadmap
from app.work.tasks import TASKS
from app.work.words import in_range
from app.workspace import Workspace
from domain.plan import HELD_BACK
from domain.predicate import Everyone
from domain.report import Report
from domain.work import Answers, ByHand, Range, Standing, Task, TaskWork, WorkAudit
from ledger import runs, work_done
from ledger.database import Transaction
from ledger.work_done import WorkDone
from tools.cdp.port import CdpError
from tools.store.names import require_one_currency
from tools.store.segments import Store
from tools.store.tables import Tables
from workflows import data_audit
from workflows.stack import Stack
from workflows.transactions import read

DAYS = 90
"""How far back the history is counted."""
MONTH = 365.25 / 12
NEARLY_ALL = 0.9
"""From this share on, a task counts as done by agents."""
MOST_RUNS = 200
"""The latest campaigns, whose reports are read."""
YEAR = 365
A_WEEK = timedelta(days=7)
"""Orders that begin within it still span the year."""
SENT = ("publishing", "done")


async def audit_work(workspace: Workspace, stack: Stack) -> WorkAudit:
    """Count the history, read the answers, and lay out the road.

    Raises CdpError store_damaged, Refused unreadable_answers.
    """
    answers = await asyncio.to_thread(read_answers, workspace)

    def look(tx: Transaction) -> tuple[datetime, WorkDone, list[str]]:
        done = work_done.count(tx, tx.now - timedelta(days=DAYS))
        sent = [run.id for run in runs.list_runs(tx, limit=MOST_RUNS) if run.status in SENT]
        return tx.now, done, sent

    now, done, sent = await read(stack.ledger, look)
    described = await stack.customers.describe()
    standing = await data_audit.standing(stack, Everyone())
    reports = [r for i in sent if (r := await read_report(stack.reports, i))]
    since = now - timedelta(days=DAYS)
    done = done.with_reports(sum(report.as_of >= since for report in reports))
    found = Found(
        customers=described.customers,
        orders=described.orders,
        events=described.events,
        data_days=(now.date() - described.last_day).days if described.last_day else None,
        score=standing.score.value if standing is not None else None,
        answered=1 - standing.count("no_consent") / standing.size
        if standing is not None and standing.size
        else None,
        campaigns=len(sent),
        simulated=stack.simulated,
        own_pieces=len(stack.brand.passages),
        unedited=done.unedited,
        approved=done.approved,
        with_held_back=tuple(_holds_back(report) for report in reports),
        effects_shown=sum(any(effect.shown for effect in r.effects[:1]) for r in reports),
        revenue=await asyncio.to_thread(_revenue, workspace, now),
    )
    tasks = tuple(_task(task, done, answers) for task in TASKS.values())
    known_hours = [task.hours for task in tasks if task.hours is not None]
    unknown = sum(task.hours is None and bool(task.done) for task in tasks)
    hours = _sum(known_hours)
    return WorkAudit(
        as_of=now,
        days=DAYS,
        headline=_headline(tasks, hours, unknown),
        tasks=tasks,
        hours=hours,
        unknown_tasks=unknown,
        unedited=(done.unedited, done.approved),
        answers=answers,
        roadmap=roadmap(found, answers),
    )


def _revenue(workspace: Workspace, now: datetime) -> Decimal | None:
    """Net, of the 365 days up to now; None where the orders do not reach back so far, or are in
    several currencies."""
    since = now - timedelta(days=YEAR)
    with Tables(Store(workspace.store_folder), now, workspace.timezone) as tables:
        try:
            require_one_currency(tables, workspace.currency)
        except CdpError as error:
            if error.code == "mixed_currencies":
                return None
            raise
        lines = tables.lines()
        latest = lines.filter(lines.ordered_at > tables.at(since))
        first = lines.aggregate(first=lines.ordered_at.min())
        asked, _ = tables.ask("revenue", latest.aggregate(net=latest.net.sum()).cross_join(first))
    row = asked[0]
    if row["net"] is None or row["first"] is None or row["first"] > since + A_WEEK:
        return None
    return Decimal(row["net"])


def _holds_back(report: Report) -> bool:
    return any(arm.arm == HELD_BACK and arm.assigned for arm in report.arms)


def _task(task: Task, done: WorkDone, answers: Answers) -> TaskWork:
    by_hand = answers.of(task.key)
    count = done.of(task.key) if task.standing == "here" else None
    decisions = dict(done.decisions).get(task.key, 0)
    share = _share(count, by_hand)
    hours, why = _hours(count, decisions, by_hand, answers.review_minutes)
    return TaskWork(
        task=task,
        standing=_standing(task, count, share),
        done=count,
        decisions=decisions,
        by_hand=by_hand,
        share=share,
        hours=hours,
        why_unknown=why,
    )


def _share(count: int | None, by_hand: ByHand | None) -> float | None:
    if count is None or by_hand is None:
        return None
    monthly = count / DAYS * MONTH
    return monthly / (monthly + by_hand.times) if monthly + by_hand.times else None


def _standing(task: Task, count: int | None, share: float | None) -> Standing:
    if task.standing != "here":
        return task.standing
    if not count:
        return "could_be"
    return "partly" if share is not None and share < NEARLY_ALL else "agentic"


def _hours(
    count: int | None, decisions: int, by_hand: ByHand | None, review: Range | None
) -> tuple[Range | None, str]:
    """Done x minutes by hand, less what looking and deciding took; never below nothing."""
    if count is None:
        return None, ""
    if by_hand is None:
        return None, "nobody has said what it takes by hand" if count else ""
    if decisions and review is None:
        return None, "nobody has said what looking at it takes"
    looked = review or Range(least=0, most=0)
    least = count * by_hand.minutes.least - decisions * looked.most
    most = count * by_hand.minutes.most - decisions * looked.least
    return Range(least=max(0.0, least) / 60, most=max(0.0, most) / 60), ""


def _sum(hours: Iterable[Range]) -> Range | None:
    found = list(hours)
    if not found:
        return None
    return Range(least=sum(h.least for h in found), most=sum(h.most for h in found))


def _headline(tasks: tuple[TaskWork, ...], hours: Range | None, unknown: int) -> str:
    predictable = [t for t in tasks if t.standing != "people"]
    agentic = sum(t.standing in ("agentic", "partly") for t in predictable)
    begun = f"Agents do {agentic} of {len(predictable)} predictable tasks"
    if hours is None or (unknown and not hours.most):
        return f"{begun}; what that gave back is unknown until somebody says what they take."
    said = f"{begun}, and gave back {in_range(hours)} hours in {DAYS} days"
    if not unknown:
        return f"{said}."
    tasks_more = "one more task" if unknown == 1 else f"{unknown} more tasks"
    return f"{said}; of {tasks_more} nobody has said what it takes by hand."

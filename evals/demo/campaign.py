"""One campaign of the demo, by the same functions as the command line's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from app.driving import drive
from app.stack import build_stack
from domain.brief import Brief
from domain.critique import Critique
from domain.draft import Draft
from domain.plan import HELD_BACK, Plan
from domain.report import Report
from evals.demo.setting import WATCHED_DAYS, DemoError, Setting, bring_in
from evals.market.answer import Answer, answer
from evals.market.received import read_mails
from evals.market.truth import chances
from ledger import approvals, clock, publications, runs, sends, subjects
from ledger.approvals import Approval, Gate
from workflows import campaign as graph
from workflows import jobs as work


def start(setting: Setting, goal: str) -> str:
    """``mainspring campaign new GOAL``, without working on it yet. Returns the campaign's id."""
    with setting.workspace.ledger.write() as tx:
        return runs.start(tx, goal, setting.owner.id).id


def work_on(setting: Setting, run_id: str, said: Callable[[str], None]) -> None:
    """Work on a campaign until it waits for a person."""
    asyncio.run(drive(setting.workspace, run_id, said))


def waiting(setting: Setting, run_id: str, gate: Gate) -> Approval:
    """What waits at a gate. Raises DemoError did_not_go_on where nothing does."""
    with setting.workspace.ledger.read() as tx:
        run = runs.get(tx, run_id)
        found = [a for a in approvals.for_run(tx, run_id) if a.status == "pending"]
    for approval in found:
        if approval.gate == gate:
            return approval
    raise DemoError(
        "did_not_go_on",
        f"The campaign did not come to the approval of the {gate}: {run.status} {run.detail}",
        thing=run_id,
        next_step="`mainspring campaign show` in the demo's folder says where it stands.",
    )


def approve(setting: Setting, approval: Approval) -> None:
    """The demo approver says yes to exactly this."""
    with setting.workspace.ledger.write() as tx:
        approvals.decide(tx, approval.id, setting.approver, "approve", approval.content_hash)


def made(setting: Setting, run_id: str) -> tuple[Brief, Draft, Critique, Plan]:
    """What stands for approval at the second gate."""
    state = asyncio.run(graph.view(build_stack(setting.workspace), run_id))
    return (
        Brief.model_validate(state["brief"]),
        Draft.model_validate(state["draft"]),
        Critique.model_validate(state["critique"]),
        Plan.model_validate(state["plan"]),
    )


def now(setting: Setting) -> datetime:
    with setting.workspace.ledger.read() as tx:
        return tx.now


def send_everything(setting: Setting) -> None:
    """Let time pass from one due mail to the next, in every recipient's zone, until all went."""
    asyncio.run(_send_everything(setting))


async def _send_everything(setting: Setting) -> None:
    stack = build_stack(setting.workspace)
    while True:
        # A round of sending ends after some seconds; on a slow machine it takes several.
        if await work.work_once(stack):
            continue
        with setting.workspace.ledger.write() as tx:
            due = sends.next_due(tx)
            if due is None:
                return
            if due <= tx.now:
                raise DemoError(
                    "did_not_go_on",
                    "Mails are due and do not go out.",
                    next_step="`mainspring sending status` in the demo's folder says why.",
                )
            clock.advance(tx, due)


def do_what_is_due(setting: Setting) -> None:
    """What the worker does: here, collect the results and write the report."""
    asyncio.run(work.work_once(build_stack(setting.workspace)))


def last_mail(setting: Setting, run_id: str) -> datetime | None:
    """When the last mail of a campaign went out or will; None before it is scheduled."""
    with setting.workspace.ledger.read() as tx:
        rows = publications.assignments(tx, run_id)
    sent = [row.sent_at for row in rows if row.sent_at is not None]
    return max(sent, default=None)


def market_answers(setting: Setting, run_id: str, *, since: datetime, number: int) -> Answer:
    """Let the days go by, and bring in the files that the market's answer comes as."""
    last = last_mail(setting, run_id)
    if last is None:
        raise DemoError("did_not_go_on", "No mail went out.", thing=run_id)
    end = last + timedelta(days=WATCHED_DAYS)
    mails = [mail for mail in read_mails(setting.inbox.received()) if mail.campaign_id == run_id]
    found = answer(
        setting.market,
        mails,
        start=since,
        end=end,
        number=number,
        folder=setting.workspace.folder / "exports",
        products=setting.products,
    )
    with setting.workspace.ledger.write() as tx:
        clock.advance(tx, end)
    bring_in(setting, "orders", found.orders)
    bring_in(setting, "events", found.events)
    return found


def true_effect(
    setting: Setting, run_id: str, found: Answer, kpi: str, start: datetime, end: datetime
) -> float | None:
    """What the market knows and nobody else: the true average effect on those who were to get
    the mail, whether or not it went out to all of them."""
    with setting.workspace.ledger.read() as tx:
        rows = publications.assignments(tx, run_id)
        ids = subjects.customer_ids(tx, [row.pseudonym for row in rows])
    places = setting.market.identities.positions()
    treated = [row for row in rows if row.arm != HELD_BACK]
    mailed = [places[ids[row.pseudonym]] for row in treated if row.sent_at is not None]
    if not mailed:
        return None
    true = chances(
        setting.market.people,
        np.array(mailed, dtype=np.int64),
        found.asked.get(run_id, "shop"),
        start=start,
        end=end,
    )
    return true.effect(kpi) * len(mailed) / len(treated) if kpi in true.untouched else None


def report_of(setting: Setting, run_id: str) -> tuple[Report, Path]:
    """The report that the worker wrote, and its folder. Raises DemoError where there is none."""
    folder = setting.workspace.reports_folder / run_id
    if not (folder / "report.json").is_file():
        raise DemoError("did_not_go_on", "No report was written.", thing=run_id)
    return Report.model_validate_json((folder / "report.json").read_text("utf-8")), folder

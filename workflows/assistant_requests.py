"""What the assistant asks for on a person's behalf. Each is one transaction, needs that person's
right to write, and ends at an approval or at a note beside one: nothing here decides or sends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from agents.conversing.port import ToolError
from ledger import approvals, comments, jobs, people, publications, runs, threads
from ledger.approvals import Approval
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person
from workflows.moving import Move, MoveRefused, as_edit, preview
from workflows.stack import Stack
from workflows.transactions import read

Result = Mapping[str, Any]


def start(tx: Transaction, thread_id: str, person: Person, goal: str, key: str) -> Result:
    """Begin a campaign and remember it in the conversation. The worker drives it."""
    known = people.require_now(tx, person, "write")
    run = runs.start(tx, goal, known.id, schedule_key=f"chat:{key}")
    threads.link_campaign(tx, thread_id, run.id)
    return {"campaign_id": run.id, "goal": goal}


def ask_for_report(tx: Transaction, person: Person, campaign_id: str, key: str) -> Result:
    """Have a report written now. Raises ToolError no_report where nothing went out."""
    people.require_now(tx, person, "write")
    run = runs.get(tx, campaign_id)
    rows = publications.list_publications(tx, campaign_id)
    if not any(publications.counts(tx, row.id).get("sent") for row in rows):
        raise ToolError(
            "no_report",
            f"Nothing of “{run.goal}” went out yet, so there is nothing to report.",
            thing=run.id,
            next_step="Once it is approved and sent, its report comes by itself.",
        )
    jobs.put(tx, f"report:{key}", "report", {"run_id": run.id})
    return {"campaign_id": run.id, "goal": run.goal}


def suggest(
    tx: Transaction, person: Person, campaign_id: str, wish: str, edit: dict[str, str] | None
) -> Result:
    """Put a wish beside what waits of a campaign; with ``edit``, in a form that a person can take
    over: fields of the brief, or of every variant of the draft."""
    approval = _waiting(tx, campaign_id)
    suggestion: dict[str, Any] | None = dict(edit) if edit else None
    if edit and approval.gate == "publish":
        ids = [str(one["id"]) for one in approval.content.get("variants", ())]
        suggestion = {"variants": {variant: dict(edit) for variant in ids}}
    comment = comments.add(
        tx,
        approval.run_id,
        person,
        wish,
        approval_id=approval.id,
        by="assistant",
        suggestion=suggestion,
    )
    return _noted(tx, comment.id, approval, wish)


async def date_asked(stack: Stack, campaign_id: str, starts: datetime) -> Move:
    """What it would mean to begin then. Raises ToolError bad_arguments where it cannot be,
    nothing_waits where nothing of the campaign can be moved."""
    run = await read(stack.ledger, lambda tx: runs.get(tx, campaign_id))
    try:
        asked = await preview(stack, run.id, starts)
    except (MoveRefused, LedgerError) as error:
        raise ToolError(
            "nothing_waits",
            f"Nothing of “{run.goal}” can be moved: it is {run.status}.",
            thing=run.id,
            next_step="Times are chosen once its brief, or what would go out, waits for a yes.",
        ) from error
    if asked.refused:
        quiet = stack.rules.quiet_hours
        raise ToolError(
            "bad_arguments",
            asked.refused,
            thing=starts.isoformat(),
            next_step=f"Name another time, outside {quiet.start}:00 to {quiet.end}:00.",
        )
    return asked


def propose_date(
    tx: Transaction, stack: Stack, person: Person, campaign_id: str, asked: Move
) -> Result:
    """Put another time beside what waits, or beside a scheduled send, for a person to take."""
    local = asked.start.astimezone(ZoneInfo(stack.timezone))
    said = f"{local:%Y-%m-%d %H:%M}"
    scheduled = asked.what == "scheduled_send"
    approval = None if scheduled else _waiting(tx, campaign_id)
    suggestion = {"send_at": local.isoformat()} if approval is None else as_edit(
        stack, approval, asked
    )  # fmt: skip
    comment = comments.add(
        tx,
        asked.run_id,
        person,
        f"Send it on {said} instead.",
        approval_id=None if approval is None else approval.id,
        by="assistant",
        suggestion=suggestion,
    )
    return {
        "comment_id": comment.id,
        "campaign_id": asked.run_id,
        "approval_id": "" if approval is None else approval.id,
        "goal": asked.goal,
        "wish": said,
        "starts": asked.start.isoformat(),
        "keeps_approval": asked.keeps_approval if scheduled else None,
        "why": asked.why,
        "left_out": asked.over_cap,
        "quiet": asked.quiet,
        "free": None if asked.free is None else asked.free.isoformat(),
    }


def _waiting(tx: Transaction, campaign_id: str) -> Approval:
    run = runs.get(tx, campaign_id)
    found = [a for a in approvals.for_run(tx, run.id) if a.status == "pending"]
    if not found:
        raise ToolError(
            "nothing_waits",
            f"Nothing of “{run.goal}” waits for approval: it is {run.status}.",
            thing=run.id,
            next_step="What is approved already is changed on the campaign's own page.",
        )
    return found[-1]


def _noted(tx: Transaction, comment_id: str, approval: Approval, wish: str) -> dict[str, Any]:
    return {
        "comment_id": comment_id,
        "campaign_id": approval.run_id,
        "approval_id": approval.id,
        "goal": runs.get(tx, approval.run_id).goal,
        "wish": wish,
    }

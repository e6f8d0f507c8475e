"""``mainspring publish``: send what was approved, once or as a worker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from app import words
from app.cards import left_out
from app.commands.campaign import PERSON_NEEDED, move_clock
from app.commands.options import AsOfOption, WorkspaceOption
from app.output import JsonOption, Out
from app.references import short
from app.scheduled import scheduled_sends
from app.stack import build_stack
from app.workspace import Workspace, open_workspace
from domain.errors import WrongUsage
from ledger import approvals, people, sending, sends
from ledger.origin import coming_from

if TYPE_CHECKING:
    from workflows.progress import Progress
    from workflows.publish import PublishCounts

app = typer.Typer(rich_markup_mode=None)

FAILED, REFUSED = 1, 4


@app.command()
def publish(
    once: Annotated[bool, typer.Option("--once", help="Do all that is due now, and end.")] = False,
    worker: Annotated[
        bool,
        typer.Option(
            "--worker", help="Go on until stopped, and serve the public unsubscribe endpoint."
        ),
    ] = False,
    as_of: AsOfOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send what was approved and is due; go on with campaigns and schedules too.

    Ends with 4 where mails may not leave, 1 where the mail server cannot be reached, and 3
    where a person is needed: sending is paused, or we cannot tell whether some messages went out.
    """
    if once == worker:
        raise WrongUsage(
            "once_or_worker",
            "Say one of --once and --worker.",
            next_step="mainspring publish --once",
        )
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        people.require(opened.person(tx), "publish")
        opened.high_water.check(tx)
        paused = sending.status(tx)
    if worker and paused.paused:
        out.warn(f"Sending is paused. {paused.reason}".rstrip())
    if as_of:
        move_clock(opened, as_of)

    def heard(step: Progress) -> None:
        if step.at == "finished":
            out.step(f"  …{short(step.run_id)} {step.text}")

    from app.worker import work_and_serve, work_until_idle
    from workflows.jobs import Worker

    at_work = Worker(listen=heard)
    if worker:
        settings = opened.settings.sending
        out.step("Working; stop with Ctrl-C.")
        with coming_from(""):
            asyncio.run(
                work_and_serve(
                    opened, at_work, settings.listen_host, settings.listen_port, out.step
                )
            )
        out.step("Stopped; everything under way was ended or given back.")
        return
    from app.intake.writer import write_complete

    while write_complete(opened):
        pass
    with coming_from(""):
        done = asyncio.run(work_until_idle(build_stack(opened), at_work))
    _show(opened, out, done, at_work.trouble)


def _show(opened: Workspace, out: Out, done: int, trouble: PublishCounts | None) -> None:
    with opened.ledger.read() as tx:
        rows = scheduled_sends(tx)
        paused = sending.status(tx)
        parked = len(sends.review_list(tx))
        waiting = approvals.pending(tx)
        next_due, now, simulated = sends.next_due(tx), tx.now, tx.simulated
    for row in rows:
        out.say(f"…{short(row.campaign_id)}  {row.said()}")
        for line in left_out(row.left_out.items()):
            out.say(f"  {line}")
    if not rows:
        out.say("Nothing is scheduled.")
    if next_due is not None and next_due > now:
        out.say(f"The next message is due {words.moment(next_due, opened.timezone)}.")
        if simulated:
            local = next_due.astimezone(ZoneInfo(opened.timezone)).replace(tzinfo=None)
            out.say(f"Go there with: mainspring publish --once --as-of {local.isoformat()}")
    for one in waiting:
        out.say(f"Waits for your yes: mainspring approvals show {short(one.id)}")
    if paused.paused:
        out.warn(f"Sending is paused. {paused.reason}".rstrip())
    if parked:
        out.warn(f"We cannot tell whether {parked:,} went out: mainspring review list")
    refused = trouble.refused if trouble is not None else ""
    unreachable = trouble.unreachable if trouble is not None else ""
    if refused or unreachable:
        out.warn(f"Nothing goes out: {refused or unreachable}")
    elif trouble is not None:
        out.warn(f"{trouble.later:,} were not taken for now: {trouble.put_off}")
    out.answer(
        "publish.v1",
        {
            "jobs_done": done,
            "scheduled_sends": rows,
            "pause": paused,
            "review": parked,
            "next_due": next_due,
            "refused": refused,
            "unreachable": unreachable,
        },
    )
    if refused:
        raise typer.Exit(REFUSED)
    if unreachable:
        raise typer.Exit(FAILED)
    if paused.paused or parked:
        raise typer.Exit(PERSON_NEEDED)

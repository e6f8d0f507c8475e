"""``mainspring publish``: send what was approved, once or as a worker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from app.cards import left_out
from app.commands.campaign import PERSON_NEEDED, move_clock
from app.commands.options import AsOfOption, WorkspaceOption
from app.output import JsonOption, Out
from app.references import short
from app.scheduled import scheduled_sends
from app.workspace import Workspace, open_workspace
from domain.errors import WrongUsage
from ledger import approvals, people, sending, sends

if TYPE_CHECKING:
    from workflows.progress import Progress

app = typer.Typer(rich_markup_mode=None)


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

    Ends with 3 where a person is needed: sending is paused, or we cannot tell whether some
    messages went out.
    """
    if once == worker:
        raise WrongUsage(
            "once_or_worker",
            "Say one of --once and --worker.",
            next_step="mainspring publish --once",
        )
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        people.require(opened.person(tx), "publish")
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
        asyncio.run(
            work_and_serve(
                opened.stack(), at_work, settings.listen_host, settings.listen_port, out.step
            )
        )
        out.step("Stopped; everything under way was ended or given back.")
        return
    done = asyncio.run(work_until_idle(opened.stack(), at_work))
    _show(opened, out, done)


def _show(opened: Workspace, out: Out, done: int) -> None:
    with opened.ledger.read() as tx:
        rows = scheduled_sends(tx)
        paused = sending.status(tx)
        parked = len(sends.review_list(tx))
        waiting = approvals.pending(tx)
    for row in rows:
        out.say(f"…{short(row.campaign_id)}  {row.said()}")
        for line in left_out(row.left_out.items()):
            out.say(f"  {line}")
    if not rows:
        out.say("Nothing is scheduled.")
    for one in waiting:
        out.say(f"Waits for your yes: mainspring approvals show {short(one.id)}")
    if paused.paused:
        out.warn(f"Sending is paused. {paused.reason}".rstrip())
    if parked:
        out.warn(f"We cannot tell whether {parked:,} went out: mainspring review list")
    out.answer(
        "publish.v1",
        {"jobs_done": done, "scheduled_sends": rows, "pause": paused, "review": parked},
    )
    if paused.paused or parked:
        raise typer.Exit(PERSON_NEEDED)

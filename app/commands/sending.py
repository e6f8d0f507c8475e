"""``mainspring sending``: pause everything, go on, or see how it stands."""

from __future__ import annotations

from typing import Annotated

import typer

from app import words
from app.commands.campaign import pick_run
from app.commands.options import WorkspaceOption, read_moment
from app.output import JsonOption, Out
from app.references import pick, short
from app.scheduled import scheduled_sends
from app.workspace import Workspace, open_workspace
from domain.errors import PersonNeeded, WrongUsage
from ledger import first_wave, publications, sending
from ledger.database import Transaction

app = typer.Typer(
    help="Pause all sending, resume it, or see how it stands.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


CampaignOption = Annotated[
    str, typer.Option("--campaign", help="Of this campaign alone: its id, or its last characters.")
]
ScheduledSendArgument = Annotated[str, typer.Argument(help="Its id, or its last characters.")]


@app.command()
def pause(
    reason: Annotated[str, typer.Option(help="Why; it stands in the history.")] = "",
    campaign: CampaignOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pause all: nothing more goes out, in any campaign, until you resume."""
    out, opened = Out(as_json), open_workspace(workspace)
    if campaign:
        _hold_one(opened, campaign, out, paused=True)
        return
    with opened.ledger.write() as tx:
        person = opened.person(tx)
        sending.pause(tx, person, reason)
    out.say(f"Paused. {person.name} can go on with `mainspring sending resume`.")
    out.answer("sending.status.v1", {"pause": {"paused": True, "reason": reason}})


@app.command()
def resume(
    campaign: CampaignOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on after a pause. What came too late meanwhile is missed, not sent."""
    out, opened = Out(as_json), open_workspace(workspace)
    if campaign:
        _hold_one(opened, campaign, out, paused=False)
        return
    with opened.ledger.write() as tx:
        person = opened.person(tx)
        told = sending.status(tx)
        opened.high_water.check(tx)
        now = sending.status(tx)
    if now.cause == "restored" and told.cause != "restored":
        raise PersonNeeded(
            "restored",
            now.reason,
            thing=str(opened.folder),
            next_step="Find out what went out and who unsubscribed since; then run "
            "`mainspring sending resume` again.",
        )
    with opened.ledger.write() as tx:
        sending.resume(tx, person)
    with opened.ledger.write() as tx:
        opened.high_water.check(tx)  # what was accepted is marked now, and not at some later round
        now = sending.status(tx)
    if now.paused:
        raise PersonNeeded(
            "paused_again",
            now.reason,
            thing=str(opened.secrets_folder),
            next_step="Mend that, then run `mainspring sending resume` again.",
        )
    out.say("Sending goes on with the next `mainspring publish`.")
    out.answer("sending.status.v1", {"pause": {"paused": False, "reason": ""}})


@app.command()
def release(
    scheduled_send: ScheduledSendArgument,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let the rest of a large send go, which is held after its first part."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        picked = _pick(tx, scheduled_send)
        rest = first_wave.release(tx, picked, opened.person(tx))
    out.say(f"The rest, {rest:,} mails, goes out with the worker's next round.")
    out.answer("sending.released.v1", {"id": picked, "mails": rest})


@app.command()
def end(
    scheduled_send: ScheduledSendArgument,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send nothing more of a large send, which is held after its first part."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        picked = _pick(tx, scheduled_send)
        rest = first_wave.end(tx, picked, opened.person(tx))
    out.say(f"Ended: {rest:,} mails stay here.")
    out.answer("sending.ended.v1", {"id": picked, "mails": rest})


@app.command()
def move(
    scheduled_send: ScheduledSendArgument,
    start: Annotated[str, typer.Argument(help="When it shall begin: 2026-11-26T10:00.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a scheduled send begin at another time. Outside the approved window it is asked again."""
    out, opened = Out(as_json), open_workspace(workspace)
    at = read_moment(start, opened.timezone)
    with opened.ledger.write() as tx:
        picked = _pick(tx, scheduled_send)
        moved = publications.move(tx, picked, opened.person(tx), at)
    if moved.state == "scheduled":
        out.say(f"It begins {words.moment(at, opened.timezone)}; the approval holds.")
    else:
        out.say(f"No longer approved, because {moved.stop_reason}. It is asked again.")
    out.answer("sending.moved.v1", moved.model_dump(exclude={"content"}))


@app.command()
def status(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Say whether sending is paused, and what is scheduled."""
    out, opened = Out(as_json), open_workspace(workspace)
    if opened.high_water.why_not(opened.ledger):
        with opened.ledger.write() as tx:
            opened.high_water.check(tx)  # from here on it is paused, and a resume can accept it
    with opened.ledger.read() as tx:
        pause_now = sending.status(tx)
        rows = scheduled_sends(tx)
    paused = pause_now.paused
    why_paused = f" {pause_now.reason}" if pause_now.reason else ""
    out.say(f"Sending is paused.{why_paused}" if paused else "Sending is not paused.")
    if paused:
        out.say("Go on with: mainspring sending resume")
    for row in rows:
        out.say(f"  {short(row.id)}  {row.said()}")
        if first := row.said_of_first_part(opened.timezone):
            out.say(f"            {first}")
    if not rows:
        out.say("Nothing is scheduled. It fills when you approve a scheduled send.")
    out.answer("sending.status.v1", {"pause": pause_now, "scheduled_sends": rows})


def _pick(tx: Transaction, given: str) -> str:
    known = [one.id for one in publications.list_publications(tx)]
    return pick(given, known, "scheduled send", where="mainspring sending status")


def _hold_one(opened: Workspace, campaign: str, out: Out, *, paused: bool) -> None:
    """Pause what a campaign has scheduled, or let it go on; all others are left alone."""
    run = pick_run(opened, campaign)
    with opened.ledger.write() as tx:
        person = opened.person(tx)
        held = publications.list_publications(tx, run.id, "scheduled")
        if not held:
            raise WrongUsage(
                "nothing_scheduled",
                "Nothing of this campaign is scheduled.",
                thing=run.id,
                next_step="`mainspring sending status` shows what can be paused.",
            )
        for one in held:
            change = publications.pause_one if paused else publications.resume_one
            change(tx, one.id, person)
    word = "Paused" if paused else "Goes on"
    out.say(f"{word}: {words.one_line(run.goal, 60)}")
    out.answer("sending.held.v1", {"campaign": run.id, "paused": paused})

"""``mainspring campaign``: start one from a goal, follow it, end it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from app import words
from app.cards import left_out
from app.commands.options import AsOfOption, WorkspaceOption, read_moment
from app.output import JsonOption, Out
from app.references import pick, short
from app.scheduled import scheduled_sends
from app.workspace import Workspace, open_workspace
from domain.errors import Refused, WrongUsage
from ledger import approvals, clock, people, runs
from ledger.runs import Run

app = typer.Typer(
    help="Start a campaign from a goal in one sentence, and follow it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

CampaignArgument = Annotated[str, typer.Argument(help="The campaign's id, or its last characters.")]

WHERE = "mainspring campaign list"
PERSON_NEEDED = 3


@app.command()
def new(
    goal: Annotated[str, typer.Argument(help="What it is to reach, in a sentence or two.")],
    as_of: AsOfOption = "",
    advance: Annotated[
        bool, typer.Option(help="Work on at once, up to the first question for a person.")
    ] = True,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a campaign. Ends with 3 when it waits for a person."""
    if not goal.strip():
        raise WrongUsage(
            "empty_goal", "The goal is empty.", next_step="Say what the campaign is to reach."
        )
    out, opened = Out(as_json), open_workspace(workspace)
    at = move_clock(opened, as_of) if as_of else None
    with opened.ledger.write() as tx:
        person = opened.person(tx)
        people.require(person, "write")
        run = runs.start(tx, goal.strip(), person.id, as_of=at)
    out.say(f"Campaign {run.id}")
    if advance:
        from app.driving import drive_shown

        drive_shown(opened, run.id, out)
    show_run(opened, run.id, out, schema="campaign.v1", driven=advance)


def move_clock(opened: Workspace, as_of: str) -> datetime:
    """Put a simulated clock at a day or moment. Raises Refused not_simulated, LedgerError."""
    at = read_moment(as_of, opened.timezone)
    with opened.ledger.write() as tx:
        people.require(opened.person(tx), "write")
        if not clock.is_simulated(tx):
            raise Refused(
                "not_simulated",
                "--as-of works in simulated workspaces only: in a real one, mails would go out "
                "at times that never were.",
                thing=as_of,
                next_step="Make one for trials: mainspring init FOLDER --simulated --at DAY …",
            )
        # A day is reached at any of its hours; a moment only when it comes.
        a_day = len(as_of) == len("2010-12-10")
        if not a_day or tx.now.astimezone(at.tzinfo).date() != at.date():
            clock.advance(tx, at)
    return at


@app.command("list")
def list_campaigns(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List campaigns, the newest first."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        found = runs.list_runs(tx)
    for run in found:
        out.say(
            f"{short(run.id)}  {words.moment(run.created_at, opened.timezone)}  "
            f"{words.RUN_STATES[run.status]:<18} {words.one_line(run.goal, 50)}"
        )
    if not found:
        out.say('No campaigns yet. Start one: mainspring campaign new "…"')
    out.answer("campaign.list.v1", found)


@app.command()
def show(
    campaign: CampaignArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Show where a campaign stands, and what was decided in it."""
    out, opened = Out(as_json), open_workspace(workspace)
    show_run(opened, pick_run(opened, campaign).id, out, schema="campaign.v1", ask=False)


@app.command()
def cancel(
    campaign: CampaignArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """End a campaign: what has not gone out stays here, and its approvals no longer hold."""
    out, opened = Out(as_json), open_workspace(workspace)
    picked = pick_run(opened, campaign)
    with opened.ledger.write() as tx:
        run = runs.cancel(tx, picked.id, opened.person(tx))
    out.say(f"Campaign {short(run.id)} is {words.RUN_STATES[run.status]}.")
    out.answer("campaign.v1", {"run": run})


@app.command()
def retry(
    campaign: CampaignArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Go on with a campaign that stopped for a reason which is mended now."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.driving import drive_shown
    from workflows.decisions import try_again

    picked = pick_run(opened, campaign)
    with opened.ledger.write() as tx:
        try_again(tx, picked.id, opened.person(tx))
    drive_shown(opened, picked.id, out)
    show_run(opened, picked.id, out, schema="campaign.v1")


def pick_run(opened: Workspace, given: str) -> Run:
    """The campaign that an id, or its end, means."""
    with opened.ledger.read() as tx:
        found = {run.id: run for run in runs.list_runs(tx, limit=10_000)}
    return found[pick(given, found, "campaign", where=WHERE)]


def show_run(
    opened: Workspace, run_id: str, out: Out, *, schema: str, ask: bool = True, driven: bool = True
) -> None:
    """Say where a run stands.

    With ``ask`` it ends with 3 where a person is needed, and with 1 where the run failed, or
    where it was ``driven`` and something stopped it on its way.
    """
    with opened.ledger.read() as tx:
        run = runs.get(tx, run_id)
        asked = approvals.for_run(tx, run_id)
        sent = scheduled_sends(tx, run_id)
    if not ask:
        out.say(f"Campaign {run.id}", f"  goal      {run.goal}")
        for one in asked:
            decided = words.APPROVAL_STATES[one.status]
            why = f": {one.reason}" if one.reason else ""
            out.say(f"  approval  {words.GATES[one.gate]}, {decided}{why} (…{short(one.id)})")
        for one_send in sent:
            out.say(f"  sending   {one_send.said()} (…{short(one_send.id)})")
            for line in left_out(one_send.left_out.items()):
                out.say(f"            {line}")
            if first := one_send.said_of_first_part(opened.timezone):
                out.say(f"            {first}")
    detail = f": {run.detail}" if run.detail else ""
    out.say(f"  now       {words.RUN_STATES[run.status]}{detail}")
    waiting = next((one for one in asked if one.status == "pending"), None)
    if waiting is not None:
        out.say(
            f"{words.GATES[waiting.gate].capitalize()} waits for your yes: "
            f"mainspring approvals show {short(waiting.id)}"
        )
    stopped = driven and run.status == "running"
    if ask and stopped:
        out.warn(
            "Something stopped it on its way. The worker tries it again, or you do, in a "
            "few seconds: mainspring publish --once"
        )
    out.answer(
        schema,
        {
            "run": run,
            "approvals": [one.model_dump(exclude={"content"}) for one in asked],
            "scheduled_sends": sent,
        },
    )
    if ask and (waiting is not None or run.status == "waiting"):
        raise typer.Exit(PERSON_NEEDED)
    if ask and (stopped or run.status == "failed"):
        raise typer.Exit(1)

"""``mainspring schedule``: campaigns that start themselves and wait for your yes."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.references import pick
from app.workspace import open_workspace
from domain.errors import WrongUsage
from ledger import schedules

app = typer.Typer(
    help="Start campaigns again and again by a cron line; each waits for your yes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def add(
    cron: Annotated[str, typer.Argument(help="Five fields: minute hour day month weekday.")],
    goal: Annotated[str, typer.Argument(help="What the campaign is to reach, in a sentence.")],
    zone: Annotated[
        str, typer.Option(help="Time zone of the cron line. [default: the workspace's]")
    ] = "",
    catch_up: Annotated[
        schedules.CatchUp,
        typer.Option(help="What was missed: skip it, start the latest, or all."),
    ] = "latest",
    max_lateness: Annotated[
        float, typer.Option(help="Hours after which a start counts as missed.", min=0.0)
    ] = 12,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a schedule. The worker (`mainspring publish --worker`) starts its campaigns."""
    if not goal.strip():
        raise WrongUsage(
            "empty_goal", "The goal is empty.", next_step="Say what the campaigns are to reach."
        )
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        made = schedules.add(
            tx,
            cron,
            zone or opened.timezone,
            goal,
            opened.person(tx),
            catch_up,
            timedelta(hours=max_lateness),
        )
    out.say(f"Added {made.id}: {made.cron} in {made.zone}.", "Its campaigns wait for your yes.")
    out.answer("schedule.v1", made)


@app.command("list")
def list_schedules(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the schedules."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        found = schedules.list_schedules(tx)
    for one in found:
        out.say(f"{one.id}  {one.cron}  {one.zone}  missed: {one.catch_up}", f"  {one.goal}")
    if not found:
        out.say('No schedules. Add one: mainspring schedule add "0 9 1 * *" "…"')
    out.answer("schedule.list.v1", found)


@app.command()
def remove(
    schedule: Annotated[str, typer.Argument(help="The schedule's id, or its end.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove a schedule. Campaigns that it started go on."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        known = [one.id for one in schedules.list_schedules(tx)]
        picked = pick(schedule, known, "schedule", where="mainspring schedule list")
        schedules.remove(tx, picked, opened.person(tx))
    out.say(f"Removed {picked}.")
    out.answer("schedule.removed.v1", {"id": picked})

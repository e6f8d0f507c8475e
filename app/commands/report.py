"""``mainspring report``: what a campaign changed, with how sure that is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.commands.campaign import CampaignArgument, move_clock, pick_run
from app.commands.options import AsOfOption, WorkspaceOption
from app.output import JsonOption, Out
from app.stack import build_stack
from app.workspace import Workspace, open_workspace
from domain.report import Report

app = typer.Typer(
    help="Read or export what a campaign changed.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def show(
    campaign: CampaignArgument,
    queries: Annotated[
        bool, typer.Option("--queries", help="Show the query behind each number, too.")
    ] = False,
    as_of: AsOfOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count again and show the report."""
    out, opened = Out(as_json), open_workspace(workspace)
    made = _counted(opened, campaign, as_of, out)
    from app.report_view import report_text

    out.say(report_text(made, opened.timezone, queries=queries))
    out.answer("report.v1", made)


@app.command()
def export(
    campaign: CampaignArgument,
    to: Annotated[
        Path | None,
        typer.Option(help="Folder for the files. [default: the workspace's reports folder]"),
    ] = None,
    as_of: AsOfOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the report as Markdown, HTML, CSV and JSON."""
    out, opened = Out(as_json), open_workspace(workspace)
    made = _counted(opened, campaign, as_of, out)
    from app.report_view import write_files

    written = write_files(made, to or opened.reports_folder / made.campaign_id)
    for path in written:
        out.say(f"Wrote {path}")
    out.answer("report.exported.v1", {"title": made.title, "files": written})


def _counted(opened: Workspace, campaign: str, as_of: str, out: Out) -> Report:
    run = pick_run(opened, campaign)
    from workflows.report import report

    if as_of:
        move_clock(opened, as_of)
    with out.working("Counting"):
        return asyncio.run(report(build_stack(opened), run.id))

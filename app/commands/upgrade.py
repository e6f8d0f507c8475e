"""``mainspring upgrade``: bring a workspace's history to this version of the program."""

from __future__ import annotations

import typer

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.workspace import ledger_url, open_workspace
from ledger import database

app = typer.Typer(rich_markup_mode=None)


@app.command()
def upgrade(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Bring the workspace's history to this version. Back the folder up first."""
    out, opened = Out(as_json), open_workspace(workspace)
    with out.working("Upgrading the history"):
        changed = database.upgrade(ledger_url(opened.folder))
        if changed:
            with opened.ledger.write() as tx:
                opened.high_water.begin_unsent(tx)
    out.say("The workspace is at this version.")
    out.answer("upgrade.v1", {"folder": opened.folder})

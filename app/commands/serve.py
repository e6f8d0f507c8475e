"""``mainspring serve``: the desk, the API and the worker, in one process."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from app.commands.options import WorkspaceOption
from app.output import Out
from app.workspace import Workspace, open_workspace
from ledger import accounts, people
from ledger.origin import coming_from

app = typer.Typer(rich_markup_mode=None)


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="Where the desk listens. [default: this machine alone]")
    ] = "",
    port: Annotated[int, typer.Option(help="Its port. [default: 8780]")] = 0,
    worker: Annotated[
        bool, typer.Option(help="Send and do what is due, in the same process.")
    ] = True,
    workspace: WorkspaceOption = None,
) -> None:
    """Open the desk in your browser; ends what is under way on Ctrl-C or SIGTERM."""
    out, opened = Out(as_json=False), open_workspace(workspace)
    from app.serving import run

    link = welcome_link(opened)
    with coming_from(""):
        asyncio.run(run(opened, host=host, port=port, with_worker=worker, link=link, said=out.say))
    out.say("Stopped; everything under way was ended or given back.")


def welcome_link(opened: Workspace) -> str:
    """The path of a one-time link for the first owner; empty where an owner has a password."""
    with opened.ledger.write() as tx:
        owners = [one for one in people.list_people(tx) if one.role == "owner"]
        if any(accounts.has_password(tx, owner.id) for owner in owners):
            return ""
        first = min(owners, key=lambda owner: owner.id)
        return f"/welcome/{accounts.issue_link(tx, first.id)}"

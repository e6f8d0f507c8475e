"""``mainspring people``: who may write, approve and send."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.references import pick
from app.workspace import open_workspace
from ledger import people

app = typer.Typer(
    help="Add or remove those who may write, approve and send.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_people(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List everybody with their role."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        found = people.list_people(tx)
    for person in found:
        out.say(f"{person.id}  {person.role:<9} {person.name} <{person.email}>")
    out.answer("people.list.v1", found)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The person's name.")],
    email: Annotated[str, typer.Argument(help="The person's address.")],
    role: Annotated[
        Literal["owner", "approver", "author", "viewer"],
        typer.Option(
            help="owner: everything; approver: decides; author: starts campaigns; viewer: reads."
        ),
    ] = "author",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a person and print their token, once. They set it as MAINSPRING_TOKEN."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        people.require(opened.person(tx), "administer")
        person = people.add(tx, name, email, role)
        token = people.issue_token(tx, person.id)
    out.say(f"Added {person.name} as {person.role}.")
    out.say(f"Their token, shown this once: {token}")
    out.say("They run commands with MAINSPRING_TOKEN set to it.")
    out.answer("people.added.v1", {**person.model_dump(), "token": token})


@app.command()
def remove(
    person: Annotated[str, typer.Argument(help="The person's id, its end, or their address.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a person's rights and tokens away. What they decided stays in the history."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        known = {one.id: one for one in people.list_people(tx)}
        by_address = next((k for k, v in known.items() if v.email == person.lower()), person)
        picked = pick(by_address, known, "person", where="mainspring people list")
        people.deactivate(tx, picked, opened.person(tx))
    out.say(f"Removed {known[picked].name}.")
    out.answer("people.removed.v1", {"id": picked})

"""``mainspring people``: who may write, approve and send."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import typer

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.references import pick
from app.workspace import open_workspace
from domain.errors import WrongUsage
from ledger import accounts, people
from ledger.database import Transaction
from ledger.people import Person

GivenRole = Literal["owner", "approver", "author", "viewer"]
SCOPES: tuple[people.Right, ...] = get_args(people.Right)
ROLES = "owner: everything; approver: decides; author: starts campaigns; viewer: reads."
WhoArgument = Annotated[
    str, typer.Argument(help="The person's id, its end, or their address.", metavar="PERSON")
]

app = typer.Typer(
    help="Those who may write, approve and send: roles, ways in, tokens.",
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
    role: Annotated[GivenRole, typer.Option(help=ROLES)] = "author",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a person and print their token, once. They set it as MAINSPRING_TOKEN."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        actor = opened.person(tx)
        people.require(actor, "administer")
        person = people.add(tx, name, email, role, actor)
        token = people.issue_token(tx, person.id, by=actor)
    out.say(f"Added {person.name} as {person.role}.")
    out.say(f"Their token, shown this once: {token}")
    out.say("They run commands with MAINSPRING_TOKEN set to it.")
    out.say(f"To let them into the desk: mainspring people link {person.email}")
    out.answer("people.added.v1", {**person.model_dump(), "token": token})


@app.command()
def link(
    person: WhoArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Print a link that signs a person in to the desk, once within a day, to choose a password."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        found = _find(tx, person)
        token = accounts.issue_link(tx, found.id, opened.person(tx))
    desk = opened.settings.desk
    address = f"{desk.url or f'http://{desk.host}:{desk.port}'}/welcome/{token}"
    out.say(f"For {found.name}, once, within a day: {address}")
    out.answer("people.link.v1", {"id": found.id, "link": address})


@app.command()
def role(
    person: WhoArgument,
    given: Annotated[GivenRole, typer.Argument(metavar="ROLE", help=ROLES)],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a person another role. It holds at once, for sessions and tokens too."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        changed = people.change_role(tx, _find(tx, person).id, given, opened.person(tx))
    out.say(f"{changed.name} is {changed.role} now.")
    out.answer("people.role.v1", changed)


@app.command()
def token(
    name: Annotated[str, typer.Argument(help="What it is for, as lists show it.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help=f"What it may do: {', '.join(SCOPES)}; repeat it. [default: read]",
            show_default=False,
        ),
    ] = None,
    person: Annotated[
        str, typer.Option("--for", metavar="PERSON", help="Whom it stands for. [default: you]")
    ] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a new API token, once. It may do what you name, and no more than its person may."""
    out, opened = Out(as_json), open_workspace(workspace)
    scopes = [_scope(one) for one in scope or ["read"]]
    with opened.ledger.write() as tx:
        actor = opened.person(tx)
        holder = _find(tx, person) if person else actor
        secret = people.issue_token(tx, holder.id, name, scopes, actor)
    out.say(f"{name}, for {holder.name}: {', '.join(scopes)}.")
    out.say(f"The token, shown this once: {secret}")
    out.answer("people.token.v1", {"person_id": holder.id, "scopes": scopes, "token": secret})


@app.command()
def tokens(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the tokens that work: your own, or everybody's where you are an owner."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        actor = opened.person(tx)
        all_of_them = "administer" in actor.rights
        found = people.list_tokens(tx, None if all_of_them else actor.id)
        names = {one.id: one.name for one in people.list_people(tx)}
    for one in found:
        may = "all of the role" if one.scopes is None else ", ".join(one.scopes)
        used = "never used" if one.last_used_at is None else f"used {one.last_used_at:%Y-%m-%d}"
        out.say(f"{one.id}  {names.get(one.person_id, ''):<20} {one.name or '–':<20} {may}; {used}")
    out.answer("people.tokens.v1", found)


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(help="The token's id, as `people tokens` lists it.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token worthless at once."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        people.revoke_token(tx, token_id, opened.person(tx))
    out.say(f"Revoked {token_id}.")
    out.answer("people.revoked.v1", {"id": token_id})


@app.command()
def remove(
    person: WhoArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Take a person's rights and tokens away. What they decided stays in the history."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        found = _find(tx, person)
        people.deactivate(tx, found.id, opened.person(tx))
    out.say(f"Removed {found.name}.")
    out.answer("people.removed.v1", {"id": found.id})


def _scope(given: str) -> people.Right:
    """Raises WrongUsage unknown_scope."""
    for right in SCOPES:
        if given == right:
            return right
    raise WrongUsage(
        "unknown_scope", f"There is no right {given!r}.", thing=given,
        next_step=f"Name one of {', '.join(SCOPES)}.",
    )  # fmt: skip


def _find(tx: Transaction, person: str) -> Person:
    """By id, its end, or address. Raises WrongUsage unknown_id, ambiguous_id."""
    known = {one.id: one for one in people.list_people(tx)}
    by_address = next((k for k, v in known.items() if v.email == person.lower()), person)
    return known[pick(by_address, known, "person", where="mainspring people list")]

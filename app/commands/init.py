"""``mainspring init``: make a workspace."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import read_moment
from app.output import JsonOption, Out
from app.workspace import init_workspace
from domain.errors import WrongUsage

app = typer.Typer(rich_markup_mode=None)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where; it is made if need be.")] = Path(),
    name: Annotated[str, typer.Option(help="The brand. [default: the folder's name]")] = "",
    timezone: Annotated[
        str, typer.Option(help="The brand's time zone, for example Europe/Berlin.")
    ] = "",
    currency: Annotated[str, typer.Option(help="Of all amounts, for example EUR.")] = "",
    brand: Annotated[
        Path | None,
        typer.Option(help="Brand folder to copy in; `halden` is the project's own example."),
    ] = None,
    owner: Annotated[str, typer.Option(help="Your name. [default: the user's]")] = "",
    email: Annotated[str, typer.Option(help="Your address.")] = "",
    sender: Annotated[
        str, typer.Option("--from", help="Address that mails are from; it can be set later.")
    ] = "",
    simulated: Annotated[
        bool,
        typer.Option(
            "--simulated",
            help="For trials: it has a clock of its own and sends to this machine alone.",
        ),
    ] = False,
    at: Annotated[
        str, typer.Option(help="The day at which a simulated clock starts. [default: now]")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a workspace, its first owner, and the owner's token outside of it."""
    missing = [f"--{k}" for k, v in {"timezone": timezone, "currency": currency}.items() if not v]
    if missing:
        raise WrongUsage(
            "must_be_said",
            f"{' and '.join(missing)} must be said: days and amounts mean nothing without.",
            next_step="For example: mainspring init --timezone Europe/Berlin --currency EUR",
        )
    if at and not simulated:
        raise WrongUsage(
            "only_simulated",
            "--at sets the clock of a simulated workspace.",
            next_step="Add --simulated, or leave --at out.",
        )
    out = Out(as_json)
    user = owner or getpass.getuser()
    workspace = init_workspace(
        folder,
        name=name or folder.resolve().name,
        timezone=timezone,
        currency=currency,
        owner_name=user,
        owner_email=email or f"{getpass.getuser()}@localhost",
        brand=brand,
        simulated_at=_start(at, timezone) if simulated else None,
        settings={"sending": {"from_address": sender}} if sender else None,
    )
    token = workspace.secrets_folder / "token"
    out.say(
        f"Made the workspace {workspace.settings.workspace.name} in {workspace.folder}.",
        f"  owner     {user}; commands act as this person",
        f"  token     {token} (keep this folder, and back it up apart from the workspace)",
        f"  clock     {'simulated: it sends to this machine alone' if simulated else 'real'}",
        f"  brand     {workspace.brand_folder}"
        + ("" if brand else " (a beginning; fill it before the first campaign)"),
        'Next: mainspring import orders FILE, then mainspring campaign new "…".',
    )
    if folder.resolve() != Path.cwd() and "MAINSPRING_WORKSPACE" not in os.environ:
        out.say(f"Commands find the workspace from inside it: cd {folder}")
    out.answer(
        "init.v1",
        {
            "folder": workspace.folder,
            "id": workspace.settings.workspace.id,
            "owner": user,
            "token_file": token,
            "simulated": simulated,
        },
    )


def _start(at: str, timezone: str) -> datetime:
    return read_moment(at, timezone).astimezone(UTC) if at else datetime.now(UTC)

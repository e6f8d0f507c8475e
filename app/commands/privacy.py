"""``mainspring privacy``: what a person may ask of whoever holds their data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.privacy import erase as erasing
from app.privacy import export as exporting
from app.privacy import stop as stopping
from app.privacy.erase import Erased
from app.workspace import open_workspace
from domain.errors import PersonNeeded, WrongUsage

PersonArgument = Annotated[
    str, typer.Argument(help="A customer id, or a mail address.", metavar="PERSON")
]
STEPS = {
    "ledger": "Forgetting them in the ledger …",
    "spool": "Taking in what came over HTTP …",
    "data": "Rewriting the customer data without them …",
    "work": "Waiting for work on texts that name them …",
    "checkpoints": "Looking through what runs remember …",
    "files": "Looking through files …",
    "search": "Searching every byte of the workspace …",
}

app = typer.Typer(
    help="Show a person all that is held about them, erase them, or write to them no more.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def export(
    person: PersonArgument,
    to: Annotated[
        Path | None, typer.Option(help="The archive to write. [default: person-DAY.zip]")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write everything held about a person into an archive: JSON, and a page to read."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        who, today = opened.person(tx), tx.now.date()
    path = to or Path(f"person-{today}.zip")
    counts = exporting.export(opened, person, who, path)
    for name, number in counts.items():
        out.say(f"{number:>8,}  {exporting.TITLES[name]}")
    out.say(f"In {path}, which only you can read. It is personal: hand it over, then remove it.")
    out.answer("privacy.exported.v1", {"file": str(path), "rows": counts})


@app.command()
def erase(
    person: PersonArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase a person from everything here, and prove it by a search. Nothing brings them back."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        who = opened.person(tx)
    _sure(yes, as_json)
    tell = lambda step: out.step(STEPS[step]) if step in STEPS else None  # noqa: E731
    erased = erasing.erase(opened, person, who, tell)
    _say(out, erased)
    out.answer("privacy.erased.v1", {**erased.model_dump(), "complete": erased.complete})
    if not erased.complete:
        raise typer.Exit(1)


@app.command()
def stop(
    person: PersonArgument,
    channel: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Only this: {', '.join(stopping.STOPPABLE)}; repeat it. [default: all, for ever]",
            show_default=False,
        ),
    ] = None,
    how: Annotated[
        str, typer.Option(help="How and in which words they said so; kept as evidence.")
    ] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down that a person wants no more: of a channel, or of anything at all."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        who = opened.person(tx)
    channels = tuple(_channel(one) for one in channel or ())
    stopped = stopping.stop(opened, person, who, channels, how)
    said = "on any channel" if not channels else f"by {', '.join(channels)}"
    what = "Opens and clicks are recorded no more" if channels == ("tracking",) else "No contact"
    out.say(f"{what}{'' if channels == ('tracking',) else f' {said}'} from now on.")
    out.answer("privacy.stopped.v1", stopped)


def _channel(given: str) -> stopping.Stoppable:
    """Raises WrongUsage unknown_channel."""
    for one in stopping.STOPPABLE:
        if given == one:
            return one  # type: ignore[return-value]  # one of the type's own words
    raise WrongUsage(
        "unknown_channel", f"There is no channel {given!r}.", thing=given,
        next_step=f"Name one of {', '.join(stopping.STOPPABLE)}.",
    )  # fmt: skip


def _sure(yes: bool, as_json: bool) -> None:
    """Raises PersonNeeded not_sure where nobody is there to ask, or they say no."""
    if yes:
        return
    asked = sys.stdin.isatty() and not as_json
    if asked and typer.confirm("Erase this person from everything here, for ever?", err=True):
        return
    raise PersonNeeded(
        "not_sure",
        "Nothing was erased.",
        thing="privacy erase",
        next_step="Add --yes where nobody can be asked.",
    )


def _say(out: Out, erased: Erased) -> None:
    done = [f"{name} of the customer data: {number:,}" for name, number in erased.rows.items()]
    done += [f"{name} of the ledger: {number:,}" for name, number in erased.ledger.items()]
    done += [f"{words}: {number:,}" for words, number in erased.files.items()]
    if erased.checkpoints:
        done.append(f"texts that runs remember: {erased.checkpoints:,}")
    out.say(f"Erased, under {erased.ids} id{'' if erased.ids == 1 else 's'}:")
    for line in done or ["nothing: it was done before"]:
        out.say(f"  {line}")
    if erased.shared:
        out.say(
            f"  {erased.shared} of their identifiers belong to other customers too, and stay with "
            "those."
        )
    looked = erased.searched
    out.say(
        f"Searched afterwards: {looked.files:,} files, {looked.bytes:,} bytes; opened "
        f"{looked.tables:,} tables, {looked.databases:,} databases, {looked.unpacked:,} packed "
        f"files and {looked.mails:,} mails."
    )
    if erased.weak:
        out.warn(
            f"{erased.weak} of their ids are too short to be told apart in running text; they were "
            "looked for in columns of ids."
        )
    for file, why in looked.unread:
        out.warn(f"{file}: {why}; its bytes were searched as they are.")
    if erased.arriving:
        out.warn(
            "Their own device goes on sending: what comes lies in the spool until it is left out."
        )
    if erased.complete:
        out.say("Nothing of them is left.")
        return
    if erased.under_way:
        out.say(
            f"{erased.under_way} campaigns or conversations that name them are still being worked "
            "on. Run the same command again once they have ended."
        )
    if not looked.left:
        return
    out.say(f"Something is left in {len(looked.left)} place{'s'[: len(looked.left) - 1]}:")
    for place in looked.left:
        out.say(f"  {place.file}  {place.place}: {', '.join(place.kinds)}")
    out.say("Change these by hand, then run the same command again.")

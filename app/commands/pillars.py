"""``mainspring pillars``: what was made of each talk and campaign, how old, and how it wears."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.references import short
from app.workspace import open_workspace

if TYPE_CHECKING:
    from agents.pillars import Derivative

app = typer.Typer(
    help="What was made of each talk and campaign, how old it is, and how fast it wears off.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_pillars(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List pillars with their pieces: first those whose pieces are worn, then the oldest."""
    out, opened = Out(as_json), open_workspace(workspace)
    from workflows.pillars import pillars

    with opened.ledger.read() as tx:
        found = pillars(tx, opened.timezone)
        today = tx.now.date()
    for pillar in found:
        days = pillar.age(today)
        out.say(f"{short(pillar.set_id)}  {pillar.kind}, {_days(days)} old: {pillar.title}")
        for one in pillar.derivatives:
            out.say(f"    {short(one.piece_id)}  {one.channel.replace('_', ' ')}: {_said(one)}")
    if not found:
        out.say("Nothing was made yet. `mainspring series make` and `content write` make pieces.")
    out.answer("pillars.list.v1", found)


@app.command()
def views(
    file: Annotated[Path, typer.Argument(help="A CSV with the columns piece, day and views.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read how often pieces were seen, day by day, as their platforms say it."""
    out, opened = Out(as_json), open_workspace(workspace)
    from workflows.pillars import read_views

    with opened.ledger.write() as tx:
        done = read_views(tx, opened.person(tx), file)
    out.say(f"{_days(done.days)} of {done.pieces} {'piece' if done.pieces == 1 else 'pieces'}.")
    for one in done.refused[:20]:
        out.warn(one)
    out.answer("pillars.views.v1", done)


def _said(one: Derivative) -> str:
    begun = f"{one.status}, {_days(one.age)} old"
    if one.views is None:
        return f"{begun}, nobody said how often it was seen"
    if one.half_life is None:
        return f"{begun}, seen {one.views:,} times, no decay shown"
    worn = "worn" if one.worn else f"{one.left:.0%} still to come"
    return (
        f"{begun}, seen {one.views:,} times, halves in {one.half_life:.1f} days "
        f"(likely between {one.low:.1f} and {one.high:.1f}); {worn}"
    )


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"

"""``mainspring ideas``: what customers ask, as ideas for briefs."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.references import pick, short
from app.workspace import Workspace, open_workspace
from domain.errors import WrongUsage
from ledger import ideas
from ledger.ideas import IdeaRow

app = typer.Typer(
    help="Read what customers ask in comments, reviews and mails; make it a brief.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

PERSON_NEEDED = 3
STATES = ("open", "taken", "dismissed")
IdeaArgument = Annotated[str, typer.Argument(help="The idea's id, or its last characters.")]


@app.command()
def read(
    files: Annotated[
        list[str],
        typer.Argument(help="Comments, reviews or mails: CSV, JSONL, text, mbox, eml, folders."),
    ],
    column: Annotated[str, typer.Option(help="The column of tables that holds the text.")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find what several people ask, wish or complain of. No name or address is kept."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.stack import build_stack
    from brand_voice.embedder import MiniLM
    from workflows.ideas import hear

    with opened.ledger.read() as tx:
        person = opened.person(tx)
    with out.working("Reading …"):
        heard = asyncio.run(hear(build_stack(opened), person, files, MiniLM(), column))
    many = "1 remark" if heard.remarks == 1 else f"{heard.remarks:,} remarks"
    out.say(f"{many}, {len(heard.ideas):,} things asked, {heard.new:,} of them new.")
    for one in heard.set_aside[:20]:
        out.warn(f"{one.source}: {one.what}")
    with opened.ledger.read() as tx:
        for row in ideas.listed(tx, "open")[:10]:
            out.say(_line(row))
    out.answer("ideas.heard.v1", heard)


@app.command("list")
def list_ideas(
    status: Annotated[str, typer.Option(help="open, taken or dismissed.")] = "open",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List ideas, those that most people ask for first."""
    out, opened = Out(as_json), open_workspace(workspace)
    if status not in STATES:
        raise WrongUsage(
            "unknown_status", f"No idea is {status}.", next_step=f"Say {', '.join(STATES)}."
        )
    with opened.ledger.read() as tx:
        rows = [row for row in ideas.listed(tx) if row.status == status]
    for row in rows:
        out.say(_line(row))
    if not rows:
        out.say(f"No idea is {status}. `mainspring ideas read FILE` finds some.")
    out.answer("ideas.list.v1", rows)


@app.command()
def show(
    idea: IdeaArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Show one: in whose words, where they stand, and which facts may answer it."""
    out, opened = Out(as_json), open_workspace(workspace)
    row = _picked(opened, idea)
    from ledger import facts

    said = row.idea
    out.say(_line(row))
    for words, source in said.examples:
        out.say(f"    “{words}” ({source})")
    with opened.ledger.read() as tx:
        known = facts.current(tx)
    for fact_id in said.answers:
        fact = known.house_fact(fact_id)
        if fact is not None:
            out.say(f"  May answer it: {fact.text} ({fact_id})")
    for product_id in said.products:
        product = known.product(product_id)
        if product is not None:
            out.say(f"  About: {product.name} ({product_id})")
    if not said.answers and not said.products:
        out.say("  No fact answers it: add one to the brand folder, and import it.")
    out.answer("ideas.idea.v1", row)


@app.command()
def take(
    idea: IdeaArgument,
    channels: Annotated[str, typer.Option(help="As `mainspring content write` takes them.")] = (
        "linkedin,facebook"
    ),
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write pieces that answer it. Ends with 3: they wait for a yes; nothing is posted."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.content import channels_named, terms_of
    from app.stack import build_stack
    from workflows.ideas import take as begin

    row, named = _picked(opened, idea), channels_named(channels)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    with out.working("Writing …"):
        rows = asyncio.run(
            begin(build_stack(opened), person, row, named, terms_of(opened.settings))
        )
    for piece in rows:
        out.say(f"{short(piece.id)}  {piece.channel.replace('_', ' ')}: `mainspring content show`")
    out.answer("content.list.v1", rows)
    raise typer.Exit(PERSON_NEEDED)


@app.command()
def dismiss(
    idea: IdeaArgument,
    reason: Annotated[str, typer.Option(help="Why nothing comes of it.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put it away."""
    out, opened = Out(as_json), open_workspace(workspace)
    row = _picked(opened, idea)
    with opened.ledger.write() as tx:
        done = ideas.decide(tx, row.id, opened.person(tx), "dismissed", reason=reason)
    out.say(f"Put away: {done.idea.words}")
    out.answer("ideas.idea.v1", done)


def _picked(opened: Workspace, given: str) -> IdeaRow:
    with opened.ledger.read() as tx:
        known = [row.id for row in ideas.listed(tx)]
        return ideas.get(tx, pick(given, known, "idea", where="mainspring ideas list"))


def _line(row: IdeaRow) -> str:
    said = row.idea
    asked = "1 person" if said.remarks == 1 else f"{said.remarks:,} people"
    return f"{short(row.id)}  {said.kind:<9} {asked:>10}  {said.words}"

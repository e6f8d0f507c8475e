"""``mainspring content``: pieces for every channel beside mail, from one brief."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.references import short
from app.workspace import Workspace, open_workspace
from domain.errors import WrongUsage
from ledger import pieces
from ledger.pieces import PieceRow

app = typer.Typer(
    help="Write text messages, notifications, pages, ads and posts from one brief; decide and "
    "hand them out.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

PERSON_NEEDED = 3
PieceArgument = Annotated[str, typer.Argument(help="The piece's id, or its last characters.")]
CampaignOption = Annotated[
    str, typer.Option("--campaign", help="Those of this campaign alone, by its id.")
]


class Speech(StrEnum):
    en = "en"
    de = "de"


@app.command()
def write(
    campaign: Annotated[
        str, typer.Argument(help="The campaign whose approved brief they are of.")
    ] = "",
    channels: Annotated[
        str,
        typer.Option(
            help="sms, push, landing_page, search_ad, meta_ad, linkedin, instagram, facebook, "
            "youtube; several by commas, or all."
        ),
    ] = "all",
    message: Annotated[
        str, typer.Option(help="Without a campaign: the one thing that they say.")
    ] = "",
    product: Annotated[
        list[str] | None, typer.Option(help="Without a campaign: a product by its id.")
    ] = None,
    language: Annotated[Speech, typer.Option(help="Without a campaign.")] = Speech.en,
    link: Annotated[
        str, typer.Option(help="Where they lead. [default: the product's page, or the shop]")
    ] = "",
    reason: Annotated[str, typer.Option(help="What these should do better than the last.")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one piece for each channel. Ends with 3: they wait for a yes."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.commands.campaign import pick_run
    from app.content import channels_named, terms_of
    from app.stack import build_stack
    from workflows.pieces import brief_of, own_brief, write_set

    if bool(campaign) == bool(message.strip()):
        raise WrongUsage(
            "no_brief",
            "Pieces are of a campaign's brief, or of a message of their own.",
            next_step="Name a campaign, or say --message and --product.",
        )
    run_id = pick_run(opened, campaign).id if campaign else None
    named = channels_named(channels)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
        if run_id is not None:
            brief, bound = brief_of(tx, run_id)
        else:
            brief, bound = own_brief(tx, message.strip(), product or (), language.value), None
    with out.working("Writing …"):
        rows = asyncio.run(
            write_set(
                build_stack(opened),
                person,
                brief,
                named,
                terms_of(opened.settings),
                link=link,
                run_id=run_id,
                brief_approval=bound,
                reason=reason,
            )
        )
    _say(out, rows)
    out.say("", f"Written by: {rows[0].label}" if rows else "Nothing could be written.")
    missing = set(named) - {row.channel for row in rows}
    for channel in sorted(missing):
        out.warn(f"There was nothing to say for {channel.replace('_', ' ')}.")
    out.answer("content.list.v1", rows)
    raise typer.Exit(PERSON_NEEDED)


@app.command("list")
def list_pieces(
    campaign: CampaignOption = "",
    status: Annotated[
        str, typer.Option(help="drafted, waiting, approved, rejected, void or exported.")
    ] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List pieces and where each stands."""
    out, opened = Out(as_json), open_workspace(workspace)
    rows = [row for row in _rows(opened, campaign) if status in ("", row.status)]
    _say(out, rows)
    if not rows:
        out.say("There are no such pieces. `mainspring content write CAMPAIGN` writes some.")
    out.answer("content.list.v1", [r.model_dump(exclude={"content", "brief"}) for r in rows])


@app.command()
def show(
    piece: PieceArgument,
    edit: Annotated[
        Path | None, typer.Option(help="Write what may be changed to this YAML file.")
    ] = None,
    files: Annotated[
        Path | None, typer.Option(help="Write its files to this folder, to look at.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one piece: its words with their limits, what was found, what it rests on."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.content import edit_text, pick_piece, piece_text
    from workflows.pieces import findings_of, prepared_of

    row = pick_piece(opened, piece)
    if edit is not None:
        edit.write_text(edit_text(row), encoding="utf-8")
        out.say(f"Wrote {edit}. Change it, then:")
        out.say(f"mainspring content edit {short(row.id)} --file {edit}")
    if files is not None:
        files.mkdir(parents=True, exist_ok=True)
        for file in prepared_of(row).files:
            (files / file.name).write_text(file.text, encoding="utf-8", newline="")
            out.say(f"Wrote {files / file.name}")
    if edit is None and files is None:
        for line in piece_text(row, findings_of(row)):
            out.say(line)
    out.answer("content.piece.v1", row)


@app.command()
def approve(
    piece: Annotated[list[str], typer.Argument(help="Pieces by their ids, or last characters.")],
    reason: Annotated[
        str, typer.Option(help="How somebody who speaks or is told of in it agreed.")
    ] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say yes to exactly what `content show` shows."""
    out, opened = Out(as_json), open_workspace(workspace)
    out.answer("content.list.v1", [_decide(out, opened, one, "approve", reason) for one in piece])


@app.command()
def reject(
    piece: PieceArgument,
    reason: Annotated[str, typer.Option(help="Why; the next ones go by it.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say no, and why."""
    out, opened = Out(as_json), open_workspace(workspace)
    out.answer("content.piece.v1", _decide(out, opened, piece, "reject", reason))


@app.command()
def edit(
    piece: PieceArgument,
    file: Annotated[Path, typer.Option(help="The YAML file that `content show --edit` wrote.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change it. The critic reads your words too, and a yes that it had is void."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.content import STATES, pick_piece
    from app.deciding import read_edit
    from app.stack import build_stack
    from workflows.pieces import edit as put
    from workflows.pieces import findings_of

    row = pick_piece(opened, piece)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    done = asyncio.run(put(build_stack(opened), person, row, read_edit(file)))
    out.say(f"Version {done.version}: {STATES[done.status]}.")
    for found in findings_of(done):
        out.say(f"  {found.severity} at {found.place}: {found.why} {found.mend}")
    out.answer("content.piece.v1", done)


@app.command()
def export(
    to: Annotated[Path, typer.Option(help="A folder, or a file that ends in .zip.")],
    piece: Annotated[
        list[str] | None, typer.Argument(help="Pieces by id. [default: all that are approved]")
    ] = None,
    campaign: CampaignOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hand out what was approved: a file for each channel and a manifest with its hashes.

    Mainspring posts none of it.
    """
    out, opened = Out(as_json), open_workspace(workspace)
    from app.content import pick_piece
    from app.stack import build_stack
    from workflows.piece_export import export as hand_out
    from workflows.piece_export import write_to

    if piece:
        rows = [pick_piece(opened, one) for one in piece]
    else:
        rows = [r for r in _rows(opened, campaign) if r.status in ("approved", "exported")]
    if not rows:
        raise WrongUsage(
            "nothing_approved",
            "None of these pieces is approved.",
            next_step="`mainspring content list` shows what waits; approve it first.",
        )
    if to.exists():
        raise WrongUsage(
            "exists",
            "There is something of this name already.",
            thing=str(to),
            next_step="Name another file or folder.",
        )
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    found = asyncio.run(hand_out(build_stack(opened), person, rows))
    write_to(found, to)
    count = "1 piece" if len(rows) == 1 else f"{len(rows)} pieces"
    out.say(f"Wrote {count} to {to}, byte for byte what was approved.")
    out.answer("content.export.v1", {"to": str(to), "files": sorted(found)})


def _rows(opened: Workspace, campaign: str) -> list[PieceRow]:
    from app.commands.campaign import pick_run

    run_id = pick_run(opened, campaign).id if campaign else None
    with opened.ledger.read() as tx:
        return pieces.listed(tx, run_id=run_id)


def _say(out: Out, rows: list[PieceRow]) -> None:
    from app.content import CHANNELS, STATES
    from workflows.pieces import findings_of, piece_of

    for row in rows:
        piece, found = piece_of(row), len(findings_of(row))
        noted = f", {found} noted" if found else ""
        out.say(
            f"{short(row.id)}  {CHANNELS[piece.channel]:<28} {STATES[row.status]}{noted}",
            f"          {piece.texts()[0][1].splitlines()[0][:90]}",
        )


def _decide(
    out: Out, opened: Workspace, given: str, decision: pieces.PieceDecision, reason: str
) -> PieceRow:
    from app.content import CHANNELS, pick_piece, terms_of
    from app.stack import build_stack
    from workflows.pieces import decide, piece_of

    row = pick_piece(opened, given)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    terms = terms_of(opened.settings)
    done = asyncio.run(decide(build_stack(opened), person, row, decision, terms, reason))
    said = "Approved" if decision == "approve" else "Rejected"
    named = CHANNELS[piece_of(done).channel]
    out.say(f"{said}: {named}, bound to {done.content_hash[:16]}…")
    return done

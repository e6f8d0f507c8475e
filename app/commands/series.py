"""``mainspring series``: a week of posts in somebody's name, out of a talk or notes."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.references import pick, short
from app.workspace import Workspace, open_workspace
from domain.errors import WrongUsage
from ledger import pieces, series
from ledger.pieces import PieceRow
from ledger.series import SeriesRow

app = typer.Typer(
    help="Make posts, a video's description and an article's brief out of what somebody said.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

PERSON_NEEDED = 3
CHANNELS = ("linkedin", "facebook", "instagram")
SeriesArgument = Annotated[str, typer.Argument(help="The series' id, or its last characters.")]


@app.command()
def make(
    file: Annotated[
        Path,
        typer.Argument(help="A transcript (.vtt, .srt, .txt, Whisper's .json), or notes."),
    ],
    name: Annotated[str, typer.Option(help="In whose name is posted. [default: yours]")] = "",
    role: Annotated[str, typer.Option(help='What they are: "watchmaker at Halden".')] = "",
    speaker: Annotated[
        str, typer.Option(help="What the transcript calls them. [default: by their name]")
    ] = "",
    posts: Annotated[int, typer.Option(min=1, max=14, help="One a day.")] = 5,
    channels: Annotated[
        str, typer.Option(help="linkedin, facebook, instagram; several by commas.")
    ] = "linkedin",
    start: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day. [default: next Monday]"),
    ] = None,
    language: Annotated[str, typer.Option(help="en or de. [default: as it is spoken]")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the series. Ends with 3: the posts wait for the yes of whoever's words they are."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.series import channels_named, language_in, speaker_in
    from app.stack import build_stack
    from domain.series import Author
    from ledger import people
    from tools.transcripts.reading import read_recording
    from workflows.series import make_series

    named = channels_named(channels)
    recording = read_recording(file)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
        known = people.list_people(tx)
        today = tx.now.astimezone(ZoneInfo(opened.timezone)).date()
    wanted = name or person.name
    here = next((p for p in known if p.name.casefold() == wanted.casefold()), None)
    with out.working("Reading what was said …"):
        row, rows = asyncio.run(
            make_series(
                build_stack(opened),
                person,
                recording,
                Author(name=here.name if here else wanted, role=role),
                said_as=speaker_in(recording, speaker or wanted, asked=bool(speaker)),
                language=language_in(recording, language),
                posts=posts,
                channels=named,
                first_day=start.date() if start else _next_monday(today),
                speaker=here.id if here else None,
            )
        )
    _tell(out, row, rows)
    out.answer("series.series.v1", row)
    raise typer.Exit(PERSON_NEEDED)


@app.command("list")
def list_series(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List what was made of talks and notes."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        found = series.listed(tx)
    for row in found:
        made = row.series
        out.say(f"{short(row.set_id)}  {made.author.name}: {made.article.title}  ({made.source})")
    if not found:
        out.say("There is no series yet. `mainspring series make TALK.vtt` makes one.")
    out.answer("series.list.v1", found)


@app.command()
def show(
    of: SeriesArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Show the posts with where each was said, the video's chapters, and the article's outline."""
    out, opened = Out(as_json), open_workspace(workspace)
    row, rows = _picked(opened, of)
    _tell(out, row, rows)
    out.answer("series.series.v1", row)


@app.command()
def article(
    of: SeriesArgument,
    to: Annotated[Path | None, typer.Option(help="A Markdown file. [default: print it]")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hand out the article's brief: title, description, outline, questions and links."""
    out, opened = Out(as_json), open_workspace(workspace)
    from tools.render.article import article_markdown

    row, _ = _picked(opened, of)
    text = article_markdown(row.series.article, row.series.author)
    if to is None:
        out.say(text.rstrip())
    else:
        if to.exists():
            raise WrongUsage(
                "exists",
                "There is something of this name already.",
                thing=str(to),
                next_step="Name another file.",
            )
        to.write_text(text, encoding="utf-8")
        out.say(f"Wrote {to}.")
    out.answer("series.article.v1", row.series.article)


def _picked(opened: Workspace, given: str) -> tuple[SeriesRow, list[PieceRow]]:
    with opened.ledger.read() as tx:
        found = {row.set_id: row for row in series.listed(tx)}
        set_id = pick(given, found, "series", where="mainspring series list")
        return found[set_id], pieces.listed(tx, set_id=set_id)


def _tell(out: Out, row: SeriesRow, rows: list[PieceRow]) -> None:
    from app.content import CHANNELS as NAMES
    from app.content import STATES
    from workflows.pieces import findings_of, piece_of

    made = row.series
    by_id = {p.post.id: p for p in made.posts}
    out.say(f"{made.author.name}, from {made.source}. Written by: {made.label}")
    for one in sorted(rows, key=lambda r: piece_of(r).id):
        piece = piece_of(one)
        post = by_id.get(piece.id)
        when = f"{post.day:%a %d %b}, {post.where}" if post else "beside the recording"
        out.say("", f"{short(one.id)}  {NAMES[piece.channel]}, {when}: {STATES[one.status]}")
        words = getattr(piece, "text", "") or getattr(piece, "description", "")
        for line in str(words).splitlines():
            out.say(f"    {line}" if line else "")
        for found in findings_of(one):
            if found.severity != "minor":
                quoted = f" “{found.text}”" if found.text else ""
                out.say(f"  {found.severity}{quoted}: {found.why} {found.mend}")
    for note in made.notes:
        out.warn(note)
    out.say("", f"The article: {made.article.title}")
    for section in made.article.sections:
        out.say(f"    {section.heading}")
    out.say(
        f"`mainspring series article {short(row.set_id)}` prints its brief; "
        "`mainspring content approve ID` says yes to a post."
    )


def _next_monday(today: date) -> date:
    return today + timedelta(days=7 - today.weekday())

"""``mainspring library``: proven copy, with what it changed and how often it was used."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.padding import Padding
from rich.text import Text

from app import words
from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.workspace import Workspace, open_workspace
from brand_voice.brand import load_brand
from domain.errors import WrongUsage
from domain.proof import Worth
from domain.voice import Passage
from ledger import library as kept
from ledger.database import Transaction
from workflows.library import Shelf, shelf

app = typer.Typer(
    help="What your own copy changed, and how often it was used; retire it, bring it back.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
MOST_LINES = 40


class Sort(StrEnum):
    effect = "effect"
    used = "used"
    last = "last"


PassageArgument = Annotated[str, typer.Argument(help="The passage's id, as `list` shows it.")]
ReasonOption = Annotated[str, typer.Option(help="Why; it stands in the history.")]


@app.command("list")
def list_passages(
    kind: Annotated[
        str, typer.Option(help="subject, preheader, opening, body, proof, offer, cta, closing.")
    ] = "",
    language: Annotated[str, typer.Option(help="en or de.")] = "",
    state: Annotated[str, typer.Option(help="in use, worn, retired or proven.")] = "",
    sort: Annotated[Sort, typer.Option(help="By what, the most first.")] = Sort.effect,
    every: Annotated[bool, typer.Option("--all", help="Show more than 40 lines.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List passages with their evidence, use and state."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        found = _shelf(tx, opened)
    rows = [
        (p, found.worths[p.id])
        for p in found.passages
        if kind in ("", p.kind)
        and language in ("", p.language)
        and (state in ("", found.worths[p.id].state) or (state == "proven" and p.proven))
    ]
    rows.sort(key=lambda row: _order(row, sort))
    shown = rows if every or as_json else rows[:MOST_LINES]
    for passage, worth in shown:
        effect, used, stands = _cells(passage, worth)
        out.say(Text(f"{passage.id}  {passage.kind}, {stands}, used {used}"))
        out.say(Padding(Text(f"{passage.text}\n{effect}"), (0, 0, 0, 4)))
    if not shown:
        out.say("No passage of this kind. The library grows with what you send.")
    if len(shown) < len(rows):
        out.say(f"{len(rows) - len(shown):,} more: --all shows them.")
    out.answer("library.list.v1", [{"passage": p, "worth": w} for p, w in rows])


@app.command()
def show(
    passage: PassageArgument,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one passage: what it changed, in which campaigns, and where it stood."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        found = _shelf(tx, opened)
    one, worth = _pick(found, passage)
    out.say(one.text, "", f"{one.kind}, {one.language}, from {one.source}")
    out.say(f"State: {worth.state}{f', because {worth.why}' if worth.why else ''}")
    last = f", last on {worth.last_used:%d %b %Y}" if worth.last_used else ""
    out.say(f"Used: {_times(worth.times_used)}{last}")
    for proof in worth.against_held_back:
        out.say(f"Against those held back by chance: {proof.words()}")
    for proof in worth.against_others:
        out.say(f"Against the other variants beside it: {proof.words()}")
    if not worth.against_held_back:
        out.say(one.effect or "Nothing was measured yet.")
    for (key, _), seen in found.observations.items():
        for o in seen if key == one.id else ():
            out.say(
                f"  {o.on or 'no day'}  {o.campaign}: {100 * o.value:+.1f} points "
                f"(± {100 * 1.96 * o.error:.1f}), n {o.n:,}, before it is drawn towards nothing"
            )
    for context in worth.contexts:
        out.say(
            f"  stood in: {context.objective}, {context.category or 'several categories'}, "
            f"{context.channel}, {context.season}; {context.audience}"
        )
    out.answer("library.passage.v1", {"passage": one, "worth": worth})


@app.command()
def retire(
    passage: PassageArgument,
    reason: ReasonOption,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Use a passage no more. Needs the right to approve."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        one, _ = _pick(_shelf(tx, opened), passage)
        said = kept.retire(tx, one.id, opened.person(tx), reason)
    out.say(
        f"Retired: {one.text}", "No new draft uses it. `mainspring library restore` brings it back."
    )
    out.answer("library.state.v1", said)


@app.command()
def restore(
    passage: PassageArgument,
    reason: ReasonOption,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring a worn or retired passage back. Needs the right to approve."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        one, _ = _pick(_shelf(tx, opened), passage)
        said = kept.restore(tx, one.id, opened.person(tx), reason)
    out.say(f"In use again: {one.text}")
    out.answer("library.state.v1", said)


def _shelf(tx: Transaction, opened: Workspace) -> Shelf:
    return shelf(tx, load_brand(opened.brand_folder))


def _pick(found: Shelf, wanted: str) -> tuple[Passage, Worth]:
    """The passage with this id, or with the only id that ends so."""
    ids = [p for p in found.passages if p.id == wanted] or [
        p for p in found.passages if p.id.endswith(wanted)
    ]
    if len(ids) != 1:
        raise WrongUsage(
            "unknown_passage",
            "There is no such passage." if not ids else f"{len(ids)} passages end so.",
            thing=wanted,
            next_step="`mainspring library list` shows the ids.",
        )
    return ids[0], found.worths[ids[0].id]


def _order(row: tuple[Passage, Worth], sort: Sort) -> tuple[float, str]:
    passage, worth = row
    match sort:
        case Sort.effect:
            # By what is sure: the near end of the interval.
            value = max((p.low for p in worth.against_held_back), default=-1.0)
        case Sort.used:
            value = float(worth.times_used)
        case Sort.last:
            value = float(worth.last_used.toordinal()) if worth.last_used else 0.0
    return -value, passage.id


def _cells(passage: Passage, worth: Worth) -> tuple[str, str, str]:
    effect = worth.against_held_back[0].words() if worth.against_held_back else passage.effect
    last = f", {words.day(worth.last_used)}" if worth.last_used else ""
    return effect or "not measured", f"{_times(worth.times_used)}{last}", worth.state


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")

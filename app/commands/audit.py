"""``mainspring audit``: an honest look at the data, or at the history."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app import words
from app.commands.options import WorkspaceOption
from app.history_words import in_words, thing_in_words
from app.output import JsonOption, Out
from app.references import short
from app.stack import build_stack
from app.workspace import Workspace, open_workspace
from ledger import journal, people, runs

if TYPE_CHECKING:
    from app.data_audit import AuditShown

app = typer.Typer(
    help="Look through the data, or the history of every decision.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def data(
    html: Annotated[
        Path | None, typer.Option("--html", help="Write it to this file, as one HTML page.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what there is, what is missing, and what that stops you from doing."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.audit_text import audit_text
    from app.data_audit import audit_data

    with out.working("Looking through the data"):
        found = asyncio.run(audit_data(opened, build_stack(opened)))
    if html is not None:
        _write(html, found, opened)
        out.say(found.headline, f"Wrote {html}")
    else:
        out.say(*audit_text(found, opened.currency))
    out.answer("audit.data.v1", found)


@app.command()
def work(
    task: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TASK=TIMESxMINUTES",
            help="What people still do by hand in a month, and how long each takes: "
            "write_brief=8x60-90. Again for every task.",
        ),
    ] = None,
    review: Annotated[
        str, typer.Option(metavar="MINUTES", help="What looking and deciding takes: 5-10.")
    ] = "",
    business: Annotated[
        str,
        typer.Option(
            help="consumer_goods, shop, business_goods, business_services or other.",
        ),
    ] = "",
    revenue: Annotated[
        str, typer.Option(metavar="AMOUNT", help="Of a year, in the workspace's currency.")
    ] = "",
    technology_budget: Annotated[
        str, typer.Option(metavar="AMOUNT", help="Of a year, for the tools of marketing.")
    ] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which work agents do, the hours given back, and what pays next. Never by person.

    What you say with the options is kept, and need not be said again.
    """
    from app.work.answers import changed, read_answers, save_answers
    from app.work.audit import audit_work
    from app.work.showing import show_work

    out, opened = Out(as_json), open_workspace(workspace)
    said = changed(
        read_answers(opened),
        business=business,
        revenue=revenue,
        technology_budget=technology_budget,
        review=review,
        tasks=task or (),
    )
    if any((task, review, business, revenue, technology_budget)):
        with opened.ledger.read() as tx:
            person = opened.person(tx)
        save_answers(opened, said, person)
    with out.working("Counting the work"):
        found = asyncio.run(audit_work(opened, build_stack(opened)))
    show_work(out, found, opened.currency)
    out.answer("audit.work.v1", found)


def _write(file: Path, found: AuditShown, opened: Workspace) -> None:
    from app.audit_file import audit_html
    from app.desk.formats import Formats

    with opened.ledger.read() as tx:
        fmt = Formats("en_GB", opened.timezone, opened.currency, tx.now)
    file.write_text(audit_html(found, opened.settings.workspace.name, fmt), encoding="utf-8")


@app.command("journal")
def show_journal(
    verify: Annotated[
        bool, typer.Option("--verify", help="Reckon the whole chain again; 1 where it is broken.")
    ] = False,
    thing: Annotated[str, typer.Option(help="Only what happened to this id.")] = "",
    limit: Annotated[int, typer.Option(help="Latest entries to show.", min=1)] = 30,
    export: Annotated[
        Path | None, typer.Option(help="Write the whole history to this JSONL file.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who decided what, when; every entry is sealed to the one before it."""
    out, opened = Out(as_json), open_workspace(workspace)
    if verify:
        _verify(out, opened)
        return
    with opened.ledger.read() as tx:
        names = {person.id: person.name for person in people.list_people(tx)}
        goals = {run.id: words.one_line(run.goal, 40) for run in runs.list_runs(tx, limit=10_000)}
        if export is not None:
            written = 0
            with export.open("w", encoding="utf-8") as file:
                for entry in journal.export(tx):
                    file.write(entry.model_dump_json() + "\n")
                    written += 1
            out.say(f"Wrote {written:,} entries to {export}.")
            out.answer("audit.journal.export.v1", {"file": export, "entries": written})
            return
        found = journal.entries(tx, thing=thing or None, limit=limit)
    named = {key: f"…{short(key)}  {goal}" for key, goal in goals.items()}
    for entry in found:
        who = names.get(entry.person_id or "", "")
        said = f"{in_words(entry)}{f' by {who}' if who else ''}"
        at = words.moment(entry.at, opened.timezone)
        out.say(f"{entry.seq:>6}  {at}  {said:<38} {thing_in_words(entry, {**names, **named})}")
    if not found:
        out.say("The history is empty.")
    out.answer("audit.journal.v1", found)


def _verify(out: Out, opened: Workspace) -> None:
    with out.working("Reckoning the history again"), opened.ledger.read() as tx:
        checked = journal.verify(tx)
    out.answer("audit.journal.verified.v1", checked)
    if checked.ok:
        out.say(f"{checked.entries:,} entries, none altered, none missing.")
        return
    out.say(f"The history is broken at entry {checked.first_bad}: {checked.why}.")
    out.say("Pause all (`mainspring sending pause`) and compare with a backup.")
    raise typer.Exit(1)

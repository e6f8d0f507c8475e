"""``mainspring import``: read a file, say what was understood of it, and keep what is new."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.workspace import open_workspace
from domain.errors import WrongUsage

if TYPE_CHECKING:
    from app.bounces import BouncesImported
    from app.importing import Imported
    from app.importing_folder import FolderImported
    from tools.store.intake import Intake

app = typer.Typer(rich_markup_mode=None)


@app.command("import")
def import_data(
    kind: Annotated[
        Literal[
            "orders",
            "customers",
            "profiles",
            "events",
            "facts",
            "suppressions",
            "consents",
            "complaints",
            "bounces",
            "klaviyo",
            "shopify",
            "hubspot",
            "ga4",
            "folder",
        ],
        typer.Argument(
            help="What the file holds (profiles are customers), or the system that exported it; "
            "folder: every table in one."
        ),
    ],
    file: Annotated[
        Path,
        typer.Argument(
            help="A CSV, JSONL or Parquet file, also packed as .gz or .zip; for bounces a mailbox "
            "folder or a JSONL file."
        ),
    ],
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="Where a field is read from; FIELD==VALUE says the same for every row.",
        ),
    ] = None,
    tz: Annotated[
        str, typer.Option(help="Time zone of times without one, for example Europe/London.")
    ] = "",
    currency: Annotated[str, typer.Option(help="Of amounts without one, for example GBP.")] = "",
    region: Annotated[
        str, typer.Option(help="Country of phone numbers without a country code, for example DE.")
    ] = "",
    source: Annotated[
        str, typer.Option(help="The system that says these rows, for example “Till”.")
    ] = "",
    purchases: Annotated[
        bool, typer.Option("--purchases", help="Of ga4: take its purchases as orders, too.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read a file into the workspace. Importing it twice adds nothing."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.bounces import import_bounces
    from app.importing import KINDS, import_export, import_file, read_mapping
    from app.importing_folder import import_folder
    from tools.store.exports import SYSTEM_NAMES

    if kind == "bounces":
        _bounces(out, import_bounces(opened, file))
        return
    kind = "customers" if kind == "profiles" else kind
    said = read_mapping(mapping or [])
    _fits(kind, said, purchases)
    system = next((system for system in SYSTEM_NAMES if system == kind), None)
    with out.working(f"Reading {file.name}") as bar:
        task = bar.task_ids[0]

        def progress(rows: int) -> None:
            bar.update(task, completed=rows, description=f"{rows:,} rows")

        def begin(name: str) -> None:
            bar.update(task, description=f"Reading {name}")

        if kind == "folder":
            found = import_folder(
                opened, file, timezone=tz or None, currency=currency or None, source=source,
                region=region or None, begin=begin,
            )  # fmt: skip
        elif system is not None:
            parts = import_export(
                opened, system, file, mapping=said, timezone=tz or None, currency=currency or None,
                progress=progress, source=source, region=region or None, all_parts=purchases,
            )  # fmt: skip
        else:
            one = import_file(
                opened, next(k for k in KINDS if k == kind), file, mapping=said,
                timezone=tz or None, currency=currency or None, progress=progress, source=source,
                region=region or None,
            )  # fmt: skip
            parts = (one,)
    if kind == "folder":
        _say_folder(found, out)
        out.answer("import.folder.v1", found)
        raise typer.Exit(1 if found.failed else 0)
    for imported in parts:
        _say(imported, out)
    if system is not None:
        out.answer("import.export.v1", {"parts": parts})
    else:
        out.answer("import.v1", parts[0])
    if all(imported.intake.nothing_read for imported in parts):
        raise typer.Exit(1)


def _fits(kind: str, said: dict[str, str], purchases: bool) -> None:
    """Raise WrongUsage where an option does not fit what is imported."""
    if purchases and kind != "ga4":
        raise WrongUsage("unfit_option", "--purchases is for ga4 alone.", next_step="Leave it out.")
    if said and kind == "folder":
        raise WrongUsage(
            "unfit_option",
            "--map speaks of one file's columns, and a folder holds several files.",
            next_step="Name the columns in mainspring.toml, section [data], or import that file "
            "alone.",
        )


def _say_folder(found: FolderImported, out: Out) -> None:
    for file in found.files:
        for imported in file.imported:
            intake = imported.intake
            what = file.export or intake.kind
            counts = [f"{intake.rows_read:,} rows", f"{intake.added:,} new"]
            if intake.quarantined:
                counts.append(f"{intake.quarantined:,} that we could not read")
            if imported.consents_added:
                counts.append(f"{imported.consents_added:,} consents")
            out.say(
                f"{file.file:<32} {what}, {intake.kind}: {', '.join(counts)}"
                if file.export
                else f"{file.file:<32} {what}: {', '.join(counts)}"
            )
            for note in intake.notes:
                out.say(f"    {note}")
        if file.problem is not None:
            out.warn(f"{file.file}: {file.problem.what}. {file.problem.next_step}")
        elif file.failed:
            out.warn(f"{file.file}: nothing of it could be read.")
    new = sum(one.intake.added for file in found.files for one in file.imported)
    aside = sum(one.intake.quarantined for file in found.files for one in file.imported)
    out.say("")
    out.say(
        f"{len(found.files) - found.failed:,} of {len(found.files):,} files are in the data: "
        f"{new:,} new rows, {aside:,} that we could not read."
    )
    if found.passed_by:
        out.say(f"Passed by, being no tables: {', '.join(found.passed_by)}")


def _bounces(out: Out, came_back: BouncesImported) -> None:
    added = came_back.imported.intake.added if came_back.imported is not None else 0
    out.say(f"{came_back.found:,} reports about mails of ours, {added:,} of them new.")
    if came_back.unknown:
        out.warn(f"{came_back.unknown:,} are about messages that this workspace does not know.")
    for place, why in came_back.unread:
        out.warn(f"{place}: {why}")
    out.answer("import.bounces.v1", came_back)


def _say(imported: Imported, out: Out) -> None:
    intake = imported.intake
    out.say(f"{intake.file}, understood as {intake.kind} from “{intake.source}”:")
    for field in intake.understood:
        source = field.column if field.constant is None else f"“{field.constant}” for every row"
        out.say(f"  {field.field:<22} from {source}")
    if intake.not_used:
        out.say(f"  {'not used':<22} {', '.join(intake.not_used)}")
    out.say("")
    for label, count in (
        ("rows read", intake.rows_read),
        ("new", intake.added),
        ("known already", intake.already_known),
        ("exact repeats in this file", intake.duplicates),
        ("rows that we could not read", intake.quarantined),
        ("single values left empty", intake.values_set_aside),
        ("consents recorded", imported.consents_added),
        ("addresses left out from now on", imported.suppressions_added),
        ("people left out from now on", imported.no_contact_added),
    ):
        if count or label in ("rows read", "new", "known already"):
            out.say(f"  {label:<31} {count:>11,}")
    for reason, count in intake.reasons:
        out.say(f"    {reason}: {count:,}")
    for reason, count in intake.set_aside:
        out.say(f"  left empty: {reason}: {count:,}")
    if intake.quarantine_file:
        out.say(f"  they lie, with line and reason, in {intake.quarantine_file}")
    if intake.nothing_read:
        kept = imported.suppressions_added or imported.no_contact_added
        nothing = "." if kept else ", so nothing was changed."
        out.warn(f"Nothing of this file could be read{nothing}")
    changes = imported.fact_changes
    if changes is not None:
        out.say(
            f"  facts: {_of_both_kinds(intake)}"
            f"{len(changes.added):,} new, {len(changes.changed):,} changed, "
            f"{len(changes.unchanged):,} as before, {len(changes.removed):,} gone"
        )
        for stopped in changes.stopped_publications:
            out.warn(f"Stopped the scheduled send {stopped}: a fact that it cites has changed.")
    for note in intake.notes:
        out.warn(note)
    if imported.unreachable_stops:
        out.warn(
            f"{imported.unreachable_stops:,} bounces or complaints name people without a known "
            "address; import their addresses as suppressions."
        )


def _of_both_kinds(intake: Intake) -> str:
    if intake.facts is None:
        return ""
    products, house = len(intake.facts.products), len(intake.facts.house)
    parts = (
        (products, "product" if products == 1 else "products"),
        (house, "statement of the house" if house == 1 else "statements of the house"),
    )
    return ", ".join(f"{count:,} {name}" for count, name in parts if count) + "; "

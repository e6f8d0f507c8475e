"""Imports: what was given and waits for a decision, what was imported, and one file looked at."""

from __future__ import annotations

import asyncio
import zoneinfo
from datetime import datetime
from typing import Any

from app.field_words import (
    FIELD_WORDS,
    KIND_WORDS,
    PURPOSE_WORDS,
    reason_in_words,
    so_many,
)
from app.looking_in import uploads_of
from app.masking import OPEN_FIELDS, masked_value
from app.uploads import MOST_BYTES, Chosen, Seen, Upload
from app.workspace import Workspace
from domain.errors import MainspringError
from domain.frozen import Frozen
from ledger import journal, people
from ledger.database import Transaction
from tools.store.exports import recognise
from tools.store.fields import FIELDS, Kind
from tools.store.readers import LINE, first_rows
from tools.store.segments import Store
from workflows.transactions import read

SAMPLE_ROWS = 5


class Imported(Frozen):
    """One line of the history of imports."""

    at: datetime
    by: str
    file: str
    kind: str
    export: str
    rows: int
    added: int
    known: int
    could_not: int
    consents: int


class ImportsPage(Frozen):
    waiting: tuple[Upload, ...]
    """Given, and not decided on yet; the latest first."""
    history: tuple[Imported, ...]
    empty: bool
    """Whether the workspace has no data at all yet."""
    most_megabytes: int = MOST_BYTES // 1024**2


class FieldRow(Frozen):
    """A field, and where it is read from."""

    field: str
    words: str
    required: bool
    column: str
    """What it is read from now, as text; empty: nothing."""
    how: str
    chosen: str
    """The column that a person chose; empty: as it was understood."""
    above: bool = False
    """The same field of another part, where it is chosen for both."""

    @property
    def shown(self) -> bool:
        return bool(self.column or self.required)


class PartPage(Frozen):
    seen: Seen
    words: str
    channels: tuple[tuple[str, int, int], ...]
    """What each channel was told, in words: people who said yes, and no."""
    new: str
    """How many would be new: "1 order line"."""
    reasons: tuple[tuple[str, int], ...]
    """Why rows could not be read, in words, and how many."""
    fields: tuple[FieldRow, ...]


class Said(Frozen):
    """What a person said for every row, as the form shows it."""

    date_order: str = ""
    consent_source: str = ""
    consent_at: str = ""
    consent_wording: str = ""


class ImportPage(Frozen):
    upload: Upload
    said: Said
    working: bool
    """Whether a task is at it just now."""
    interrupted: bool
    """Whether a task was at it and ended without a word."""
    kind_words: str
    parts: tuple[PartPage, ...]
    fields: tuple[FieldRow, ...]
    """Of a file that could not be tried yet: the fields to be said."""
    sample_columns: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    """The first rows, masked."""
    timezones: tuple[str, ...]
    on_request: bool
    """Whether it has parts that are taken in only where a person asks."""
    yes: int
    yes_without_proof: str
    """What stands in the way of a yes, in words; empty: nothing."""
    needs_time_zone: bool
    needs_currency: bool
    can_keep: bool


async def imports_page(workspace: Workspace) -> ImportsPage:
    """What waits and what was imported. Raises CdpError store_damaged."""

    def look(tx: Transaction) -> tuple[Imported, ...]:
        names = {p.id: p.name for p in people.list_people(tx)}
        entries = list(journal.of_kind(tx, "import"))[-100:]
        return tuple(_line(entry, names) for entry in reversed(entries))

    history = await read(workspace.ledger, look)
    uploads = await asyncio.to_thread(uploads_of(workspace).all)
    counts = await asyncio.to_thread(Store(workspace.store_folder).counts)
    return ImportsPage(
        waiting=tuple(u for u in uploads if u.status != "kept"),
        history=history,
        empty=not (counts["profiles"] or counts["orders"]),
    )


def _line(entry: journal.Entry, names: dict[str, str]) -> Imported:
    data: dict[str, Any] = entry.data
    return Imported(
        at=entry.at,
        by=names.get(entry.person_id or "", ""),
        file=entry.thing.partition(":")[2],
        kind=data.get("kind", ""),
        export=data.get("export", ""),
        rows=data.get("rows_read", 0),
        added=data.get("added", 0),
        known=data.get("already_known", 0),
        could_not=data.get("quarantined", 0),
        consents=data.get("consents_added", 0),
    )


async def import_page(workspace: Workspace, upload_id: str) -> ImportPage:
    """One file as it stands. Raises Refused unknown."""
    return await asyncio.to_thread(_import_page, workspace, upload_id)


def _import_page(workspace: Workspace, upload_id: str) -> ImportPage:
    uploads = uploads_of(workspace)
    working = uploads.is_worked_on(uploads.get(upload_id))
    upload = uploads.get(upload_id)  # as it stands after the look at its lock
    chosen = upload.chosen
    parts = _parts(upload)
    columns, rows = _sample(workspace, upload)
    export = recognise(upload.columns)
    names = {u.field for seen in upload.seen for u in seen.understood}
    kinds = [seen.kind for seen in upload.seen] or ([chosen.kind] if chosen else [])
    return ImportPage(
        upload=upload,
        said=_said(chosen),
        working=working,
        interrupted=upload.status in ("reading", "keeping") and not working,
        kind_words=" and ".join(KIND_WORDS[k] for k in kinds),
        parts=parts,
        fields=_fields(chosen.kind, upload, None) if chosen and not parts else (),
        sample_columns=columns,
        sample=rows,
        timezones=tuple(sorted(zoneinfo.available_timezones())),
        on_request=any(part.on_request for part in export.parts) if export else False,
        yes=sum(seen.said_yes for seen in upload.seen),
        yes_without_proof=" ".join(
            note for seen in upload.seen for note in seen.notes if "prove nothing" in note
        ).partition(" If they share them")[0],
        needs_time_zone=any(k != "facts" for k in kinds),
        needs_currency="facts" in kinds or ("orders" in kinds and "currency" not in names),
        can_keep=upload.status in ("ready", "keeping")
        and not working
        and upload.problem is None
        and any(seen.new or seen.known or seen.said_yes or seen.said_no for seen in upload.seen),
    )


def _parts(upload: Upload) -> tuple[PartPage, ...]:
    parts, chosen_above = [], set[str]()
    for seen in upload.seen:
        fields = tuple(
            row.model_copy(update={"above": row.field in chosen_above})
            for row in _fields(seen.kind, upload, seen)
        )
        chosen_above |= {row.field for row in fields}
        parts.append(
            PartPage(
                seen=seen,
                words=KIND_WORDS[seen.kind],
                channels=tuple(
                    (PURPOSE_WORDS[purpose], yes, no) for purpose, yes, no in seen.channels
                ),
                new=so_many(seen.kind, seen.new),
                reasons=tuple((reason_in_words(why), count) for why, count in seen.reasons),
                fields=fields,
            )
        )
    return tuple(parts)


def _said(chosen: Chosen | None) -> Said:
    mapping = chosen.mapping if chosen else {}

    def every_row(field: str) -> str:
        value = mapping.get(field, "")
        return value[1:] if value.startswith("=") else ""

    return Said(
        date_order=mapping.get("date_order", ""),
        consent_source=every_row("email_consent_source") or every_row("source"),
        consent_at=every_row("email_consent_at") or every_row("consented_at"),
        consent_wording=every_row("email_consent_wording") or every_row("wording"),
    )


def _fields(kind: Kind, upload: Upload, seen: Seen | None) -> tuple[FieldRow, ...]:
    """Every field of the kind; those that something is read from first."""
    chosen = upload.chosen or Chosen(kind=kind)
    understood = {u.field: u for u in seen.understood} if seen else {}
    rows = []
    for field in FIELDS[kind]:
        if field.name == "date_order":
            continue
        found = understood.get(field.name)
        said = chosen.mapping.get(field.name, "")
        column = ""
        if found is not None:
            column = found.column if found.constant is None else f"“{found.constant}”, every row"
        rows.append(
            FieldRow(
                field=field.name,
                words=FIELD_WORDS.get(field.name, field.name.replace("_", " ")),
                required=field.required,
                column=column,
                how=found.how if found and not said else "",
                chosen=said,
            )
        )
    return tuple(sorted(rows, key=lambda r: not r.shown))


def _sample(
    workspace: Workspace, upload: Upload
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The columns that are used, and the first rows, masked wherever they may be personal."""
    path = uploads_of(workspace).path(upload)
    if not path.exists():
        return (), ()
    try:
        batch = first_rows(path, SAMPLE_ROWS)
    except MainspringError:
        return (), ()
    shown = _shown_columns(upload)
    columns = [n for n in batch.schema.names if n != LINE and n in shown][:12] or [
        n for n in batch.schema.names if n != LINE
    ][:12]
    rows = tuple(
        tuple(masked_value(row[name], in_the_clear=shown.get(name, False)) for name in columns)
        for row in batch.select(columns).to_pylist()
    )
    return tuple(columns), rows


def _shown_columns(upload: Upload) -> dict[str, bool]:
    """Each column that something is read from, and whether its values may be shown."""
    shown: dict[str, bool] = {}
    export = recognise(upload.columns)
    for seen in upload.seen:
        part = (
            export.part(seen.kind) if export and upload.chosen and upload.chosen.as_export else None
        )
        for understood in seen.understood:
            if understood.constant is not None:
                continue
            field = part.field(understood.field) if part else None
            columns = field.columns if field else (understood.column,)
            for column in columns:
                clear = understood.field in OPEN_FIELDS
                shown[column] = shown.get(column, True) and clear
    return shown

"""The data audit as a page: the most useful repair first, the people behind each, and the rows
that could not be read."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.data_audit import AuditShown, audit_data
from app.field_words import reason_in_words
from app.masking import OPEN_FIELDS, masked_value
from app.views.history import Checked, chain_check
from app.views.imports import Imported, imports_page
from app.views.people import of_finding
from app.workspace import Workspace
from domain.audit import Finding, FindingCode, Valuable
from domain.errors import Refused
from domain.frozen import Frozen
from tools.store.columns import plain
from tools.store.fields import FIELDS, Kind
from workflows.stack import Stack

ROWS = 50
"""Rows of a file that a page shows."""

_STEPS: dict[FindingCode, tuple[str, str]] = {
    "nothing_imported": ("/import", "Import a file"),
    "no_consent": ("/import", "Import consents"),
    "no_proof": ("/import", "Import the proof"),
    "no_address": ("/import", "Import addresses"),
    "no_name": ("/import", "Import names"),
    "unknown_buyers": ("/import", "Import orders with the buyer's id"),
    "old": ("/import", "Import a fresh export"),
    "stale": ("/import", "Import fresh details"),
    "disagreement": ("/import", "Import the mended export"),
    "times_out_of_order": ("/import", "Import the right days"),
    "duplicates": ("/audience/who", "Decide who is who"),
    "quiet_source": ("#sources", "Show the sources"),
    "unreadable": ("#unread", "Read them"),
    "no_events": ("/import", "Import events"),
}


class RepairLine(Frozen):
    """A repair, with the people behind it and the step that does it."""

    repair: Finding
    people_address: str
    """Empty: no people are behind it, or nobody knows who they are."""
    step: str
    """Empty: it is done outside the desk."""
    step_address: str


class UnreadFile(Frozen):
    """Rows and values of one file that could not be read."""

    name: str
    kind: str
    rows: int
    values: int
    reasons: tuple[tuple[str, int], ...]
    at: datetime


class AuditPage(Frozen):
    audit: AuditShown
    repairs: tuple[RepairLine, ...]
    """All of them, the most useful first."""
    chosen: Valuable | None
    """The customer whose record is shown beside the repairs."""
    unread: tuple[UnreadFile, ...]
    imports: tuple[Imported, ...]
    history: Checked
    """Whether the chain of the history is unbroken."""


class UnreadRow(Frozen):
    line: int
    reason: str
    values: tuple[tuple[str, str], ...]
    """Column and value, masked wherever it may be personal."""
    kept: bool
    """The row was kept; this value alone was left out."""


class UnreadPage(Frozen):
    file: UnreadFile
    rows: tuple[UnreadRow, ...]
    page: int
    more: bool


async def audit_page(workspace: Workspace, stack: Stack, number: int = 0) -> AuditPage:
    """Look through the data now. ``number``: the valuable customer to show; 0: the first with
    something wrong. Raises CdpError store_damaged."""
    audit = await audit_data(workspace, stack)
    return AuditPage(
        audit=audit,
        repairs=tuple(_line(finding) for finding in audit.findings),
        chosen=_chosen(audit, number),
        unread=await asyncio.to_thread(unread_files, workspace),
        imports=(await imports_page(workspace)).history,
        history=await chain_check(workspace.ledger),
    )


def _chosen(audit: AuditShown, number: int) -> Valuable | None:
    named = [one for one in audit.valuable if one.number == number]
    wrong = [one for one in audit.valuable if one.traces]
    return next(iter((*named, *wrong, *audit.valuable)), None)


def _line(finding: Finding) -> RepairLine:
    address, step = _STEPS.get(finding.code, ("", ""))
    people = of_finding(finding.code) if finding.people and finding.by_person else ""
    return RepairLine(repair=finding, people_address=people, step=step, step_address=address)


def unread_files(workspace: Workspace) -> tuple[UnreadFile, ...]:
    """Every file of rows that could not be read, the latest first."""
    found = [_counted(path) for path in sorted(workspace.quarantine_folder.glob("*.jsonl"))]
    return tuple(sorted(found, key=lambda f: f.at, reverse=True))


async def unread_page(workspace: Workspace, name: str, page: int) -> UnreadPage:
    """One page of a file's rows, masked. Raises Refused unknown."""
    return await asyncio.to_thread(_unread_page, workspace, name, page)


def _unread_page(workspace: Workspace, name: str, page: int) -> UnreadPage:
    # The name is looked for among the files there are; it is never made a path.
    path = next((p for p in workspace.quarantine_folder.glob("*.jsonl") if p.name == name), None)
    if path is None:
        raise Refused(
            "unknown",
            "There is no such file of rows that we could not read.",
            thing=name[:80],
            next_step="The data audit lists those that there are.",
        )
    kind = _kind(path)
    start = (page - 1) * ROWS
    rows = []
    for number, entry in enumerate(_entries(path)):
        if number >= start + ROWS:
            break
        if number >= start:
            rows.append(_row(entry, kind))
    file = _counted(path)
    return UnreadPage(
        file=file, rows=tuple(rows), page=page, more=start + ROWS < file.rows + file.values
    )


def _row(entry: dict[str, object], kind: Kind | None) -> UnreadRow:
    line, reason = entry.get("line"), str(entry.get("reason", ""))
    field = entry.get("field")
    if isinstance(field, str):
        values = [(field, masked_value(entry.get("value"), in_the_clear=field in OPEN_FIELDS))]
    else:
        values = list(_values(entry.get("row"), kind))
    return UnreadRow(
        line=line if isinstance(line, int) else 0,
        reason=reason,
        values=tuple(values),
        kept=field is not None,
    )


def _values(row: object, kind: Kind | None) -> Iterator[tuple[str, str]]:
    """A row's values by their columns; those without a name, or of an unknown one, masked."""
    if isinstance(row, dict):
        for column, value in row.items():
            if value not in (None, ""):
                clear = _field_of(str(column), kind) in OPEN_FIELDS
                yield str(column), masked_value(value, in_the_clear=clear)
    elif isinstance(row, list):
        for number, value in enumerate(row, start=1):
            yield f"value {number}", masked_value(value, in_the_clear=False)
    else:
        yield "the line", masked_value(row, in_the_clear=False)


def _field_of(column: str, kind: Kind | None) -> str:
    name = plain(column)
    for field in FIELDS[kind] if kind else ():
        if name == plain(field.name) or name in field.names:
            return field.name
    return ""


def _counted(path: Path) -> UnreadFile:
    rows = values = 0
    reasons: Counter[str] = Counter()
    for entry in _entries(path):
        field = entry.get("field")
        rows, values = rows + (field is None), values + (field is not None)
        reason = str(entry.get("reason", ""))
        reasons[reason_in_words(f"{field}: {reason}" if field is not None else reason)] += 1
    return UnreadFile(
        name=path.name,
        kind=_kind(path) or "",
        rows=rows,
        values=values,
        reasons=tuple(reasons.most_common(6)),
        at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
    )


def _entries(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _kind(path: Path) -> Kind | None:
    start = path.name.partition("-")[0]
    return next((kind for kind in FIELDS if kind == start), None)

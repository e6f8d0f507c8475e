"""Everything that a workspace holds about one person, as an archive that they can read."""

from __future__ import annotations

import html
import io
import json
import os
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic_core import to_jsonable_python

from app.privacy import files, person, reading
from app.privacy.person import Found
from app.privacy.records import records
from app.privacy.search import search
from app.workspace import Workspace
from domain.errors import Refused
from ledger import erasing, held, journal, people
from ledger.people import Person
from tools.store.schema import TABLES
from tools.store.segments import Store, connect

TITLES = {
    "profiles": "Profile, by the system that says it",
    "orders": "Orders",
    "events": "What happened",
    "links": "Identifiers that were seen together",
    "consents": "Answers on consent, with their evidence",
    "no_contact": "Not to be contacted",
    "complaints": "Complaints",
    "suppressions": "Addresses and numbers that are not written to",
    "messages": "Messages",
    "variants": "Variants of campaigns",
    "engagements": "What became of messages",
    "audiences": "Audiences that you were part of",
    "identity_decisions": "Decisions on who is who",
    "pseudonyms": "Pseudonyms",
    "texts": "Texts that name you",
    "files": "Lines of files that name you",
}
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<title>What {name} holds about you</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}td,th{{border-bottom:1px solid #ccc;padding:.3rem .5rem;
text-align:left;vertical-align:top;overflow-wrap:anywhere}}div{{overflow-x:auto}}</style>
<h1>What {name} holds about you</h1>
<p>As of {at}. The same is in <code>person.json</code>, for programs. {counts}</p>
{sections}</html>
"""


def export(workspace: Workspace, asked: str, who: Person, to: Path) -> dict[str, int]:
    """Write the archive (mode 0600); how many rows of what it holds.

    Needs the right to administer. Raises WrongUsage unknown_person, ambiguous_person; Refused
    exists.
    """
    people.require(who, "administer")
    if to.exists():
        raise Refused(
            "exists",
            "There is a file of this name already.",
            thing=str(to),
            next_step="Name another file with --to.",
        )
    found = person.find(workspace, asked)
    with workspace.ledger.read() as tx:
        now = tx.now
    data = gather(workspace, found)
    counts = {name: len(rows) for name, rows in data.items() if rows}
    if not counts:
        raise person.unknown(asked)
    _write(to, _archive(workspace.settings.workspace.name, now, found, data))
    with workspace.ledger.write() as tx:
        journal.append(
            tx, "person_exported", person_id=who.id, thing="privacy", data={"rows": counts}
        )
    return counts


def gather(workspace: Workspace, found: Found) -> dict[str, list[dict[str, Any]]]:
    """All rows about the person, by what they are."""
    who = found.who
    data: dict[str, list[dict[str, Any]]] = {}
    store = Store(workspace.store_folder)
    with connect() as engine:
        engine.register("ids", pa.table({"value": pa.array(who.customer_ids, pa.string())}))
        engine.register("devices", pa.table({"value": pa.array(who.devices, pa.string())}))
        for table in TABLES:
            mine = "customer_id IN (FROM ids)"
            if table in ("events", "links"):
                mine += " OR (customer_id IS NULL AND anonymous_id IN (FROM devices))"
            query = f"SELECT * FROM ({store.view(table)}) WHERE {mine}"  # noqa: S608
            data[table] = engine.execute(query).to_arrow_table().to_pylist()
    addresses = [*who.addresses, *(phone.e164 for phone in who.phones)]
    with workspace.ledger.read() as tx:
        key = workspace.secrets.suppression_key
        data |= held.about(tx, who.customer_ids, addresses, key)
        data["texts"] = [
            {"where": row.table.name, **row.key, **row.said} for row in erasing.naming(tx, who)
        ]
    data["files"] = list(_files(workspace, found))
    return data


def _files(workspace: Workspace, found: Found) -> Iterable[dict[str, Any]]:
    """Records of files that are theirs; of other files where they were found."""
    known = {"data", "ledger.sqlite", "ledger.sqlite-wal"}
    for place in search(workspace.folder, found).left:
        path = Path(place.file)
        if path.parts[0] in known:
            continue
        if path.suffix.lower() not in files.LINES:
            yield {"file": place.file, "place": place.place, "holds": list(place.kinds)}
            continue
        text, _ = reading.decoded((workspace.folder / path).read_bytes())
        for record in records(text, path.suffix.lower(), found):
            if record.is_theirs:
                yield {"file": place.file, "record": record.text.strip()}


def _archive(
    name: str, at: datetime, found: Found, data: Mapping[str, Sequence[Mapping[str, Any]]]
) -> bytes:
    body = {
        "schema": "person.v1",
        "held_by": name,
        "as_of": at,
        "customer_ids": found.who.customer_ids,
        "devices": found.who.devices,
        "held": data,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(to_jsonable_python(body), ensure_ascii=False, indent=1)
        archive.writestr("person.json", text + "\n")
        archive.writestr("person.html", _page(name, at, data))
    return buffer.getvalue()


def _page(name: str, at: datetime, data: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    sections = "\n".join(
        f"<h2>{html.escape(TITLES[what])} ({len(rows):,})</h2>\n{_table(rows)}"
        for what, rows in data.items()
        if rows
    )
    nothing = [TITLES[what].lower() for what, rows in data.items() if not rows]
    counts = f"Nothing is held of: {', '.join(nothing)}." if nothing else ""
    return _PAGE.format(
        name=html.escape(name), at=f"{at:%Y-%m-%d %H:%M} UTC", counts=html.escape(counts),
        sections=sections,
    )  # fmt: skip


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Columns in which any row says something."""
    plain = [to_jsonable_python(row) for row in rows]
    names = [n for n in dict.fromkeys(k for row in plain for k in row) if any(
        row.get(n) not in (None, "") for row in plain
    )]  # fmt: skip
    head = "".join(f"<th>{html.escape(n.replace('_', ' '))}</th>" for n in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_cell(row.get(n)))}</td>" for n in names) + "</tr>\n"
        for row in plain
    )
    return f"<div><table><tr>{head}</tr>\n{body}</table></div>"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)

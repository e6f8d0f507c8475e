"""A workspace that holds one person, Anna, in every place where it could hold somebody; and others
who look like her. Also how tests look for her, independently of the program."""

from __future__ import annotations

import csv
import gzip
import json
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from app.importing import Imported, import_file
from app.looking_in import uploads_of
from app.workspace import Workspace, open_workspace
from domain.customer import Complaint
from ledger import complaints, same_people, subjects
from ledger import tables as t
from tests.integration.commanding import Commands
from tools.store.fields import Kind
from tools.store.schema import RESOLVED
from tools.store.segments import Store

ANNA = "anna.muellerschoen@post.example"
NEEDLES = ("h400001", "kd-77-anna", "anna.muellerschoen", "müllerschön", "muellerschön",
           "1701234567", "dev-5f2e9c81aa")  # fmt: skip
SECOND = "KD-77-ANNA"
CUSTOMERS = [
    {"customer_id": "H400001", "email": "Anna.Muellerschoen@post.example", "first_name": "Anna",
     "last_name": "Müllerschön", "phone": "+49 170 1234567", "street": "Am Gries 4",
     "anonymous_id": "dev-5f2e9c81aa", "email_consent": "yes",
     "email_consent_at": "2010-05-01T10:00:00Z", "email_consent_source": "Till, Anna Müllerschön",
     "email_consent_wording": "Yes, write to me."},
    {"customer_id": SECOND, "email": ANNA, "first_name": "Anna", "last_name": "Müllerschön"},
    {"customer_id": "H400002", "email": "joanna.muellerschoen@post.example",
     "first_name": "Johanna", "last_name": "Müllerschöner"},
    {"customer_id": "H4000012", "email": "bo@post.example", "first_name": "Bo",
     "last_name": "Berg"},
]  # fmt: skip
ORDERS = [
    {"order_id": f"o{n}", "customer_id": who, "ordered_at": "2010-06-01T10:00:00Z",
     "product_id": "ring", "description": text, "quantity": "1", "unit_price": "100",
     "currency": "GBP"}
    for n, (who, text) in enumerate((
        ("H400001", "ring"), (SECOND, "ring, engraved Anna Müllerschön"),
        ("H4000012", "present for Anna Müllerschön"),
    ))
]  # fmt: skip
EVENTS = [
    {"event_id": "e1", "customer_id": "H400001", "name": "Product Viewed",
     "occurred_at": "2010-07-01T10:00:00Z"},
    {"event_id": "e2", "customer_id": "H4000012", "name": "Friend Named",
     "occurred_at": "2010-07-01T10:00:00Z", "properties": json.dumps({"friend": ANNA})},
]  # fmt: skip


def bring(workspace: Workspace, kind: Kind, rows: list[dict[str, Any]], folder: Path) -> Imported:
    path = folder / f"{kind}.csv"
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return import_file(workspace, kind, path, mapping={}, timezone="UTC", currency="GBP")


def plant(folder: Path, *, campaign: bool = True) -> Commands:
    """Make it below ``folder``; with a campaign whose goal names her, or without."""
    commands = Commands(folder / "shop", folder / "home")
    commands.init()
    workspace = opened(commands)
    bring(workspace, "customers", CUSTOMERS, folder)
    bring(workspace, "orders", ORDERS, folder)
    bring(workspace, "events", EVENTS, folder)
    bad = [{"customer_id": "", "email": ANNA}, {"customer_id": "x" * 500, "email": "bo@x.example"}]
    bring(workspace, "customers", bad, folder)
    if campaign:
        commands.run("campaign", "new", f"Invite Anna Müllerschön ({ANNA})", exits=3)
    _merge(workspace)
    _talk(workspace)
    _files(workspace)
    workspace.ledger.close()
    return commands


def opened(commands: Commands) -> Workspace:
    return open_workspace(commands.folder, {"MAINSPRING_HOME": str(commands.home)})


def _merge(workspace: Workspace) -> None:
    who = [
        {"kind": "customer", "value": SECOND, "person": "H400001"},
        {"kind": "anonymous", "value": "dev-5f2e9c81aa", "person": "H400001"},
    ]
    Store(workspace.store_folder).resolve(pa.Table.from_pylist(who, schema=RESOLVED))
    with workspace.ledger.write() as tx:
        names = subjects.pseudonyms(tx, ["H400001", SECOND])
        same_people.replace(tx, {names[SECOND]: names["H400001"]})
        case = Complaint(customer_id=SECOND, case_id="1", source="zendesk", opened_at=tx.now)
        complaints.record(tx, [case])


def _talk(workspace: Workspace) -> None:
    with workspace.ledger.write() as tx:
        owner = workspace.person(tx).id
        thread = {
            "id": "thread", "graph": "assistant", "person_id": owner, "title": "Anna Müllerschön",
            "metadata": {}, "created_at": tx.now, "updated_at": tx.now,
        }  # fmt: skip
        tx.connection.execute(t.threads.insert(), thread)
        turn = {
            "id": "turn", "thread_id": "thread", "number": 1, "person_id": owner,
            "said": {"text": "Has Müllerschön, Anna bought? Call 0170/123 45 67."},
            "status": "done", "answer": {"text": "Frau Müllerschön (H400001) has."},
            "started_at": tx.now,
        }  # fmt: skip
        tx.connection.execute(t.turns.insert(), turn)


def _files(workspace: Workspace) -> None:
    folder = workspace.folder
    table = f'customer_id;note\n1;"of two\nlines"\nH400001;"hers,\n{ANNA}"\n2;stays\n'
    uploads_of(workspace).take(BytesIO(table.encode()), "given.csv", "somebody")
    said = {"userId": "H400001", "messageId": "m1", "traits": {"email": ANNA, "name": "Anna"}}
    request = {"id": "r1", "source": "s1", "at": "2010-12-10T08:00:00Z", "call": "identify"}
    workspace.spool_folder.mkdir()
    line = json.dumps({**request, "body": said}) + "\n"
    (workspace.spool_folder / "0.spool").write_text(line, "utf-8")
    (folder / "left").mkdir()
    (folder / "left" / "utf16.csv").write_bytes(table.encode("utf-16"))
    (folder / "left" / "export.csv").write_text(table, "utf-8")
    (folder / "left" / "rows.jsonl.gz").write_bytes(
        gzip.compress(b'{"id": "H400001"}\n{"name": "M\\u00fcllersch\\u00f6n, Anna"}\n{"id": 1}\n')
    )
    with zipfile.ZipFile(folder / "left" / "old.zip", "w") as archive:
        archive.writestr("inner.csv", table)
    (folder / "left" / "serve.log").write_text(f"sent to {ANNA}\nall well\n", "utf-8")
    pq.write_table(pa.table({"who": [ANNA, "bo"]}), folder / "left" / "t.parquet")
    mail = EmailMessage()
    mail["To"], mail["Subject"] = f"Müllerschön, Anna <{ANNA}>", "Für Sie"
    mail.set_content("Liebe Anna Müllerschön")
    (folder / "left" / "1.eml").write_bytes(mail.as_bytes())


def everything(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every byte of every file, packed ones and tables opened too."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        for content in _opened(path.read_bytes()):
            yield path, content


def _opened(raw: bytes) -> Iterator[bytes]:
    """These bytes, and whatever is packed in them, however often."""
    yield raw
    if raw.startswith(b"\x1f\x8b"):
        yield from _opened(gzip.decompress(raw))
    elif raw.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            for name in archive.namelist():
                yield from _opened(archive.read(name))
    elif raw.startswith(b"PAR1"):
        yield str(pq.read_table(BytesIO(raw)).to_pylist()).encode()


def places(folder: Path) -> set[str]:
    """Files that hold Anna; who only looks like her is taken out of the bytes first."""
    others = ("joanna.muellerschoen", "johanna müllerschöner", "müllerschöner", "h4000012")
    found = set()
    for path, raw in everything(folder):
        for read in (raw, raw.decode("utf-16-le", "ignore").encode()):
            data = read.lower()
            for other in others:
                data = data.replace(other.encode(), b"")
            escaped = [json.dumps(n)[1:-1].encode() for n in NEEDLES]
            if any(n in data for n in [*(n.encode() for n in NEEDLES), *escaped]):
                found.add(str(path.relative_to(folder)))
    return found

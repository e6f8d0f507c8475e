"""A row of every kind of file, in every form of file, and what became of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tools.store.fields import Kind
from tools.store.intake import Intake, read_file
from tools.store.segments import Store
from tools.store.tables import Tables

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
CUSTOMER = {
    "customer_id": "c1",
    "email": "anna@example.test",
    "first_name": "Anna",
    "last_name": "Berg",
    "language": "de-DE",
    "country": "Germany",
    "city": "München",
    "timezone": "Europe/Berlin",
    "created_at": "2020-01-01T00:00:00Z",
    "email_consent": "yes",
    "email_consent_at": "2020-01-01T00:00:00Z",
    "email_consent_source": "shop checkout",
    "tracking_consent": "no",
    "phone": "+491711234567",
    "postcode": "80331",
    "birthday": "1980-02-01",
    "updated_at": "2026-01-01T00:00:00Z",
    "device_id": "d1",
    "sms_consent": "no",
}
ORDER = {
    "order_id": "1",
    "customer_id": "c1",
    "ordered_at": "2026-05-01T10:00:00Z",
    "product_id": "w1",
    "description": "A watch",
    "category": "watch",
    "quantity": "1",
    "unit_price": "119.00",
    "discount": "0",
    "vat_rate": "0.19",
    "currency": "EUR",
    "channel": "shop",
    "country": "Germany",
    "cancellation": "false",
}
EVENT = {
    "event_id": "e1",
    "customer_id": "c1",
    "name": "Email Opened",
    "occurred_at": "2026-05-01T10:00:00Z",
    "received_at": "2026-05-01T10:00:01Z",
    "campaign_id": "k",
    "message_key": "m",
    "product_id": "w1",
    "machine": "false",
    "properties": "{}",
}
SUPPRESSION = {
    "address": "x@example.test",
    "phone": "",
    "customer_id": "c1",
    "reason": "hard bounce",
    "at": "2026-05-01T10:00:00Z",
}
CONSENT = {
    "customer_id": "c1",
    "email": "anna@example.test",
    "channel": "sms",
    "given": "no",
    "at": "2026-05-01T10:00:00Z",
    "source": "Till",
    "wording": "Write to me.",
}
COMPLAINT = {
    "case_id": "7",
    "customer_id": "c1",
    "email": "anna@example.test",
    "opened_at": "2026-05-01T10:00:00Z",
    "closed_at": "2026-05-02T10:00:00Z",
    "status": "open",
}
FACT = {
    "id": "w1",
    "name": "Dress watch",
    "category": "watch",
    "price": "1200.00",
    "currency": "EUR",
    "stock": "1",
    "flaws": "a scratch",
    "year": "1968",
}
ROWS: dict[Kind, dict[str, str]] = {
    "customers": CUSTOMER,
    "orders": ORDER,
    "events": EVENT,
    "suppressions": SUPPRESSION,
    "consents": CONSENT,
    "complaints": COMPLAINT,
    "facts": FACT,
}


def write_csv(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_jsonl(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_parquet(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    said = {name: [row[name] for row in rows] for name in rows[0]}
    columns = {  # half of a surrogate pair can be in no Parquet file
        name: [value.encode(errors="replace").decode() for value in values]
        for name, values in said.items()
    }
    pq.write_table(pa.table(columns), path)
    return path


WRITE = {"csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet}


def take_in(kind: Kind, path: Path, folder: Path, **more: Any) -> Intake:
    return read_file(
        kind,
        path,
        store=Store(folder / "data"),
        quarantine=folder / "quarantine",
        now=NOW,
        **more,
    )


def set_aside(intake: Intake) -> list[dict[str, Any]]:
    assert intake.quarantine_file is not None
    lines = Path(intake.quarantine_file).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def stored(folder: Path, statement: str) -> list[dict[str, Any]]:
    with Tables(Store(folder / "data"), NOW, "UTC") as tables:
        rows: list[dict[str, Any]] = tables.run_text(statement).to_pylist()
        return rows

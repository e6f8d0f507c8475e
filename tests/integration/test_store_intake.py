"""Files of every kind and mood: what is understood, kept, counted and set aside."""

from __future__ import annotations

import csv
import gzip
import json
import multiprocessing
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domain.errors import WrongUsage
from tools.cdp.port import CdpError
from tools.store.fields import Kind
from tools.store.intake import Intake, read_file
from tools.store.links import link_id
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
EXTREMES = (
    "inf",
    "-Infinity",
    "1e400",
    "1970-01-01",
    "2099-12-31",
    "0000-00-00",
    "99999-01-01T00:00:00Z",
    "=HYPERLINK(1)",
    "x" * 1_000_000,
    "a\tb\nc",
    "\ufeff",
    "'; DROP TABLE raw; --",
    '"',
    "{",
    "[]",
    "12,5,6",
    "1,234",
    "٣",
)


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


# --- formats --------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_dress_is_the_same_customer(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    columns = ["Customer ID", "E-Mail", "Vorname", "Ort"]
    text = "\r\n".join(
        delimiter.join(row) for row in (columns, ["13085.0", "j@example.test", "Jörg", "Köln"])
    )
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))

    intake = take_in("customers", path, tmp_path)

    assert intake.added == 1
    (row,) = stored(tmp_path, "SELECT * FROM profiles")
    assert (row["customer_id"], row["first_name"], row["city"]) == ("13085", "Jörg", "Köln")


def test_the_same_orders_as_csv_jsonl_and_parquet_are_known(tmp_path: Path) -> None:
    rows = [ORDER | {"order_id": str(n)} for n in range(5)]
    take_in("orders", write_csv(tmp_path / "o.csv", rows), tmp_path)
    numbers = [r | {"quantity": 1, "unit_price": 119.0, "cancellation": False} for r in rows]
    typed = pa.Table.from_pylist(rows)
    moments = pa.array([datetime(2026, 5, 1, 10, tzinfo=UTC)] * 5, pa.timestamp("us", "UTC"))
    typed = typed.set_column(2, "ordered_at", moments)
    pq.write_table(typed, tmp_path / "o.parquet")

    from_jsonl = take_in("orders", write_jsonl(tmp_path / "o.jsonl", numbers), tmp_path)
    from_parquet = take_in("orders", tmp_path / "o.parquet", tmp_path)

    assert (from_jsonl.added, from_jsonl.already_known) == (0, 5)
    assert (from_parquet.added, from_parquet.already_known) == (0, 5)


def test_rows_that_are_no_rows_are_set_aside_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text('customer_id,email\na,a@example.test\nb\n"c\nd",e,f\ng,g@example.test\n')

    intake = take_in("customers", path, tmp_path)

    assert (intake.rows_read, intake.added, intake.quarantined) == (4, 2, 2)
    assert [entry["line"] for entry in set_aside(intake)] == [3, 4]


def test_broken_json_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text(f'{json.dumps(EVENT)}\n{{"event_id": \n[1]\n"x"\n{"[" * 100_000}\n')

    intake = take_in("events", path, tmp_path)

    assert (intake.added, intake.quarantined) == (1, 4)
    assert [entry["line"] for entry in set_aside(intake)] == [2, 3, 4, 5]


def test_a_mapping_and_constants_are_believed(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text('Beleg,Wann,Was,Wieviel,Kostet\n7,03/04/2026 10:00,w1,2,"1.190,50"\n')
    mapping = {
        "order_id": "Beleg",
        "ordered_at": "Wann",
        "product_id": "Was",
        "quantity": "Wieviel",
        "unit_price": "Kostet",
        "currency": "=EUR",
        "vat_rate": "=19%",
        "date_order": "=dmy",
    }

    intake = take_in("orders", path, tmp_path, mapping=mapping, timezone="Europe/Berlin")

    assert intake.added == 1
    (row,) = stored(
        tmp_path, "SELECT unit_price, vat_rate, net, CAST(ordered_at AS VARCHAR) AS at FROM orders"
    )
    assert str(row["unit_price"]) == "1190.500000"
    assert str(row["net"]) == "2000.840336"
    assert row["at"].startswith("2026-04-03 08:00:00")


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("orders", "order_id,date\n1,2026-01-01\n", "missing_columns"),
        (
            "orders",
            "order_id,date,sku,qty,price,currency\n1,2026-01-01,w,1,1,EUR\n",
            "timezone_unsaid",
        ),
        (
            "orders",
            "order_id,date,sku,qty,price\n1,2026-01-01T00:00:00Z,w,1,1\n",
            "currency_unsaid",
        ),
        (
            "orders",
            "order_id,customer_id,ordered_at,product_id,quantity,unit_price\n"
            "1,c1,2026-01-01T10:00:00,p,1,2\n",
            "currency_and_timezone_unsaid",
        ),
        ("events", "name,time\nx,2026-01-01T00:00:00Z\n", "missing_columns"),
        ("customers", "", "empty_file"),
        ("facts", "id,name,price\na,A,12\n", "currency_unsaid"),
        ("suppressions", "[]", "missing_columns"),
    ],
)
def test_what_must_be_said_first_is_asked_for(
    tmp_path: Path, kind: Kind, text: str, code: str
) -> None:
    path = tmp_path / "f.csv"
    path.write_text(text)

    with pytest.raises(WrongUsage) as caught:
        take_in(kind, path, tmp_path)

    assert caught.value.code == code
    assert caught.value.next_step
    assert not (tmp_path / "data" / "manifest.json").exists()


def test_a_file_that_is_none_is_told_with_a_next_step(tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and then nothing of the kind")
    for name, code in (
        ("nothing.csv", "no_such_file"),
        (".", "not_a_file"),
        ("broken.parquet", "unreadable_file"),
    ):
        with pytest.raises(WrongUsage) as caught:
            take_in("customers", tmp_path / name, tmp_path)
        assert caught.value.code == code
        assert caught.value.next_step


def test_contradictions_within_a_file_are_counted(tmp_path: Path) -> None:
    rows = [
        CUSTOMER,
        CUSTOMER | {"city": "Berlin", "language": "en"},
        CUSTOMER | {"customer_id": "c2", "email": "b@example.test"},
        CUSTOMER | {"customer_id": "c2", "email": "b@example.test", "city": ""},
    ]

    intake = take_in("customers", write_csv(tmp_path / "c.csv", rows), tmp_path)

    assert intake.conflicts == 1
    assert any("1 customer stands" in note for note in intake.notes)


def test_dates_that_can_be_read_in_two_ways_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("order_id,date,sku,qty,price\n1,3/4/2026,w,1,1\n2,12/1/2026,w,1,1\n")

    with pytest.raises(WrongUsage) as caught:
        take_in("orders", path, tmp_path, timezone="UTC", currency="EUR")

    assert caught.value.code == "date_order_unsaid"


def test_months_come_first_where_a_date_of_the_file_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("Invoice,InvoiceDate,StockCode,Quantity,Price\n1,3/25/2026 8:26,w,1,1\n")

    take_in("orders", path, tmp_path, timezone="UTC", currency="EUR")

    (row,) = stored(tmp_path, "SELECT CAST(ordered_at AS VARCHAR) AS at FROM orders")
    assert row["at"].startswith("2026-03-25 08:26:00")


# --- poison ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def poison(shared_data: Path) -> list[str]:
    path = shared_data / "injection" / "poison_profile_values.json.gz"
    values = [entry["value"] for entry in json.loads(gzip.decompress(path.read_bytes()))]
    return [*values, *EXTREMES]


@pytest.mark.shared
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet", "csv.gz"])
@pytest.mark.parametrize("kind", list(ROWS))
def test_poison_in_every_field_is_counted_and_never_crashes(
    tmp_path: Path, poison: list[str], kind: Kind, suffix: str
) -> None:
    good, identity = ROWS[kind], next(iter(ROWS[kind]))
    rows = [good]
    for field in good:
        for number, value in enumerate(poison):
            rows.append(good | {identity: f"{field}{number}@example.test"} | {field: value})
    path = WRITE[suffix.removesuffix(".gz")](tmp_path / f"f.{suffix.removesuffix('.gz')}", rows)
    if suffix.endswith("gz"):
        path = tmp_path / f"f.{suffix}"
        path.write_bytes(gzip.compress((tmp_path / "f.csv").read_bytes(), 1))

    intake = take_in(kind, path, tmp_path, timezone="UTC", currency="EUR")

    kept = intake.added + intake.already_known + intake.duplicates
    if kind == "orders":  # repeats of a line are among the added
        kept -= intake.duplicates
    assert intake.rows_read == len(rows)
    assert kept + intake.quarantined == len(rows)
    assert 0 < intake.quarantined < len(rows)
    assert sum(n for _, n in intake.reasons) == intake.quarantined
    if kind in ("orders", "events"):
        [row] = stored(tmp_path, f"SELECT count(*) AS n FROM {kind}")
        assert row["n"] == intake.added
    if suffix.endswith("gz"):
        path.write_bytes(path.read_bytes()[:-40])
        with pytest.raises(WrongUsage, match="damaged or cut off"):
            take_in(kind, path, tmp_path, timezone="UTC", currency="EUR")


@pytest.mark.parametrize("kind", list(ROWS))
def test_shifted_columns_and_mixed_encodings_leave_the_good_rows(
    tmp_path: Path, kind: Kind
) -> None:
    good = ROWS[kind]
    values, identity = [*good.values()], next(iter(good))
    broken = [
        [*values, "one too many"], values[:-1], ["", *values[:-1]], [*values[1:], ""],
        [*values[2:], *values[:2]], [f"{value}\N{GREEK SMALL LETTER ALPHA}" for value in values],
    ]  # fmt: skip
    lines = [",".join(f'"{value}"' for value in row) for row in (good, values, *broken)]
    content = (
        "\n".join(lines).encode() + b"\n" + lines[1].replace(values[0], "J\xf6rg").encode("latin-1")
    )
    path = tmp_path / "f.csv"
    path.write_bytes(content)

    intake = take_in(kind, path, tmp_path, timezone="UTC", currency="EUR")

    kept = intake.added + (0 if kind == "orders" else intake.duplicates)
    assert intake.rows_read == 8
    assert kept + intake.quarantined == 8
    assert intake.added >= 1
    assert intake.quarantined >= 3, identity


@pytest.mark.shared
def test_no_poison_reaches_a_name_and_real_names_stay(tmp_path: Path, poison: list[str]) -> None:
    names = [*poison, "李小龙", "محمد", "Łukasz", "O'Neill", "Anne-Marie", "Null", "José Ángel"]
    rows = [CUSTOMER | {"customer_id": str(n), "first_name": v} for n, v in enumerate(names)]

    take_in("customers", write_jsonl(tmp_path / "c.jsonl", rows), tmp_path)

    kept = {
        row["first_name"]
        for row in stored(tmp_path, "SELECT first_name FROM profiles WHERE first_name IS NOT NULL")
    }
    real = {"李小龙", "محمد", "Łukasz", "O'Neill", "Anne-Marie", "Null", "José Ángel", "ß"}
    assert real - {"Null"} <= kept
    wrong = [name for name in kept if set(name) & set("{}<>|=$%\x00\u202e\u200b@")]
    assert wrong == []
    assert all(len(name) <= 100 for name in kept)


def test_an_order_whose_amount_cannot_be_read_is_not_guessed(tmp_path: Path) -> None:
    bad = {
        "discount": "ten",
        "vat_rate": "much",
        "currency": "E",
        "cancellation": "maybe",
        "quantity": "1.5",
        "unit_price": "1,234",
        "ordered_at": "2099-01-01T00:00:00Z",
    }
    rows = [ORDER] + [ORDER | {"order_id": f, f: value} for f, value in bad.items()]

    intake = take_in("orders", write_csv(tmp_path / "o.csv", rows), tmp_path)

    assert intake.added == 1
    assert {entry["reason"].split(":")[0] for entry in set_aside(intake)} == set(bad)
    assert {entry["line"] for entry in set_aside(intake)} == set(range(3, 10))


def test_the_quarantine_file_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "o.csv", [ORDER, ORDER | {"quantity": "many"}])

    first = take_in("orders", path, tmp_path)
    again = take_in("orders", path, tmp_path)

    assert first.quarantine_file == again.quarantine_file
    assert len(set_aside(again)) == 1
    assert Path(str(first.quarantine_file)).stat().st_mode & 0o777 == 0o600


# --- orders, profiles, events ---------------------------------------------------------------------


def test_repeats_are_lines_of_their_own_but_the_same_line_id_is_not(tmp_path: Path) -> None:
    repeats = take_in("orders", write_csv(tmp_path / "a.csv", [ORDER, ORDER, ORDER]), tmp_path)
    rows = [ORDER | {"line_id": "9"}, ORDER | {"line_id": "9"}, ORDER | {"line_id": "10"}]
    by_id = take_in("orders", write_csv(tmp_path / "b.csv", rows), tmp_path)

    assert (repeats.added, repeats.duplicates) == (3, 2)
    assert (by_id.added, by_id.duplicates, by_id.already_known) == (2, 1, 1)


def test_a_return_gives_back_what_was_paid(tmp_path: Path) -> None:
    sale = ORDER | {"discount": "19"}
    back = sale | {"order_id": "2", "quantity": "-1", "ordered_at": "2026-05-09T10:00:00Z"}
    rows = [{k: v for k, v in row.items() if k != "cancellation"} for row in (sale, back)]

    take_in("orders", write_csv(tmp_path / "o.csv", rows), tmp_path)

    found = stored(tmp_path, "SELECT net, cancellation FROM orders ORDER BY ordered_at")
    assert found[0]["net"] == -found[1]["net"]
    assert [row["cancellation"] for row in found] == [False, True]


def test_a_later_import_fills_and_replaces_but_never_erases(tmp_path: Path) -> None:
    first = {"customer_id": "c1", "email": "old@example.test", "city": "Köln"}
    second = {"customer_id": "c1", "email": "new@example.test", "first_name": "Anna"}
    for number, row in enumerate((first, second, second)):
        intake = take_in("customers", write_csv(tmp_path / f"{number}.csv", [row]), tmp_path)

    assert (intake.added, intake.already_known) == (0, 1)
    with Tables(Store(tmp_path / "data"), NOW, "UTC") as tables:
        (row,) = tables.run(tables.profiles()).to_pylist()
    assert (row["email"], row["city"], row["first_name"]) == ("new@example.test", "Köln", "Anna")


def test_what_each_source_says_is_kept_once_and_the_latest_import_counts(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "c.csv", [{"customer_id": "c1", "email": "a@example.test"}])
    till = write_csv(tmp_path / "t.csv", [{"customer_id": "c1", "email": "b@example.test"}])

    added = [
        take_in("customers", file, tmp_path, source=source).added
        for file, source in ((path, "Shop"), (path, "Till"), (path, "Shop"), (till, "Till"))
    ]

    assert added == [1, 1, 0, 1]
    rows = stored(tmp_path, "SELECT source, email FROM profiles ORDER BY seq")
    assert [(row["source"], row["email"][0]) for row in rows] == [
        ("Shop", "a"), ("Till", "a"), ("Till", "b"),
    ]  # fmt: skip
    with Tables(Store(tmp_path / "data"), NOW, "UTC") as tables:
        (merged,) = tables.run(tables.profiles()).to_pylist()
    assert merged["email"] == "b@example.test"


def test_a_profile_carries_when_it_was_said_and_its_identifiers_as_links(tmp_path: Path) -> None:
    row = {"customer_id": "c1", "email": "Anna@Example.test", "phone": "0171 1234567"}
    rows = [
        row | {"country": "Deutschland", "last_modified": "2026-05-01", "device_id": "d1"},
        row | {"country": "", "last_modified": "", "device_id": ""},
    ]

    path = write_csv(tmp_path / "c.csv", rows)
    intake = take_in("customers", path, tmp_path, timezone="UTC", region="AT")
    take_in("customers", path, tmp_path, timezone="UTC", region="AT")

    assert intake.source == "customers file"
    (profile,) = stored(tmp_path, "SELECT phone, said_at, source FROM profiles")
    assert profile == {"phone": "+431711234567", "said_at": NOW, "source": "customers file"}
    links = stored(tmp_path, "SELECT * FROM links ORDER BY seen_at")
    assert [(link["phone"], link["device_id"], link["seen_at"]) for link in links] == [
        ("+491711234567", "d1", datetime(2026, 5, 1, tzinfo=UTC)), ("+431711234567", None, NOW),
    ]  # fmt: skip
    assert [link["link_id"] for link in links] == [
        link_id(
            customer_id="c1", email="ANNA@example.test", phone=link["phone"],
            device_id=link["device_id"],
        )
        for link in links
    ]  # fmt: skip


def test_a_phone_number_without_its_country_is_set_aside(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "c.csv", [CUSTOMER | {"phone": "0171 1234567", "country": ""}])

    unsaid = take_in("customers", path, tmp_path)
    with pytest.raises(WrongUsage) as unknown:
        take_in("customers", path, tmp_path, region="Atlantis")

    assert unsaid.set_aside == (("phone: a phone number without its country", 1),)
    assert unsaid.added == 1
    assert unknown.value.code == "unknown_region"


def test_a_yes_without_evidence_is_no_consent_and_a_no_always_is(tmp_path: Path) -> None:
    rows = [
        CUSTOMER,
        CUSTOMER | {"customer_id": "c2", "email_consent_at": ""},
        CUSTOMER | {"customer_id": "c3", "email_consent_source": ""},
        CUSTOMER | {"customer_id": "c4", "email_consent": "no", "email_consent_at": ""},
        CUSTOMER | {"customer_id": "c5", "email_consent": "perhaps"},
    ]

    intake = take_in("customers", write_csv(tmp_path / "c.csv", rows), tmp_path)

    answers = {c.customer_id: c.given for c in intake.consents if c.purpose == "email_marketing"}
    assert answers == {"c1": True, "c4": False}
    assert any("2 consents" in note for note in intake.notes)
    assert {c.given for c in intake.consents if c.purpose == "email_tracking"} == {False}


def test_events_find_their_person_by_address_and_say_who_must_be_stopped(tmp_path: Path) -> None:
    take_in("customers", write_csv(tmp_path / "c.csv", [CUSTOMER]), tmp_path)
    bounce = {"occurred_at": "2026-05-01T10:00:00Z", "name": "Email Bounced"}
    rows: list[dict[str, Any]] = [
        bounce | {"email": "Anna@Example.test", "event_id": "1"},
        bounce | {"email": "anna@example.test", "event_id": "2", "properties": {"type": "soft"}},
        bounce | {"email": "nobody@example.test", "event_id": "3"},
        EVENT | {"event_id": "4", "name": "Unsubscribed"},
        EVENT | {"event_id": "4", "name": "Unsubscribed"},
    ]
    path = write_jsonl(tmp_path / "e.jsonl", rows)

    first = take_in("events", path, tmp_path)
    again = take_in("events", path, tmp_path)

    assert (first.added, first.duplicates, first.quarantined) == (3, 1, 1)
    assert (again.added, again.already_known) == (0, 3)
    assert {(s.customer_id, s.reason) for s in first.stops} == {
        ("c1", "bounced"),
        ("c1", "unsubscribed"),
    }
    assert first.stops == again.stops  # an import that was cut off is mended by doing it again
    # whose row is set aside, because nobody has this address, must not be mailed all the same
    assert {s.address.lower() for s in first.suppressions} == {
        "anna@example.test",
        "nobody@example.test",
    }


def test_facts_of_both_kinds(tmp_path: Path) -> None:
    product = FACT | {"price": {"amount": "1200", "currency": "EUR"}, "flaws": ["a scratch"]}
    house = {"id": "open", "text": "We are open on Mondays.", "language": "en"}
    path = write_jsonl(tmp_path / "f.jsonl", [product, house, {"id": "x", "name": "no price"}])

    intake = take_in("facts", path, tmp_path)

    assert intake.facts is not None
    assert intake.facts.products[0].price.amount == 1200
    assert intake.facts.products[0].flaws == ("a scratch",)
    assert intake.facts.house[0].text == "We are open on Mondays."
    assert intake.quarantined == 1


def test_suppressions_carry_another_systems_reason(tmp_path: Path) -> None:
    rows = [SUPPRESSION, SUPPRESSION | {"address": "X@example.test"}, {"address": "y@z.test"}]
    intake = take_in("suppressions", write_jsonl(tmp_path / "s.jsonl", rows), tmp_path)

    assert [(s.address, s.reason) for s in intake.suppressions] == [
        ("x@example.test", "bounced"),
        ("y@z.test", "imported"),
    ]
    assert intake.suppressions[1].at == NOW


# --- several at once, and damage ------------------------------------------------------------------


def _import_part(folder: str, part: int) -> int:
    rows = [ORDER | {"order_id": f"{part}-{n}" if n % 2 else f"shared-{n}"} for n in range(400)]
    path = write_csv(Path(folder) / f"part-{part}.csv", rows)
    return take_in("orders", path, Path(folder)).added


def test_four_processes_importing_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        added = pool.starmap(_import_part, [(str(tmp_path), part) for part in range(4)])

    store = Store(tmp_path / "data")
    assert sum(added) == 4 * 200 + 200
    assert store.counts()["orders"] == 1000
    (row,) = stored(tmp_path, "SELECT count(DISTINCT line_id) AS n FROM orders")
    assert row["n"] == 1000
    assert store.verify() == ()
    assert not list((tmp_path / "data").glob("*.tmp"))


@pytest.mark.parametrize("harm", ["gone", "shorter", "scrambled", "manifest"])
def test_damage_is_a_typed_error(tmp_path: Path, harm: str) -> None:
    take_in("orders", write_csv(tmp_path / "o.csv", [ORDER]), tmp_path)
    store = Store(tmp_path / "data")
    (segment,) = store.paths("orders")
    content = segment.read_bytes()
    match harm:
        case "gone":
            segment.unlink()
        case "shorter":
            segment.write_bytes(content[:-10])
        case "scrambled":
            segment.write_bytes(bytes(len(content)))
        case "manifest":
            (tmp_path / "data" / "manifest.json").write_text("{")

    with pytest.raises(CdpError) as caught:
        stored(tmp_path, "SELECT sum(net) FROM orders")
    assert caught.value.code == "store_damaged"
    assert caught.value.next_step
    with pytest.raises(CdpError) as caught:
        take_in("orders", write_csv(tmp_path / "p.csv", [ORDER]), tmp_path)
    assert caught.value.code == "store_damaged"
    assert harm == "manifest" or store.verify()


def test_what_a_killed_importer_left_is_cleared(tmp_path: Path) -> None:
    take_in("orders", write_csv(tmp_path / "o.csv", [ORDER]), tmp_path)
    (tmp_path / "data" / "orders-000002.parquet.tmp").write_bytes(b"half")
    (tmp_path / "data" / "orders-000002.parquet").write_bytes(b"never listed")

    second = take_in("orders", write_csv(tmp_path / "p.csv", [ORDER | {"order_id": "2"}]), tmp_path)

    assert second.added == 1
    assert Store(tmp_path / "data").verify() == ()
    (row,) = stored(tmp_path, "SELECT count(*) AS n FROM orders")
    assert row["n"] == 2

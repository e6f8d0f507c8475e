"""Files of every kind and mood: what is understood, kept, counted and set aside."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domain.errors import WrongUsage
from tests.import_world import (
    CUSTOMER,
    EVENT,
    FACT,
    NOW,
    ORDER,
    SUPPRESSION,
    set_aside,
    stored,
    take_in,
    write_csv,
    write_jsonl,
)
from tools.store.fields import Kind
from tools.store.links import link_id
from tools.store.segments import Store
from tools.store.tables import Tables

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

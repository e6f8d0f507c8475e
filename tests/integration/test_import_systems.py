"""Exports of HubSpot and Google Analytics, and folders of files."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domain.errors import WrongUsage
from tests.export_world import ExportWorld
from tests.import_world import ROWS, WRITE
from tests.integration.commanding import Commands
from tools.store.intake import recognise_file
from tools.store.segments import Store

CONTACTS = (
    "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,City,Postal Code,"
    "Country/Region,Create Date,Last Modified Date,Marketing contact status,"
    "Opted out of email: Marketing Information,Opted out of email: One to One,"
    "Unsubscribed from all email,Legal basis for processing contact's data"
)
GRANT = "Freely given consent from contact"
PARAMS = [
    {"key": "page_location", "value": {"string_value": "https://shop.example/ring"}},
    {"key": "engagement_time_msec", "value": {"int_value": "1200"}},
    {"key": "currency", "value": {"string_value": "EUR"}},
]
VIEW = {
    "event_date": "20260501", "event_timestamp": "1777629600000000", "event_name": "view_item",
    "event_params": PARAMS, "user_id": None, "user_pseudo_id": "1026454.4892",
    "items": [{"item_id": "R-1", "item_name": "Ring", "price": "480", "quantity": None}],
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> ExportWorld:
    return ExportWorld(tmp_path)


def test_hubspot_contacts_carry_refusals_numbers_and_when_they_were_said(
    world: ExportWorld,
) -> None:
    file = world.write(
        "contacts.csv",
        CONTACTS,
        "101,Ada,Berg,ada@example.test,030 23125000,0171 1234567,Berlin,10115,Germany,"
        f"2024-03-12 09:14,2026-05-01 10:00,Marketing contact,,,,{GRANT}",
        "102,Bo,Falk,bo@example.test,(202) 555-0123,,Boston,'02108,United States,"
        f"2024-03-12 09:14,2026-05-01 10:00,Marketing contact,Yes,,,{GRANT}",
        "103,Cy,Graf,,,,,,,2024-03-12 09:14,,Non-marketing contact,,,true,",
        "104,Di,Huber,di@example.test,,,,,,2024-03-12 09:14,,Marketing contact,,,,",
    )
    intake = world.take(file, "customers")
    assert (intake.export, intake.source) == ("HubSpot contacts export", "HubSpot contacts")
    assert (intake.added, intake.quarantined, intake.set_aside) == (4, 0, ())
    answers = {c.customer_id: (c.given, c.source) for c in intake.consents}
    assert sorted(answers.values()) == [(False, "HubSpot, opted out")] * 2
    assert "103" in answers
    assert any(note.startswith("1 consents (email_consent) say no moment") for note in intake.notes)
    phones = world.rows("profiles", "first_name, phone, postcode, said_at IS NULL", "first_name")
    assert phones[:2] == [
        ("Ada", "+491711234567", "10115", False), ("Bo", "+12025550123", "02108", False),
    ]  # fmt: skip
    said = world.take(file, "customers", mapping={"email_consent_at": "=2025-01-31"})
    assert {c.source for c in said.consents if c.given} == {f"HubSpot, {GRANT}"}


def test_hubspot_deals_that_were_won_are_orders_of_the_same_people(world: ExportWorld) -> None:
    world.take(
        world.write("c.csv", CONTACTS, f"101,Ada,Berg,ada@example.test{',' * 12}"), "customers"
    )
    head = (
        "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Currency,Pipeline,"
        "Associated Contact,Associated Contact IDs"
    )
    file = world.write(
        "deals.csv",
        head,
        "9001,Ring on request,Closed Won,2026-04-01 12:00,Sam,4800.00,EUR,Sales,"
        "Ada Berg (Ada@example.test),101",
        "9002,Chain,closedwon,2026-04-02 12:00,Sam,900,EUR,Sales,,",
        "9003,Lost one,Closed Lost,2026-04-02 12:00,Sam,900,EUR,Sales,,101",
        "9004,Open one,Proposal,,Sam,900,EUR,Sales,,101",
        "9005,No amount,Closed Won,2026-04-02 12:00,Sam,,EUR,Sales,,101",
    )
    intake = world.take(file, "orders")
    assert (intake.added, intake.quarantined) == (2, 0)
    assert {"2 deals that were not won: left out.",
            "1 deals without amount or close date: left out."} <= set(intake.notes)  # fmt: skip
    ((ada,),) = world.rows("profiles", "customer_id", "1")
    assert world.rows("orders", "customer_id, net, channel", "order_id") == [
        (ada, Decimal("4800.000000"), "crm"), (None, Decimal("900.000000"), "crm"),
    ]  # fmt: skip


def test_hubspot_mail_events_and_opt_outs_stop_their_people(world: ExportWorld) -> None:
    world.take(
        world.write("c.csv", CONTACTS, f"101,Ada,Berg,ada@example.test{',' * 12}"), "customers"
    )
    events = world.write(
        "events.csv",
        "id,created,type,recipient,emailCampaignId,portalId,category",
        "e1,1777629600000,DELIVERED,ada@example.test,7,1,",
        "e2,1777629700000,BOUNCE,ada@example.test,7,1,MAILBOX_FULL",
        "e3,1777629800000,SPAMREPORT,Ada@example.test,7,1,",
        "e4,1777629800000,PROCESSED,ada@example.test,7,1,",
        "e5,1777629800000,OPEN,nobody@example.test,7,1,",
        "e6,1777629800000,UNSUBSCRIBED,stranger@example.test,7,1,",
    )
    intake = world.take(events, "events")
    assert (intake.added, intake.quarantined) == (3, 2)
    assert {s.address.lower(): s.reason for s in intake.suppressions} == {
        "ada@example.test": "complained", "stranger@example.test": "unsubscribed",
    }  # fmt: skip
    assert [(s.reason, s.campaign_id) for s in intake.stops] == [("complained", "7")]
    opted = world.write(
        "optouts.csv",
        "Email,Portal Bounce,Portal Unsubscribe,Portal Spam Report,Global Bounce,Marketing News",
        "a@example.test,FALSE,TRUE,FALSE,FALSE,FALSE",
        "b@example.test,TRUE,FALSE,FALSE,FALSE,FALSE",
        "c@example.test,FALSE,FALSE,FALSE,FALSE,TRUE",
    )
    left = world.take(opted, "suppressions")
    assert [(s.address[0], s.reason) for s in left.suppressions] == [
        ("a", "unsubscribed"), ("b", "bounced"),
    ]  # fmt: skip


@pytest.mark.parametrize("suffix", ["jsonl", "parquet", "jsonl.gz"])
def test_ga4_events_are_of_devices_and_link_who_signs_in(world: ExportWorld, suffix: str) -> None:
    signed_in = VIEW | {"event_name": "page_view", "user_id": "c1", "items": []}
    rows = [VIEW, VIEW, signed_in, VIEW | {"event_name": "purchase"}]
    file = world.folder / f"events.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), file)
    else:
        text = "".join(json.dumps(row) + "\n" for row in rows)
        file.write_bytes(gzip.compress(text.encode()) if suffix.endswith("gz") else text.encode())
    export = recognise_file(file)
    assert export is not None
    assert [part.kind for part in export.wanted(all_parts=False)] == ["events"]

    intake = world.take(file, "events")
    again = world.take(file, "events")

    assert (intake.added, intake.duplicates, intake.quarantined, again.added) == (2, 1, 0, 0)
    found = world.rows("events", "name, customer_id, anonymous_id, product_id, source", "name")
    assert found == [
        ("Page Viewed", "c1", "1026454.4892", "", "GA4 events"),
        ("Product Viewed", None, "1026454.4892", "R-1", "GA4 events"),
    ]
    ((said,),) = world.rows("events", "DISTINCT properties", "1")
    assert json.loads(said) == {
        "page_location": "https://shop.example/ring", "engagement_time_msec": 1200,
        "currency": "EUR",
    }  # fmt: skip
    assert world.rows("links", "customer_id, anonymous_id", "1") == [("c1", "1026454.4892")]


def test_ga4_purchases_are_orders_where_a_person_asks(world: ExportWorld) -> None:
    items = [
        {"item_id": "R-1", "item_name": "Ring", "price": "480", "quantity": "1"},
        {"item_id": "S-1", "item_name": "Strap", "price": 65.5, "quantity": "2"},
    ]
    row = VIEW | {"event_name": "purchase", "ecommerce": {"transaction_id": "T-1"}, "items": items}
    file = world.write("ga4.jsonl", json.dumps(row), json.dumps(VIEW))

    intake = world.take(file, "orders")

    assert (intake.added, intake.quarantined) == (2, 0)
    assert world.rows("orders", "order_id, product_id, net, currency", "product_id") == [
        ("T-1", "R-1", Decimal("480.000000"), "EUR"),
        ("T-1", "S-1", Decimal("131.000000"), "EUR"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# ----------------------------------------\n# Events: Event name\n#\n"
        "Event name,Event count,Total users\npage_view,10,2\n",
        "Event name,Event count,Total users\npage_view,10,2\n",
    ],
)
def test_a_report_of_sums_is_refused_with_the_export_that_is_needed(
    world: ExportWorld, text: str
) -> None:
    with pytest.raises(WrongUsage) as refused:
        recognise_file(world.write("report.csv", text))
    assert refused.value.code == "ga4_report"
    assert "BigQuery" in refused.value.next_step


HEADERS: dict[str, tuple[str, str]] = {
    "HubSpot contacts": ("customers", CONTACTS),
    "HubSpot deals": (
        "orders",
        "Record ID,Deal Name,Deal Stage,Close Date,Amount,Currency,Associated Contact",
    ),
    "HubSpot unsubscribes and bounces": (
        "suppressions",
        "Email,Portal Bounce,Portal Unsubscribe,Portal Spam Report",
    ),
    "HubSpot e-mail events": ("events", "id,created,type,recipient,emailCampaignId,category"),
    "GA4 events": (
        "events",
        "event_name,event_timestamp,user_pseudo_id,user_id,event_params,items,ecommerce",
    ),
    "Klaviyo list": (
        "customers",
        "Email,Klaviyo ID,First Name,Phone Number,Address,Zip Code,Country,Email Marketing Consent,"
        "Email Marketing Consent Timestamp,SMS Marketing Consent,SMS Marketing Consent Timestamp,"
        "Source,Profile Created On",
    ),
    "Shopify customers": (
        "customers",
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Zip,"
        "Default Address Country Code,Phone,Accepts SMS Marketing,Total Spent",
    ),
}
GOOD = {
    "Email": "ada@example.test", "recipient": "ada@example.test", "Deal Stage": "Closed Won",
    "Close Date": "2026-04-01 12:00", "Amount": "10.00", "Currency": "EUR", "type": "CLICK",
    "created": "1777629600000", "Portal Unsubscribe": "TRUE", "event_name": "view_item",
    "event_timestamp": "1777629600000000", "user_pseudo_id": "1.2", "Deal Name": "Ring",
    "event_params": json.dumps(PARAMS), "items": '[{"item_id": "R-1"}]', "Record ID": "1",
}  # fmt: skip
NESTED = ("{", "[1]", "[[]]", '[{"key": 1}]', '[{"key": "\\"", "value": {"string_value": "}"}}]')


@pytest.mark.shared
@pytest.mark.parametrize("source", list(HEADERS))
def test_poison_in_every_column_of_an_export_leaves_the_good_row(
    world: ExportWorld, shared_data: Path, source: str
) -> None:
    kind, header = HEADERS[source]
    packed = (shared_data / "injection" / "poison_profile_values.json.gz").read_bytes()
    values = [entry["value"] for entry in json.loads(gzip.decompress(packed))]
    names = header.split(",")
    good = {name: GOOD.get(name, "") for name in names}
    rows = [
        good | {name: value}
        for name in names
        for value in (*values, *NESTED, "x" * 20_001, "1970-01-01", "2099-12-31")
    ]
    rows.append(good | dict.fromkeys(names[-2:], "x" * 1_000_000))
    if source.startswith("HubSpot e-mail"):
        world.take(
            world.write("c.csv", CONTACTS, f"1,Ada,,ada@example.test{',' * 12}"), "customers"
        )
    text = "".join(json.dumps(row) + "\n" for row in (*rows, good))
    path = world.write("export.jsonl", text.rstrip())

    intake = world.take(path, kind, currency="EUR")

    assert intake.source == source
    left_out = sum(
        int(note.split()[0].replace(",", ""))
        for note in intake.notes
        if "left out." in note and "repeats" not in note
    )
    assert intake.rows_read == len(rows) + 1
    assert intake.added + intake.duplicates + intake.quarantined + left_out == len(rows) + 1
    assert intake.added + intake.duplicates > 0


def test_a_folder_is_imported_in_the_order_in_which_files_need_each_other(tmp_path: Path) -> None:
    shop = Commands(tmp_path / "shop", tmp_path / "home")
    shop.init()
    folder = tmp_path / "exports"
    (folder / "tills").mkdir(parents=True)
    at = "2010-11-01T10:00:00Z"
    files = {
        "a-consents.csv": f"email,channel,given,at,source\nada@x.test,sms,yes,{at},Till\n",
        "b-events.csv": f"email,name,time\nada@x.test,Product Viewed,{at}\n",
        "people.csv": "customer_id,email,first_name\nc1,ada@x.test,Ada\n",
        "tills/orders.csv": "order_id,customer_id,date,sku,quantity,price,channel\n"
        f"1,c1,{at},R-1,1,480.00,POS\n2,c1,not a day,R-1,1,480.00,POS\n",
        "tickets complaints.csv": f"case_id,email,created_at,status\n7,ada@x.test,{at},open\n",
        "list.csv": "email\nada@x.test\n",
        "notes.pdf": "%PDF",
    }
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "broken.csv.gz").write_bytes(gzip.compress(b"customer_id\n" + b"c9\n" * 9999)[:-40])

    said = shop.run("import", "folder", str(folder), "--currency", "GBP", exits=1)
    answer = shop.data("import", "folder", str(folder), "--currency", "GBP", exits=1)

    assert "5 of 7 files are in the data: 5 new rows, 1 that we could not read." in said.stdout
    assert "notes.pdf" in said.stdout
    became = {
        file["file"]: [one["intake"]["already_known"] for one in file["imported"]]
        for file in answer["files"]
    }
    assert became == {
        "people.csv": [1], "tills/orders.csv": [1], "b-events.csv": [1], "a-consents.csv": [1],
        "tickets complaints.csv": [1], "broken.csv.gz": [], "list.csv": [],
    }  # fmt: skip
    problems = {f["file"]: f["problem"]["code"] for f in answer["files"] if f["problem"]}
    assert problems == {"broken.csv.gz": "unreadable_file", "list.csv": "unknown_kind"}
    view = Store(shop.folder / "data").view("orders")
    assert duckdb.sql(f"SELECT channel FROM ({view})").fetchall() == [("boutique",)]


def test_a_folder_of_every_kind_in_every_format_is_told_apart(tmp_path: Path) -> None:
    shop = Commands(tmp_path / "shop", tmp_path / "home")
    shop.init()
    folder = tmp_path / "exports"
    folder.mkdir()
    kinds = [kind for kind in ROWS if kind != "facts"]
    for kind in kinds:
        for suffix, write in WRITE.items():
            told_apart = dict.fromkeys(("order_id", "event_id", "case_id"), f"{suffix}1")
            row = ROWS[kind] | {f: v for f, v in told_apart.items() if f in ROWS[kind]}
            if kind == "suppressions":
                row |= {"address": f"{suffix}@example.test"}
            write(folder / f"{kind}-{suffix}.{suffix}", [row])
        if kind == "customers":
            shop.data("import", "profiles", str(folder / "customers-csv.csv"), "--currency", "EUR")

    found = shop.data("import", "folder", str(folder), "--currency", "EUR")

    became = {
        one["file"]: [(x["intake"]["kind"], x["intake"]["quarantined"]) for x in one["imported"]]
        for one in found["files"]
    }
    assert became == {f"{k}-{s}.{s}": [(k, 0)] for k in kinds for s in WRITE}
    added = {
        kind: sum(x["intake"]["added"] for one in found["files"] for x in one["imported"]
                  if x["intake"]["kind"] == kind)
        for kind in kinds
    }  # fmt: skip
    assert added["customers"] == 0
    assert added["orders"] == added["events"] == added["complaints"] == 3
    again = shop.data("import", "folder", str(folder), "--currency", "EUR")
    assert sum(x["intake"]["added"] for one in again["files"] for x in one["imported"]) == 0


def test_a_folder_that_is_none_and_options_that_do_not_fit_are_told(tmp_path: Path) -> None:
    shop = Commands(tmp_path / "shop", tmp_path / "home")
    shop.init()
    (tmp_path / "empty").mkdir()
    for words, said in (
        (("folder", "nowhere"), "no such folder"),
        (("folder", str(tmp_path / "empty")), "is a table by its name"),
        (("folder", str(tmp_path), "--map", "a=b"), "several files"),
        (("orders", "x.csv", "--purchases"), "ga4 alone"),
    ):
        assert said in shop.run("import", *words, exits=2).stderr

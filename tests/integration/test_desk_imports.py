"""The first ten minutes: a file is given, looked at, kept, and answered with facts."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.looking_in import uploads_of
from app.uploads import MOST_BYTES
from tests.desk_world import Desk, make_desk
from tools.store.segments import Store

EXPORTS = Path(__file__).parents[2] / "docs" / "examples" / "exports"
HEADER = "Customer ID,Email,Email consent,Email consent at,Email consent source\n"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with make_desk(tmp_path) as made:
        yield made


async def give(
    browser: httpx.AsyncClient, desk: Desk, content: bytes, name: str = "people.csv"
) -> httpx.Response:
    """Give a file and wait until it was looked into; its page, or the refusal."""
    answer = await browser.post("/import", files={"file": (name, content)})
    if answer.status_code != 303:
        return answer
    await ended(desk)
    return await browser.get(answer.headers["location"])


async def ended(desk: Desk) -> None:
    while desk.site.tasks:
        await asyncio.gather(*desk.site.tasks)


def counts(desk: Desk) -> dict[str, int]:
    found = Store(desk.site.workspace.store_folder).counts()
    return {str(table): rows for table, rows in found.items()}


async def test_an_export_is_understood_shown_and_only_then_kept(desk: Desk) -> None:
    browser = await desk.signed_in("author")
    before = counts(desk)
    shown = await give(
        browser, desk, (EXPORTS / "shopify-orders.csv").read_bytes(), "../../etc/orders.csv"
    )
    assert "Shopify orders export" in shown.text
    assert "159 order lines and 91 customers would be new" in shown.text
    assert "4 lines of cancelled or voided orders: left out." in shown.text
    assert "@example.test" not in shown.text  # the first rows are masked
    assert "etc/orders" not in shown.text
    assert counts(desk) == before
    at = str(shown.url.path)
    assert (await browser.post(f"{at}/keep")).status_code == 303
    await ended(desk)
    after = counts(desk)
    assert after["orders"] - before["orders"] == 159
    kept = await browser.get(at)
    assert "It is in your data" in kept.text
    upload = uploads_of(desk.site.workspace).all()[0]
    assert not uploads_of(desk.site.workspace).path(upload).exists()
    written = [json.loads(entry["data"]) for entry in desk.journal("import")]
    assert {entry["kind"] for entry in written} == {"orders", "customers"}
    assert all(entry["from"].startswith("desk") for entry in written)
    assert written[0]["columns"]["ordered_at"] == "Created at"
    # the same once more adds nothing
    again = await give(browser, desk, (EXPORTS / "shopify-orders.csv").read_bytes())
    await browser.post(f"{again.url.path}/keep")
    await ended(desk)
    assert counts(desk) == after


async def test_a_person_says_columns_and_the_proof_of_consent(desk: Desk) -> None:
    browser = await desk.signed_in("author")
    content = b"Nummer;Post;Ja\nK1;a@example.test;ja\nK2;b@example.test;nein\n"
    shown = await give(browser, desk, content)
    assert "What does this file hold?" in shown.text
    at = str(shown.url.path)
    said = {
        "kind": "customers", "map.customer_id": "Nummer", "map.email": "Post",
        "map.email_consent": "Ja", "timezone": "Europe/Berlin",
    }  # fmt: skip
    await browser.post(f"{at}/look", data=said)
    await ended(desk)
    looked = await browser.get(at)
    assert "2 customers would be new" in looked.text
    assert "1 consents (email_consent) say no moment or no source" in looked.text
    proof = {"say.email_consent_source": "till card", "say.email_consent_at": "2026-01-05"}
    await browser.post(f"{at}/look", data={**said, **proof})
    await ended(desk)
    looked = await browser.get(at)
    assert "1 person agreed to marketing mail" in looked.text
    assert "till card" in looked.text
    await browser.post(f"{at}/keep")
    await ended(desk)
    # the next file of this form is read as the person said, but the proof was said of that file
    again = await give(browser, desk, b"Nummer;Post;Ja\nK3;c@example.test;ja\n")
    assert "1 customer would be new" in again.text
    assert "1 consents (email_consent) say no moment or no source" in again.text


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.csv", "The file is empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "photo.csv", "This is a picture"),
        (b"%PDF-1.7 hello", "list.csv", "This is a PDF"),
        (gzip.compress(b"a,b\n1,2\n" * 999, mtime=0)[:40], "cut.csv.gz", "damaged or cut off"),
        (b"PK\x03\x04 no archive at all", "broken.zip", "damaged or cut off"),
        (b"[{\"a\": 1}]", "list.json", "one JSON list"),
    ],
)  # fmt: skip
async def test_what_is_no_table_is_refused_with_a_next_step(
    desk: Desk, content: bytes, name: str, said: str
) -> None:
    browser = await desk.signed_in("author")
    answer = await give(browser, desk, content, name)
    assert answer.status_code == 422
    assert said in answer.text
    assert uploads_of(desk.site.workspace).all() == []
    assert list((desk.site.workspace.folder / "imports").glob("*")) == []


async def test_odd_tables_are_read_or_answered_in_words(desk: Desk) -> None:
    browser = await desk.signed_in("author")
    rows = HEADER + "K1,jörg@example.test,yes,2026-01-01 10:00:00,Häuschen\n"
    for encoding in ("utf-8-sig", "cp1252", "utf-16"):
        shown = await give(browser, desk, rows.encode(encoding))
        assert "1 customer would be new" in shown.text
        assert "1 person agreed" in shown.text
    shifted = await give(
        browser, desk, (HEADER + "K1,a@example.test\nK2,b@example.test,no,,\n").encode()
    )
    assert "2 fields where the header has 5" in shifted.text
    huge = await give(browser, desk, (HEADER + f"K1,{'x' * 1_000_000},no,,\n").encode())
    assert huge.status_code == 200
    assert "too long" in huge.text
    assert len(huge.text) < 700_000
    script = await give(browser, desk, (HEADER + "K1,<script>alert(1)</script>,no,,\n").encode())
    assert "<script>alert" not in script.text
    header_only = await give(browser, desk, HEADER.encode())
    assert 'action="' + str(header_only.url.path) + '/keep"' not in header_only.text
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../people.csv", rows)
    unpacked = await give(browser, desk, packed.getvalue(), "export.zip")
    assert "1 customer would be new" in unpacked.text


async def test_too_large_is_refused_before_it_is_read(desk: Desk) -> None:
    browser = await desk.signed_in("author")
    headers = {
        "content-length": str(MOST_BYTES * 2),
        "content-type": "multipart/form-data; boundary=x",
    }
    answer = await browser.post("/import", headers=headers, content=b"--x\r\n")
    assert answer.status_code == 422
    assert "larger than 250 MB" in answer.text


async def test_nothing_of_a_strangers_file_is_read(desk: Desk) -> None:
    async def read() -> AsyncIterator[bytes]:
        pytest.fail("it was read")
        yield b""

    headers = {"content-length": "1000", "content-type": "multipart/form-data; boundary=x"}
    answer = await desk.client().post("/import", headers=headers, content=read())
    assert answer.headers["location"].startswith("/sign-in")


async def test_only_people_with_write_may_import(desk: Desk) -> None:
    viewer = await desk.signed_in("viewer")
    assert (await give(viewer, desk, HEADER.encode())).status_code == 403
    author = await desk.signed_in("author")
    shown = await give(author, desk, (HEADER + "K1,a@example.test,no,,\n").encode())
    for what in ("look", "keep", "drop"):
        answer = await viewer.post(f"{shown.url.path}/{what}", data={"kind": "customers"})
        assert answer.status_code == 403
    author.headers.pop("x-csrf-token")
    assert (await author.post(f"{shown.url.path}/keep")).status_code == 403
    assert (await author.get("/import/..%2f..%2fledger.sqlite")).status_code == 404
    assert (await author.get("/import/01a210d4-c296-74de-a164-9270488b052f")).status_code == 404


async def test_two_at_once_and_one_that_was_cut_off(desk: Desk) -> None:
    browser = await desk.signed_in("author")
    uploads = uploads_of(desk.site.workspace)
    first = await give(browser, desk, (EXPORTS / "shopify-customers.csv").read_bytes())
    second = await give(browser, desk, (EXPORTS / "klaviyo-list.csv").read_bytes())
    await browser.post(f"{first.url.path}/keep")
    await browser.post(f"{second.url.path}/keep")
    await ended(desk)
    assert [u.status for u in uploads.all()] == ["kept", "kept"]
    people = (await desk.site.stack.customers.describe()).customers
    assert people == 120  # the same people in both
    third = await give(browser, desk, (HEADER + "K9,z@example.test,no,,\n").encode())
    cut = uploads.get(str(third.url.path).rpartition("/")[2])
    uploads.write(cut.model_copy(update={"status": "keeping"}))  # as a kill leaves it
    shown = await browser.get(str(third.url.path))
    assert "The work on this file ended early" in shown.text
    with uploads.lock(cut):
        assert (await browser.post(f"{third.url.path}/keep")).status_code == 503
    assert (await browser.post(f"{third.url.path}/keep")).status_code == 303
    await ended(desk)
    assert uploads.get(cut.id).status == "kept"


async def test_three_facts_with_the_people_behind_them(desk: Desk, tmp_path: Path) -> None:
    browser = await desk.signed_in("owner")
    empty = await browser.get("/import/facts")
    assert "do not show three facts" in empty.text
    lines = ["Order,Customer,Date,SKU,Quantity,Price"]
    for number in range(300):
        for nth in range(1 + number % 3):
            day = 1 + (number + 40 * nth) % 28
            month = 1 + (number // 60 + 3 * nth) % 11
            lines.append(
                f"{number}-{nth},C{number},2026-{month:02}-{day:02}T10:00:00Z,S{number % 4},1,"
                f"{10 + (number % 7) ** 3}"
            )
    shown = await give(browser, desk, "\n".join(lines).encode(), "orders.csv")
    assert "600 order lines would be new" in shown.text
    await browser.post(f"{shown.url.path}/keep")
    await ended(desk)
    yes = "".join(
        f"C{n},c{n}@example.test,yes,2026-01-01T10:00:00Z,till\n" for n in range(0, 300, 5)
    )
    agreed = await give(browser, desk, (HEADER + yes).encode())
    await browser.post(f"{agreed.url.path}/keep")
    await ended(desk)
    found = await browser.get("/import/facts")
    facts = re.findall(r'class="lead">([^<]+)<', found.text)
    links = re.findall(r'href="(/people[^"]+|/import/facts/[^"]+)">Show the ([\d,]+)', found.text)
    assert 1 <= len(facts) <= 3
    assert any("160 of your 200 customers who came back cannot be mailed" in f for f in facts)
    assert len(links) == len(facts)
    for link, number in links:
        page = await browser.get(link.replace("&amp;", "&"))
        assert page.status_code == 200
        assert int(number.replace(",", "")) >= 50


async def test_an_empty_workspace_teaches(desk: Desk) -> None:
    browser = await desk.signed_in("owner")
    for page in ("/audience", "/audit"):
        assert "/import" in (await browser.get(page)).text
    assert (await browser.get("/")).headers["location"] == "/import"
    assert (await (await desk.signed_in("viewer")).get("/")).headers["location"] == "/chat"
    assert "Where to find the exports" in (await browser.get("/import")).text


async def test_answers_a_row_are_shown_by_channel_and_their_proof_can_be_said(desk: Desk) -> None:
    browser = await desk.signed_in("author")
    people = "customer_id,email\nzz1,zoe@example.test\n"
    shown = await give(browser, desk, people.encode())
    await browser.post(f"{shown.url.path}/keep")
    await ended(desk)
    said = (
        "email,channel,given,wording\nzoe@example.test,email,yes,\nzoe@example.test,sms,yes,\n"
        "zoe@example.test,post,no,\n"
    )
    shown = await give(browser, desk, said.encode(), "consents.csv")
    assert "2 consents say no moment or no source: they prove nothing" in shown.text
    form = {
        "kind": "consents", "say.source": "Till", "say.consented_at": "2026-01-01",
        "timezone": "Europe/Berlin", "source": "Old CRM",
    }  # fmt: skip
    await browser.post(f"{shown.url.path}/look", data=form)
    await ended(desk)
    shown = await browser.get(shown.url.path)
    assert "1 said yes to mail, 0 said no" in shown.text
    assert re.search(r"<td>text messages</td><td[^>]*>1</td><td[^>]*>0</td>", shown.text)
    await browser.post(f"{shown.url.path}/keep")
    await ended(desk)
    written = json.loads(desk.journal("import")[-1]["data"])
    assert (written["consents_added"], written["source"]) == (3, "Old CRM")


async def test_analytics_are_read_as_events_and_their_reports_refused(desk: Desk) -> None:
    browser = await desk.signed_in("author")
    event = {
        "event_name": "purchase", "event_timestamp": "1777629600000000", "user_pseudo_id": "7.8",
        "event_params": [{"key": "currency", "value": {"string_value": "EUR"}}],
        "ecommerce": {"transaction_id": "T-1"},
        "items": [{"item_id": "R-1", "price": "480", "quantity": "1"}],
    }  # fmt: skip
    shown = await give(browser, desk, json.dumps(event).encode(), "ga4.jsonl")
    assert "1 purchases, which are orders: left out." in shown.text
    assert "Take its purchases as orders, too" in shown.text
    form = {"kind": "events", "as_export": "on", "all_parts": "on"}
    await browser.post(f"{shown.url.path}/look", data=form)
    await ended(desk)
    assert "1 order line" in (await browser.get(shown.url.path)).text
    report = await give(browser, desk, b"Event name,Event count,Total users\npage_view,1,1\n")
    assert "This is a report of Google Analytics" in report.text
    assert "BigQuery" in report.text

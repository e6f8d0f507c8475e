"""The tracking API as its senders see it: Segment's and RudderStack's own clients, browsers, and
senders of what cannot be taken; and what of it stands in the store, the ledger and the quarantine.
"""

from __future__ import annotations

import asyncio
import errno
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rudderstack.analytics.client import (  # type: ignore[import-untyped]
    Client as RudderClient,
)
from segment.analytics.client import (  # type: ignore[import-untyped]
    Client as SegmentClient,
)

from app.intake import aside, spool, writer
from app.intake.spool import Spool
from app.views.sources import look
from ledger import consent, sources, suppression
from ledger.errors import LedgerError
from tests.intake_world import Intake, basic, listening, make_workspace
from tools.store.intake import read_file
from tools.store.tidying import MANY

LONG_AGO = datetime(2015, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def intake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Intake]:
    monkeypatch.setattr(spool, "CLOSE_SECONDS", 0.05)
    with listening(*make_workspace(tmp_path)) as made:
        yield made


def track(number: int, **more: Any) -> dict[str, Any]:
    said = {"type": "track", "event": "Product Viewed", "userId": "u1", "messageId": f"m{number}"}
    return {**said, **more}


@pytest.mark.parametrize("packed", [False, True])
def test_the_clients_of_segment_and_rudderstack_write_unmodified(
    intake: Intake, packed: bool
) -> None:
    failed: list[object] = []
    common: dict[str, Any] = {
        "gzip": packed, "max_retries": 1, "upload_interval": 0.05,
        "on_error": lambda error, _: failed.append(error),
    }  # fmt: skip
    clients = {
        "s": SegmentClient(intake.key, host=intake.address, **common),
        "r": RudderClient(intake.key, host=intake.address, **common),
    }
    for name, client in clients.items():
        user, device = f"{name}-user", f"{name}-device"
        traits = {
            "email": f"{name}@example.test", "firstName": "Grete", "phone": "+49 30 901820",
            "address": {"street": "Hauptstr. 1", "city": "Berlin", "postalCode": "10115"},
            "birthday": "1980-02-03", "createdAt": "2024-01-01T00:00:00Z",
        }  # fmt: skip
        context = {"locale": "de-DE", "device": {"id": f"{name}-phone"}, "ip": "10.9.8.7"}
        client.identify(user, traits, context, anonymous_id=device)
        client.track(user, "Product Viewed", {"product_id": "p1"}, timestamp=LONG_AGO)
        client.page(anonymous_id=device, name="Home", properties={"url": "https://shop.test/"})
        client.screen(user, name="Basket")
        client.group(user, "company-1", {"plan": "gold"})
        client.alias(f"{name}-before", user)
    for client in clients.values():
        client.flush()
        client.join()
    assert failed == []

    events = intake.rows("events")
    for name in clients:
        user, device = f"{name}-user", f"{name}-device"
        mine = {e["name"]: e for e in events if name in (e["customer_id"] or e["anonymous_id"])[:1]}
        assert set(mine) == {
            "Product Viewed", "Page Viewed", "Screen Viewed", "Group Joined", "Aliased"
        }  # fmt: skip
        assert mine["Product Viewed"]["occurred_at"] == LONG_AGO
        assert mine["Product Viewed"]["product_id"] == "p1"
        assert mine["Page Viewed"]["customer_id"] is None
        assert mine["Page Viewed"]["anonymous_id"] == device
        assert {e["source"] for e in mine.values()} == {"shop"}
        [profile] = [p for p in intake.rows("profiles") if p["customer_id"] == user]
        assert profile["phone"] == "+4930901820"
        assert (profile["email"], profile["postcode"], profile["language"]) == (
            f"{name}@example.test", "10115", "de"
        )  # fmt: skip
        links = [link for link in intake.rows("links") if link["customer_id"] == user]
        assert {link["anonymous_id"] for link in links} >= {device, f"{name}-before"}
        assert f"{name}-phone" in {link["device_id"] for link in links}
    assert "10.9.8.7" not in json.dumps(events, default=str)
    with intake.workspace.ledger.read() as tx:
        [day] = sources.days(tx)
    assert (day.received, day.quarantined) == (12, 0)


def test_a_message_counts_once_whatever_comes_twice(intake: Intake) -> None:
    assert intake.send("track", track(1)).json() == {"success": True}
    intake.write()
    intake.send("batch", {"batch": [track(1), track(2), track(2)]})
    intake.send("track", {k: v for k, v in track(3).items() if k != "messageId"})
    assert [e["event_id"] for e in intake.rows("events")][:2] == ["shop:m1", "shop:m2"]
    assert len(intake.rows("events")) == 3


def test_a_senders_wrong_clock_is_put_right(intake: Intake) -> None:
    now = datetime.now(UTC)
    ahead = now + timedelta(hours=3)
    said = (ahead - timedelta(minutes=10)).isoformat()
    body = {"batch": [track(1, timestamp=said)], "sentAt": ahead.isoformat()}
    intake.send("batch", body)
    right = {"batch": [track(2, timestamp=LONG_AGO.isoformat())], "sentAt": now.isoformat()}
    intake.send("batch", right)
    by_id = {e["event_id"]: e["occurred_at"] for e in intake.rows("events")}
    assert abs(by_id["shop:m1"] - (now - timedelta(minutes=10))) < timedelta(seconds=20)
    assert by_id["shop:m2"] == LONG_AGO


def test_what_cannot_be_taken_is_refused_in_words(intake: Intake) -> None:
    large = {"p": "x" * 33_000}
    whole = gzip.compress(json.dumps(track(1)).encode())
    cut = whole[:-9]
    bomb = gzip.compress(b"[" * 30_000_000)
    packed = {"Content-Encoding": "gzip"}
    refusals: list[tuple[int, str, str, Any, dict[str, str]]] = [
        (400, "malformed", "track", {**track(1), "userId": None}, {}),
        (400, "malformed", "track", {"userId": "u1"}, {}),
        (400, "malformed", "track", track(1, properties=[1]), {}),
        (400, "malformed", "track", track(1, timestamp="yesterday"), {}),
        (400, "malformed", "track", track(1, messageId="m" * 101), {}),
        (400, "malformed", "alias", {"userId": "u1"}, {}),
        (400, "malformed", "group", {"userId": "u1"}, {}),
        (400, "malformed", "batch", {"batch": {}}, {}),
        (400, "malformed", "batch", {"batch": [{"type": "track"}, 7]}, {}),
        (400, "not_json", "track", b"{", {}),
        (400, "not_json", "track", b"[]", {}),
        (400, "not_json", "track", b'{"a":' * 100_000, {}),
        (400, "not_json", "track", json.dumps(track(1)).encode("utf-16"), {}),
        (400, "not_gzip", "track", cut, packed),
        (400, "not_gzip", "track", b"plain", packed),
        (400, "not_gzip", "track", whole + whole, packed),
        (400, "not_gzip", "track", b"{}", {"Content-Encoding": "br"}),
        (413, "too_large", "track", bomb, packed),
        (413, "too_large", "track", track(1, properties=large), {}),
        (413, "too_large", "batch", {"batch": [track(1, properties=large)] * 16}, {}),
        (413, "too_large", "batch", {"context": large, "batch": [track(n) for n in range(20)]}, {}),
        (413, "too_many", "batch", {"batch": [track(n) for n in range(2_501)]}, {}),
        (404, "unknown_call", "delete", track(1), {}),
    ]
    for status, code, call, body, headers in refusals:
        answer = intake.send(call, body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.json()["message"].endswith((".", ")"))
    assert intake.rows("events") == []


def test_of_a_batch_the_good_messages_are_in(intake: Intake) -> None:
    batch = [track(1), {"type": "track", "event": "X"}, track(2, properties={"p": "x" * 33_000})]
    answer = intake.send("batch", {"batch": [*batch, track(3)]})
    assert answer.status_code == 200
    assert [one["index"] for one in answer.json()["refused"]] == [1, 2]
    assert [e["event_id"] for e in intake.rows("events")] == ["shop:m1", "shop:m3"]
    assert [one["reason"] for one in intake.quarantined()] == [
        "It needs userId or anonymousId.", "A message has at most 32 KB."
    ]  # fmt: skip
    with intake.workspace.ledger.read() as tx:
        [day] = sources.days(tx)
    assert (day.received, day.quarantined) == (4, 2)


def test_what_cannot_be_read_fills_no_disk(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "MOST_BYTES", 4_000)
    with intake.workspace.ledger.write() as tx:
        _, other = sources.add(tx, "till", intake.workspace.person(tx))
    bad = [{"type": "track", "note": "x" * 100}] * 30
    for number in range(3):
        intake.send("batch", {"batch": [track(number), *bad]})
        intake.write()
    intake.send("batch", {"batch": [track(9), *bad[:2]]}, headers={"Authorization": basic(other)})
    intake.write()
    by_name = {path.stem[20:]: path for path in intake.workspace.quarantine_folder.iterdir()}
    assert set(by_name) == {"shop", "till"}
    assert by_name["shop"].stat().st_size < 4_300
    *kept, last = [json.loads(line) for line in by_name["shop"].read_text().splitlines()]
    assert len({one["reason"] for one in kept}) == 1
    assert "is full" in last["reason"]
    assert len(by_name["till"].read_text().splitlines()) == 2
    rows = {row.name: row for row in look(intake.workspace).sources}
    assert (rows["shop"].quarantined, rows["shop"].set_aside_full) == (90, True)
    assert (rows["till"].quarantined, rows["till"].set_aside_full) == (2, False)
    assert "is full" in rows["shop"].state("UTC")
    assert len(intake.rows("events")) == 4


def test_bytes_and_numbers_that_are_no_text_spoil_their_own_value_alone(intake: Intake) -> None:
    latin = json.dumps(track(1, properties={"name": "K\u00f6ln"}), ensure_ascii=False)
    assert intake.send("track", latin.encode("latin-1")).status_code == 200
    half = json.dumps(track(2)).replace("u1", "\\ud800u1").encode()
    assert intake.send("track", half).status_code == 200
    not_a_number = {"total": float("nan"), "lines": "a\nb"}
    assert intake.send("track", track(3, properties=not_a_number)).status_code == 200
    by_id = {e["event_id"]: e for e in intake.rows("events")}
    assert json.loads(by_id["shop:m1"]["properties"]) == {"name": "K\ufffdln"}
    assert by_id["shop:m2"]["customer_id"] == "?u1"
    assert json.loads(by_id["shop:m3"]["properties"]) == {"total": None, "lines": "a\nb"}


def test_a_browser_of_another_site_may_write(intake: Intake) -> None:
    with httpx.Client(base_url=intake.address, headers={"Origin": "https://shop.test"}) as browser:
        asked = browser.options("/v1/track")
        assert asked.headers["access-control-allow-origin"] == "*"
        assert "Authorization" in asked.headers["access-control-allow-headers"]
        said = {**track(1), "writeKey": intake.key}
        answer = browser.post("/v1/t", content=json.dumps(said))  # as analytics.js: no preflight
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.json() == {"success": True}
        assert browser.post("/v1/t", content=json.dumps(track(2))).status_code == 401
    assert len(intake.rows("events")) == 1
    assert intake.key not in json.dumps(intake.rows("events"), default=str)


def test_a_key_that_is_closed_or_wrong_is_refused_and_guessing_slowed(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.intake.keys.FRESH_SECONDS", 0.0)
    with intake.workspace.ledger.write() as tx:
        person = intake.workspace.person(tx)
        with pytest.raises(LedgerError, match="already"):
            sources.add(tx, "shop", person)
        sources.close(tx, "shop", person)
    assert intake.send("track", track(1)).status_code == 401
    with httpx.Client(base_url=intake.address) as client:
        answers = [client.post("/v1/track", auth=("wk_guess", ""), json={}) for _ in range(61)]
    assert {a.status_code for a in answers} == {401, 429}
    assert answers[-1].headers["retry-after"]
    with intake.workspace.ledger.write() as tx:
        _, intake.key = sources.add(tx, "shop", person)
    assert intake.send("track", track(2)).status_code == 200


def test_a_burst_beyond_the_writer_waits_outside_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "CLOSE_SECONDS", 0.05)
    monkeypatch.setattr(spool, "LOOK_SECONDS", 0.0)
    workspace, key = make_workspace(tmp_path)
    small = Spool(workspace.spool_folder, most_waiting=8_000)
    with listening(workspace, key, small) as intake:
        taken: set[str] = set()
        refused: set[str] = set()
        for number in range(0, 200, 10):
            names = range(number, number + 10)
            answer = intake.send("batch", {"batch": [track(n) for n in names]})
            (taken if answer.status_code == 200 else refused).update(f"shop:m{n}" for n in names)
            if answer.status_code != 200:
                assert answer.status_code == 429
                assert int(answer.headers["retry-after"]) > 0
        assert taken
        assert refused
        assert {e["event_id"] for e in intake.rows("events")} == taken
        assert intake.send("batch", {"batch": [track(999)]}).status_code == 200


def test_what_the_disk_does_not_take_is_not_answered_as_kept(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    assert intake.send("track", track(1)).status_code == 200
    with monkeypatch.context() as broken:
        broken.setattr(spool, "_sync", full)
        answer = intake.send("track", track(2))
        assert (answer.status_code, answer.json()["code"]) == (503, "not_kept")
        assert int(answer.headers["retry-after"]) > 0
    assert intake.send("track", track(3)).status_code == 200
    assert {e["event_id"] for e in intake.rows("events")} == {"shop:m1", "shop:m3"}


def test_mails_that_must_stop_reach_the_ledger(intake: Intake) -> None:
    person = {"userId": "u1", "traits": {"email": "U1@example.test"}}
    intake.send("identify", person)
    intake.write()
    unknown = {"traits": {"email": "other@example.test"}}
    intake.send("track", track(1, event="Unsubscribed"))
    bounced = track(2, event="Email Bounced", userId=None, anonymousId="d1", context=unknown)
    intake.send("track", bounced)
    intake.send("track", track(3, event="Email Bounced", properties={"bounce_type": "soft"}))
    intake.write()
    secret = intake.workspace.secrets.suppression_key
    with intake.workspace.ledger.read() as tx:
        addresses = ["u1@example.test", "other@example.test", "nobody@example.test"]
        assert suppression.suppressed(tx, addresses, secret) == set(addresses[:2])
        assert consent.agreed(tx, ["u1"], "email_marketing") == set()


def test_poison_in_every_field_is_counted_and_the_rest_is_in(
    intake: Intake, shared_data: Path
) -> None:
    file = shared_data / "injection" / "poison_profile_values.json.gz"
    values = [one["value"] for one in json.loads(gzip.decompress(file.read_bytes()))]
    values += [
        "A" * 20_000,
        "A" * 1_000_000,
        "1970-01-01",
        "2099-12-31",
        "",
        None,
        True,
        -1,
        {"a": [1]},
        1e308,
    ]
    traits = ("email", "firstName", "lastName", "phone", "birthday", "createdAt", "timezone",
              "locale", "street", "city", "postalCode", "country")  # fmt: skip
    packed = {"Content-Encoding": "gzip"}
    sent = people = 0
    for place, value in enumerate(values):
        address = dict.fromkeys(traits[8:], value)
        said = {**dict.fromkeys(traits[:8], value), "address": address}
        batch: list[dict[str, Any]] = [
            {"type": "identify", "userId": f"p{place}", "traits": said},
            {"type": "identify", "anonymousId": f"d{place}", "traits": {"email": value}},
            track(place, properties={"product_id": value, "note": value, "deep": {"a": [value]}}),
            {"type": "page", "userId": f"p{place}", "context": {"device": {"id": value}}},
            {"type": "track", "event": value, "userId": "u1"},
            {"type": "track", "event": "Seen", "userId": value},
            {"type": "track", "event": "Seen", "userId": "u1", "timestamp": value},
            {"type": "alias", "userId": "u1", "previousId": value},
            {"type": "group", "anonymousId": "d1", "groupId": value, "traits": {"name": value}},
        ]
        for one in batch:  # too large for one request together
            answer = intake.send("batch", {"batch": [one]})
            assert answer.status_code in (200, 400, 413), answer.text
            sent += answer.status_code == 200
            people += answer.status_code == 200 and "traits" in one and "userId" in one
        good = {"batch": [{**track(0), "event": "Good", "messageId": f"good{place}"}]}
        written = json.dumps(good).encode()
        assert intake.send("batch", gzip.compress(written)[:-9], headers=packed).is_error
        assert intake.send("batch", json.dumps(good).encode("utf-16")).is_error
        for _ in range(2):
            assert intake.send("batch", gzip.compress(written), headers=packed).is_success
        sent += 2
    events = intake.rows("events")
    assert sum(e["name"] == "Good" for e in events) == len(values)
    profiles = {p["customer_id"]: p for p in intake.rows("profiles")}
    assert len(profiles) == people > 30
    assert all("{{" not in (p["first_name"] or "") for p in profiles.values())
    rows = [one for one in intake.quarantined() if "row" in one]
    with intake.workspace.ledger.read() as tx:
        [day] = sources.days(tx)
    assert day.received == sent
    assert day.quarantined == len(rows)
    assert day.left_out == len(intake.quarantined()) - len(rows) > 100
    # An identify of a user id is a profile; everything else taken is an event, a repeat of one, or
    # in quarantine.
    assert len(events) + len(values) + len(rows) + len(profiles) == sent


def test_what_does_not_follow_the_plan_is_kept_and_counted(intake: Intake) -> None:
    plan = intake.workspace.folder / "tracking_plan"
    plan.mkdir()
    schema = {
        "type": "object",
        "required": ["total"],
        "properties": {
            "total": {"type": "number", "minimum": 0},
            "products": {"items": {"type": "object", "required": ["sku"]}},
        },
        "additionalProperties": {"type": "string"},
    }
    (plan / "Order Completed.json").write_text(json.dumps(schema))
    (plan / "Broken.json").write_text('{"type": 7}')
    order = {"event": "Order Completed", "userId": "u1"}
    intake.send("track", {**order, "properties": {"total": 3}})
    intake.send("track", {**order, "properties": {"products": [{}, {}], "a@b.test": 1}})
    intake.send("track", {**order, "properties": {"total": "secret"}})
    intake.send("track", {"event": "Order Competed", "userId": "u1"})
    intake.send("track", {"event": "Broken", "userId": "u1"})
    assert len(intake.rows("events")) == 5
    with intake.workspace.ledger.read() as tx:
        found = {(v.source, v.event, v.path, v.rule): v.number for v in sources.violations(tx)}
    assert found == {
        ("shop", "Order Completed", "$.total", "required"): 1,
        ("shop", "Order Completed", "$.products[*].sku", "required"): 1,
        ("shop", "Order Completed", "$.*", "type"): 1,
        ("shop", "Order Completed", "$.total", "type"): 1,
        ("shop", "Order Competed", "$", "not_planned"): 1,
    }


@pytest.mark.parametrize("step", ["keep_found", "aside.add", "shutil.rmtree"])
def test_a_writer_that_ended_at_any_step_begins_again(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    batch = [track(1), {"type": "track"}, {"type": "identify", "userId": "u1"}]
    intake.send("batch", {"batch": batch})
    intake.send("track", track(2, event="Unsubscribed"))

    def ends(*_: object, **__: object) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(f"app.intake.writer.{step}", ends)
        with pytest.raises(OSError, match="power"):
            intake.write()
    intake.send("track", track(3))
    assert [e["event_id"] for e in intake.rows("events")] == ["shop:m1", "shop:m2", "shop:m3"]
    assert len(intake.rows("profiles")) == 1
    with intake.workspace.ledger.read() as tx:
        [day] = sources.days(tx)
    assert (day.received, day.quarantined) == (5, 1)


def test_a_stream_does_not_leave_a_file_a_second(intake: Intake) -> None:
    store = intake.workspace.store
    for number in range(MANY):
        store.add("events", pa.table({"event_id": [f"e{number}"], "customer_id": ["u1"]}))
    intake.send("track", track(1))
    assert len(intake.rows("events")) == MANY + 1
    assert len(store.manifest().segments) == 1


async def test_a_file_that_a_process_still_writes_to_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "CLOSE_SECONDS", 60)
    one, other = Spool(tmp_path), Spool(tmp_path)
    await asyncio.gather(
        *(made.append("source", LONG_AGO, "track", b"{}") for made in (one, other) * 20)
    )
    assert spool.claim(tmp_path, 1_000_000) is None
    one.close()
    claimed = spool.claim(tmp_path, 1_000_000)
    assert claimed is not None
    [file] = claimed.glob("*.spool")
    with file.open("ab") as torn:
        torn.write(b'{"id":"torn')
    assert len(list(spool.requests_in(file))) == 20
    other.close()
    assert spool.claim(tmp_path, 1_000_000) == claimed, "what was begun comes first, as it was"


def test_a_row_that_the_engine_fails_of_holds_up_no_other(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = read_file

    def fails(kind: Any, path: Path, **more: Any) -> Any:
        if "m3" in str(pq.read_table(path).to_pylist()):
            raise duckdb.OutOfRangeException("no such number\nat all")
        return read(kind, path, **more)

    monkeypatch.setattr(writer, "read_file", fails)
    intake.send("batch", {"batch": [track(n) for n in range(7)]})
    found = [e["event_id"] for e in intake.rows("events")]
    assert sorted(found) == [f"shop:m{n}" for n in (0, 1, 2, 4, 5, 6)]
    [aside] = intake.quarantined()
    assert aside["row"]["event_id"] == "shop:m3"
    assert aside["reason"] == "it cannot be read: no such number"
    with intake.workspace.ledger.read() as tx:
        [day] = sources.days(tx)
    assert (day.received, day.quarantined) == (7, 1)


def test_a_date_that_can_be_read_in_two_ways_is_left_out(intake: Intake) -> None:
    for user, said in (("u1", "03/04/2020"), ("u2", "2020-04-03")):
        traits = {"createdAt": said, "birthday": said, "city": "Bonn"}
        intake.send("identify", {"userId": user, "traits": traits})
    found = {p["customer_id"]: (p["city"], p["created_at"]) for p in intake.rows("profiles")}
    assert found == {"u1": ("Bonn", None), "u2": ("Bonn", datetime(2020, 4, 3, tzinfo=UTC))}
    assert {one["field"] for one in intake.quarantined()} == {"created_at", "birthday"}

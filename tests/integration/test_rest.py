"""The REST API as a program uses it: who may do what, once and only about what was seen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from app.rest import once
from ledger import requests, runs, tables
from ledger.people import Right
from tests.campaign_world import GOAL
from tests.integration.rest_world import RestWorld, make_rest_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[RestWorld]:
    async with make_rest_world(tmp_path) as made:
        yield made


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, object] = answer.json()
    assert (found["status"], found["code"]) == (status, code)
    assert found["type"] == f"urn:mainspring:problem:{code}"
    assert found["detail"]
    return found


def campaigns(world: RestWorld) -> int:
    with world.desk.site.stack.ledger.read() as tx:
        return len(runs.list_runs(tx, limit=1000))


# --- who, and what goes wrong --------------------------------------------------------------


async def test_nobody_gets_in_without_a_token(world: RestWorld) -> None:
    client = world.desk.client()
    for headers in ({}, {"Authorization": "Bearer ms_wrong"}, {"x-api-key": "ms_wrong"}):
        answer = await client.get("/v1/campaigns", headers=headers)
        problem(answer, 401, "unknown_token")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    browser = await world.desk.signed_in("owner")
    problem(await browser.get("/v1/campaigns"), 401, "unknown_token")
    described = await client.get("/v1/openapi.json")
    assert described.json()["openapi"].startswith("3.1")


@pytest.mark.parametrize(
    ("method", "path", "body", "right"),
    [
        ("GET", "/v1/campaigns", None, "read"),
        ("POST", "/v1/campaigns", {"goal": GOAL}, "write"),
        ("POST", "/v1/approvals/x/approve", {}, "approve"),
        ("POST", "/v1/sending/resume", None, "publish"),
        (
            "POST",
            "/v1/people",
            {"name": "B", "email": "b@b.example", "role": "viewer"},
            "administer",
        ),
    ],
)
async def test_a_token_may_no_more_than_its_scopes(
    world: RestWorld, method: str, path: str, body: object, right: Right
) -> None:
    rights: list[Right] = ["read", "write", "approve", "publish", "administer"]
    for given in rights:
        client = world.client(scopes=[given])
        answer = await client.request(method, path, json=body)
        if given == right:
            assert answer.status_code != 403, answer.text
        else:
            problem(answer, 403, "not_allowed")


async def test_a_token_cannot_make_a_stronger_one(world: RestWorld) -> None:
    weak = world.client(scopes=["read"])
    body = {"name": "more", "scopes": ["read", "administer"]}
    problem(await weak.post("/v1/tokens", json=body), 403, "not_allowed")
    answer = await weak.post("/v1/tokens", json={"name": "same"})
    assert answer.json()["scopes"] == ["read"]
    made = world.desk.client(headers={"x-api-key": answer.json()["token"]})
    assert (await made.get("/v1/people/me")).json()["rights"] == ["read"]
    viewer = world.client("viewer")
    other = {"name": "x", "person_id": world.desk.people["owner"].id}
    problem(await viewer.post("/v1/tokens", json=other), 403, "not_allowed")


async def test_what_cannot_be_read_says_where(world: RestWorld) -> None:
    client = world.client()
    found = problem(
        await client.post("/v1/campaigns", json={"goal": " ", "gaol": "x"}),
        422,
        "unreadable_request",
    )
    assert isinstance(found["errors"], list)
    assert {one["field"] for one in found["errors"]} == {"body.goal", "body.gaol"}
    problem(await client.post("/v1/campaigns", content=b"{"), 422, "unreadable_request")
    problem(await client.get("/v1/campaigns/nobody"), 404, "unknown")
    problem(await client.get("/v1/nothing"), 404, "unknown")
    problem(await client.put("/v1/campaigns"), 405, "no_such_method")
    long = {"goal": "x" * 600_000}
    problem(await client.post("/v1/campaigns", json=long), 413, "too_large")

    async def pieces() -> AsyncIterator[bytes]:  # without a length
        for _ in range(10):
            yield b"x" * 100_000

    problem(await client.post("/v1/campaigns", content=pieces()), 413, "too_large")
    problem(await client.get("/v1/campaigns?cursor=nonsense"), 422, "bad_cursor")


# --- lists ---------------------------------------------------------------------------------


async def test_pages_stay_whole_while_the_list_grows(world: RestWorld) -> None:
    ledger, owner = world.desk.site.stack.ledger, world.desk.people["owner"].id
    with ledger.write() as tx:
        first = {runs.start(tx, f"{GOAL} {number}", owner).id for number in range(120)}
    client = world.client(scopes=["read"])
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await client.get("/v1/campaigns", params={"cursor": cursor})).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
        with ledger.write() as tx:
            runs.start(tx, "Another in between.", owner)
    assert len(seen) == len(set(seen))
    assert set(seen) == first
    client = world.client()
    history = (await client.get("/v1/audit/history", params={"limit": 100})).json()
    more = await client.get("/v1/audit/history", params={"limit": 100, "cursor": history["next"]})
    numbers = [row["seq"] for row in (*history["items"], *more.json()["items"])]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == len(numbers) > 100


# --- once ----------------------------------------------------------------------------------


async def test_the_same_key_is_one_campaign(world: RestWorld) -> None:
    client = world.client(scopes=["write"])
    key = {"Idempotency-Key": "k1"}
    first = await client.post("/v1/campaigns", json={"goal": GOAL}, headers=key)
    again = await client.post("/v1/campaigns", json={"goal": GOAL}, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    other = await client.post("/v1/campaigns", json={"goal": "Another."}, headers=key)
    problem(other, 422, "key_reused")
    assert campaigns(world) == 1
    somebody = world.client("author")
    theirs = await somebody.post("/v1/campaigns", json={"goal": GOAL}, headers=key)
    assert theirs.json()["id"] != first.json()["id"]
    bad = {"Idempotency-Key": "x" * 201}
    problem(
        await client.post("/v1/campaigns", json={"goal": GOAL}, headers=bad),
        422,
        "unreadable_request",
    )


async def test_many_at_once_are_one(world: RestWorld) -> None:
    client = world.client()
    key = {"Idempotency-Key": "k2"}
    answers = await asyncio.gather(
        *(client.post("/v1/campaigns", json={"goal": GOAL}, headers=key) for _ in range(8))
    )
    assert {a.status_code for a in answers} <= {201, 409}
    done = [a.json()["id"] for a in answers if a.status_code == 201]
    assert len(set(done)) == 1
    for answer in answers:
        if answer.status_code == 409:
            problem(answer, 409, "still_at_work")
    assert campaigns(world) == 1


async def test_a_refusal_leaves_the_key_free(world: RestWorld) -> None:
    client = world.client()
    key = {"Idempotency-Key": "k3"}
    missing = "/v1/campaigns/nobody/cancel"
    problem(await client.post(missing, headers=key), 404, "unknown")
    problem(await client.post(missing, headers=key), 404, "unknown")
    answer = await client.post("/v1/campaigns", json={"goal": GOAL}, headers=key)
    assert answer.status_code == 201


async def test_a_request_that_was_cut_off_can_be_repeated(
    world: RestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, ledger = world.client(), world.desk.site.stack.ledger
    cut, whole = {"Idempotency-Key": "cut"}, {"Idempotency-Key": "whole"}
    body = {"goal": GOAL}
    # Dead before anything was done: its key is taken, and nothing else is there.
    digest: list[str] = []
    begin = requests.begin

    def noted(tx: object, person: str, key: str, request_hash: str) -> requests.Kept | None:
        digest.append(request_hash)
        return begin(tx, person, key, request_hash)  # type: ignore[arg-type]

    monkeypatch.setattr(requests, "begin", noted)
    made = await client.post("/v1/campaigns", json=body, headers=whole)
    with ledger.write() as tx:
        begin(tx, world.desk.people["owner"].id, "cut", digest[0])
    problem(await client.post("/v1/campaigns", json=body, headers=cut), 409, "still_at_work")
    with ledger.write() as tx:
        long_ago = tx.real_now - requests.AT_WORK
        mine = tables.requests.c.idempotency_key == "cut"
        tx.connection.execute(sa.update(tables.requests).where(mine).values(at=long_ago))
    assert (await client.post("/v1/campaigns", json=body, headers=cut)).status_code == 201
    assert campaigns(world) == 2
    # Dead after it was done and before it was answered: the answer was kept with the effect.
    assert made.status_code == 201
    with ledger.read() as tx:
        query = sa.select(tables.requests).where(tables.requests.c.idempotency_key == "whole")
        assert tx.connection.execute(query).one().answer["id"] == made.json()["id"]


async def test_a_secret_is_told_once(world: RestWorld) -> None:
    client = world.client()
    key = {"Idempotency-Key": "k4"}
    first = await client.post("/v1/tokens", json={"name": "job"}, headers=key)
    again = await client.post("/v1/tokens", json={"name": "job"}, headers=key)
    assert first.json()["token"].startswith("ms_")
    assert again.json() == {**first.json(), "token": None}
    with world.desk.site.stack.ledger.read() as tx:
        kept = tx.connection.execute(sa.select(tables.requests.c.answer)).scalars()
        assert first.json()["token"] not in str(list(kept))


# --- decisions -----------------------------------------------------------------------------


async def test_a_decision_about_what_was_seen(world: RestWorld) -> None:
    run_id = await world.to_brief()
    client = world.client(scopes=["read", "approve"])
    listed = (await client.get("/v1/approvals")).json()
    (item,) = listed["items"]
    shown = await client.get(f"/v1/approvals/{item['id']}")
    etag = shown.headers["etag"]
    assert etag == f'"{shown.json()["head"]["content_hash"]}"'
    url = f"/v1/approvals/{item['id']}/approve"
    problem(await client.post(url, json={}), 428, "precondition_needed")
    stale = {"If-Match": f'"{"0" * 64}"'}
    problem(await client.post(url, json={}, headers=stale), 412, "precondition_failed")
    answer = await client.post(url, json={}, headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "approved"
    problem(await client.post(url, json={}, headers={"If-Match": etag}), 409, "already_decided")
    entry = world.desk.journal("approval_approved")[-1]
    assert '"from":"api 127.0.0.1"' in entry["data"]
    await world.work()
    assert world.waiting(run_id).gate == "publish"


async def test_two_people_cannot_decide_the_same(world: RestWorld) -> None:
    run_id = await world.to_brief()
    approval = world.waiting(run_id)
    etag = {"If-Match": f'"{approval.content_hash}"'}
    url = f"/v1/approvals/{approval.id}"
    answers = await asyncio.gather(
        world.client("owner").post(f"{url}/approve", json={}, headers=etag),
        world.client("approver").post(f"{url}/reject", json={"reason": "No."}, headers=etag),
    )
    assert sorted(a.status_code for a in answers) == [200, 409]


async def test_a_decision_that_was_cut_off_is_repeated_safely(
    world: RestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await world.to_brief()
    approval = world.waiting(run_id)
    client = world.client()
    headers = {"If-Match": f'"{approval.content_hash}"', "Idempotency-Key": "d1"}
    url = f"/v1/approvals/{approval.id}/approve"
    first = await client.post(url, json={}, headers=headers)
    with world.desk.site.stack.ledger.write() as tx:  # as though it died before its answer
        values = {"status": None, "answer": None, "at": tx.real_now - timedelta(minutes=3)}
        tx.connection.execute(sa.update(tables.requests).values(**values))
    again = await client.post(url, json={}, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["status"] == "approved"
    assert len(world.desk.journal("approval_approved")) == 1


async def test_an_edit_is_read_again_and_waits(world: RestWorld) -> None:
    run_id = await world.to_publish_gate()
    approval = world.waiting(run_id)
    client = world.client()
    headers = {"If-Match": f'"{approval.content_hash}"'}
    variant = approval.content["variants"][0]["id"]
    edit = {"variants": {variant: {"subject": "Half an hour with a watch of 1968"}}}
    url = f"/v1/approvals/{approval.id}"
    tried = await client.post(f"{url}/read-again", json={"edit": edit})
    assert tried.status_code == 200, tried.text
    assert tried.json()["draft"]["variants"][0]["subject"] == edit["variants"][variant]["subject"]
    bad = {"edit": {"variants": {"zz": {"subject": "x"}}}}
    refused = await client.post(f"{url}/edit", json=bad, headers=headers)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    answer = await client.post(f"{url}/edit", json={"edit": edit}, headers=headers)
    assert answer.status_code == 200, answer.text
    await world.work()
    assert world.waiting(run_id).id != approval.id


# --- the rest of a campaign ----------------------------------------------------------------


async def test_from_a_goal_to_a_scheduled_send(world: RestWorld) -> None:
    client = world.client()
    run = (await client.post("/v1/campaigns", json={"goal": GOAL})).json()
    for _ in ("brief", "publish"):
        await world.work()
        (item,) = (await client.get("/v1/approvals")).json()["items"]
        etag = (await client.get(f"/v1/approvals/{item['id']}")).headers["etag"]
        answer = await client.post(
            f"/v1/approvals/{item['id']}/approve", json={}, headers={"If-Match": etag}
        )
        assert answer.status_code == 200, answer.text
    await world.work()
    (row,) = (await client.get("/v1/scheduled-sends")).json()["items"]
    shown = (await client.get(f"/v1/scheduled-sends/{row['id']}")).json()
    mail = await client.get(f"/v1/scheduled-sends/{row['id']}/mails/{shown['mails'][0]['variant']}")
    assert mail.headers["content-type"].startswith("text/html")
    assert "sandbox" in mail.headers["content-security-policy"]
    assert (await client.post(f"/v1/scheduled-sends/{row['id']}/pause")).json()["changed"]
    assert (await client.post(f"/v1/scheduled-sends/{row['id']}/resume")).json()["changed"]
    for act in ("release", "end"):  # nothing of it is held after a first part
        refused = await client.post(f"/v1/scheduled-sends/{row['id']}/{act}")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_approved")
    start = datetime.fromisoformat(row["starts_at"]) + timedelta(hours=1)
    asked = {"thing": row["id"], "start": start.isoformat()}
    would = (await client.get("/v1/calendar/move", params=asked)).json()
    moved = await client.post(
        f"/v1/scheduled-sends/{row['id']}/move", json={"start": start.isoformat()}
    )
    assert moved.json()["keeps_approval"] == would["keeps_approval"]
    people = (await client.get("/v1/audience/people", params={"publication": row["id"]})).json()
    assert people["total"] == row["people"]
    assert all("…" in one["address"] for one in people["items"])
    for path in ("calendar", "reports", "sending", "facts", "brand/guide", "audit/chain"):
        assert (await client.get(f"/v1/{path}")).status_code == 200, path
    for path in ("", "/story", "/history", "/comments"):
        assert (await client.get(f"/v1/campaigns/{run['id']}{path}")).status_code == 200, path
    said = await client.post(
        f"/v1/campaigns/{run['id']}/comments", json={"text": "Good, @lena@brand.example."}
    )
    assert said.status_code == 201
    unseen = (await world.client("approver").get("/v1/comments/unseen")).json()["items"]
    assert [one["id"] for one in unseen] == [said.json()["id"]]
    report = await client.get(f"/v1/reports/{run['id']}")
    assert report.status_code == 200
    assert (await client.get(f"/v1/reports/{run['id']}/csv")).text.count("\n") > 1
    ended = await client.post(f"/v1/campaigns/{run['id']}/cancel")
    assert ended.json()["status"] == "cancelled"


async def test_a_rule_is_tried_out(world: RestWorld) -> None:
    client = world.client(scopes=["read"])
    rule = {"kind": "bought", "at_least": 1}
    found = (await client.post("/v1/audience/preview", json={"rule": rule})).json()
    assert (found["size"], found["reachable"]) == (24, 24)
    assert found["evidence"][0]["figure"]["low"] is not None
    deep: dict[str, object] = {"kind": "everyone"}
    for _ in range(100):
        deep = {"kind": "all", "of": [deep, deep]} if _ < 8 else {"kind": "not", "of": deep}
    answer = await client.post("/v1/audience/preview", json={"rule": deep})
    assert answer.status_code == 422


async def test_a_file_is_given_and_kept(world: RestWorld) -> None:
    client = world.client()
    text = "email,suppressed_at,reason\nx@example.test,2026-01-01,asked\n"
    key = {"Idempotency-Key": "f1"}
    given = await client.post("/v1/imports", files={"file": ("stop.csv", text)}, headers=key)
    assert given.status_code == 201, given.text
    again = await client.post("/v1/imports", files={"file": ("stop.csv", text)}, headers=key)
    assert again.json()["id"] == given.json()["id"]
    other = await client.post("/v1/imports", files={"file": ("stop.csv", text + "\n")}, headers=key)
    problem(other, 422, "key_reused")
    await asyncio.gather(*world.desk.site.tasks)
    shown = (await client.get(f"/v1/imports/{given.json()['id']}")).json()
    assert not shown["working"]
    dropped = await client.delete(f"/v1/imports/{given.json()['id']}")
    assert dropped.json()["changed"]


async def test_no_file_is_taken_before_it_is_known_who_gives_it(world: RestWorld) -> None:
    taken = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal taken
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
        for _ in range(64):
            taken += 1
            yield b"x" * 65_536

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    stranger = world.desk.client()
    problem(
        await stranger.post("/v1/imports", content=pieces(), headers=kind), 401, "unknown_token"
    )
    reader = world.client(scopes=["read"])
    problem(await reader.post("/v1/imports", content=pieces(), headers=kind), 403, "not_allowed")
    assert taken == 0


async def test_a_schedule_is_added_and_removed(world: RestWorld) -> None:
    client = world.client()
    body = {"goal": GOAL, "cron": "0 9 1 * *"}
    made = await client.post("/v1/schedules", json=body, headers={"Idempotency-Key": "s1"})
    again = await client.post("/v1/schedules", json=body, headers={"Idempotency-Key": "s1"})
    assert made.status_code == 201
    assert made.json() == again.json()
    assert made.json()["next"]
    problem(await client.post("/v1/schedules", json={**body, "cron": "soon"}), 422, "bad_schedule")
    problem(
        await world.client(scopes=["read"]).post("/v1/schedules", json=body), 403, "not_allowed"
    )
    gone = f"/v1/schedules/{made.json()['id']}"
    assert (await client.delete(gone)).status_code == 200
    assert (await client.get("/v1/schedules")).json() == {"items": []}
    problem(await client.delete(gone), 404, "unknown")


async def test_people_come_and_go(world: RestWorld) -> None:
    client = world.client()
    body = {"name": "Bo", "email": "bo@brand.example", "role": "author"}
    bo = (await client.post("/v1/people", json=body)).json()
    problem(await client.post("/v1/people", json=body), 409, "exists")
    changed = await client.patch(f"/v1/people/{bo['id']}", json={"role": "viewer"})
    assert changed.json()["role"] == "viewer"
    assert (await client.delete(f"/v1/people/{bo['id']}")).status_code == 200
    owner = world.desk.people["owner"].id
    problem(await client.delete(f"/v1/people/{owner}"), 409, "last_owner")


async def test_a_way_in_gives_no_more_than_the_token_has(world: RestWorld) -> None:
    lena = world.desk.people["approver"].id
    url = f"/v1/people/{lena}/sign-in-link"
    problem(await world.client(scopes=["administer"]).post(url), 403, "not_allowed")
    key = {"Idempotency-Key": "l1"}
    client = world.client()
    link = (await client.post(url, headers=key)).json()["link"]
    assert link.startswith("http://127.0.0.1:8780/welcome/")
    assert (await world.desk.client().get(link)).status_code == 200
    assert (await client.post(url, headers=key)).json() == {"link": None}


async def test_a_token_lifts_nobody_above_itself(world: RestWorld) -> None:
    weak = world.client(scopes=["read", "administer"])
    body = {"name": "Bo", "email": "bo@brand.example", "role": "viewer"}
    made = (await weak.post("/v1/people", json=body)).json()
    lifted = await weak.patch(f"/v1/people/{made['id']}", json={"role": "approver"})
    problem(lifted, 403, "not_allowed")


@pytest.mark.parametrize("path", ["history", "history/export"])
async def test_the_whole_history_is_for_owners(world: RestWorld, path: str) -> None:
    answer = await world.client("approver").get(f"/v1/audit/{path}")
    problem(answer, 403, "not_allowed")


async def test_settings_are_changed_as_they_were_seen(world: RestWorld) -> None:
    client = world.client()
    shown = await client.get("/v1/settings")
    values = {"values": {"limits.cap_most": 2, "holdout.share": 0.1}}
    problem(await client.patch("/v1/settings", json=values), 428, "precondition_needed")
    seen = {"If-Match": shown.headers["etag"]}
    viewer = world.client("viewer")
    problem(await viewer.patch("/v1/settings", json=values, headers=seen), 403, "not_allowed")
    changed = await client.patch("/v1/settings", json=values, headers=seen)
    assert {one["setting"] for one in changed.json()["changes"]} == set(values["values"])
    now = (await client.get("/v1/settings")).json()
    assert (now["limits"]["cap_most"], now["holdout"]["share"]) == (2, 0.1)
    problem(
        await client.patch("/v1/settings", json=values, headers=seen), 412, "precondition_failed"
    )
    hosts = {"values": {"sending.smtp_host": "elsewhere.example"}}
    fresh = {"If-Match": f'"{now["seen"]}"'}
    assert (await client.patch("/v1/settings", json=hosts, headers=fresh)).status_code == 409


async def test_a_conversation_is_answered_and_is_ones_own(world: RestWorld) -> None:
    client = world.client()
    key = {"Idempotency-Key": "c1"}
    thread = (await client.post("/v1/conversations", json={}, headers=key)).json()
    url = f"/v1/conversations/{thread['id']}"
    said = {"text": "What can you do?"}
    begun = await client.post(f"{url}/turns", json=said, headers=key)
    problem(begun, 422, "key_reused")
    begun = await client.post(f"{url}/turns", json=said)
    assert begun.status_code == 202, begun.text
    turn = begun.json()["id"]
    await world.desk.site.turns.join(turn)
    whole = (await client.get(f"/v1/turns/{turn}")).json()
    assert whole["status"] == "done"
    events = (await client.get(f"/v1/turns/{turn}/events")).text
    assert events.rstrip().splitlines()[-2] == "event: end"
    last = re.findall(r"^id: (\d+)$", events, re.MULTILINE)[-2]
    rest = await client.get(f"/v1/turns/{turn}/events", headers={"Last-Event-ID": last})
    assert re.findall(r"^event: (\w+)$", rest.text, re.MULTILINE) == ["end"]
    assert (await client.get(url)).json()["turns"][0]["answer"] == whole["answer"]
    assert (await client.patch(url, json={"title": "First"})).json()["title"] == "First"
    stranger = world.client("approver")
    for path in (url, f"/v1/turns/{turn}", f"/v1/turns/{turn}/events"):
        problem(await stranger.get(path), 404, "unknown")
    assert (await stranger.get("/v1/conversations")).json()["items"] == []
    assert (await client.delete(url)).json() == {"changed": True}


def test_every_operation_is_described() -> None:
    from app.rest.api import create_rest_api

    described = create_rest_api(None).openapi()  # type: ignore[arg-type]
    seen = set()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            name = f"{method} {path}"
            assert operation["summary"], name
            assert operation["description"], name
            assert operation["security"], name
            assert {"401", "403", "422"} <= set(operation["responses"]), name
            assert operation["operationId"] not in seen, name
            seen.add(operation["operationId"])
            if method == "post":
                names = [p["name"].lower() for p in operation["parameters"]]
                assert "idempotency-key" in names, name
    assert once.REPLAYED

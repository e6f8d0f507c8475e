"""The desk's door, as an honest visitor, a guesser and a hostile page come to it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from app.desk.identity import COOKIE
from app.desk.security import HEADERS
from app.static_files import FOLDER
from app.web import MOST_FORM_BYTES
from ledger import accounts, people
from ledger import tables as t
from ledger.accounts import FAILURES_MOST
from tests.desk_world import ADDRESS, PASSWORD, PEOPLE, Desk, make_desk

ADA = PEOPLE["owner"][1]
JONAS = PEOPLE["author"][1]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with make_desk(tmp_path) as made:
        yield made


async def try_to_sign_in(
    at: httpx.AsyncClient, email: str = ADA, password: str = PASSWORD, then: str = "/"
) -> httpx.Response:
    return await at.post("/sign-in", data={"email": email, "password": password, "then": then})


async def test_a_password_opens_the_page_that_was_asked_for(desk: Desk) -> None:
    browser = desk.client()
    asked = await browser.get("/settings?saved=caps&x=1")
    assert asked.status_code == 303
    door = await browser.get(asked.headers["location"])
    then = re.search(r'name="then" value="([^"]+)"', door.text)
    assert then is not None
    answer = await try_to_sign_in(browser, ADA.upper(), then=then[1].replace("&amp;", "&"))
    assert answer.headers["location"] == "/settings?saved=caps&x=1"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert PASSWORD not in cookie
    assert (await browser.get("/settings")).status_code == 200
    assert desk.journal("signed_in")[0]["data"] == '{"from":"desk 127.0.0.1"}'


@pytest.mark.parametrize("email", [ADA, "nobody@brand.example"])
async def test_a_wrong_password_says_the_same_of_anybody(desk: Desk, email: str) -> None:
    answer = await try_to_sign_in(desk.client(), email, "not this one at all")
    assert answer.status_code == 401
    assert "Address and password do not fit together." in answer.text
    assert "set-cookie" not in answer.headers
    assert len(desk.journal("sign_in_failed")) == (email == ADA)


async def test_guessing_is_held_off_however_many_come_at_once(desk: Desk) -> None:
    guesser = desk.client("198.51.100.7")
    answers = await asyncio.gather(
        *(try_to_sign_in(guesser, password=f"guess number {n}") for n in range(12))
    )
    looked_at = [one for one in answers if one.status_code == 401]
    assert len(looked_at) == FAILURES_MOST
    assert {one.status_code for one in answers} == {401, 429}
    right = await try_to_sign_in(guesser)
    assert right.status_code == 429
    assert "Try again in" in right.text
    # Knowing her address is not enough to lock her out where she is.
    assert (await try_to_sign_in(desk.client("192.0.2.4"))).status_code == 303


async def test_one_address_is_not_guessed_at_from_everywhere(desk: Desk) -> None:
    ledger = desk.site.stack.ledger
    with ledger.write() as tx:
        for place in range(accounts.FAILURES_MOST * 10):
            accounts.begin_try(tx, ADA, f"203.0.113.{place}")
    assert (await try_to_sign_in(desk.client("192.0.2.4"))).status_code == 429
    with ledger.write() as tx:
        tx.connection.execute(
            sa.update(t.sign_in_failures).values(at=tx.real_now - accounts.FAILURES_WITHIN)
        )
    assert (await try_to_sign_in(desk.client("192.0.2.4"))).status_code == 303


@pytest.mark.parametrize(
    "then",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "/\t/evil.example",
     "/\n/evil.example", "javascript:alert(1)", " /settings", "/ok\\..\\evil"],
)  # fmt: skip
async def test_signing_in_leads_nowhere_else(desk: Desk, then: str) -> None:
    answer = await try_to_sign_in(desk.client(), then=then)
    assert answer.headers["location"] == "/"


async def test_a_session_is_new_each_time_and_the_one_before_ends(desk: Desk) -> None:
    browser = desk.client()
    browser.cookies.set(COOKIE, "chosen-by-somebody-else", domain="127.0.0.1")
    await try_to_sign_in(browser)
    [first] = [one.value for one in browser.cookies.jar if one.value != "chosen-by-somebody-else"]
    browser.cookies.clear()
    browser.cookies.set(COOKIE, str(first), domain="127.0.0.1")
    again = await try_to_sign_in(browser)
    assert str(first) not in again.headers["set-cookie"]
    old = desk.client()
    old.cookies.set(COOKIE, str(first), domain="127.0.0.1")
    assert (await old.get("/settings")).status_code == 303


async def test_signing_out_ends_the_session_itself(desk: Desk) -> None:
    ada = await desk.signed_in("owner")
    secret = ada.cookies[COOKIE]
    assert (await ada.post("/sign-out")).headers["location"] == "/sign-in"
    thief = desk.client()
    thief.cookies.set(COOKIE, secret, domain="127.0.0.1")
    assert (await thief.get("/settings")).status_code == 303
    assert len(desk.journal("signed_out")) == 1


async def test_a_session_ends_with_its_hours_and_with_its_person(desk: Desk) -> None:
    jonas, lena = await desk.signed_in("author"), await desk.signed_in("approver")
    with desk.site.stack.ledger.write() as tx:
        people.deactivate(tx, desk.people["author"].id, desk.people["owner"])
        tx.connection.execute(
            sa.update(t.sessions)
            .where(t.sessions.c.person_id == desk.people["approver"].id)
            .values(ends_at=datetime.now(UTC) - timedelta(seconds=1))
        )
    assert (await jonas.get("/settings")).status_code == 303
    assert (await lena.get("/settings")).status_code == 303


async def test_a_form_from_elsewhere_changes_nothing(desk: Desk) -> None:
    ada = await desk.signed_in("owner")
    token = ada.headers.pop("x-csrf-token")
    hostile: tuple[dict[str, str], ...] = (
        {},
        {"x-csrf-token": "0" * len(token)},
        {"x-csrf-token": token, "sec-fetch-site": "cross-site"},
        {"x-csrf-token": token, "sec-fetch-site": "same-site"},
        {"x-csrf-token": token, "origin": "https://evil.example"},
        {"x-csrf-token": token, "origin": "null"},
    )
    for headers in hostile:
        answer = await ada.post("/pause", data={"reason": "mischief"}, headers=headers)
        assert answer.status_code == 403, headers
        assert "did not come from a page of this desk" in answer.text
    assert desk.journal("sending_paused") == []
    ours = await ada.post(
        "/pause", data={"reason": "Rain", "csrf": token}, headers={"origin": ADDRESS}
    )
    assert ours.status_code == 303
    assert len(desk.journal("sending_paused")) == 1


async def test_another_persons_form_token_is_worth_nothing(desk: Desk) -> None:
    ada, lena = await desk.signed_in("owner"), await desk.signed_in("approver")
    ada.headers["x-csrf-token"] = lena.headers["x-csrf-token"]
    assert (await ada.post("/pause", data={"reason": "x"})).status_code == 403


async def test_the_door_itself_takes_no_form_from_elsewhere(desk: Desk) -> None:
    answer = await desk.client().post(
        "/sign-in", data={"email": ADA, "password": PASSWORD},
        headers={"origin": "https://evil.example"},
    )  # fmt: skip
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[::1].evil.example"]
)
async def test_only_our_own_hosts_are_answered(desk: Desk, host: str) -> None:
    assert (await desk.client().get("/sign-in", headers={"host": host})).status_code == 421


async def test_every_answer_carries_the_headers(desk: Desk) -> None:
    ada = await desk.signed_in("owner")
    paths = ("/settings", "/sign-in", "/nothing", "/nav", "/static/desk.css", "/static/../app.py")
    for path in paths:
        answer = await ada.get(path)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (path, name)
    assert (await ada.get("/settings")).headers["cache-control"] == "no-store"
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_the_desks_files_stay_inside_their_folder(desk: Desk) -> None:
    client = desk.client()
    for path in ("/static/%2e%2e/drawing.py", "/static/..%2fdrawing.py", "/static//etc/passwd"):
        assert (await client.get(path)).status_code == 404
    css = await client.get("/static/desk.css?x")
    assert css.text == (FOLDER / "desk.css").read_text("utf-8")
    assert "immutable" in css.headers["cache-control"]


async def test_a_link_works_once_though_two_use_it(desk: Desk) -> None:
    with desk.site.stack.ledger.write() as tx:
        person = people.add(tx, "Neu Hier", "neu@brand.example", "viewer")
        token = accounts.issue_link(tx, person.id)
    page = f"/welcome/{token}"
    for _ in range(3):  # looking uses nothing up, whoever looks
        looked = await desk.client().get(page)
        assert looked.status_code == 200
        assert "Welcome, Neu Hier" in looked.text
    short = await desk.client().post(page, data={"password": "short"})
    assert short.status_code == 422
    assert "12 to 200 characters" in short.text
    two = await asyncio.gather(
        *(desk.client().post(page, data={"password": f"four words of person {n}"}) for n in (1, 2))
    )
    assert sorted(one.status_code for one in two) == [303, 422]
    gone = await desk.client().get(page)
    assert gone.status_code == 410
    assert "no longer works" in gone.text
    winner = next(n for n, one in enumerate(two, start=1) if one.status_code == 303)
    entered = await try_to_sign_in(desk.client(), person.email, f"four words of person {winner}")
    assert entered.status_code == 303


async def test_a_newer_link_ends_the_older_and_a_day_ends_both(desk: Desk) -> None:
    jonas = desk.people["author"].id
    with desk.site.stack.ledger.write() as tx:
        older, newer = accounts.issue_link(tx, jonas), accounts.issue_link(tx, jonas)
    assert (await desk.client().get(f"/welcome/{older}")).status_code == 410
    assert (await desk.client().get(f"/welcome/{newer}")).status_code == 200
    with desk.site.stack.ledger.write() as tx:
        tx.connection.execute(sa.update(t.sign_in_links).values(ends_at=tx.real_now))
    assert (await desk.client().get(f"/welcome/{newer}")).status_code == 410


async def test_a_new_password_ends_a_link_that_lay_about(desk: Desk) -> None:
    with desk.site.stack.ledger.write() as tx:
        link = accounts.issue_link(tx, desk.people["author"].id)
        accounts.set_password(tx, desk.people["author"], "five words nobody else has said")
        assert accounts.whose_link(tx, link) is None


@pytest.mark.parametrize("path", ["/sign-in", "/pause"])
async def test_a_form_that_is_too_large_is_not_taken(desk: Desk, path: str) -> None:
    read = 0

    async def without_end() -> AsyncIterator[bytes]:
        nonlocal read
        yield b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
        while True:
            read += 65536
            assert read < 4 * MOST_FORM_BYTES, "it is read without end"
            yield b"0" * 65536

    kind = {"content-type": "multipart/form-data; boundary=x"}
    browser = await desk.signed_in("viewer")
    assert (await browser.post(path, content=without_end(), headers=kind)).status_code == 413
    said = {**kind, "content-length": str(2 * MOST_FORM_BYTES)}
    assert (await browser.post(path, content=b"--x", headers=said)).status_code == 413


async def test_what_is_typed_at_the_door_is_escaped(desk: Desk) -> None:
    answer = await try_to_sign_in(
        desk.client(), '"><script>alert(1)</script>', "x", '/"><img src=x>'
    )
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text


async def test_secrets_are_kept_as_hashes_alone(desk: Desk) -> None:
    browser = desk.client()
    await try_to_sign_in(browser, JONAS)
    token = desk.token("author", ["read"])
    with desk.site.stack.ledger.write() as tx:
        link = accounts.issue_link(tx, desk.people["author"].id)
    with desk.site.stack.ledger.read() as tx:
        kept = str(
            [
                tx.connection.execute(sa.select(table)).all()
                for table in (t.sessions, t.passwords, t.tokens, t.sign_in_links, t.journal)
            ]
        )
    for secret in (PASSWORD, browser.cookies[COOKIE], token, link):
        assert secret not in kept


async def test_a_refusal_leads_back_to_its_page_and_nowhere_else(tmp_path: Path) -> None:
    async with make_desk(tmp_path) as desk:
        ada = await desk.signed_in("owner")
        for came, back in (
            (f"{ADDRESS}/import?x=1", 'href="/import?x=1"'),
            ("https://evil.example/import", ""),
            (f"{ADDRESS}//evil.example", ""),
        ):
            page = await ada.get("/approvals/nonsense", headers={"Referer": came})
            assert page.status_code == 404
            assert ("Back to where you were" in page.text) == bool(back)
            assert back in page.text
            assert "evil.example" not in page.text

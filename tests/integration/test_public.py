"""The public endpoints: what anybody with a mail in hand, or a mail provider, can do and cannot."""

from __future__ import annotations

import base64
import json
import quopri
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from app.intake.spool import Spool
from app.public import public_app
from domain.customer import Consent, ConsentPurpose, Suppression
from ledger import (
    consent,
    engagements,
    no_contact,
    publications,
    subjects,
    suppression,
    tables,
    webhooks,
)
from ledger.publications import AssignmentRow
from tests.campaign_world import MONDAY, SIGNING, SUPPRESSION, World, make_world
from tests.mailserver import MailServer
from tools.esp.webhooks import sign
from tools.store.mail_events import StoredEvents
from tools.store.segments import Store, connect
from workflows.message_tokens import click_token, message_token, open_token
from workflows.stack import Keys, Tracking

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"}
ESP_SECRET = "whsec_" + base64.b64encode(b"e" * 24).decode()
CLICK = {"List-Unsubscribe": "One-Click"}
BASE = "http://127.0.0.1:8787"


class Sent:
    """A campaign that has gone out to people of whom half agreed to be counted."""

    def __init__(self, world: World, run_id: str, server: MailServer) -> None:
        self.world, self.run_id, self.server = world, run_id, server
        self.rows = [row for row in world.assigned(run_id) if row.state == "sent"]

    def who(self, counted: bool) -> AssignmentRow:
        return next(row for row in self.rows if self._agrees(row) == counted)

    def _agrees(self, row: AssignmentRow) -> bool:
        return int(self.customer(row)[1:]) % 2 == 0

    def customer(self, row: AssignmentRow) -> str:
        with self.world.ledger.read() as tx:
            return subjects.customer_ids(tx, [row.pseudonym])[row.pseudonym]

    def address(self, row: AssignmentRow) -> str:
        return self.world.shop.contacts_by_id[self.customer(row)].email

    def key(self, row: AssignmentRow) -> str:
        return publications.send_key(self.run_id, row.pseudonym)

    def token(self, row: AssignmentRow) -> str:
        hashed = suppression.address_hash(self.address(row), SUPPRESSION)
        return message_token(self.key(row), SIGNING, hashed)

    def mail(self, row: AssignmentRow) -> str:
        """Its HTML as it was sent."""
        place = self.server.recipients.index(self.address(row))
        return quopri.decodestring(self.server.mails[place]).decode()

    def suppressed(self, row: AssignmentRow) -> bool:
        with self.world.ledger.read() as tx:
            return bool(suppression.suppressed(tx, [self.address(row)], SUPPRESSION))

    def no_contact(self, row: AssignmentRow) -> bool:
        with self.world.ledger.read() as tx:
            return bool(no_contact.reasons(tx, [row.pseudonym]))

    def answer(self, row: AssignmentRow, purpose: ConsentPurpose) -> tuple[bool, str]:
        with self.world.ledger.read() as tx:
            return consent.latest(tx, [row.pseudonym], purpose)[row.pseudonym]

    def kept(self, row: AssignmentRow) -> list[tuple[str, bool, str]]:
        with self.world.ledger.read() as tx:
            return [
                (e.kind, e.by_machine, e.link)
                for e in engagements.waiting(tx)
                if e.send_key == self.key(row)
            ]

    def later(self, **time: float) -> None:
        with self.world.ledger.read() as tx:
            now = tx.now
        self.world.to(now + timedelta(**time))


@pytest.fixture
async def sent(tmp_path: Path) -> AsyncIterator[Sent]:
    async with MailServer() as server:
        world = make_world(tmp_path, server.port, size=24)
        world = world.with_stack(
            tracking=Tracking(opens=True, clicks=True),
            events=StoredEvents(Store(tmp_path / "data")),
            keys=Keys(SIGNING, SUPPRESSION, {"esp": ESP_SECRET}),
        )
        with world.ledger.write() as tx:
            consent.record(
                tx,
                [
                    Consent(
                        customer_id=f"c{n:03d}",
                        purpose="email_tracking",
                        given=n % 2 == 0,
                        at=MONDAY - timedelta(days=90),
                        source="shop",
                    )
                    for n in range(24)
                ],
            )
        run_id = await world.to_scheduled()
        world.to_due(run_id)
        await world.work()
        yield Sent(world, run_id, server)


@pytest.fixture
async def client(sent: Sent) -> AsyncIterator[httpx.AsyncClient]:
    app = httpx.ASGITransport(
        app=public_app(lambda: sent.world.stack, Spool(sent.world.stack.reports / "spool"))
    )
    async with httpx.AsyncClient(transport=app, base_url=BASE, headers=PHONE) as made:
        yield made


# --- unsubscribing -------------------------------------------------------------------------


async def test_a_post_unsubscribes_and_nothing_else_does(
    sent: Sent, client: httpx.AsyncClient
) -> None:
    who = sent.rows[0]
    url = f"/u/{sent.token(who)}"
    for answer in (await client.get(url), await client.head(url)):
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert (await client.request("PUT", url, data=CLICK)).status_code == 405
    assert not sent.suppressed(who)
    answer = await client.post(url, data=CLICK)
    assert answer.status_code == 200
    assert who.pseudonym not in answer.text
    assert "<script" not in answer.text
    assert sent.suppressed(who)
    assert sent.answer(who, "email_marketing") == (False, "unsubscribe")


async def test_a_mail_that_a_restored_ledger_does_not_know(
    sent: Sent, client: httpx.AsyncClient
) -> None:
    hashed = suppression.address_hash("ada@example.test", SUPPRESSION)
    token = message_token("cd" * 32, SIGNING, hashed)
    assert (await client.post(f"/u/{token}", data=CLICK)).status_code == 200
    with sent.world.ledger.read() as tx:
        assert suppression.reasons(tx, [hashed]) == {hashed: "unsubscribed"}
    old = message_token("cd" * 32, SIGNING)  # of before addresses were carried
    assert (await client.post(f"/u/{old}", data=CLICK)).status_code == 404
    assert (await client.get(f"/p/{token}")).status_code == 200


async def test_an_old_link_of_a_known_mail(sent: Sent, client: httpx.AsyncClient) -> None:
    who = sent.rows[0]
    token = message_token(sent.key(who), SIGNING)
    assert (await client.post(f"/u/{token}", data=CLICK)).status_code == 200
    assert sent.suppressed(who)


async def test_links_that_are_not_ours_are_slowed_and_ours_still_work(
    sent: Sent, client: httpx.AsyncClient
) -> None:
    who = sent.rows[0]
    wrong = [click_token(sent.key(who), 0, SIGNING), "x", sent.token(who)[:-1], "ü"]
    for token in wrong:
        assert (await client.get(f"/u/{token}")).status_code == 404
        assert (await client.get(f"/p/{token}")).status_code == 404
    codes = {(await client.get("/u/guess")).status_code for _ in range(80)}
    assert codes == {404, 429}
    assert (await client.post(f"/u/{sent.token(who)}", data=CLICK)).status_code == 200


async def test_a_page_in_the_readers_language(sent: Sent, client: httpx.AsyncClient) -> None:
    url = f"/u/{sent.token(sent.rows[0])}"
    english = await client.get(url, headers={"Accept-Language": "fr, en;q=0.8, de;q=0.5"})
    german = await client.get(url, headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"})
    assert 'lang="en"' in english.text
    assert 'lang="de"' in german.text
    assert "Halden" in german.text


# --- preferences ---------------------------------------------------------------------------


async def test_preferences_are_shown_and_changed(sent: Sent, client: httpx.AsyncClient) -> None:
    who = sent.who(counted=True)
    url = f"/p/{sent.token(who)}"
    shown = await client.get(url, headers={"Accept-Language": "de"})
    assert shown.status_code == 200
    assert shown.text.count("checked") == 3
    assert 'name="sms"' not in shown.text  # nobody ever asked them about it
    assert sent.answer(who, "email_tracking") == (True, "shop")
    sent.later(hours=1)
    chosen = {"mails": "no", "recording": "no", "page_language": "de"}
    answer = await client.post(url, data=chosen)
    assert answer.status_code == 200
    assert sent.answer(who, "email_tracking") == (False, "preference page")
    assert sent.answer(who, "email_marketing") == (False, "unsubscribe")
    assert sent.suppressed(who)
    sent.later(hours=1)
    await client.post(url, data={"mails": "yes", "recording": "yes", "page_language": "de"})
    assert sent.answer(who, "email_marketing") == (True, "preference page")
    assert sent.answer(who, "email_tracking") == (True, "preference page")
    assert not sent.suppressed(who)


async def test_every_channel_has_its_own_answer_and_none_at_all_goes_before(
    sent: Sent, client: httpx.AsyncClient
) -> None:
    who = sent.who(counted=True)
    url = f"/p/{sent.token(who)}"
    texts = Consent(
        customer_id=sent.customer(who),
        purpose="sms_marketing",
        given=True,
        at=MONDAY,
        source="shop",
    )
    with sent.world.ledger.write() as tx:
        consent.record(tx, [texts])
    assert 'name="sms"' in (await client.get(url)).text
    sent.later(hours=1)
    chosen = {"mails": "yes", "sms": "no", "recording": "yes", "contact": "yes"}
    assert (await client.post(url, data=chosen)).status_code == 200
    assert sent.answer(who, "sms_marketing") == (False, "preference page")
    assert sent.answer(who, "email_marketing") == (True, "shop")

    sent.later(hours=1)
    await client.post(url, data={**chosen, "sms": "yes", "contact": "no"})
    assert sent.no_contact(who)
    assert sent.suppressed(who)
    assert not sent.answer(who, "sms_marketing")[0]
    assert not sent.answer(who, "email_marketing")[0]

    sent.later(hours=1)
    await client.post(url, data=chosen)
    assert not sent.no_contact(who)
    assert not sent.suppressed(who)
    assert sent.answer(who, "email_marketing")[0]


async def test_nobody_is_asked_about_what_is_not_recorded(
    sent: Sent, client: httpx.AsyncClient
) -> None:
    sent.world.stack = replace(sent.world.stack, tracking=Tracking())
    url = f"/p/{sent.token(sent.who(counted=False))}"
    assert 'name="recording"' not in (await client.get(url)).text
    assert (await client.post(url, data={"mails": "yes"})).status_code == 200
    agreed = f"/p/{sent.token(sent.who(counted=True))}"  # and may take it back
    assert 'name="recording"' in (await client.get(agreed)).text


async def test_a_yes_does_not_lift_what_a_mailbox_said(
    sent: Sent, client: httpx.AsyncClient
) -> None:
    who = sent.rows[0]
    with sent.world.ledger.write() as tx:
        mark = Suppression(address=sent.address(who), reason="bounced", at=tx.now)
        suppression.add(tx, [mark], SUPPRESSION)
    await client.post(f"/p/{sent.token(who)}", data={"mails": "yes", "recording": "no"})
    assert sent.suppressed(who)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"mails": "yes"}, 422),
        ({"mails": "perhaps", "recording": "no"}, 422),
        ({"mails": "no", "recording": "x" * 9000}, 413),
    ],
)
async def test_half_an_answer_changes_nothing(
    sent: Sent, client: httpx.AsyncClient, body: dict[str, str], status: int
) -> None:
    who = sent.rows[0]
    assert (await client.post(f"/p/{sent.token(who)}", data=body)).status_code == status
    assert not sent.suppressed(who)


# --- opens and clicks ----------------------------------------------------------------------


def links_of(mail: str) -> list[str]:
    return re.findall(rf'href="{BASE}(/c/[\w-]+)"', mail)


async def test_only_who_agreed_gets_a_counted_mail(sent: Sent, client: httpx.AsyncClient) -> None:
    counted, other = sent.mail(sent.who(True)), sent.mail(sent.who(False))
    assert links_of(counted)
    assert f"{BASE}/o/" in counted
    assert not links_of(other)
    assert f"{BASE}/o/" not in other
    assert 'href="https://halden.example' in other
    with sent.world.ledger.read() as tx:
        row = publications.list_publications(tx, sent.run_id)[-1]
        content = publications.get(tx, row.id).content
    assert content.hash() == row.content_hash == row.approved_hash
    assert all("/c/" not in variant.html for variant in content.variants)


async def test_opens_and_clicks_of_people_and_machines(
    sent: Sent, client: httpx.AsyncClient
) -> None:
    who = sent.who(counted=True)
    mail = sent.mail(who)
    found = re.search(rf"{BASE}(/o/[\w-]+)", mail)
    assert found is not None
    for headers in ({}, {"User-Agent": "Mozilla/5.0"}, {}):
        picture = await client.get(found[1], headers=headers)
        assert picture.headers["content-type"] == "image/gif"
    assert sorted(sent.kept(who)) == [("opened", False, ""), ("opened", True, "")]
    followed = await client.get(links_of(mail)[0])
    assert followed.status_code == 302
    assert followed.headers["location"].startswith("https://halden.example/")
    await client.head(links_of(mail)[0])
    clicks = [kept[1] for kept in sent.kept(who) if kept[0] == "clicked"]
    assert sorted(clicks) == [False, True]


async def test_all_links_at_once_are_a_scanner(sent: Sent, client: httpx.AsyncClient) -> None:
    who = sent.who(counted=True)
    with sent.world.ledger.write() as tx:  # a mail of four links
        row = publications.list_publications(tx, sent.run_id)[-1]
        content = publications.get(tx, row.id).content.model_dump(mode="json")
        for variant in content["variants"]:
            variant["html"] += "".join(f'<a href="https://halden.example/{n}">' for n in range(3))
        tx.connection.execute(sa.update(tables.publications).values(content=content))
    for place in (1, 1, 2):
        link = f"/c/{click_token(sent.key(who), place, SIGNING)}"
        assert (await client.get(link)).status_code == 302
    assert {machine for _, machine, _ in sent.kept(who)} == {False}
    await client.get(f"/c/{click_token(sent.key(who), 3, SIGNING)}")
    assert [machine for _, machine, _ in sent.kept(who)] == [True, True, True]


async def test_a_link_leads_only_where_the_approved_mail_leads(
    sent: Sent, client: httpx.AsyncClient
) -> None:
    key = sent.key(sent.who(counted=True))
    wrong = [
        click_token(key, 999, SIGNING),
        click_token("cd" * 32, 0, SIGNING),
        click_token(key, 0, b"x" * 32),
        open_token(key, SIGNING),
        "https://evil.example",
    ]
    for token in wrong:
        answer = await client.get(f"/c/{token}", params={"url": "https://evil.example"})
        assert answer.status_code == 404
        assert "evil" not in answer.text
    right = await client.get(f"/c/{click_token(key, 0, SIGNING)}?url=https://evil.example")
    assert "evil" not in right.headers["location"]


async def test_a_no_to_being_counted_counts_at_once(sent: Sent, client: httpx.AsyncClient) -> None:
    who = sent.who(counted=True)
    sent.later(hours=1)
    chosen = {"mails": "yes", "recording": "no"}
    await client.post(f"/p/{sent.token(who)}", data=chosen)
    assert (await client.get(links_of(sent.mail(who))[0])).status_code == 302
    assert sent.kept(who) == []


async def test_recording_that_is_turned_off(sent: Sent, client: httpx.AsyncClient) -> None:
    who = sent.who(counted=True)
    sent.world.stack = replace(sent.world.stack, tracking=Tracking())
    assert (await client.get(links_of(sent.mail(who))[0])).status_code == 302
    assert sent.kept(who) == []


async def test_what_came_back_reaches_the_store_once(sent: Sent, client: httpx.AsyncClient) -> None:
    who = sent.who(counted=True)
    await client.get(links_of(sent.mail(who))[0])
    await sent.world.work()
    assert sent.kept(who) == []
    await client.get(links_of(sent.mail(who))[0])
    await sent.world.work()
    store = Store(sent.world.folder / "data")
    with connect() as engine:
        rows = engine.execute(
            f"SELECT name, customer_id, campaign_id, message_key, machine "
            f"FROM ({store.view('events')})"
        ).fetchall()
    expected = ("Email Link Clicked", sent.customer(who), sent.run_id, sent.key(who), False)
    assert rows == [expected]


# --- webhooks ------------------------------------------------------------------------------


def event(key: str, kind: str, **data: object) -> dict[str, object]:
    return {
        "type": f"email.{kind}",
        "timestamp": "2026-03-02T10:00:00Z",
        "data": {"key": key, **data},
    }


async def deliver(
    client: httpx.AsyncClient,
    *events: object,
    delivery: str = "d1",
    at: datetime | None = None,
    secret: str = ESP_SECRET,
    source: str = "esp",
) -> httpx.Response:
    body = json.dumps(events[0] if len(events) == 1 else list(events)).encode()
    headers = sign(delivery, at or datetime.now(UTC), body, secret)
    return await client.post(f"/hooks/{source}", content=body, headers=headers)


async def test_bounces_and_complaints_suppress_at_once(
    sent: Sent, client: httpx.AsyncClient
) -> None:
    hard, soft, complained, left = sent.rows[:4]
    answer = await deliver(
        client,
        event(sent.key(hard), "bounced"),
        event(sent.key(soft), "soft_bounced"),
        event(sent.key(complained), "complained"),
        event(sent.key(left), "unsubscribed"),
        event("cd" * 32, "bounced"),
        {"type": "email.sent"},
    )
    assert answer.json() == {"new": 4, "known": 0, "unknown": 1, "not_kept": 0, "ignored": 1}
    # Whoever calls a mail spam is not called or written to either; a mailbox says only of itself.
    assert [sent.no_contact(row) for row in (hard, soft, complained, left)] == [
        False, False, True, False,
    ]  # fmt: skip
    assert [sent.suppressed(row) for row in (hard, soft, complained, left)] == [
        True,
        False,
        True,
        True,
    ]
    assert sent.answer(left, "email_marketing") == (False, "unsubscribe")


async def test_opens_by_a_provider_are_kept_of_who_agreed(
    sent: Sent, client: httpx.AsyncClient
) -> None:
    yes, no = sent.who(True), sent.who(False)
    answer = await deliver(
        client,
        event(sent.key(yes), "opened", event_id="e1", machine=True),
        event(sent.key(no), "opened", event_id="e2"),
    )
    assert (answer.json()["new"], answer.json()["not_kept"]) == (1, 1)
    assert sent.kept(yes) == [("opened", True, "")]


async def test_a_delivery_counts_once_and_so_does_what_it_says(
    sent: Sent, client: httpx.AsyncClient
) -> None:
    said = event(sent.key(sent.rows[0]), "delivered", event_id="e1")
    assert (await deliver(client, said, delivery="d1")).json()["new"] == 1
    replayed = await deliver(client, said, delivery="d1")
    assert (replayed.status_code, replayed.json()["code"]) == (409, "replayed")
    later = await deliver(client, said, delivery="d2")  # the provider tells it again, and late
    assert (later.status_code, later.json()["known"]) == (200, 1)


async def test_what_is_refused_has_a_status_and_is_counted(
    sent: Sent, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.public.hooks._WRITE_EVERY_SECONDS", 0)
    row = sent.rows[0]
    said = event(sent.key(row), "bounced")
    other = "whsec_" + base64.b64encode(b"x" * 24).decode()
    old = datetime.now(UTC) - timedelta(minutes=6)
    answers = {
        "bad_signature": await deliver(client, said, secret=other),
        "stale": await deliver(client, said, at=old),
        "unknown_source": await deliver(client, said, source="other"),
        "malformed": await deliver(client, {"type": "email.bounced"}),
        "too_large": await client.post("/hooks/esp", content=b"x" * 1_000_001),
    }
    statuses = {401: "bad_signature", 400: "stale", 404: "unknown_source", 422: "malformed"}
    for status, code in {**statuses, 413: "too_large"}.items():
        assert answers[code].status_code == status
        assert answers[code].json()["code"] == code
        assert answers[code].headers["content-type"] == "application/problem+json"
    assert (await client.get("/hooks/esp")).status_code == 405
    assert not sent.suppressed(row)
    with sent.world.ledger.read() as tx:
        counted = {(r.source, r.code): r.number for r in webhooks.refusals(tx)}
    assert counted == {
        ("", "unknown_source"): 1,
        **{("esp", code): 1 for code in answers if code != "unknown_source"},
    }


async def test_whoever_is_refused_often_is_not_looked_at(
    sent: Sent, client: httpx.AsyncClient
) -> None:
    codes = [(await client.post("/hooks/esp", content=b"{}")).status_code for _ in range(70)]
    assert set(codes) == {401, 429}
    said = event(sent.key(sent.rows[0]), "delivered")
    assert (await deliver(client, said)).status_code == 200

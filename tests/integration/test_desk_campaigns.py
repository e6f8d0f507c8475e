"""Campaigns in the desk: the list, the whole story of one, and what people may do with it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from brand_voice.brand import Brand
from domain.frozen import canonical_json
from domain.plan import HELD_BACK
from domain.publication import Sender
from ledger import approvals, consent, facts, publications, runs, sends
from ledger.origin import coming_from
from tests.campaign_world import GOAL, MONDAY, Library, Shop, World, agreements, contact
from tests.desk_world import Desk, make_desk
from tests.mailserver import MailServer
from tests.planning_world import fill, planning_desk
from tests.unit import copy_world
from tools.esp.smtp import SmtpSending, SmtpSettings
from workflows.stack import LargeSends, SendingLimits


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@asynccontextmanager
async def working_desk(folder: Path, port: int) -> AsyncIterator[tuple[Desk, World]]:
    """A desk in which whole campaigns run: the real graph and ledger, real SMTP, a dozen people."""
    async with make_desk(folder, simulated_at=MONDAY) as desk:
        sender = Sender(address="shop@halden.example", name="Halden")
        shop = Shop({c.customer_id: c for c in map(contact, range(24))})
        with desk.site.stack.ledger.write() as tx:
            facts.put(tx, copy_world.FACTS, "test")
            consent.record(tx, agreements(shop.contacts_by_id))
        desk.site.stack = replace(
            desk.site.stack,
            customers=shop,
            people=shop,
            analytics=shop,
            sending=SmtpSending(SmtpSettings(port=port, timeout_seconds=5, connections=4)),
            brand=Brand(guide=copy_world.GUIDE, passages=copy_world.LIBRARY, folder=folder),
            voice=Library(copy_world.LIBRARY),
            rules=desk.site.stack.rules.model_copy(
                update={"sender": sender, "holdout_share": 0.25}
            ),
            limits=SendingLimits(retry_seconds=0),
        )
        yield desk, World(folder, desk.site.stack, shop, desk.people["owner"])


def text_of(html: str) -> str:
    """What a person reads of a page."""
    main = html.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def in_order(text: str, *parts: str) -> None:
    at = 0
    for part in parts:
        found = text.find(part, at)
        assert found >= 0, f"{part!r} does not come after {text[max(0, at - 60) : at]!r}"
        at = found + len(part)


async def test_a_story_tells_everything_in_order(tmp_path: Path, server: MailServer) -> None:
    async with working_desk(tmp_path, server.port) as (desk, world):
        jonas, ada = await desk.signed_in("author"), await desk.signed_in("owner")
        begun = await jonas.post("/campaigns", data={"goal": GOAL})
        assert begun.status_code == 303
        address = begun.headers["location"]
        run_id = address.rpartition("/")[2]
        await world.work()
        waiting = text_of((await jonas.get(address)).text)
        in_order(waiting, "The brief waits for your yes", "Goal from Jonas Brandl", GOAL)
        with coming_from("desk", "192.0.2.7"):
            world.decide(run_id)
        await world.work()
        world.decide(run_id, "reject", "Say that it is hand-wound.")
        await world.work()
        subject = world.waiting(run_id).content["variants"][0]["subject"]
        world.decide(run_id, "edit", edit={"variants": {"a": {"subject": f"{subject} now"}}})
        await world.work()
        bound = world.decide(run_id).content_hash
        await world.work()
        world.to_due(run_id)
        await world.work()
        drawn = await ada.post(f"/reports/{run_id}")
        assert drawn.status_code == 303
        page = await ada.get(address)
        told = text_of(page.text)
        in_order(
            told,
            "Goal from Jonas Brandl, desk 127.0.0.1",
            "Data check",
            "24 people fit the audience rule",
            "Brief, draft 1",
            "Brief approved by Ada Winter",
            "from desk 192.0.2.7",
            "Copy, round 1",
            "Mail rejected by Ada Winter",
            "Say that it is hand-wound.",
            "Copy, round 2",
            "Mail edited by Ada Winter",
            "Copy, round 3",
            "now",
            "Mail approved by Ada Winter",
            f"{bound[:4]} {bound[4:8]} {bound[8:12]}",
            "Sent",
            "Nobody got it twice.",
            "Result",
        )
        assert "<ins>" in page.text  # the edit, word by word
        # Nobody's address or name stands in it; every number leads to people, who are masked.
        assert not any(c.email in page.text for c in world.shop.contacts_by_id.values())
        links = {unescape(link) for link in re.findall(r'href="(/people[^"]+)"', page.text)}
        assert any(f"variant={HELD_BACK}" in link for link in links)
        for link in links:
            people = await ada.get(link)
            assert people.status_code == 200, link
            assert "@example.test" in people.text
            assert not any(c.email in people.text for c in world.shop.contacts_by_id.values())
        chain = text_of(f"<main>{(await ada.get(f'{address}/chain')).text}")
        assert "unbroken" in chain
        history = text_of((await ada.get(f"{address}/history")).text)
        in_order(history, "campaign started")
        assert "rejected the scheduled send" in history


async def test_who_may_what(tmp_path: Path, server: MailServer) -> None:
    async with working_desk(tmp_path, server.port) as (desk, world):
        vera, jonas = await desk.signed_in("viewer"), await desk.signed_in("author")
        run_id = world.start()
        await world.work()
        for path in (f"/campaigns/{run_id}/cancel", f"/campaigns/{run_id}/repeat", "/campaigns"):
            assert (await vera.post(path, data={"goal": GOAL})).status_code == 403
        token = jonas.headers.pop("x-csrf-token")
        assert (await jonas.post(f"/campaigns/{run_id}/cancel")).status_code == 403
        assert world.run(run_id).status == "waiting"
        jonas.headers["x-csrf-token"] = token
        again = await jonas.post(f"/campaigns/{run_id}/repeat")
        assert world.run(again.headers["location"].rpartition("/")[2]).goal == GOAL
        await jonas.post(f"/campaigns/{run_id}/cancel")
        assert world.run(run_id).status == "cancelled"
        assert "Campaign cancelled by Jonas Brandl" in text_of(
            (await vera.get(f"/campaigns/{run_id}")).text
        )
        assert (await vera.get("/campaigns/unknown")).status_code == 404


async def test_what_nobody_decided_in_time_is_asked_again(
    tmp_path: Path, server: MailServer
) -> None:
    async with working_desk(tmp_path, server.port) as (desk, world):
        jonas = await desk.signed_in("author")
        run_id = world.start()
        await world.work()
        world.to(MONDAY + timedelta(days=8))
        await world.work()
        page = await jonas.get(f"/campaigns/{run_id}")
        assert "Nobody decided about the brief in time" in text_of(page.text)
        await jonas.post(f"/campaigns/{run_id}/ask-again", data={"gate": "brief"})
        assert world.waiting(run_id).gate == "brief"


async def test_messages_of_unknown_fate_are_decided_in_bulk(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        made = fill(plan)
        ada, vera = await desk.signed_in("owner"), await desk.signed_in("viewer")
        with plan.ledger.read() as tx:
            campaign = publications.get(tx, made["letter"]).campaign_id
            parked = sends.review_list(tx, made["letter"])
        page = await ada.get(f"/campaigns/{campaign}")
        assert "We cannot tell whether these 3 went out" in text_of(page.text)
        seen = await ada.get(f"/sent/{made['letter']}")
        assert all(f"{row.key}@" in seen.text or row.message_id in seen.text for row in parked)
        some = {"publication": made["letter"], "decision": "sent", "key": parked[0].key}
        assert (await vera.post(f"/campaigns/{campaign}/review", data=some)).status_code == 403
        await ada.post(f"/campaigns/{campaign}/review", data=some)
        rest = {"publication": made["letter"], "decision": "drop"}
        await ada.post(f"/campaigns/{campaign}/review", data=rest)
        with plan.ledger.read() as tx:
            found = [sends.get(tx, row.key) for row in parked]
        states = sorted(row.state for row in found if row is not None)
        assert states == ["cancelled", "cancelled", "sent"]


async def test_the_list_is_leafed_through_filtered_and_searched(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        fill(plan)
        with plan.ledger.write() as tx:
            for number in range(60):
                made = runs.start(tx, f"Letter number {number} to collectors", plan.owner.id)
                runs.set_status(tx, made.id, "done")
        ada = await desk.signed_in("owner")
        first = await ada.get("/campaigns")
        assert first.text.count('<td class="lead">') == 50
        older = re.search(r'href="(/campaigns\?[^"]*before=[^"]+)"', first.text)
        assert older is not None
        second = await ada.get(unescape(older[1]))
        assert second.text.count('<td class="lead">') == 16
        found = await ada.get("/campaigns?search=NUMBER+7")
        assert "Letter number 7 to collectors" in found.text
        assert "Advent" not in found.text
        waiting = text_of((await ada.get("/campaigns?show=waiting")).text)
        assert "A year on your wrist" in waiting
        assert "Advent evening" not in waiting


async def test_words_of_people_are_never_markup(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
        run_id = plan.start(evil)
        plan.schedule(evil, slice(0, 5), MONDAY + timedelta(days=270))
        ada = await desk.signed_in("owner")
        rule = quote(canonical_json({"kind": "everyone"}))
        for path in (
            "/campaigns",
            f"/campaigns/{run_id}",
            f"/campaigns/{run_id}/history",
            "/calendar",
            "/calendar?view=list",
            "/sent",
            f"/people?rule={rule}&title={quote(evil)}",
            f"/campaigns?search={quote(evil)}",
        ):
            page = await ada.get(path)
            assert page.status_code == 200, path
            assert "<script>alert" not in page.text
            assert "<img src=x" not in page.text


async def test_people_are_found_by_the_end_of_their_name_here(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        fill(plan)
        ada = await desk.signed_in("owner")
        (name,) = plan.names(slice(2, 3))  # got pearls; is in the advent list
        found = text_of((await ada.get(f"/sent?search={name[-8:]}")).text)
        assert "Advent evening" in found
        assert "Collector's letter" not in found


async def test_an_address_that_names_nobody_says_so(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, _plan):
        ada = await desk.signed_in("owner")
        for path in ("/people", "/people?rule=%7B", "/people?rule=%7B%22kind%22:%22all%22%7D"):
            assert (await ada.get(path)).status_code == 422, path
        everyone = quote(canonical_json({"kind": "everyone"}))
        page = await ada.get(f"/people?rule={everyone}&reason=no_consent")
        assert "0 people left out because they have not agreed" in text_of(page.text)


async def test_a_held_rest_is_shown_and_let_go(tmp_path: Path, server: MailServer) -> None:
    async with working_desk(tmp_path, server.port) as (desk, world):
        large = LargeSends(from_people=5, first_share=0.1, first_wait_minutes=60)
        rules = desk.site.stack.rules.model_copy(update={"large": large})
        desk.site.stack = replace(desk.site.stack, rules=rules)
        world = replace(world, stack=desk.site.stack)
        run_id = await world.to_publish_gate()
        approval = world.waiting(run_id)
        for role in ("owner", "approver"):
            with world.ledger.write() as tx:
                approvals.decide(
                    tx,
                    approval.id,
                    desk.people[role],
                    "approve",
                    approval.content_hash,
                    typed=approval.number_to_type,
                )
        await world.work()
        world.to_due(run_id)
        await world.work()
        ada, vera = await desk.signed_in("owner"), await desk.signed_in("viewer")
        assert "A small part goes first" in text_of((await ada.get(f"/campaigns/{run_id}")).text)
        gone = next(row for row in world.assigned(run_id) if row.state == "sent")
        with world.ledger.write() as tx:
            consent.unsubscribe(tx, gone.pseudonym, run_id, tx.now)
            now = tx.now
        world.to(now + timedelta(minutes=61))
        await world.work()
        page = (await ada.get(f"/campaigns/{run_id}")).text
        assert "The rest is held" in text_of(page)
        assert "Let the rest go" not in (await vera.get(f"/campaigns/{run_id}")).text
        form = {"publication": world.publication(run_id).id, "decision": "release"}
        assert (await vera.post(f"/campaigns/{run_id}/rest", data=form)).status_code == 403
        first = len(server.recipients)
        assert (await ada.post(f"/campaigns/{run_id}/rest", data=form)).status_code == 303
        await world.work()
        assert len(set(server.recipients)) == len(server.recipients) > first

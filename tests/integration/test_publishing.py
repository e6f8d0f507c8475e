"""Between approval and sending: whatever changes stops it, and what goes out goes out once."""

from __future__ import annotations

import quopri
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from app.intake.spool import Spool
from app.public import public_app
from domain.customer import Complaint, Contact, Suppression
from domain.money import Money
from ledger import (
    complaints,
    consent,
    no_contact,
    publications,
    same_people,
    sending,
    sends,
    subjects,
    suppression,
)
from ledger.publications import AssignmentRow
from tests.campaign_world import SUPPRESSION, Shop, World, make_world
from tests.integration.ledger_world import agree
from tests.mailserver import Answer, Behave, MailServer
from tools.esp.port import SenderTraits
from tools.esp.smtp import SmtpSending, SmtpSettings
from workflows.jobs import Worker, work_once
from workflows.message_tokens import message_token
from workflows.publish import publish_due
from workflows.reaching import ReachError
from workflows.stack import Tracking
from workflows.unsubscribe import UnsubscribeError, link


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@pytest.fixture
async def due(tmp_path: Path, server: MailServer) -> tuple[World, str]:
    """A campaign approved and scheduled, whose mails are due."""
    world = make_world(tmp_path, server.port, size=48)
    run_id = await world.to_scheduled()
    world.to_due(run_id)
    return world, run_id


def rows(world: World, run_id: str, state: str) -> list[AssignmentRow]:
    return [row for row in world.assigned(run_id) if row.state == state]


def address_of(world: World, row: AssignmentRow) -> str:
    with world.ledger.read() as tx:
        customer = subjects.customer_ids(tx, [row.pseudonym])[row.pseudonym]
    return world.shop.contacts_by_id[customer].email


def at(step: str, said: str, most: int = 10**6) -> Behave:
    count = [0]

    def behave(now: str, argument: str) -> Answer:
        if now == step and count[0] < most:
            count[0] += 1
            return said
        return None

    return behave


async def test_a_click_between_approval_and_sending(
    due: tuple[World, str], server: MailServer
) -> None:
    world, run_id = due
    who = rows(world, run_id, "scheduled")[0]
    token = message_token(publications.send_key(run_id, who.pseudonym), world.stack.keys.signing)
    app = httpx.ASGITransport(
        app=public_app(lambda: world.stack, Spool(world.stack.reports / "spool"))
    )
    async with httpx.AsyncClient(transport=app, base_url="http://public") as client:
        shown = await client.get(f"/u/{token}")
        assert shown.status_code == 200
        assert "form" in shown.text
        assert "set-cookie" not in shown.headers
        answers = [
            await client.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"}),
            await client.post(f"/u/{token}", files={"List-Unsubscribe": (None, "One-Click")}),
            await client.post(f"/u/{token}", content=b"nothing"),
            await client.post(f"/u/{token}", content=b"x" * 10_000),
            await client.post(f"/u/{token[:-2]}AA", data={"List-Unsubscribe": "One-Click"}),
            await client.get("/u/short"),
        ]
        assert [a.status_code for a in answers] == [200, 200, 400, 400, 404, 404]
        assert all(who.pseudonym not in a.text for a in answers)
    await world.work()
    states = {row.pseudonym: (row.state, row.reason) for row in world.assigned(run_id)}
    assert states[who.pseudonym] == ("left_out", "unsubscribed")
    assert address_of(world, who) not in server.recipients
    assert len(server.recipients) == world.states(run_id)["sent"] > 0
    with world.ledger.read() as tx:
        assert suppression.suppressed(tx, [address_of(world, who)], SUPPRESSION)


async def test_opening_the_page_changes_nothing(due: tuple[World, str], server: MailServer) -> None:
    world, run_id = due
    app = httpx.ASGITransport(
        app=public_app(lambda: world.stack, Spool(world.stack.reports / "spool"))
    )
    async with httpx.AsyncClient(transport=app, base_url="http://public") as client:
        for who in rows(world, run_id, "scheduled"):
            key = publications.send_key(run_id, who.pseudonym)
            url = link("http://public", key, world.stack.keys, address_of(world, who))
            assert (await client.get(url)).status_code == 200
            assert (await client.head(url)).status_code == 200
    await world.work()
    assert set(world.states(run_id)) == {"sent", "held_back"}


@pytest.mark.parametrize(("at_once", "batch"), [(1, 3), (4, 8), (4, 10)])
async def test_a_pause_holds_within_a_batch(
    due: tuple[World, str], server: MailServer, at_once: int, batch: int
) -> None:
    world, run_id = due
    world = world.with_stack(limits=replace(world.stack.limits, at_once=at_once, batch=batch))

    def pause(step: str, argument: str) -> Answer:
        if step == "end" and not server.recipients:
            with world.ledger.write() as tx:
                sending.pause(tx, world.owner, "stop")
        return None

    server.behave = pause
    counts = await publish_due(world.stack, "w")
    assert counts.paused
    assert len(server.recipients) <= batch
    assert set(world.states(run_id)) == {"sent", "scheduled", "held_back"}
    await world.work()
    assert len(server.recipients) <= batch
    with world.ledger.write() as tx:
        sending.resume(tx, world.owner)
    await world.work()
    assert set(world.states(run_id)) == {"sent", "held_back"}
    assert len(server.recipients) == len(set(server.recipients))


async def test_people_are_looked_up_once_for_many_batches(
    due: tuple[World, str], server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, _ = due
    world = world.with_stack(limits=replace(world.stack.limits, batch=4))
    asked: list[int] = []
    contacts = Shop.contacts

    async def counted(self: Shop, customer_ids: Sequence[str]) -> tuple[Contact, ...]:
        asked.append(len(customer_ids))
        return await contacts(self, customer_ids)

    monkeypatch.setattr(Shop, "contacts", counted)
    counts = await publish_due(world.stack, "w")
    assert counts.sent == len(server.recipients) > 12
    assert asked == [counts.sent]


async def test_who_is_erased_or_suppressed_after_the_look_up_gets_nothing(
    due: tuple[World, str], server: MailServer
) -> None:
    world, run_id = due
    world = world.with_stack(limits=replace(world.stack.limits, at_once=1, batch=2))
    waiting = rows(world, run_id, "scheduled")
    spoken: list[str] = []

    def behave(step: str, argument: str) -> Answer:
        if step == "end" and not spoken:
            spoken.append(argument)
            others = [row for row in waiting if address_of(world, row) != argument]
            gone, marked = others[-1], others[-2]
            spoken.extend((address_of(world, gone), address_of(world, marked)))
            with world.ledger.write() as tx:
                found = subjects.customer_ids(tx, [gone.pseudonym])[gone.pseudonym]
                subjects.erase(tx, found, world.owner, addresses=[spoken[1]], key=SUPPRESSION)
                mark = Suppression(address=spoken[2], reason="complained", at=tx.now)
                suppression.add(tx, [mark], SUPPRESSION)
        return None

    server.behave = behave
    counts = await publish_due(world.stack, "w")
    assert counts.left_out == {"complained": 1}
    assert len(server.recipients) == counts.sent == len(waiting) - 2
    assert not {spoken[1], spoken[2]} & set(server.recipients)
    states = {row.pseudonym: row.reason for row in rows(world, run_id, "left_out")}
    assert sorted(states.values()) == ["complained", "erased"]


async def test_what_people_say_holds_for_the_next_recipients_of_a_running_send(
    due: tuple[World, str], server: MailServer
) -> None:
    world, run_id = due
    world = world.with_stack(limits=replace(world.stack.limits, at_once=1, batch=2))
    waiting = rows(world, run_id, "scheduled")
    said: list[str] = []

    def behave(step: str, argument: str) -> Answer:
        if step == "end" and not said:
            others = [row for row in waiting if address_of(world, row) != argument]
            no, complaining, never, done = (row.pseudonym for row in others[-4:])
            said.extend((no, complaining, never))
            with world.ledger.write() as tx:
                ids = subjects.customer_ids(tx, said)
                withdrawn = agree(ids[no], given=False, at=tx.now)
                consent.record(tx, [withdrawn])
                fields = {"case_id": "1", "source": "zendesk", "opened_at": tx.now}
                case = Complaint.model_validate({"customer_id": ids[complaining], **fields})
                complaints.record(tx, [case])
                no_contact.add(tx, [never], "asked")
                closed = subjects.customer_ids(tx, [done])[done]
                fields = {"customer_id": closed, "case_id": "2", "closed_at": tx.now}
                complaints.record(tx, [case.model_copy(update=fields)])
        return None

    server.behave = behave
    counts = await publish_due(world.stack, "w")
    assert counts.left_out == {"no_consent": 1, "open_complaint": 1, "no_contact": 1}
    assert len(server.recipients) == counts.sent == len(waiting) - 3
    states = {row.pseudonym: row.reason for row in rows(world, run_id, "left_out")}
    assert [states[who] for who in said] == ["no_consent", "open_complaint", "no_contact"]


async def test_what_people_say_under_another_id_holds_for_the_next_recipients_too(
    due: tuple[World, str], server: MailServer
) -> None:
    """Known to the till under another number, and said there while the send is running."""
    world, run_id = due
    tracking = Tracking(opens=True, clicks=True)
    limits = replace(world.stack.limits, at_once=1, batch=2)
    world = world.with_stack(limits=limits, tracking=tracking)
    waiting = rows(world, run_id, "scheduled")
    with world.ledger.write() as tx:
        ids = subjects.customer_ids(tx, [row.pseudonym for row in waiting])
        till = {row.pseudonym: f"till {ids[row.pseudonym]}" for row in waiting}
        others = subjects.pseudonyms(tx, till.values())
        same_people.replace(tx, {others[name]: who for who, name in till.items()})
        yes = [
            agree(customer_id).model_copy(update={"purpose": "email_tracking"})
            for customer_id in ids.values()
        ]
        consent.record(tx, yes)
    said: list[str] = []

    def behave(step: str, argument: str) -> Answer:
        if step == "end" and not said:
            last = [row for row in waiting if address_of(world, row) != argument][-4:]
            no, complaining, never, unseen = (row.pseudonym for row in last)
            said.extend((no, complaining, never, unseen))
            with world.ledger.write() as tx:
                withdrawn = agree(till[no], given=False, at=tx.now)
                of_tracking = {"customer_id": till[unseen], "purpose": "email_tracking"}
                consent.record(tx, [withdrawn, withdrawn.model_copy(update=of_tracking)])
                fields = {"case_id": "1", "source": "zendesk", "opened_at": tx.now}
                fields["customer_id"] = till[complaining]
                complaints.record(tx, [Complaint.model_validate(fields)])
                no_contact.add(tx, [others[till[never]]], "asked")
        return None

    server.behave = behave
    counts = await publish_due(world.stack, "w")
    assert counts.left_out == {"no_consent": 1, "open_complaint": 1, "no_contact": 1}
    assert len(server.recipients) == counts.sent == len(waiting) - 3
    states = {row.pseudonym: row.reason for row in rows(world, run_id, "left_out")}
    assert [states[who] for who in said[:3]] == ["no_consent", "open_complaint", "no_contact"]
    (unseen,) = (address_of(world, row) for row in waiting if row.pseudonym == said[3])
    counted = {
        to: b"/o/" in quopri.decodestring(mail) or b"/c/" in quopri.decodestring(mail)
        for to, mail in zip(server.recipients, server.mails, strict=True)
    }
    assert [to for to, is_counted in counted.items() if not is_counted] == [unseen]


async def test_a_mail_is_not_begun_when_its_lease_may_run_out(
    due: tuple[World, str], server: MailServer
) -> None:
    world, run_id = due
    slow = world.with_stack(limits=replace(world.stack.limits, at_once=1, lease_seconds=2))

    def behave(step: str, argument: str) -> Answer:
        if step == "end" and not server.recipients:
            time.sleep(1.2)
        return None

    server.behave = behave
    counts = await publish_due(slow.stack, "w", most_batches=1)
    assert counts.later > 0
    assert counts.unknown == 0
    assert len(server.recipients) == counts.sent > 0
    await world.work()
    assert set(world.states(run_id)) == {"sent", "held_back"}
    assert len(server.recipients) == len(set(server.recipients))


async def test_a_sold_watch_stops_it_and_asks(due: tuple[World, str], server: MailServer) -> None:
    world, run_id = due
    changes = world.put_facts(stock=0)
    assert changes.stopped_publications
    await world.work()
    assert server.recipients == []
    assert world.run(run_id).status == "waiting"
    assert world.waiting(run_id).gate == "publish"


async def test_a_changed_price_comes_back_with_the_new_one(
    due: tuple[World, str], server: MailServer
) -> None:
    world, run_id = due
    world.put_facts(price=Money(amount=Decimal(2600), currency="EUR"))
    await world.work()
    assert server.recipients == []
    waiting = world.waiting(run_id)
    assert "2,600" in waiting.content["variants"][0]["html"]
    assert "2,450" not in waiting.content["variants"][0]["html"]


async def test_a_suppressed_address_is_left_out(due: tuple[World, str], server: MailServer) -> None:
    world, run_id = due
    who = rows(world, run_id, "scheduled")[0]
    with world.ledger.write() as tx:
        mark = Suppression(address=address_of(world, who).upper(), reason="imported", at=tx.now)
        suppression.add(tx, [mark], SUPPRESSION)
    await world.work()
    assert world.states(run_id)["left_out"] == 1


async def test_too_late_is_missed(due: tuple[World, str], server: MailServer) -> None:
    world, run_id = due
    world.to(world.publication(run_id).starts_at + timedelta(hours=7))
    await world.work()
    assert server.recipients == []
    assert set(world.states(run_id)) == {"missed", "held_back"}
    # A person is asked whether they shall go out after all, and then they do.
    assert world.run(run_id).status == "waiting"
    assert "too late" in world.publication(run_id).stop_reason
    world.decide(run_id)
    await world.work()
    world.to_due(run_id)
    await world.work()
    assert set(world.states(run_id)) == {"sent", "held_back"}
    assert "sent; results come in" in world.run(run_id).detail


async def test_what_was_partly_too_late_says_so(due: tuple[World, str], server: MailServer) -> None:
    world, run_id = due
    world = world.with_stack(limits=replace(world.stack.limits, batch=4))
    counts = await publish_due(world.stack, "w", most_batches=1)
    assert counts.sent == 4
    world.to(world.publication(run_id).starts_at + timedelta(hours=7))
    await world.work()
    states = world.states(run_id)
    run = world.run(run_id)
    assert run.detail == f"4 sent, {states['missed']} too late; results come in"
    assert run.status == "publishing"


async def test_where_everybody_is_left_out_a_person_is_told(
    due: tuple[World, str], server: MailServer
) -> None:
    world, run_id = due
    with world.ledger.write() as tx:
        marks = [
            Suppression(address=c.email, reason="complained", at=tx.now)
            for c in world.shop.contacts_by_id.values()
        ]
        suppression.add(tx, marks, SUPPRESSION)
    await world.work()
    assert server.recipients == []
    run = world.run(run_id)
    assert run.status == "waiting"
    assert f"{world.states(run_id)['left_out']} left out" in run.detail
    assert "mainspring campaign cancel" in run.detail


async def test_a_dead_server_is_said_until_it_lives(
    due: tuple[World, str], server: MailServer
) -> None:
    world, run_id = due
    async with MailServer() as gone:
        port = gone.port
    dead = world.with_stack(sending=SmtpSending(SmtpSettings(port=port, timeout_seconds=0.4)))
    counts = await publish_due(dead.stack, "w")
    assert "cannot be reached" in counts.unreachable
    assert "cannot be reached" in world.run(run_id).detail
    worker = Worker()
    await work_once(dead.stack, worker)
    assert worker.trouble is not None
    world = world.with_stack(limits=replace(world.stack.limits, batch=4))
    await publish_due(world.stack, "w", most_batches=1)
    assert world.run(run_id).detail == "scheduled as approved"
    await work_once(world.stack, worker)
    assert worker.trouble is None
    assert set(world.states(run_id)) == {"sent", "held_back"}


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("rcpt", "550 5.7.1 <{}>: blocked"),
        ("rcpt", "550 5.1.1 <{}>: unknown"),
        ("rcpt", "450 4.2.0 {} is greylisted"),
        ("end", "250 2.0.0 kept for <{}>"),
    ],
)
async def test_a_server_that_repeats_the_address_leaves_none_in_the_history(
    due: tuple[World, str], server: MailServer, step: str, said: str
) -> None:
    world, run_id = due
    to = [""]

    def behave(now: str, argument: str) -> Answer:
        to[0] = argument if now == "rcpt" else to[0]
        return said.format(to[0]) if now == step else None

    server.behave = behave
    worker = Worker()
    await work_once(world.stack, worker)
    await work_once(world.stack, worker)
    assert "example.test" not in repr(worker.trouble)
    assert "example.test" not in world.run(run_id).detail
    world.ledger.close()
    kept = b"".join(file.read_bytes() for file in world.folder.glob("ledger.sqlite*"))
    assert b"address>" in kept or said[0] == "4" or "5.1.1" in said
    assert not [c.email for c in world.shop.contacts_by_id.values() if c.email.encode() in kept]


async def test_a_server_that_refuses_one_serves_the_others(
    due: tuple[World, str], server: MailServer
) -> None:
    world, run_id = due
    who = rows(world, run_id, "scheduled")[0]
    address = address_of(world, who)

    def refuse(step: str, argument: str) -> Answer:
        return "550 5.1.1 unknown" if step == "rcpt" and argument == address else None

    server.behave = refuse
    await world.work()
    assert world.states(run_id)["left_out"] == 1
    assert len(server.recipients) == world.states(run_id)["sent"]
    with world.ledger.read() as tx:
        assert suppression.suppressed(tx, [address], SUPPRESSION)


@pytest.mark.parametrize(
    ("step", "said"), [("end", "451 later"), ("mail", "421 busy"), ("rcpt", "450 greylisted")]
)
async def test_what_was_not_taken_is_offered_again(
    due: tuple[World, str], server: MailServer, step: str, said: str
) -> None:
    world, run_id = due
    server.behave = at(step, said, most=3)
    for _ in range(3):
        await world.work()
    assert set(world.states(run_id)) == {"sent", "held_back"}
    assert len(server.recipients) == len(set(server.recipients)) == world.states(run_id)["sent"]


async def test_an_answer_that_never_came_is_a_persons_to_decide(
    due: tuple[World, str], server: MailServer
) -> None:
    world, run_id = due
    server.behave = at("end", "drop_after", most=2)
    await world.work()
    await world.work()
    states = world.states(run_id)
    assert states["needs_review"] == 2
    assert len(server.recipients) == len(set(server.recipients)) == states["sent"] + 2
    with world.ledger.write() as tx:
        keys = [row.key for row in sends.review_list(tx)]
        assert sends.resolve_review(tx, world.owner, keys, "sent") == 2
    await world.work()
    assert len(server.recipients) == states["sent"] + 2


async def test_a_server_that_takes_nothing_from_us_asks_a_person(
    due: tuple[World, str], server: MailServer
) -> None:
    world, run_id = due
    server.behave = at("mail", "550 5.7.1 not from you")
    await world.work()
    await world.work()
    assert server.recipients == []
    assert world.run(run_id).status == "waiting"
    server.behave = at("nothing", "")
    world.decide(run_id)
    await world.work()
    world.to_due(run_id)
    await world.work()
    assert set(world.states(run_id)) == {"sent", "held_back"}


async def test_poisoned_names_serve_everybody(due: tuple[World, str], server: MailServer) -> None:
    world, run_id = due
    poison = ["<script>", "{{x}}", "a\r\nBcc: b@x.test", "\u202e", "=1+1", "{{unsubscribe_url}}"]
    for number, (customer, contact) in enumerate(sorted(world.shop.contacts_by_id.items())):
        name = poison[number % len(poison)]
        world.shop.contacts_by_id[customer] = contact.model_copy(update={"first_name": name})
    await world.work()
    assert set(world.states(run_id)) == {"sent", "held_back"}
    assert all(b"<script>" not in mail and b"\nBcc:" not in mail for mail in server.mails)


async def test_a_restored_backup_starts_paused(due: tuple[World, str], server: MailServer) -> None:
    world, run_id = due
    saved = world.folder / "saved.sqlite"
    with world.ledger.read() as tx:
        tx.connection.exec_driver_sql("COMMIT")
        tx.connection.exec_driver_sql(f"VACUUM INTO '{saved}'")
        tx.connection.exec_driver_sql("BEGIN")
    await world.work()
    sent = list(server.recipients)
    assert sent
    world.ledger.close()
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"):
        (world.folder / name).unlink(missing_ok=True)
    saved.rename(world.folder / "ledger.sqlite")
    assert set(world.states(run_id)) == {"scheduled", "held_back"}
    await world.work()
    assert server.recipients == sent
    with world.ledger.read() as tx:
        assert sending.is_paused(tx)
    world.to(world.publication(run_id).starts_at + timedelta(days=1))
    with world.ledger.write() as tx:
        sending.resume(tx, world.owner)
    await world.work()
    assert server.recipients == sent
    assert set(world.states(run_id)) == {"missed", "held_back"}


class FarAway(SmtpSending):
    """A sender beyond this machine, by its own word."""

    def __init__(self, port: int) -> None:
        super().__init__(SmtpSettings(port=port))
        self.traits = SenderTraits(name="far", loopback_only=False)


async def test_nothing_leaves_a_simulated_workspace(
    due: tuple[World, str], server: MailServer
) -> None:
    world, run_id = due
    far = world.with_stack(sending=FarAway(server.port), simulated=False)
    with pytest.raises(ReachError) as caught:
        await publish_due(far.stack, "w")
    assert caught.value.code == "simulated"
    await far.work()
    assert server.recipients == []
    assert "this machine only" in world.run(run_id).detail


async def test_nothing_leaves_without_a_public_address_that_answers(
    due: tuple[World, str], server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, _ = due
    monkeypatch.setattr("ledger.clock.is_simulated", lambda tx: False)
    far = world.with_stack(sending=FarAway(server.port), simulated=False)
    with pytest.raises(ReachError) as caught:
        await publish_due(far.stack, "w")
    assert caught.value.code == "no_public_url"
    dead = far.with_stack(public_url=f"http://127.0.0.1:{server.port}")
    with pytest.raises(UnsubscribeError):
        await publish_due(dead.stack, "w")
    assert server.recipients == []

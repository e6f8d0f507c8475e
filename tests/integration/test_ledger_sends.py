"""A message goes out at most once, and only while everything still holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from domain.customer import Suppression
from ledger import (
    approvals,
    budgets,
    consent,
    facts,
    jobs,
    publications,
    runs,
    sending,
    sends,
    subjects,
    suppression,
    tables,
)
from ledger.errors import LedgerError
from ledger.publications import Assignment
from tests.integration.ledger_world import (
    HOUSE,
    KEY,
    LATE,
    MONDAY,
    Receipt,
    World,
    agree,
    approve,
    make_assignments,
    make_content,
    make_world,
    some_facts,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


def test_a_message_goes_from_scheduled_to_sent(world: World) -> None:
    claimed = world.claim()
    assert len(claimed) == 4
    assert world.claim("other") == []
    assert [world.mark(send) for send in claimed] == ["go"] * 4
    with world.write() as tx:
        assert all(sends.mark_sent(tx, send, "w", Receipt()) for send in claimed)
        assert [p.id for p in publications.close_done(tx)] == [world.publication_id]
        rows = publications.assignments(tx, world.run_id)
    assert world.states() == {"sent": 4}
    assert sorted((row.arm, row.state) for row in rows) == [("a", "sent")] * 4 + [
        ("held_back", None)
    ]


def test_a_message_that_is_on_its_way_is_never_marked_again(world: World) -> None:
    send = world.claim(limit=1)[0]
    assert world.mark(send) == "go"
    assert world.mark(send) == "lost_lease"
    assert world.mark(send, "other") == "lost_lease"


def _pause(world: World) -> None:
    with world.write() as tx:
        sending.pause(tx, world.owner, "wait")


def _void(world: World) -> None:
    with world.write() as tx:
        approvals.void(tx, world.run_id, "somebody edited it")


def _cancel(world: World) -> None:
    with world.write() as tx:
        runs.cancel(tx, world.run_id, world.owner)


def _sell(world: World) -> None:
    with world.write() as tx:
        facts.put(tx, some_facts(stock=0), "brand")


def _late(world: World) -> None:
    world.advance(timedelta(hours=12, seconds=1))


def _night(world: World) -> None:
    world.advance(timedelta(hours=12))  # 21:00 UTC, 22:00 in Berlin


def _unsubscribe(world: World) -> None:
    with world.write() as tx:
        for pseudonym in world.names.values():
            consent.unsubscribe(tx, pseudonym, world.run_id, tx.now)


def _withdraw(world: World) -> None:
    with world.write() as tx:
        no = [agree(c, given=False, at=MONDAY - timedelta(days=1)) for c in world.customers]
        consent.record(tx, no)


def _suppress(reason: str) -> Callable[[World], None]:
    def change(world: World) -> None:
        with world.write() as tx:
            rows = [
                Suppression.model_validate(
                    {"address": f" {c.upper()}@Example.test", "reason": reason, "at": tx.now}
                )
                for c in world.customers
            ]
            suppression.add(tx, rows, KEY)

    return change


def _erase(world: World) -> None:
    with world.write() as tx:
        # As a worker meets it that claimed before: only the subject's row is gone.
        for customer in world.customers:
            subjects.erase(tx, customer, world.owner)


def _spend_the_day(world: World) -> None:
    with world.write() as tx:
        budgets.set_limit(tx, "mails", "day", 0)


def _spend_the_run(world: World) -> None:
    with world.write() as tx:
        budgets.set_limit(tx, "mails", "run", 0)


@pytest.mark.parametrize(
    ("change", "outcome", "state"),
    [
        (_pause, "paused", "scheduled"),
        (_void, "stopped", "scheduled"),
        (_cancel, "lost_lease", "cancelled"),
        (_sell, "stopped", "scheduled"),
        (_late, "missed", "missed"),
        (_night, "held", "scheduled"),
        (_unsubscribe, "unsubscribed", "left_out"),
        (_withdraw, "no_consent", "left_out"),
        (_suppress("imported"), "suppressed", "left_out"),
        (_suppress("bounced"), "bounced", "left_out"),
        (_suppress("complained"), "complained", "left_out"),
        (_erase, "lost_lease", "left_out"),
        (_spend_the_day, "held", "scheduled"),
        (_spend_the_run, "stopped", "scheduled"),
    ],
)
def test_what_changes_after_the_claim_is_seen_before_the_call(
    world: World, change: Callable[[World], None], outcome: str, state: str
) -> None:
    send = world.claim(limit=1)[0]
    change(world)
    assert world.mark(send) == outcome
    with world.ledger.read() as tx:
        row = sends.get(tx, send.key)
    assert row is not None
    assert row.state == state
    assert row.sending_at is None


def test_a_mail_without_an_address_is_left_out(world: World) -> None:
    assert world.mark(world.claim(limit=1)[0], address="") == "no_address"


def test_quiet_hours_hold_a_message_until_the_recipient_wakes(world: World) -> None:
    send = world.claim(limit=1)[0]
    _night(world)
    assert world.mark(send) == "held"
    with world.ledger.read() as tx:
        row = sends.get(tx, send.key)
    assert row is not None
    assert row.due_at == MONDAY.replace(day=3, hour=7)  # eight o'clock in Berlin
    world.advance(timedelta(hours=10))
    assert world.mark(next(s for s in world.claim() if s.key == send.key)) == "go"


def test_quiet_hours_that_outlast_the_window_leave_the_person_out(tmp_path: Path) -> None:
    world = make_world(tmp_path, window_end=MONDAY + timedelta(hours=13))
    send = world.claim(limit=1)[0]
    _night(world)
    assert world.mark(send) == "quiet_hours"


def test_the_cap_counts_every_campaign(tmp_path: Path) -> None:
    from domain.plan import Cap

    world = make_world(tmp_path, size=1, cap=Cap(most=1, days=7))
    send = world.claim()[0]
    assert world.mark(send) == "go"
    with world.write() as tx:
        second = runs.start(tx, "Again", world.owner.id)
        content = make_content(tx, second.id, cap=Cap(most=1, days=7))
        approval_id = approve(tx, content, world.owner)
        publications.enqueue(tx, content, approval_id, make_assignments(world, 1))
    again = world.claim()[0]
    assert again.campaign_id == second.id
    assert world.mark(again) == "cap_reached"


def test_one_address_is_mailed_once_a_campaign_whatever_its_ids(world: World) -> None:
    first, second = world.claim(limit=2)
    with world.write() as tx:
        outcomes = sends.mark_sending_many(
            tx, {first: "a@example.test", second: "A@example.test "}, "w", KEY, LATE
        )
    assert outcomes == {first.key: "go", second.key: "same_address"}


def test_a_batch_spends_no_more_than_the_days_limit(world: World) -> None:
    with world.write() as tx:
        budgets.set_limit(tx, "mails", "day", 3)
    claimed = world.claim()
    with world.write() as tx:
        addresses = {send: world.address(send) for send in claimed}
        outcomes = sends.mark_sending_many(tx, addresses, "w", KEY, LATE)
    assert sorted(outcomes.values()) == ["go", "go", "go", "held"]


def test_what_was_not_handed_over_is_not_spent(world: World) -> None:
    with world.write() as tx:
        budgets.set_limit(tx, "mails", "day", 1)
    send = world.claim(limit=1)[0]
    assert world.mark(send) == "go"
    with world.write() as tx:
        assert sends.release(tx, send, "w")
        assert budgets.left(tx, "mails") == 1
    assert world.mark(world.claim(limit=1)[0]) == "go"


def test_a_changed_fact_stops_and_asks(world: World) -> None:
    with world.write() as tx:
        changes = facts.put(tx, some_facts(price="3900"), "brand")
    assert changes.changed == ("watch-1968",)
    assert changes.stopped_publications == (world.publication_id,)
    assert world.claim() == []
    with world.ledger.read() as tx:
        publication = publications.get(tx, world.publication_id)
        approval = approvals.get(tx, world.approval_id)
        waiting = jobs.list_jobs(tx, "waiting")
    assert publication.state == "stopped"
    assert "watch-1968" in publication.stop_reason
    assert approval.status == "void"
    assert any("watch-1968" in str(job.payload.get("reason")) for job in waiting)


def test_a_removed_fact_stops_too(world: World) -> None:
    with world.write() as tx:
        left = some_facts().model_copy(update={"products": ()})
        changes = facts.put(tx, left, "brand")
    assert changes.removed == ("watch-1968",)
    assert changes.stopped_publications == (world.publication_id,)


def test_facts_of_another_source_remove_nothing(world: World) -> None:
    with world.write() as tx:
        changes = facts.put(tx, some_facts().model_copy(update={"products": ()}), "prices.csv")
    assert changes.removed == ()
    assert changes.stopped_publications == ()


def test_one_of_many_sold_stops_nothing_unless_the_stock_is_cited(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    with world.write() as tx:
        facts.put(tx, some_facts(stock=40), "brand")  # stays available
        before = facts.hashes(tx, ["watch-1968.price", "watch-1968.stock", "watch-1968"])
        changes = facts.put(tx, some_facts(stock=39), "brand")
        after = facts.hashes(tx, ["watch-1968.price", "watch-1968.stock", "watch-1968"])
    assert changes.changed == ("watch-1968",)
    assert changes.stopped_publications == ()
    assert [i for i in before if before[i] != after[i]] == ["watch-1968.stock"]


def test_a_pending_approval_falls_with_its_facts(world: World) -> None:
    with world.write() as tx:
        other = runs.start(tx, "Another", world.owner.id)
        content = make_content(tx, other.id)
        asked = approvals.request(tx, other.id, "publish", content, content.hash())
        changes = facts.put(tx, some_facts(stock=0), "brand")
        assert asked.id in changes.voided_approvals
        assert approvals.get(tx, asked.id).status == "void"


def test_enqueue_twice_is_enqueue_once(world: World) -> None:
    with world.write() as tx:
        content = publications.get(tx, world.publication_id).content
        again = publications.enqueue(tx, content, world.approval_id, make_assignments(world, 4))
    assert again.id == world.publication_id
    assert world.states() == {"scheduled": 4}


def test_only_approved_content_is_enqueued(world: World) -> None:
    with world.write() as tx:
        content = make_content(tx, world.run_id, send_hour=11)
        with pytest.raises(LedgerError) as refused:
            publications.enqueue(tx, content, world.approval_id, make_assignments(world, 4))
    assert refused.value.code == "not_approved"


def test_a_later_approval_never_reaches_those_who_were_reached(world: World) -> None:
    sent, sending_now, unknown, waiting = world.claim()
    for send in (sent, sending_now, unknown):
        assert world.mark(send) == "go"
    with world.write() as tx:
        assert sends.mark_sent(tx, sent, "w", Receipt())
        assert sends.mark_unknown(tx, unknown, "w", "timeout")
        approvals.void(tx, world.run_id, "edited")
        content = make_content(tx, world.run_id, send_hour=11)
        approval_id = approve(tx, content, world.owner)
        publication = publications.enqueue(tx, content, approval_id, make_assignments(world, 5))
    world.publication_id = publication.id
    assert world.states() == {"scheduled": 2}  # the one that waited, and the one held back before
    again = world.claim("v")
    assert sent not in again
    assert {s.pseudonym for s in again} == {waiting.pseudonym, world.names["c4"]}
    assert world.mark(waiting) == "lost_lease"  # the old claim went with the old approval


def test_who_is_no_longer_in_the_plan_is_left_out_with_the_reason(world: World) -> None:
    with world.write() as tx:
        approvals.void(tx, world.run_id, "edited")
        content = make_content(tx, world.run_id, send_hour=11)
        approval_id = approve(tx, content, world.owner)
        publications.enqueue(tx, content, approval_id, make_assignments(world, 4)[:2])
        assert publications.left_out(tx, world.publication_id) == {"changed_audience": 2}
        assert len(publications.assignments(tx, world.run_id)) == 2


def test_a_dead_workers_messages_wait_for_a_person(world: World) -> None:
    first, second = world.claim(limit=2)
    assert world.mark(first) == "go"
    with world.write() as tx:
        past = tx.real_now - timedelta(seconds=1)
        tx.connection.execute(tables.sends.update().values(lease_until=past))
        recovered = sends.recover(tx)
        assert recovered.scheduled == 1
        assert recovered.parked == (first.key,)
        assert [row.key for row in sends.review_list(tx)] == [first.key]
    assert second.key in {s.key for s in world.claim("v")}


def test_a_late_answer_still_counts(world: World) -> None:
    send = world.claim(limit=1)[0]
    assert world.mark(send) == "go"
    with world.write() as tx:
        assert sends.mark_unknown(tx, send, "w", "timeout")
        assert not sends.mark_sent(tx, send, "other", Receipt())
        assert sends.mark_sent(tx, send, "w", Receipt())
        assert sends.review_list(tx) == []


def test_a_sender_that_honours_keys_is_asked_again(world: World) -> None:
    send = world.claim(limit=1)[0]
    assert world.mark(send) == "go"
    with world.write() as tx:
        past = tx.real_now - timedelta(seconds=1)
        tx.connection.execute(tables.sends.update().values(lease_until=past))
        assert sends.recover(tx, honours_keys=True).parked == ()
    assert send.key in {s.key for s in world.claim("v")}


@pytest.mark.parametrize(
    ("decision", "state"),
    [("sent", "sent"), ("send_again", "scheduled"), ("drop", "cancelled")],
)
def test_a_person_settles_what_nobody_knows(world: World, decision: str, state: str) -> None:
    claimed = world.claim()
    for send in claimed:
        assert world.mark(send) == "go"
    with world.write() as tx:
        for send in claimed:
            sends.mark_unknown(tx, send, "w", "timeout")
        publications.close_done(tx)
        keys = [send.key for send in claimed]
        assert sends.resolve_review(tx, world.owner, keys, decision) == 4  # type: ignore[arg-type]
        assert sends.resolve_review(tx, world.owner, keys, "sent") == 0
    assert world.states() == {state: 4}
    assert len(world.claim("v")) == (4 if decision == "send_again" else 0)


def test_nothing_of_a_cancelled_campaign_is_sent_again(world: World) -> None:
    send = world.claim(limit=1)[0]
    assert world.mark(send) == "go"
    with world.write() as tx:
        sends.mark_unknown(tx, send, "w", "timeout")
        runs.cancel(tx, world.run_id, world.owner)
        with pytest.raises(LedgerError) as refused:
            sends.resolve_review(tx, world.owner, [send.key], "send_again")
        assert refused.value.code == "not_approved"
        assert sends.resolve_review(tx, world.owner, [send.key], "drop") == 1
    assert world.states() == {"cancelled": 4}


def test_an_outdated_house_fact_stops_what_cites_it(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    with world.write() as tx:
        until = HOUSE.model_copy(update={"valid_until": MONDAY.date()})
        facts.put(tx, some_facts().model_copy(update={"house": (until,)}), "brand")
        content = make_content(tx, world.run_id)
        approval_id = approve(tx, content, world.owner)
        publications.enqueue(tx, content, approval_id, make_assignments(world, 4))
    world.advance(timedelta(hours=1))
    first, *others = world.claim()
    assert world.mark(first) == "go"
    world.advance(timedelta(hours=23))
    with world.write() as tx:
        addresses = {send: world.address(send) for send in others}
        assert set(
            sends.mark_sending_many(tx, addresses, "w", KEY, timedelta(days=2)).values()
        ) == {"stopped"}


def test_moving_inside_the_window_keeps_the_approval(world: World) -> None:
    with world.write() as tx:
        publications.move(tx, world.publication_id, world.owner, MONDAY + timedelta(hours=3))
    assert world.claim() == []
    world.advance(timedelta(hours=3))
    assert len(world.claim()) == 4


def test_moving_outside_the_window_stops_it(world: World) -> None:
    with world.write() as tx:
        moved = publications.move(tx, world.publication_id, world.owner, MONDAY + timedelta(days=4))
        assert moved.state == "stopped"
        assert approvals.get(tx, world.approval_id).status == "void"


def test_a_move_shifts_every_zone_by_as_much(tmp_path: Path) -> None:
    world = make_world(tmp_path, size=0, held_back=3)
    with world.write() as tx:
        approvals.void(tx, world.run_id, "edited")
        content = make_content(tx, world.run_id, send_hour=11)
        approval_id = approve(tx, content, world.owner)
        dues = [MONDAY + timedelta(hours=h) for h in (0, 1, 2)]
        rows = [
            Assignment(pseudonym=p, arm="a", due_at=due, timezone="UTC")
            for p, due in zip(world.names.values(), dues, strict=True)
        ]
        publication = publications.enqueue(tx, content, approval_id, rows)
        for hours in (1, 0):
            start = MONDAY + timedelta(hours=hours)
            publications.move(tx, publication.id, world.owner, start)
            found = [sends.get(tx, publications.send_key(world.run_id, r.pseudonym)) for r in rows]
            assert [row.due_at for row in found if row] == [
                due + timedelta(hours=hours) for due in dues
            ]

"""Large sends: the number typed, two people's yes, a small part first, the rest by its bounds."""

from __future__ import annotations

import multiprocessing
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from domain.customer import Suppression
from domain.publication import Content
from ledger import (
    approvals,
    consent,
    first_wave,
    journal,
    people,
    publications,
    sends,
    subjects,
    suppression,
)
from ledger import tables as t
from ledger.approvals import Approval
from ledger.database import open_ledger
from ledger.errors import LedgerError
from ledger.people import Person
from tests.campaign_world import SUPPRESSION, World, make_world
from tests.mailserver import MailServer
from workflows.stack import LargeSends

SPAWN = multiprocessing.get_context("spawn")
LARGE = LargeSends(from_people=20, first_share=0.1, first_wait_minutes=60)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, server: MailServer) -> World:
    made = make_world(tmp_path, server.port, size=80)
    return made.with_stack(rules=made.stack.rules.model_copy(update={"large": LARGE}))


def add(world: World, name: str, role: people.Role = "approver") -> Person:
    with world.ledger.write() as tx:
        return people.add(tx, name, f"{name.lower()}@halden.example", role)


def yes(world: World, approval: Approval, person: Person, typed: int | None = None) -> Approval:
    with world.ledger.write() as tx:
        return approvals.decide(
            tx, approval.id, person, "approve", approval.content_hash, typed=typed
        )


def refused(world: World, approval: Approval, person: Person, typed: int | None = None) -> str:
    with pytest.raises(LedgerError) as error:
        yes(world, approval, person, typed)
    return error.value.code


async def to_large(world: World) -> tuple[str, Approval, Person]:
    """A large send that waits, and a second approver."""
    run_id = await world.to_publish_gate()
    return run_id, world.waiting(run_id), add(world, "Grace")


async def to_due(world: World) -> str:
    run_id, approval, grace = await to_large(world)
    yes(world, approval, world.owner, approval.number_to_type)
    yes(world, approval, grace, approval.number_to_type)
    await world.work()
    world.to_due(run_id)
    await world.work()
    return run_id


def waves(world: World, run_id: str) -> dict[tuple[int, str], int]:
    c = t.sends.c
    query = sa.select(c.wave, c.state, sa.func.count()).group_by(c.wave, c.state)
    with world.ledger.read() as tx:
        rows = tx.connection.execute(query.where(c.campaign_id == run_id))
        return {(wave, state): count for wave, state, count in rows}


def wait(world: World, **by: float) -> None:
    with world.ledger.read() as tx:
        now = tx.now
    world.to(now + timedelta(**by))


async def test_the_number_is_typed_and_two_people_say_yes(world: World) -> None:
    _, approval, grace = await to_large(world)
    content = Content.model_validate(approval.content)
    assert content.first is not None
    number = content.first.recipients
    assert approval.yeses_needed == 2
    assert approval.number_to_type == number < content.size  # some are held back
    assert refused(world, approval, world.owner) == "wrong_number"
    assert refused(world, approval, world.owner, content.size) == "wrong_number"
    first = yes(world, approval, world.owner, number)
    assert first.status == "pending"
    assert refused(world, approval, world.owner, number) == "voted_already"
    with world.ledger.read() as tx:
        assert approvals.may_approve(tx, first) == [grace]
    assert refused(world, approval, grace) == "wrong_number"
    second = yes(world, approval, grace, number)
    assert (second.status, second.decided_by) == ("approved", grace.id)
    with world.ledger.read() as tx:
        said = [vote.person_id for vote in approvals.votes(tx, approval.id)]
        assert sorted(said) == sorted([world.owner.id, grace.id])
        kinds = [entry.kind for entry in journal.entries(tx, approval.id)]
        assert kinds.count("approval_first_yes") == 1
        assert kinds.count("approval_approved") == 1


@pytest.mark.parametrize("decision", ["reject", "edit"])
async def test_a_no_or_an_edit_after_a_first_yes_wins(world: World, decision: Any) -> None:
    run_id, approval, grace = await to_large(world)
    yes(world, approval, world.owner, approval.number_to_type)
    edit = {"variants": {"a": {"subject": "A watch, one scratch"}}} if decision == "edit" else None
    with world.ledger.write() as tx:
        approvals.decide(tx, approval.id, grace, decision, approval.content_hash, "No.", edit)
    assert refused(world, approval, grace, approval.number_to_type) == "already_decided"
    await world.work()
    again = world.waiting(run_id)
    with world.ledger.read() as tx:
        assert approvals.votes(tx, again.id) == []
    assert yes(world, again, grace, again.number_to_type).status == "pending"


async def test_a_yes_of_who_lost_the_right_no_longer_counts(world: World) -> None:
    _, approval, grace = await to_large(world)
    yes(world, approval, grace, approval.number_to_type)
    with world.ledger.write() as tx:
        people.deactivate(tx, grace.id, world.owner)
    assert yes(world, approval, world.owner, approval.number_to_type).status == "pending"
    third = add(world, "Edith")
    assert yes(world, approval, third, approval.number_to_type).status == "approved"


def say_yes(url: str, approval_id: str, person: Person, typed: int, go: Any, told: Any) -> None:
    ledger = open_ledger(url)
    go.wait()
    try:
        with ledger.write() as tx:
            shown = approvals.get(tx, approval_id)
            done = approvals.decide(
                tx, approval_id, person, "approve", shown.content_hash, typed=typed
            )
        told.put((person.id, done.status))
    except LedgerError as error:
        told.put((person.id, error.code))


async def test_of_many_yeses_at_once_two_people_count(world: World) -> None:
    _, approval, grace = await to_large(world)
    typed = approval.number_to_type
    # Two click twice each: never may one person's second click stand for a second person.
    clicks = [world.owner, world.owner, grace, grace, add(world, "Edith")]
    go, told = SPAWN.Barrier(len(clicks)), SPAWN.Queue()
    started = [
        SPAWN.Process(target=say_yes, args=(world.ledger.url, approval.id, p, typed, go, told))
        for p in clicks
    ]
    for process in started:
        process.start()
    answers = [told.get(timeout=120) for _ in clicks]
    for process in started:
        process.join()
    said = [status for _, status in answers]
    assert said.count("approved") == 1
    assert said.count("pending") == 1
    assert set(said) <= {"approved", "pending", "voted_already", "already_decided"}
    with world.ledger.read() as tx:
        assert len({vote.person_id for vote in approvals.votes(tx, approval.id)}) == 2
        assert journal.verify(tx).ok


async def test_who_edited_the_words_may_not_approve_them(world: World) -> None:
    run_id, approval, grace = await to_large(world)
    edith = add(world, "Edith")
    with world.ledger.write() as tx:
        could = approvals.may_approve(
            tx, approval, author_may_approve=False, after_edit_by=grace.id
        )
        assert could == [edith]
        edit = {"variants": {"a": {"subject": "A watch, one scratch"}}}
        approvals.decide(tx, approval.id, grace, "edit", approval.content_hash, edit=edit)
    await world.work()
    again = world.waiting(run_id)

    def approve(person: Person) -> Approval:
        with world.ledger.write() as tx:
            return approvals.decide(
                tx,
                again.id,
                person,
                "approve",
                again.content_hash,
                typed=again.number_to_type,
                author_may_approve=False,
            )

    for person in (grace, world.owner):
        with pytest.raises(LedgerError, match="somebody else has to approve") as error:
            approve(person)
        assert error.value.code == "not_allowed"
        assert "Edith" in error.value.next_step
    assert approve(edith).status == "pending"


async def test_a_small_part_goes_first_and_the_rest_once_it_stayed_in_bounds(
    world: World, server: MailServer
) -> None:
    run_id = await to_due(world)
    content = Content.model_validate(world.publication_content(run_id))
    assert content.first is not None
    first = len(server.recipients)
    arms = [arm for arm, _ in content.arms if arm != "held_back"]
    assert len(arms) <= first < content.first.recipients / 4
    sent = [row for row in world.assigned(run_id) if row.state == "sent"]
    assert {row.arm for row in sent} == set(arms)
    wait(world, minutes=59)
    await world.work()
    assert len(server.recipients) == first
    wait(world, minutes=2)
    await world.work()
    assert world.publication(run_id).first_wave == "passed"
    assert len(server.recipients) == len(set(server.recipients)) == content.first.recipients
    assert set(world.states(run_id)) == {"sent", "held_back"}
    with world.ledger.read() as tx:
        standing = first_wave.standing(tx, world.publication(run_id).id)
    assert standing is not None
    assert (standing.figures.reached, standing.rest) == (first, 0)


def bounce(world: World, run_id: str) -> None:
    with world.ledger.write() as tx:
        row = tx.connection.execute(
            sa.select(t.sends.c.key).where(
                t.sends.c.campaign_id == run_id, t.sends.c.state == "sent"
            )
        ).first()
        assert row is not None
        values = {"id": "b1", "send_key": row.key, "kind": "bounced", "at": tx.now}
        values |= {"by_machine": False, "link": "", "source": "webhook"}
        tx.connection.execute(t.engagements.insert(), values)


def complain(world: World, run_id: str) -> None:
    row = next(row for row in world.assigned(run_id) if row.state == "sent")
    with world.ledger.write() as tx:
        customer = subjects.customer_ids(tx, [row.pseudonym])[row.pseudonym]
        address = world.shop.contacts_by_id[customer].email
        marks = [Suppression(address=address, reason="complained", at=tx.now)]
        suppression.add(tx, marks, SUPPRESSION)


def unsubscribe(world: World, run_id: str) -> None:
    row = next(row for row in world.assigned(run_id) if row.state == "sent")
    with world.ledger.write() as tx:
        consent.unsubscribe(tx, row.pseudonym, run_id, tx.now)


@pytest.mark.parametrize(
    ("happens", "word"),
    [(bounce, "bounced"), (complain, "complained"), (unsubscribe, "unsubscribed")],
)
async def test_past_a_bound_the_rest_is_held_and_a_person_lets_it_go(
    world: World, server: MailServer, happens: Any, word: str
) -> None:
    run_id = await to_due(world)
    first = len(server.recipients)
    happens(world, run_id)
    wait(world, minutes=61)
    await world.work()
    assert len(server.recipients) == first
    run, publication = world.run(run_id), world.publication(run_id)
    assert (run.status, publication.first_wave) == ("waiting", "held")
    assert word in run.detail
    wait(world, hours=5)  # it is not late, since it waited for a person
    await world.work()
    with world.ledger.write() as tx, pytest.raises(LedgerError, match="needs the right"):
        first_wave.release(tx, publication.id, people.add(tx, "Al", "al@halden.example", "author"))
    with world.ledger.write() as tx:
        rest = first_wave.release(tx, publication.id, world.owner)
    await world.work()
    assert len(set(server.recipients)) == len(server.recipients) == first + rest


async def test_a_held_one_can_be_ended(world: World, server: MailServer) -> None:
    run_id = await to_due(world)
    first = len(server.recipients)
    unsubscribe(world, run_id)
    wait(world, minutes=61)
    await world.work()
    with world.ledger.write() as tx:
        rest = first_wave.end(tx, world.publication(run_id).id, world.owner)
    await world.work()
    assert len(server.recipients) == first
    assert world.publication(run_id).state == "done"
    assert (world.states(run_id)["cancelled"], world.states(run_id)["sent"]) == (rest, first)


async def test_what_nobody_lets_go_is_missed_once_its_window_is_over(
    world: World, server: MailServer
) -> None:
    run_id = await to_due(world)
    unsubscribe(world, run_id)
    wait(world, minutes=61)
    await world.work()
    world.to(world.publication(run_id).window_end + timedelta(minutes=1))
    await world.work()
    assert world.publication(run_id).state == "done"
    assert set(world.states(run_id)) == {"sent", "missed", "held_back"}


async def test_changed_settings_make_other_content(world: World) -> None:
    """What was approved says how it goes out: its policy cannot change behind a yes."""
    _, approval, _ = await to_large(world)
    content = Content.model_validate(approval.content)
    assert content.first is not None
    softer = content.first.model_copy(update={"most_bounced": 0.5})
    assert content.model_copy(update={"first": softer}).hash() != approval.content_hash
    assert content.hash() == approval.content_hash
    small = content.model_copy(update={"first": None})
    assert "first" not in small.model_dump()  # as older programs wrote it


async def test_pause_one_holds_it_alone_within_a_batch(world: World, server: MailServer) -> None:
    world = world.with_stack(
        rules=world.stack.rules.model_copy(update={"large": None}),
        limits=replace(world.stack.limits, batch=4),
    )
    one = await world.to_scheduled()
    other = await world.to_scheduled()
    publication = world.publication(one)
    world.to_due(other)
    with world.ledger.write() as tx:
        claimed = sends.claim(tx, "w", 100)
        assert publications.pause_one(tx, publication.id, world.owner)
        assert not publications.pause_one(tx, publication.id, world.owner)
        mine = {send: "a@example.test" for send in claimed if send.campaign_id == one}
        marked = sends.mark_sending_many(tx, mine, "w", SUPPRESSION, timedelta(hours=6))
        assert set(marked.values()) == {"waits"}  # the last check finds the pause
        for send in set(claimed) - set(mine):
            sends.release(tx, send, "w")
    await world.work()
    assert set(world.states(one)) == {"scheduled", "held_back"}
    assert set(world.states(other)) == {"sent", "held_back"}
    with world.ledger.write() as tx:
        publications.resume_one(tx, publication.id, world.owner)
    await world.work()
    assert set(world.states(one)) == {"sent", "held_back"}
    assert len(server.recipients) == world.states(one)["sent"] + world.states(other)["sent"]

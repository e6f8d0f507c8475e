"""A campaign from goal to report, through both gates, over real SMTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.publication import Content
from ledger import approvals, runs
from ledger.errors import LedgerError
from tests.campaign_world import MONDAY, World, make_world
from tests.mailserver import MailServer
from workflows.decisions import ask_again, change_after_approval
from workflows.jobs import advance
from workflows.progress import Progress
from workflows.publish import publish_due


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, server: MailServer) -> World:
    return make_world(tmp_path, server.port, size=48)


async def test_from_goal_to_report(world: World, server: MailServer) -> None:
    run_id = await world.to_scheduled()
    await world.work()
    assert server.recipients == []  # nothing is due yet
    world.to_due(run_id)
    await world.work()
    states = world.states(run_id)
    assert set(states) == {"sent", "held_back"}
    assert len(server.recipients) == len(set(server.recipients)) == states["sent"]
    for days in (1, 6, 7):
        with world.ledger.read() as tx:
            now = tx.now
        world.to(now + timedelta(days=days, minutes=1))
        await world.work()
    assert world.run(run_id).status == "done"
    names = {path.name for path in (world.folder / "reports" / run_id).iterdir()}
    assert names == {"report.json", "report.md", "report.html"}


async def test_a_rejected_brief_is_written_again(world: World) -> None:
    run_id = world.start()
    await world.work()
    first = world.waiting(run_id)
    world.decide(run_id, "reject", "Say that it is hand-wound.")
    await world.work()
    second = world.waiting(run_id)
    assert second.gate == "brief"
    assert second.content_hash != first.content_hash


async def test_an_edited_brief_waits_for_a_new_yes(world: World) -> None:
    run_id = world.start()
    await world.work()
    world.decide(run_id, "edit", edit={"message": "We have one, and it is yours to try."})
    await world.work()
    second = world.waiting(run_id)
    assert second.gate == "brief"
    assert second.content["message"] == "We have one, and it is yours to try."
    world.decide(run_id, "approve", "Yes, until Saturday.")
    await world.work()
    assert world.waiting(run_id).gate == "publish"


async def test_an_edited_draft_goes_through_the_critic_to_a_new_yes(
    world: World, server: MailServer
) -> None:
    run_id = await world.to_publish_gate()
    first = world.waiting(run_id)
    world.decide(run_id, "edit", edit={"variants": {"a": {"subject": "A watch, one scratch"}}})
    await world.work()
    second = world.waiting(run_id)
    assert second.content_hash != first.content_hash
    assert second.content["variants"][0]["subject"] == "A watch, one scratch"
    world.decide(run_id)
    await world.work()
    world.to_due(run_id)
    await world.work()
    assert any(b"Subject: A watch, one scratch" in mail for mail in server.mails)


async def test_what_a_person_wrote_is_criticised_and_never_rewritten(world: World) -> None:
    run_id = await world.to_publish_gate()
    bad = "A timeless watch, guaranteed to hold its value!"
    world.decide(run_id, "edit", edit={"variants": {"a": {"subject": bad}}})
    await world.work()
    waiting = world.waiting(run_id)
    assert waiting.content["variants"][0]["subject"] == bad
    assert any(finding["variant"] == "a" for finding in waiting.findings)


async def test_a_rejected_draft_is_written_again(world: World) -> None:
    run_id = await world.to_publish_gate()
    world.decide(run_id, "reject", "Too long.")
    await world.work()
    assert world.waiting(run_id).gate == "publish"


async def test_an_edit_that_cannot_be_taken_ends_with_a_person(world: World) -> None:
    run_id = await world.to_publish_gate()
    world.decide(run_id, "edit", edit={"variants": {"a": {"subject": 7}}})
    await world.work()
    assert any(f["rule"] == "edit.unreadable" for f in world.waiting(run_id).findings)


async def test_an_approval_that_ran_out_can_be_asked_for_again(world: World) -> None:
    run_id = await world.to_publish_gate()
    approval = world.waiting(run_id)
    world.to(approval.expires_at + timedelta(minutes=1))
    await world.work()
    run = world.run(run_id)
    assert run.status == "waiting"
    assert "run out" in run.detail
    with world.ledger.write() as tx, pytest.raises(LedgerError, match="had to be decided"):
        approvals.decide(tx, approval.id, world.owner, "approve", approval.content_hash)
    with world.ledger.write() as tx:
        ask_again(tx, run_id, "publish", world.owner)
    world.decide(run_id)
    await world.work()
    # Its days are over by now: it was planned anew, or says why it cannot be.
    assert world.run(run_id).status == "waiting"
    assert world.states(run_id) == {}


async def test_an_approval_given_late_keeps_to_its_window(world: World, server: MailServer) -> None:
    run_id = await world.to_publish_gate()
    planned = Content.model_validate(world.waiting(run_id).content)
    world.to(planned.window_end - timedelta(days=2))
    world.decide(run_id)
    await world.work()
    world.to_due(run_id)
    await world.work()
    assert set(world.states(run_id)) == {"sent", "held_back"}
    assert len(server.recipients) == world.states(run_id)["sent"]


async def test_a_cancelled_run_sends_nothing(world: World, server: MailServer) -> None:
    run_id = await world.to_scheduled()
    with world.ledger.write() as tx:
        runs.cancel(tx, run_id, world.owner)
    world.to(MONDAY + timedelta(days=8))
    await world.work()
    assert server.recipients == []
    assert set(world.states(run_id)) == {"cancelled", "held_back"}


async def test_the_same_mail_for_a_person_once_over_several_approvals(
    world: World, server: MailServer
) -> None:
    limits = replace(world.stack.limits, batch=3, at_once=1)
    slow = world.with_stack(limits=limits)
    run_id = await slow.to_scheduled()
    slow.to_due(run_id)
    await publish_due(slow.stack, "w", most_batches=1)
    assert len(server.recipients) == 3
    with slow.ledger.write() as tx:
        edit = {"variants": {"a": {"subject": "A watch, one scratch"}}}
        change_after_approval(tx, run_id, slow.owner, edit)
    await slow.work()
    assert slow.waiting(run_id).gate == "publish"
    assert len(server.recipients) == 3
    slow.decide(run_id)
    await slow.work()
    slow.to_due(run_id)
    await slow.work()
    states = slow.states(run_id)
    assert set(states) == {"sent", "held_back"}
    assert len(server.recipients) == len(set(server.recipients)) == states["sent"]


async def test_progress_is_told_in_sentences(world: World) -> None:
    heard: list[Progress] = []
    run_id = world.start()
    run = await advance(world.stack, run_id, heard.append)
    assert run.status == "waiting"
    assert [p.node for p in heard if p.at == "finished"] == ["read_goal", "audit", "write_brief"]
    assert all(p.text for p in heard)

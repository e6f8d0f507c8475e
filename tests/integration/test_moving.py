"""Moving: what another time would mean, what it does to an approval, and where it is free."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.brief import Brief
from domain.plan import Cap
from domain.publication import Content
from ledger import approvals, people, publications
from ledger.errors import LedgerError
from tests.campaign_world import World, make_world
from tests.mailserver import MailServer
from workflows.moving import MoveRefused, move, preview

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, server: MailServer) -> World:
    return make_world(tmp_path, server.port, size=24)


async def test_inside_the_window_the_approval_stays(world: World, server: MailServer) -> None:
    run_id = await world.to_scheduled()
    before = world.publication(run_id)
    start = before.starts_at + timedelta(days=1)
    asked = await preview(world.stack, before.id, start)
    assert (asked.what, asked.keeps_approval, asked.refused) == ("scheduled_send", True, "")
    assert "stays" in asked.why
    assert asked.people == world.states(run_id)["scheduled"]
    assert world.publication(run_id) == before  # looking changes nothing
    await move(world.stack, before.id, world.owner, start, content_hash=asked.content_hash)
    after = world.publication(run_id)
    assert (after.state, after.starts_at) == ("scheduled", start)
    world.to(start + timedelta(minutes=1))
    await world.work()
    assert len(server.recipients) == world.states(run_id)["sent"] == asked.people


async def test_outside_it_falls_and_is_asked_about_with_that_time(
    world: World, server: MailServer
) -> None:
    run_id = await world.to_scheduled()
    before = world.publication(run_id)
    start = before.window_end.replace(hour=13, minute=30) + timedelta(days=3)
    asked = await move(world.stack, run_id, world.owner, start)
    assert not asked.keeps_approval
    assert "no longer approved" in asked.why
    assert world.publication(run_id).state == "stopped"
    with world.ledger.read() as tx:
        fallen = approvals.get(tx, before.approval_id)
    assert fallen.status == "void"
    assert "outside the approved window" in fallen.reason
    await world.work()
    again = world.waiting(run_id)
    content = Content.model_validate(again.content)
    local = start.astimezone(BERLIN)
    assert (content.send_hour, content.send_minute) == (local.hour, local.minute)
    assert content.window_start.astimezone(BERLIN).date() == local.date()
    world.decide(run_id)
    await world.work()
    assert world.publication(run_id).starts_at == start
    world.to(start + timedelta(minutes=1))
    await world.work()
    assert len(server.recipients) == len(set(server.recipients)) == world.states(run_id)["sent"]


async def test_what_waits_is_planned_anew_for_another_day(world: World) -> None:
    run_id = await world.to_publish_gate()
    first = world.waiting(run_id)
    shown = await preview(world.stack, first.id, _at(world, first.id, days=0))
    was = shown.was.astimezone(BERLIN)
    start = shown.was + timedelta(days=2)
    asked = await move(world.stack, first.id, world.owner, start, content_hash=first.content_hash)
    assert asked.what == "waiting_send"
    await world.work()
    second = world.waiting(run_id)
    assert second.content_hash != first.content_hash
    assert second.content["variants"] == first.content["variants"]  # not a word of it changed
    content = Content.model_validate(second.content)
    assert content.window_start.astimezone(BERLIN).date() == was.date() + timedelta(days=2)
    assert (content.send_hour, content.send_minute) == (was.hour, was.minute)
    world.decide(run_id)
    await world.work()
    assert world.publication(run_id).starts_at == start


def _at(world: World, approval_id: str, days: int):  # type: ignore[no-untyped-def]
    with world.ledger.read() as tx:
        return tx.now + timedelta(days=days, hours=2)


async def test_who_only_moved_it_may_still_approve_it(world: World) -> None:
    run_id = await world.to_publish_gate()
    with world.ledger.write() as tx:
        grace = people.add(tx, "Grace", "grace@halden.example", "approver")
    first = world.waiting(run_id)
    with world.ledger.read() as tx:
        start = tx.now + timedelta(days=2)
    await move(world.stack, first.id, grace, start)
    await world.work()
    with world.ledger.write() as tx:
        again = world.waiting(run_id)
        done = approvals.decide(
            tx, again.id, grace, "approve", again.content_hash, author_may_approve=False
        )
    assert done.status == "approved"


async def test_a_brief_s_days_move_together(world: World) -> None:
    run_id = world.start()
    await world.work()
    first = Brief.model_validate(world.waiting(run_id).content)
    with world.ledger.read() as tx:
        start = tx.now + timedelta(days=9)
    asked = await move(world.stack, run_id, world.owner, start)
    assert (asked.what, asked.people) == ("brief", 24)
    await world.work()
    second = Brief.model_validate(world.waiting(run_id).content)
    assert second.send_from == start.astimezone(BERLIN).date()
    assert second.send_until - second.send_from == first.send_until - first.send_from


async def test_it_says_whom_the_cap_would_leave_out_and_names_a_free_day(world: World) -> None:
    one_a_week = world.stack.rules.model_copy(update={"cap": Cap(most=1, days=3)})
    world = world.with_stack(rules=one_a_week)
    first = await world.to_scheduled()
    await world.work()
    taken = world.publication(first).starts_at
    # The second is planned for a day on which the cap leaves nobody out at planning.
    second = await world.to_scheduled()
    asked = await preview(world.stack, second, taken)
    assert asked.same_day
    assert asked.same_day[0].campaign_id == first
    assert 0 < asked.over_cap == asked.same_day[0].people <= asked.people
    assert asked.conflicts
    assert asked.free is not None
    free = await preview(world.stack, second, asked.free)
    assert (free.over_cap, free.same_day, free.refused) == (0, (), "")
    assert asked.free.astimezone(BERLIN).time() == taken.astimezone(BERLIN).time()


async def test_what_cannot_be_is_refused_with_the_reason(world: World) -> None:
    run_id = await world.to_scheduled()
    publication = world.publication(run_id)
    with world.ledger.read() as tx:
        past = tx.now - timedelta(hours=1)
    assert "over" in (await preview(world.stack, publication.id, past)).refused
    with pytest.raises(MoveRefused, match="over"):
        await move(world.stack, publication.id, world.owner, past)
    start = publication.starts_at + timedelta(hours=1)
    with pytest.raises(MoveRefused, match="not what stands now"):
        await move(world.stack, publication.id, world.owner, start, content_hash="other")
    with world.ledger.write() as tx:
        author = people.add(tx, "Al", "al@halden.example", "author")
    with pytest.raises(LedgerError, match="needs the right"):
        await move(world.stack, publication.id, author, start)
    assert world.publication(run_id) == publication
    with pytest.raises(LedgerError, match="no such approval"):
        await preview(world.stack, "nothing", start)
    night = publication.starts_at.replace(hour=22) + timedelta(days=1)
    assert (await preview(world.stack, publication.id, night)).quiet == len(_waiting(world, run_id))


def _waiting(world: World, run_id: str) -> list[tuple[str, str, object]]:
    with world.ledger.read() as tx:
        found = publications.waiting_people(tx, world.publication(run_id).id)
    return [(a, b, c) for a, b, c in found]


async def test_an_edit_may_hold_words_and_a_day(world: World) -> None:
    run_id = await world.to_publish_gate()
    with world.ledger.read() as tx:
        on = tx.now.date() + timedelta(days=3)
    edit: dict[str, object] = {"variants": {"a": {"subject": "A watch"}}, "send_at": str(on)}
    world.decide(run_id, "edit", edit=edit)
    await world.work()
    content = Content.model_validate(world.waiting(run_id).content)
    assert content.variants[0].subject == "A watch"
    assert content.window_start.astimezone(BERLIN).date() == on
    # A day that is over is told as a finding, and the plan stays.
    world.decide(run_id, "edit", edit={"send_at": str(date(2020, 1, 1))})
    await world.work()
    again = world.waiting(run_id)
    assert any(finding["rule"] == "edit.unreadable" for finding in again.findings)
    kept = Content.model_validate(again.content)
    assert kept.window_start.astimezone(BERLIN).date() == on

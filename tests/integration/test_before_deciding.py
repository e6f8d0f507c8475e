"""Before a yes: comments, edits under way, reading again, tests to oneself, and the proof."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from domain.publication import Content
from ledger import approvals, comments, journal, people, sending, sends, suppression, unsaved
from ledger.errors import LedgerError
from ledger.people import Person
from tests.campaign_world import SUPPRESSION, World, make_world
from tests.mailserver import MailServer
from tools.esp.port import SenderTraits
from workflows.edits import EditError
from workflows.proof import gather_proof
from workflows.publish import send_test
from workflows.reaching import ReachError
from workflows.rereading import read_again
from workflows.stack import LargeSends
from workflows.trial_mail import MOST_AN_HOUR, TrialError
from workflows.unsubscribe import unsubscribe


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, server: MailServer) -> World:
    return make_world(tmp_path, server.port, size=48)


def add(world: World, name: str, role: people.Role = "approver") -> Person:
    with world.ledger.write() as tx:
        return people.add(tx, name, f"{name.split()[0].lower()}@halden.example", role)


def test_mentions_are_of_people_who_are_here() -> None:
    known = [
        Person(id=str(n), name=name, email=f"{mail}@halden.example", role="approver")
        for n, (name, mail) in enumerate(
            [("Ada Lovelace", "ada"), ("Ada Byron", "byron"), ("Grace Hopper", "grace")]
        )
    ]

    def named(text: str) -> list[str]:
        return [person.email.split("@")[0] for person in comments.mentioned(text, known)]

    assert named("@Grace, look at the second variant") == ["grace"]
    assert named("@grace@halden.example and @ada lovelace: fine?") == ["ada", "grace"]
    assert named("@Ada, look") == []  # there are two: nobody is told by mistake
    assert named("@Graceful, mail me@grace.example or @grace.hopper") == []
    assert named("nobody @all") == []


async def test_comments_tell_people_and_never_decide(world: World) -> None:
    run_id = await world.to_publish_gate()
    approval = world.waiting(run_id)
    grace, viewer = add(world, "Grace"), add(world, "Vi", "viewer")
    suggestion = {"variants": {"a": {"subject": "A watch, one scratch"}}}
    with world.ledger.write() as tx:
        said = comments.add(
            tx,
            run_id,
            world.owner,
            "approve! @Grace, is this subject better?",
            approval_id=approval.id,
            suggestion=suggestion,
        )
        assert comments.unseen_mentions(tx, grace.id) == [said]
        assert comments.mark_seen(tx, grace.id, run_id) == 1
        assert comments.unseen_mentions(tx, grace.id) == []
        assert comments.for_run(tx, run_id) == [said]
        with pytest.raises(LedgerError, match="needs the right"):
            comments.add(tx, run_id, viewer, "Hello")
        with pytest.raises(LedgerError, match="no such approval"):
            comments.add(tx, run_id, grace, "Hello", approval_id="other")
    await world.work()
    assert world.waiting(run_id) == approval
    # A person takes the suggestion over, and it is read by the critic like any edit.
    world.decide(run_id, "edit", edit=said.suggestion)
    with world.ledger.write() as tx:
        assert comments.settle(tx, said.id, grace)
        assert not comments.settle(tx, said.id, grace)
    await world.work()
    assert world.waiting(run_id).content["variants"][0]["subject"] == "A watch, one scratch"


async def test_an_edit_under_way_is_each_persons_own(world: World) -> None:
    run_id = await world.to_publish_gate()
    approval, grace = world.waiting(run_id), add(world, "Grace")
    with world.ledger.write() as tx:
        unsaved.keep(tx, approval.id, world.owner.id, {"variants": {"a": {"subject": "O"}}})
        unsaved.keep(tx, approval.id, world.owner.id, {"variants": {"a": {"subject": "One"}}})
        unsaved.keep(tx, approval.id, grace.id, {"variants": {}})
        kept = unsaved.get(tx, approval.id, world.owner.id)
        assert kept is not None
        assert kept.edit == {"variants": {"a": {"subject": "One"}}}
        assert len(unsaved.for_approval(tx, approval.id)) == 2
        assert unsaved.drop(tx, approval.id, world.owner.id)
        assert unsaved.get(tx, approval.id, world.owner.id) is None
    assert world.waiting(run_id) == approval


async def test_the_critic_reads_an_edit_at_once_and_nothing_changes(world: World) -> None:
    run_id = await world.to_publish_gate()
    before = world.waiting(run_id)
    bad = "A timeless watch, guaranteed to hold its value!"
    found = await read_again(world.stack, run_id, {"variants": {"a": {"subject": bad}}})
    assert any(one.variant == "a" and one.place == "subject" for one in found.new)
    assert found.rendered[0].subject == bad
    again = await read_again(world.stack, run_id, {"variants": {"a": {}}})
    assert (again.new, again.mended) == ((), ())
    with pytest.raises(EditError):
        await read_again(world.stack, run_id, {"variants": {"z": {}}})
    # What is mended is said, too.
    world.decide(run_id, "edit", edit={"variants": {"a": {"subject": bad}}})
    await world.work()
    assert world.waiting(run_id).id != before.id
    good = {"variants": {"a": {"subject": "A watch, one scratch"}}}
    mended = await read_again(world.stack, run_id, good)
    assert any(one.place == "subject" and one.variant == "a" for one in mended.mended)


async def test_a_test_goes_to_oneself_alone_and_means_nothing(
    world: World, server: MailServer
) -> None:
    run_id = await world.to_publish_gate()
    approval = world.waiting(run_id)
    content = Content.model_validate(approval.content)
    grace = add(world, "Grace Hopper")
    await send_test(world.stack, approval, grace, content.variants[-1].id)
    assert server.recipients == ["grace@halden.example"]
    mail = message_from_bytes(server.mails[0], policy=policy.default)
    assert str(mail["Subject"]).startswith("[Test] ")
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "{{" not in text
    link = re.search(r"<(http\S+/u/(\S+))>", str(mail["List-Unsubscribe"]))
    assert link is not None
    assert await unsubscribe(world.stack, link[2]) is None
    with world.ledger.read() as tx:
        assert [e.person_id for e in journal.of_kind(tx, "test_mail")] == [grace.id]
        assert sends.next_due(tx) is None
        assert not suppression.suppressed(tx, ["grace@halden.example"], SUPPRESSION)
    assert world.waiting(run_id) == approval


async def test_tests_are_few_and_stay_where_mails_stay(world: World, server: MailServer) -> None:
    run_id = await world.to_publish_gate()
    approval, viewer = world.waiting(run_id), add(world, "Vi", "viewer")
    with pytest.raises(LedgerError, match="needs the right"):
        await send_test(world.stack, approval, viewer)
    traits = SenderTraits(name="far", loopback_only=False)
    far = world.with_stack(sending=_Far(traits))
    with pytest.raises(ReachError, match="this machine only"):
        await send_test(far.stack, approval, world.owner)
    for _ in range(MOST_AN_HOUR):
        await send_test(world.stack, approval, world.owner)
    with pytest.raises(TrialError, match="in the last hour"):
        await send_test(world.stack, approval, world.owner)
    with world.ledger.write() as tx:
        sending.pause(tx, world.owner, "stop")
    with pytest.raises(TrialError, match="paused"):
        await send_test(world.stack, approval, add(world, "Grace"))
    assert set(server.recipients) == {"ada@halden.example"}
    world.decide(run_id, "reject", "No.")
    with pytest.raises(TrialError, match="no mail here"):
        await send_test(world.stack, approval, world.owner)


class _Far:
    def __init__(self, traits: SenderTraits) -> None:
        self.traits = traits


async def test_the_proof_is_about_these_people(world: World) -> None:
    """Two campaigns to the same dozen in one week: each card tells of the other."""
    earlier = await world.to_scheduled()
    world.to_due(earlier)
    await world.work()
    with world.ledger.read() as tx:
        now = tx.now
    world.to(now + timedelta(hours=1))
    large = LargeSends(from_people=10, first_share=0.1)
    world = world.with_stack(
        rules=world.stack.rules.model_copy(update={"large": large}),
        limits=replace(world.stack.limits, batch=7),
    )
    run_id = await world.to_publish_gate()
    approval = world.waiting(run_id)
    proof = await gather_proof(world.stack, approval)
    sent = world.states(earlier)["sent"]
    assert proof.people == approval.number_to_type
    assert proof.people is not None
    assert proof.held_back is not None
    assert proof.people + proof.held_back == 48
    assert proof.week is not None
    [other] = proof.week.sends
    assert other.campaign_id == earlier
    assert 0 < other.people == proof.week.people <= min(sent, proof.people)
    assert proof.consent is not None
    assert (proof.consent.agreed, proof.consent.people) == (proof.people, proof.people)
    assert proof.consent.sources == (("shop", proof.people),)
    assert proof.consent.oldest is not None
    assert proof.size is not None
    assert [one.people for one in proof.size.sends] == [sent]
    assert proof.size.largest == proof.size.middle == sent
    assert proof.recall is not None
    assert proof.recall.first_mail_at is not None
    assert proof.recall.first_mail_at > now
    assert (proof.recall.batch, proof.recall.gone) == (7, 0)
    assert proof.recall.first_people is not None
    assert 0 < proof.recall.first_people < proof.people
    assert proof.cost.calls.calls == 0
    assert proof.offer is None


async def test_the_proof_tells_of_results_like_it(world: World) -> None:
    earlier = await world.to_scheduled()
    world.to_due(earlier)
    await world.work()
    for days in (1, 6, 7):
        with world.ledger.read() as tx:
            now = tx.now
        world.to(now + timedelta(days=days, minutes=1))
        await world.work()
    assert world.run(earlier).status == "done"
    run_id = world.start()
    await world.work()
    brief = world.waiting(run_id)
    proof = await gather_proof(world.stack, brief)
    assert (proof.people, proof.week, proof.recall, proof.size) == (None, None, None, None)
    [like] = proof.similar
    assert like.campaign_id == earlier
    assert any("same aim" in why for why in like.why)
    assert like.effect.difference.low is not None
    world.decide(run_id)
    await world.work()
    proof = await gather_proof(world.stack, world.waiting(run_id))
    [like] = proof.similar
    assert like.shared_people == like.people > 0


async def test_of_what_is_approved_it_tells_what_has_gone(world: World) -> None:
    run_id = await world.to_scheduled()
    with world.ledger.read() as tx:
        approval = approvals.for_run(tx, run_id, "publish")[-1]
    proof = await gather_proof(world.stack, approval)
    assert proof.recall is not None
    assert proof.recall.first_mail_at == world.publication(run_id).starts_at
    world.to_due(run_id)
    await world.work()
    proof = await gather_proof(world.stack, approval)
    assert proof.recall is not None
    assert proof.recall.first_mail_at is None
    assert proof.recall.gone == world.states(run_id)["sent"]

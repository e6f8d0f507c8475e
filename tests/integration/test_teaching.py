"""What people do at the gate, kept and learnt from: through the graph, the ledger and the CLI's
own functions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.draft import Draft
from domain.errors import MainspringError
from domain.teaching import TaughtRule
from ledger import journal, marks, people, rules, teaching
from ledger.errors import LedgerError
from tests.campaign_world import World, make_world
from tests.mailserver import MailServer
from workflows import marking
from workflows.campaign import view
from workflows.teaching import proposed


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, server: MailServer) -> World:
    return make_world(tmp_path, server.port, size=24)


async def draft_of(world: World, run_id: str) -> Draft:
    return Draft.model_validate((await view(world.stack, run_id))["draft"])


async def test_a_locked_sentence_survives_two_rejections(world: World) -> None:
    run_id = await world.to_publish_gate()
    first = await draft_of(world, run_id)
    variant = first.variants[0]
    sentence = next(text for place, text in variant.texts() if place == "preheader")
    made = await marking.lock(
        world.stack, world.waiting(run_id).id, world.owner, variant.id, sentence
    )
    assert made.text == sentence
    for reason in ("Shorter, please.", "Another opening, and no flaw."):
        world.decide(run_id, "reject", reason)
        await world.work()
        draft = await draft_of(world, run_id)
        assert any(sentence in text for v in draft.variants for _, text in v.texts())
    with world.ledger.write() as tx:
        marks.lift(tx, made.id, world.owner)
        assert marks.marks(tx, run_id).locks == ()


async def test_words_that_stand_nowhere_cannot_be_locked(world: World) -> None:
    run_id = await world.to_publish_gate()
    with pytest.raises(MainspringError, match="Not exactly one sentence"):
        await marking.lock(
            world.stack, world.waiting(run_id).id, world.owner, "a", "Nobody wrote this."
        )


async def banned_at_gate(world: World) -> str:
    """A campaign whose draft a person edited to hold a banned word."""
    run_id = await world.to_publish_gate()
    world.decide(run_id, "edit", edit={"variants": {"a": {"subject": "The iconic dress watch"}}})
    await world.work()
    return run_id


async def test_a_person_overrules_style_with_a_reason_and_nothing_else(world: World) -> None:
    run_id = await banned_at_gate(world)
    approval = world.waiting(run_id).id
    critique = await marking.critique_of(world.stack, approval)
    assert critique.verdict == "needs_revision"
    number = next(n for n, f in enumerate(critique.findings) if f.rule == "voice.banned")
    with pytest.raises(LedgerError, match="with a reason"):
        await marking.overrule(world.stack, approval, world.owner, number, " ")
    made = await marking.overrule(world.stack, approval, world.owner, number, "Its maker's name.")
    after = await marking.critique_of(world.stack, approval)
    assert after.findings[number].overruled == "Ada: Its maker's name."
    assert after.verdict == "satisfied"
    with world.ledger.read() as tx:
        (entry,) = journal.of_kind(tx, "finding_overruled")
    assert entry.person_id == world.owner.id
    assert entry.data["reason"] == "Its maker's name."
    # It holds while the words stand, also when the critic reads them again; not for other words.
    world.decide(run_id, "edit", edit={"variants": {"b": {"subject": "Another subject"}}})
    await world.work()
    again = await marking.critique_of(world.stack, world.waiting(run_id).id)
    assert next(f for f in again.findings if f.rule == "voice.banned").overruled
    world.decide(run_id, "edit", edit={"variants": {"a": {"subject": "An iconic watch, in 34 mm"}}})
    await world.work()
    other = await marking.critique_of(world.stack, world.waiting(run_id).id)
    assert not next(f for f in other.findings if f.rule == "voice.banned").overruled
    with world.ledger.write() as tx:
        marks.take_back(tx, made.id, world.owner)
        assert marks.marks(tx, run_id).overrules == ()


async def test_a_claim_is_never_overruled(world: World) -> None:
    run_id = await world.to_publish_gate()
    world.decide(run_id, "edit", edit={"variants": {"a": {"subject": "Gains one second a day"}}})
    await world.work()
    approval = world.waiting(run_id).id
    critique = await marking.critique_of(world.stack, approval)
    number = next(n for n, f in enumerate(critique.findings) if f.rule.startswith("claims."))
    with pytest.raises(MainspringError, match="no matter of taste"):
        await marking.overrule(world.stack, approval, world.owner, number, "I know better.")


async def exclaimed(world: World) -> str:
    """A campaign in which a person takes an exclamation mark out."""
    run_id = await world.to_publish_gate()
    subject = (await draft_of(world, run_id)).variants[0].subject
    world.decide(run_id, "edit", edit={"variants": {"a": {"subject": f"{subject} now!"}}})
    await world.work()
    world.decide(run_id, "edit", edit={"variants": {"a": {"subject": f"{subject} now."}}})
    await world.work()
    return run_id


async def test_what_recurs_is_proposed_and_counts_only_once_a_person_approves(
    world: World,
) -> None:
    for _ in range(2):
        await exclaimed(world)
    with world.ledger.read() as tx:
        assert proposed(tx, 3) == ()
    await reject_for_marks(world)
    rule = the_rule(world)
    assert rule.state == "proposed"
    assert rule.campaigns == 3
    assert {case.role for case in rule.cases} == {"owner"}
    with world.ledger.read() as tx:
        assert rules.approved(tx) == ()
    with world.ledger.write() as tx:
        reader = people.add(tx, "Ben", "ben@halden.example", "author")
        with pytest.raises(LedgerError):
            rules.decide(tx, rule, reader, "approved")
        rules.decide(tx, rule, world.owner, "approved", "As the guide says.")
    with world.ledger.write() as tx, pytest.raises(LedgerError, match="approved"):
        rules.decide(tx, rule, world.owner, "rejected")
    run_id = await world.to_publish_gate()
    world.decide(run_id, "edit", edit={"variants": {"a": {"subject": "Look here!"}}})
    await world.work()
    found = (await marking.critique_of(world.stack, world.waiting(run_id).id)).findings
    assert "taught.no_mark" in {f.rule for f in found}
    now = the_rule(world)
    with world.ledger.write() as tx:
        rules.decide(tx, now, world.owner, "withdrawn", "It was too strict.")
        assert rules.approved(tx) == ()
        assert [v.state for v in rules.history(tx, rule.id)] == ["approved", "withdrawn"]
        kinds = [e.kind for kind in ("rule_approved", "rule_withdrawn")
                 for e in journal.of_kind(tx, kind)]  # fmt: skip
    assert kinds == ["rule_approved", "rule_withdrawn"]


async def reject_for_marks(world: World) -> None:
    run_id = await world.to_publish_gate()
    world.decide(run_id, "reject", "No exclamation marks; ask anna@x.example.")
    await world.work()
    with world.ledger.read() as tx:
        reasons = [c.after for c in teaching.changes(tx) if c.kind == "rejection"]
    assert reasons == ["No exclamation marks; ask [address]."]


def the_rule(world: World) -> TaughtRule:
    with world.ledger.read() as tx:
        return next(r for r in proposed(tx, 3) if r.line == "No exclamation marks.")

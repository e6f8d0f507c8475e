"""Blocks that differ by stage of life: everybody gets the one mail that was approved for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from domain.draft import Draft
from domain.publication import Content
from ledger import publications, snapshots, subjects
from tests.campaign_world import Library, World, make_world
from tests.mailserver import MailServer
from tests.unit import copy_world
from workflows.campaign import view
from workflows.engagements import follow
from workflows.stack import Tracking

NEW = "You are new here: a viewing takes half an hour and costs nothing."
BACK = "It has been a while. A viewing takes half an hour and costs nothing."
OTHERS = "As always, a viewing takes half an hour and costs nothing."


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, server: MailServer) -> World:
    made = make_world(tmp_path, server.port, size=48)
    ids = sorted(made.shop.contacts_by_id)
    made.shop.stages |= dict.fromkeys(ids[:16], "new") | dict.fromkeys(ids[16:24], "lapsed")
    made.shop.stages |= dict.fromkeys(ids[24:40], "active")
    return made


async def differing(world: World, *, link: str = "") -> str:
    """A campaign at its second gate whose first variants speak to new and lapsed people."""
    run_id = await world.to_publish_gate()
    draft = Draft.model_validate((await view(world.stack, run_id))["draft"])
    changed: dict[str, Any] = {}
    for variant in draft.variants:
        blocks = [block.model_dump(mode="json") for block in variant.blocks]
        own: list[dict[str, Any]] = [
            {"kind": "paragraph", "text": NEW, "for_stages": ["new"]},
            {"kind": "paragraph", "text": BACK, "for_stages": ["lapsed", "at_risk"]},
            {"kind": "paragraph", "text": OTHERS, "for_stages": ["others"]},
        ]
        if link:
            own.insert(1, {"kind": "cta", "text": "Look", "url": link, "for_stages": ["new"]})
        changed[variant.id] = {"blocks": [*blocks[:4], *own, *blocks[4:]]}
    world.decide(run_id, "edit", edit={"variants": changed})
    await world.work()
    return run_id


def approved(world: World, run_id: str) -> Content:
    return Content.model_validate(world.waiting(run_id).content)


async def test_each_person_gets_what_was_approved_for_their_stage(
    world: World, server: MailServer
) -> None:
    run_id = await differing(world)
    content = approved(world, run_id)
    for variant in content.variants:
        assert OTHERS in variant.text
        assert NEW not in variant.text
        assert [v.stages for v in variant.versions] == [("new",), ("at_risk", "lapsed")]
        assert NEW in variant.for_stage("new").text
        assert BACK in variant.for_stage("lapsed").text.replace("\n", " ")
    world.decide(run_id)
    await world.work()
    world.to_due(run_id)
    await world.work()
    got: dict[str, str] = {}
    for raw in server.mails:
        mail = BytesParser(policy=default).parsebytes(raw)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        assert body is not None
        got[str(mail["To"])] = " ".join(body.get_content().split())
    said = {"new": NEW, "lapsed": BACK, "active": OTHERS, "": OTHERS}
    assert len(got) == world.states(run_id)["sent"] >= 30
    for address, text in got.items():
        stage = world.shop.stages.get(address.partition("@")[0], "")
        assert [one for one in (NEW, BACK, OTHERS) if one in text] == [said[stage]], address


async def test_the_plan_counts_stages_and_the_snapshot_freezes_them(world: World) -> None:
    run_id = await differing(world)
    state = await view(world.stack, run_id)
    assert dict(map(tuple, state["plan"]["stages"])) == {
        "new": 16,
        "active": 16,
        "lapsed": 8,
        "": 8,
    }
    assert any(
        "16 new, 16 active, 8 lapsed, 8 of no stage" in e for e in state["plan"]["explanation"]
    )
    content = approved(world, run_id)
    world.decide(run_id)
    await world.work()
    # Whoever moves on to another stage meanwhile gets what was approved for them.
    world.shop.stages.clear()
    with world.ledger.read() as tx:
        names = subjects.known(tx, ["c000", "c020", "c047"])
        found = snapshots.stages(tx, content.snapshot_hash, list(names.values()))
    assert found == {names["c000"]: "new", names["c020"]: "lapsed"}


async def test_without_a_rhythm_everybody_reads_what_is_for_the_others(world: World) -> None:
    world.shop.no_rhythm = True
    run_id = await differing(world)
    assert (await view(world.stack, run_id))["plan"]["stages"] == [["", 48]]


async def test_a_mail_for_everybody_asks_nobody_for_their_stage(world: World) -> None:
    run_id = await world.to_publish_gate()
    content = world.waiting(run_id).content
    assert "versions" not in content["variants"][0]
    with world.ledger.read() as tx:
        found = snapshots.members(tx, content["snapshot_hash"])
    assert not any(member.stage for member in found)


async def test_a_link_leads_where_the_version_of_its_reader_leads(
    world: World, server: MailServer
) -> None:
    run_id = await differing(world, link="https://halden.example/new-here")
    world.decide(run_id)
    await world.work()
    world.to_due(run_id)
    await world.work()
    stack = replace(world.stack, tracking=Tracking(clicks=True))
    with world.ledger.read() as tx:
        names = subjects.known(tx, sorted(world.shop.contacts_by_id))
    stages = {name: world.shop.stages.get(i, "") for i, name in names.items()}
    sent = [row for row in world.assigned(run_id) if row.state == "sent"]
    assert {stages[row.pseudonym] for row in sent} >= {"new", "active"}
    for row in sent:
        followed = await follow(stack, publications.send_key(run_id, row.pseudonym))
        assert followed is not None
        led = [one for one in followed.links if "new-here" in one]
        assert bool(led) == (stages[row.pseudonym] == "new")


async def test_the_critic_reads_every_version_and_names_its_readers(world: World) -> None:
    run_id = await world.to_publish_gate()
    draft = Draft.model_validate((await view(world.stack, run_id))["draft"])
    first = draft.variants[0]
    blocks = [block.model_dump(mode="json") for block in first.blocks]
    untrue = {"kind": "paragraph", "text": "Founded in 1962.", "for_stages": ["lapsed"]}
    changed = {first.id: {"blocks": [*blocks[:4], untrue, *blocks[4:]]}}
    world.decide(run_id, "edit", edit={"variants": changed})
    await world.work()
    critique = (await view(world.stack, run_id))["critique"]
    found = [f for f in critique["findings"] if "1962" in f["text"]]
    assert found
    assert {f["place"] for f in found} == {"blocks[4]"}
    assert all(f["why"].startswith("For readers who are lapsed: ") for f in found)


async def test_the_house_writer_speaks_to_each_stage_that_the_audience_spans(
    tmp_path: Path, server: MailServer
) -> None:
    library = (
        *copy_world.LIBRARY,
        copy_world.passage("n1", "body", "You know the way by now.", stages=("active",)),
        copy_world.passage("n2", "body", "It has been a while.", stages=("lapsed",)),
    )
    made = make_world(tmp_path, server.port, size=48)
    brand = replace(made.stack.brand, passages=library)
    world = made.with_stack(brand=brand, voice=Library(library))
    ids = sorted(world.shop.contacts_by_id)
    world.shop.stages |= dict.fromkeys(ids[:16], "active") | dict.fromkeys(ids[16:21], "lapsed")
    run_id = await world.to_publish_gate()
    for variant in approved(world, run_id).variants:
        assert "You know the way" in variant.for_stage("active").text
        assert "You know the way" not in variant.text
        # Five people are too few to be told apart.
        assert "It has been a while" not in variant.for_stage("lapsed").text

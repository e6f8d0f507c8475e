"""A draft is held against what the brand sent in the last 90 days, and against nothing older."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from domain.draft import Draft
from ledger import facts
from tests.campaign_world import World, make_world
from tests.mailserver import MailServer
from workflows.briefing import approved_brief
from workflows.campaign import view
from workflows.publish import publish_due
from workflows.recent import recent_copy
from workflows.writing import read_draft


async def _again(world: World, run_id: str) -> set[str]:
    """The rules that a campaign's own draft breaks, as another campaign's."""
    state = await view(world.stack, run_id)
    with world.ledger.read() as tx:
        brief, known = approved_brief(tx, state), facts.current(tx)
    draft = Draft.model_validate(state["draft"])
    critique, _ = await read_draft(world.stack, "another", draft, brief, known, 1)
    return {found.rule for found in critique.findings}


async def test_the_same_mail_again_is_found_for_ninety_days(tmp_path: Path) -> None:
    async with MailServer() as server:
        world = make_world(tmp_path, server.port, size=48)
        run_id = await world.to_scheduled()
        assert "variety.recent" not in await _again(world, run_id)  # nothing went out yet
        world.to_due(run_id)
        await publish_due(world.stack, "a worker")
    publication = world.publication(run_id)
    with world.ledger.read() as tx:
        assert recent_copy(tx, publication.campaign_id, "UTC") == ()
        sent = recent_copy(tx, "another", "UTC")
    assert {one.day for one in sent} == {publication.starts_at.date()}
    assert "variety.recent" in await _again(world, run_id)
    world.to(publication.starts_at + timedelta(days=91))
    assert "variety.recent" not in await _again(world, run_id)

"""A desk with campaigns on it: the real graph, ledger and pages over customer data of a few dozen
people in memory, for tests of what waits for a decision."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from app.site import Site
from brand_voice.brand import load_facts
from ledger import approvals, consent, facts, runs
from ledger.approvals import Approval
from ledger.people import Role
from tests.campaign_world import Library, Shop, agreements, contact
from tests.desk_world import Desk, make_desk
from workflows.jobs import Worker, work_once

GOAL = "Get viewings for the 1968 dress watch from customers who bought watches."
SENDING: Mapping[str, object] = {
    "from_address": "post@halden.example",
    "image_base_url": "https://halden.example",
}


@dataclass
class CampaignDesk:
    """``desk`` with its pages, and the campaigns of its people."""

    desk: Desk
    shop: Shop

    @property
    def site(self) -> Site:
        return self.desk.site

    def start(self, goal: str = GOAL, by: Role = "author") -> str:
        with self.site.stack.ledger.write() as tx:
            return runs.start(tx, goal, self.desk.people[by].id).id

    async def work(self) -> None:
        """Until nothing can be done for now."""
        while await work_once(self.site.stack, Worker(name="test")):
            pass

    def waiting(self, run_id: str) -> Approval:
        with self.site.stack.ledger.read() as tx:
            found = [a for a in approvals.for_run(tx, run_id) if a.status == "pending"]
        assert len(found) == 1, found
        return found[0]

    def approval(self, approval_id: str) -> Approval:
        with self.site.stack.ledger.read() as tx:
            return approvals.get(tx, approval_id)

    async def to_brief(self, goal: str = GOAL, by: Role = "author") -> Approval:
        run_id = self.start(goal, by)
        await self.work()
        return self.waiting(run_id)

    async def to_mail(self, goal: str = GOAL, by: Role = "author") -> Approval:
        """A campaign whose mail waits for a yes."""
        brief = await self.to_brief(goal, by)
        with self.site.stack.ledger.write() as tx:
            owner = self.desk.people["owner"]
            approvals.decide(tx, brief.id, owner, "approve", brief.content_hash)
        await self.work()
        return self.waiting(brief.run_id)


@asynccontextmanager
async def make_campaign_desk(
    folder: Path, *, size: int = 40, settings: Mapping[str, Mapping[str, object]] | None = None
) -> AsyncIterator[CampaignDesk]:
    """A workspace of the example brand with so many customers, all of whom have agreed to mail."""
    chosen = {"sending": SENDING, **(settings or {})}
    async with make_desk(folder, settings=chosen) as desk:
        shop = Shop({c.customer_id: c for c in map(contact, range(size))})
        site = desk.site
        with site.stack.ledger.write() as tx:
            facts.put(tx, load_facts(site.workspace.brand_folder), "test")
            consent.record(tx, agreements(shop.contacts_by_id))
        site.stack = replace(
            site.stack,
            customers=shop,
            people=shop,
            analytics=shop,
            voice=Library(site.stack.brand.passages),
        )
        yield CampaignDesk(desk, shop)

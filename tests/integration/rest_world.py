"""A desk whose workspace has customers in memory, and campaigns that can run in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from brand_voice.brand import Brand
from domain.publication import Sender
from ledger import approvals, clock, consent, facts, publications, runs
from ledger.approvals import Approval
from ledger.people import Right, Role
from tests.campaign_world import GOAL, MONDAY, Library, Shop, agreements, contact
from tests.desk_world import Desk, make_desk
from tests.unit import copy_world
from workflows.jobs import Worker, work_once
from workflows.stack import CampaignRules


@dataclass
class RestWorld:
    desk: Desk

    def client(self, role: Role = "owner", scopes: list[Right] | None = None) -> httpx.AsyncClient:
        """A program with a token of this person."""
        headers = {"Authorization": f"Bearer {self.desk.token(role, scopes)}"}
        return self.desk.client(headers=headers)

    async def work(self) -> None:
        while await work_once(self.desk.site.stack, Worker()):
            pass

    def waiting(self, run_id: str) -> Approval:
        with self.desk.site.stack.ledger.read() as tx:
            return next(a for a in approvals.for_run(tx, run_id) if a.status == "pending")

    def yes(self, run_id: str) -> None:
        approval = self.waiting(run_id)
        with self.desk.site.stack.ledger.write() as tx:
            owner = self.desk.people["owner"]
            approvals.decide(tx, approval.id, owner, "approve", approval.content_hash)

    async def to_brief(self) -> str:
        with self.desk.site.stack.ledger.write() as tx:
            run = runs.start(tx, GOAL, self.desk.people["owner"].id)
        await self.work()
        return run.id

    async def to_publish_gate(self) -> str:
        run_id = await self.to_brief()
        self.yes(run_id)
        await self.work()
        return run_id

    async def to_scheduled(self) -> tuple[str, str]:
        """A campaign whose mails wait for their time, and its scheduled send."""
        run_id = await self.to_publish_gate()
        self.yes(run_id)
        await self.work()
        with self.desk.site.stack.ledger.read() as tx:
            return run_id, publications.list_publications(tx, run_id)[-1].id


@asynccontextmanager
async def make_rest_world(
    folder: Path, *, size: int = 24, smtp_port: int = 9
) -> AsyncIterator[RestWorld]:
    """On a Monday morning of a simulated workspace, with customers who agreed to mails."""
    shop = Shop({c.customer_id: c for c in map(contact, range(size))})
    sending = {"sending": {"from_address": "shop@halden.example", "smtp_port": smtp_port}}
    async with make_desk(folder, simulated_at=MONDAY, settings=sending) as desk:
        site = desk.site
        with site.stack.ledger.write() as tx:
            facts.put(tx, copy_world.FACTS, "test")
            consent.record(tx, agreements(shop.contacts_by_id))
            assert clock.is_simulated(tx)
        site.stack = replace(
            site.stack,
            customers=shop,
            people=shop,
            analytics=shop,
            at=None,
            brand=Brand(guide=copy_world.GUIDE, passages=copy_world.LIBRARY, folder=folder),
            voice=Library(copy_world.LIBRARY),
            rules=CampaignRules(
                sender=Sender(address="shop@halden.example", name="Halden"), holdout_share=0.25
            ),
        )
        yield RestWorld(desk)

"""A small workspace in which whole campaigns run: the real ledger, the real graph, the house
writer, real SMTP; customer data of a dozen people, kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from agents.house_writer import HouseWriter
from agents.model import Model
from brand_voice.brand import Brand
from domain.brief import AudienceEvidence
from domain.customer import Consent, Contact
from domain.figures import Figure, Query
from domain.goal import Kpi
from domain.plan import Cap
from domain.predicate import AllOf, Predicate, Stage
from domain.publication import Sender
from domain.report import ArmResult
from domain.voice import Passage
from ledger import approvals, clock, consent, facts, people, publications, runs
from ledger.approvals import Approval, Decision
from ledger.database import Ledger, create, open_ledger
from ledger.people import Person
from ledger.publications import AssignmentRow, PublicationRow
from ledger.runs import Run
from ledger.sending import HighWater
from tests.unit import copy_world
from tools.analytics.port import (
    AnalyticsError,
    HourEvidence,
    LastClick,
    OutcomeMoments,
    Results,
    WeeklyRevenue,
)
from tools.cdp.port import AudiencePreview, CdpError, DataDescription, Ids, Named, Sizes
from tools.esp.smtp import SmtpSending, SmtpSettings
from workflows.jobs import Worker, work_once
from workflows.stack import CampaignRules, Keys, SendingLimits, Stack

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GOAL = "Sell the 1968 dress watch to people who bought a watch before."
SIGNING = b"s" * 32
SUPPRESSION = b"p" * 32
_QUERY = Query(id="q1", engine="computed", text="in memory")


@dataclass
class Shop:
    """Customer data, people and analytics of a dozen customers."""

    contacts_by_id: dict[str, Contact]
    has_data: bool = True
    stages: dict[str, str] = field(default_factory=dict)
    """Customer id → stage of life."""
    no_rhythm: bool = False
    """Too few come back to tell a stage."""

    async def describe(self) -> DataDescription:
        return DataDescription(
            as_of=MONDAY,
            customers=len(self.contacts_by_id),
            orders=50,
            order_lines=60,
            events=0,
            first_day=date(2025, 1, 1),
            last_day=date(2026, 3, 1),
            currencies=("EUR",),
            timezones=(),
            event_names=(),
            categories=("watch", "ring"),
            channels=("shop",),
            unknown_customer_lines=0,
            duplicate_lines=0,
        )

    async def evidence(self, rule: Predicate) -> AudienceEvidence:
        size = len(self.contacts_by_id)
        return AudienceEvidence(rule=rule, as_of=MONDAY, size=size, queries=(_QUERY,))

    async def baseline(self, rule: Predicate, kpi: Kpi, days: int) -> Figure:
        return Figure(name="baseline", value=0.05, unit="share", low=0.04, high=0.06, n=1000)

    async def preview(self, rule: Predicate, beside: Sequence[Named] = ()) -> AudiencePreview:
        return AudiencePreview(rule=rule, as_of=MONDAY, size=len(self.contacts_by_id), query=_QUERY)

    async def addresses(self, rule: Predicate) -> pa.Table:
        people = [self.contacts_by_id[i] for i in sorted(self.contacts_by_id)]
        names = ("customer_id", "email", "timezone")
        return pa.table({n: pa.array([getattr(p, n) for p in people], pa.string()) for n in names})

    async def sizes(self, rules: Sequence[Predicate], among: Ids) -> tuple[Sizes | None, ...]:
        found = [await self.select(rule) for rule in rules]
        return tuple(Sizes(people=len(f), among=sum(str(i) in f for i in among)) for f in found)

    async def select(self, rule: Predicate) -> tuple[str, ...]:
        asked = (
            [one for one in rule.of if isinstance(one, Stage)] if isinstance(rule, AllOf) else []
        )
        if asked and self.no_rhythm:
            raise CdpError("no_rhythm", "too few waits")
        return tuple(
            i
            for i in sorted(self.contacts_by_id)
            if all(self.stages.get(i) in one.stages for one in asked)
        )

    async def contacts(self, customer_ids: Sequence[str]) -> tuple[Contact, ...]:
        return tuple(self.contacts_by_id[i] for i in customer_ids if i in self.contacts_by_id)

    async def results(
        self, campaign_id: str, assignments: pa.Table, kpi: Kpi, start: datetime, end: datetime
    ) -> Results:
        arms = sorted(set(assignments.column("arm").to_pylist()))
        rows = assignments.to_pylist()
        counts = {arm: sum(row["arm"] == arm for row in rows) for arm in arms}
        return Results(
            arms=tuple(ArmResult(arm=a, label=a, assigned=counts[a], figures=()) for a in arms),
            moments=tuple(
                OutcomeMoments(
                    arm=a, metric=kpi, n=counts[a], total=1, sum_of_squares=1, query="q1"
                )
                for a in arms
            ),
            last_click=(),
            last_data_day=end,
            queries=(_QUERY,),
        )

    async def hours(self, rule: Predicate) -> HourEvidence:
        raise AnalyticsError("no_data", "nothing was clicked yet")

    async def last_click(
        self, customer_ids: Sequence[str], start: datetime, end: datetime
    ) -> LastClick:
        return LastClick(orders=0, revenue=0.0, days=7, query=_QUERY)

    async def weekly_revenue(self) -> WeeklyRevenue:
        raise AnalyticsError("no_data", "no city is known")


@dataclass
class Library:
    """The voice index, without an index: the library in its own order."""

    passages: tuple[Passage, ...]

    async def search(
        self,
        query: str,
        *,
        kind: str | None = None,
        language: str | None = None,
        objective: str | None = None,
        channel: str | None = None,
        n: int = 8,
    ) -> tuple[Passage, ...]:
        found = [
            p for p in self.passages if kind in (None, p.kind) and language in (None, p.language)
        ]
        return tuple(found[:n])


@dataclass
class World:
    folder: Path
    stack: Stack
    shop: Shop
    owner: Person
    workers: int = 0
    customers: list[str] = field(default_factory=list)

    @property
    def ledger(self) -> Ledger:
        return self.stack.ledger

    def start(self, goal: str = GOAL) -> str:
        with self.ledger.write() as tx:
            return runs.start(tx, goal, self.owner.id).id

    async def work(self) -> None:
        """A fresh worker, as in another process, until nothing can be done for now."""
        self.workers += 1
        while await work_once(self.stack, Worker(name=f"w{self.workers}")):
            pass

    def run(self, run_id: str) -> Run:
        with self.ledger.read() as tx:
            return runs.get(tx, run_id)

    def waiting(self, run_id: str) -> Approval:
        with self.ledger.read() as tx:
            found = [a for a in approvals.for_run(tx, run_id) if a.status == "pending"]
        assert len(found) == 1, (self.run(run_id), found)
        return found[0]

    def decide(
        self,
        run_id: str,
        decision: Decision = "approve",
        reason: str = "",
        edit: dict[str, object] | None = None,
    ) -> Approval:
        approval = self.waiting(run_id)
        with self.ledger.write() as tx:
            return approvals.decide(
                tx, approval.id, self.owner, decision, approval.content_hash, reason, edit
            )

    async def to_publish_gate(self, goal: str = GOAL) -> str:
        run_id = self.start(goal)
        await self.work()
        self.decide(run_id)
        await self.work()
        assert self.waiting(run_id).gate == "publish"
        return run_id

    async def to_scheduled(self, goal: str = GOAL) -> str:
        """A campaign approved and scheduled, whose mails are not due yet."""
        run_id = await self.to_publish_gate(goal)
        self.decide(run_id)
        await self.work()
        assert self.run(run_id).status == "publishing"
        return run_id

    def publication(self, run_id: str) -> PublicationRow:
        with self.ledger.read() as tx:
            return publications.list_publications(tx, run_id)[-1]

    def publication_content(self, run_id: str) -> dict[str, object]:
        with self.ledger.read() as tx:
            kept = publications.get(tx, self.publication(run_id).id)
        return kept.content.model_dump(mode="json")

    def assigned(self, run_id: str) -> list[AssignmentRow]:
        with self.ledger.read() as tx:
            return publications.assignments(tx, run_id)

    def states(self, run_id: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in self.assigned(run_id):
            state = row.state or "held_back"
            found[state] = found.get(state, 0) + 1
        return found

    def to_due(self, run_id: str) -> None:
        """Let the time come at which the mails are due."""
        self.to(self.publication(run_id).starts_at + timedelta(minutes=1))

    def to(self, moment: datetime) -> None:
        with self.ledger.write() as tx:
            if moment > tx.now:
                clock.advance(tx, moment)

    def put_facts(self, **changed: object) -> facts.FactChanges:
        """The watch, with some of its fields changed."""
        product = copy_world.WATCH.model_copy(update=changed)
        known = copy_world.FACTS.model_copy(update={"products": (product, copy_world.RING)})
        with self.ledger.write() as tx:
            return facts.put(tx, known, "test")

    def with_stack(self, **changed: object) -> World:
        return replace(self, stack=replace(self.stack, **changed))  # type: ignore[arg-type]


def contact(number: int, host: str = "example.test") -> Contact:
    return Contact(
        customer_id=f"c{number:03d}",
        email=f"c{number:03d}@{host}",
        first_name=["Anna", "", "Bjørn", "María"][number % 4],
        timezone="Europe/Berlin",
    )


def make_world(
    folder: Path,
    port: int,
    *,
    size: int = 12,
    model: Model | None = None,
    limits: SendingLimits | None = None,
) -> World:
    """A simulated workspace on a Monday morning, mailing to a server on this port."""
    url = f"sqlite:///{folder / 'ledger.sqlite'}"
    create(url, simulated_at=MONDAY)
    shop = Shop({c.customer_id: c for c in map(contact, range(size))})
    ledger = open_ledger(url)
    with ledger.write() as tx:
        high_water(folder).begin(tx)
        owner = people.add(tx, "Ada", "ada@halden.example", "owner")
        facts.put(tx, copy_world.FACTS, "test")
        consent.record(tx, agreements(shop.contacts_by_id))
    return World(folder, make_stack(folder, port, shop, model, limits), shop, owner)


def agreements(customer_ids: Iterable[str]) -> list[Consent]:
    at = MONDAY - timedelta(days=90)
    return [
        Consent(customer_id=i, purpose="email_marketing", given=True, at=at, source="shop")
        for i in customer_ids
    ]


def high_water(folder: Path) -> HighWater:
    """The mark of a workspace in this folder."""
    return HighWater(folder / "outside" / "high_water")


def make_stack(
    folder: Path,
    port: int,
    shop: Shop,
    model: Model | None = None,
    limits: SendingLimits | None = None,
) -> Stack:
    """The stack as each process makes its own."""
    house = HouseWriter()
    return Stack(
        workspace_id="test",
        ledger=open_ledger(f"sqlite:///{folder / 'ledger.sqlite'}", mark=high_water(folder)),
        checkpoints=folder / "checkpoints.sqlite",
        customers=shop,
        people=shop,
        analytics=shop,
        sending=SmtpSending(SmtpSettings(port=port, timeout_seconds=5, connections=4)),
        model=model or house,
        house=house,
        brand=Brand(guide=copy_world.GUIDE, passages=copy_world.LIBRARY, folder=folder),
        voice=Library(copy_world.LIBRARY),
        keys=Keys(signing=SIGNING, suppression=SUPPRESSION),
        rules=CampaignRules(
            sender=Sender(address="shop@halden.example", name="Halden"),
            cap=Cap(most=3),
            holdout_share=0.25,
        ),
        timezone="Europe/Berlin",
        currency="EUR",
        reports=folder / "reports",
        high_water=high_water(folder),
        limits=limits or SendingLimits(retry_seconds=0),
        simulated=True,
    )

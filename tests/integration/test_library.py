"""The library through whole campaigns: evidence after a report, wear, and a person's word."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from agents.learning.wear import WearRules
from domain.goal import Kpi
from domain.plan import HELD_BACK
from domain.report import ArmResult
from ledger import library
from ledger.errors import LedgerError
from tests.campaign_world import Shop, World, make_world
from tests.mailserver import MailServer
from tools.analytics.port import OutcomeMoments, Results
from workflows.library import Shelf, shelf
from workflows.report import report


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@dataclass
class Busy(Shop):
    """A shop whose mails change a lot: for each assigned person it counts a hundred."""

    share: float = 0.06

    async def results(
        self, campaign_id: str, assignments: pa.Table, kpi: Kpi, start: datetime, end: datetime
    ) -> Results:
        plain = await super().results(campaign_id, assignments, kpi, start, end)
        return plain.model_copy(
            update={
                "arms": tuple(
                    ArmResult(arm=a.arm, label=a.arm, assigned=a.assigned * 100, figures=())
                    for a in plain.arms
                ),
                "moments": tuple(_grown(m, self.share) for m in plain.moments),
            }
        )


def _grown(m: OutcomeMoments, share: float) -> OutcomeMoments:
    n = m.n * 100
    hits = round(n * (0.01 if m.arm == HELD_BACK else share))
    return m.model_copy(update={"n": n, "total": hits, "sum_of_squares": hits})


@pytest.fixture
def world(tmp_path: Path, server: MailServer) -> World:
    made = make_world(tmp_path, server.port, size=48)
    shop = Busy(made.shop.contacts_by_id)
    return made.with_stack(analytics=shop)


async def sent(world: World) -> str:
    """A whole campaign, sent and reported."""
    run_id = await world.to_scheduled()
    world.to_due(run_id)
    await world.work()
    with world.ledger.read() as tx:
        now = tx.now
    world.to(now + timedelta(days=8))
    await world.work()
    await report(world.stack, run_id)
    return run_id


def a_quarter_later(world: World) -> None:
    """Until then, what went out is not said again: the critic holds it against a draft."""
    with world.ledger.read() as tx:
        now = tx.now
    world.to(now + timedelta(days=91))


def shelf_of(world: World) -> Shelf:
    with world.ledger.read() as tx:
        return shelf(tx, world.stack.brand)


def used(world: World, known: Shelf) -> Sequence[str]:
    return [i for i, worth in known.worths.items() if worth.against_held_back]


async def test_a_report_brings_evidence_to_the_passages_it_used(world: World) -> None:
    assert not used(world, shelf_of(world))
    await sent(world)
    known = shelf_of(world)
    mine = used(world, known)
    assert mine
    by_id = {p.id: p for p in known.passages}
    for passage_id in mine:
        worth = known.worths[passage_id]
        assert worth.against_held_back[0].proven
        assert by_id[passage_id].proven
        assert "points purchases" in by_id[passage_id].effect
        assert worth.times_used >= 1
        assert worth.contexts[0].category == "watch"
    # The same report again says the same once.
    before = known.worths
    with world.ledger.read() as tx:
        count = len(library.results(tx))
    await sent_again(world)
    with world.ledger.read() as tx:
        assert len(library.results(tx)) == count
    assert shelf_of(world).worths == before


async def sent_again(world: World) -> None:
    with world.ledger.read() as tx:
        (campaign,) = {r.campaign_id for r in library.results(tx)}
    await report(world.stack, campaign)


async def test_the_next_brief_cites_what_was_shown(world: World) -> None:
    await sent(world)
    run_id = world.start()
    await world.work()
    past = world.waiting(run_id).content["past"]
    assert past
    assert all(one["proof"]["low"] > 0 for one in past)


async def test_a_second_campaign_narrows_it(world: World) -> None:
    await sent(world)
    first = shelf_of(world)
    a_quarter_later(world)
    await sent(world)
    second = shelf_of(world)
    both = [i for i in used(world, first) if second.worths[i].against_held_back[0].campaigns == 2]
    assert both
    for i in both:
        one, two = first.worths[i].against_held_back[0], second.worths[i].against_held_back[0]
        assert two.n > one.n
        assert two.high - two.low < one.high - one.low


async def test_what_the_same_people_read_too_often_is_worn_and_not_used(world: World) -> None:
    wear = WearRules(times=2, share=0.3)
    rules = world.stack.rules.model_copy(update={"variants": 1, "wear": wear})
    world = world.with_stack(rules=rules)
    for _ in range(4):  # the writer turns to other passages as long as there are any
        await sent(world)
        a_quarter_later(world)
    known = shelf_of(world)
    worn = {i: w for i, w in known.worths.items() if w.state == "worn"}
    assert worn
    assert all("2 times or more in 180 days" in w.why for w in worn.values())
    assert not {p.id for p in known.usable()} & set(worn)
    run_id = await world.to_publish_gate()
    draft = world.waiting(run_id).content
    assert not set(worn) & set(_passages(draft))
    # A person may bring one back, and says why; it stays until something new is measured.
    one = next(iter(worn))
    with world.ledger.write() as tx:
        library.restore(tx, one, world.owner, "They asked for it again.")
    assert shelf_of(world).worths[one].state == "in use"
    with world.ledger.write() as tx, pytest.raises(LedgerError, match="in use already"):
        library.restore(tx, one, world.owner, "Again.")


def _passages(value: object) -> list[str]:
    if isinstance(value, dict):
        found = [i for v in value.values() for i in _passages(v)]
        return [*found, *value.get("passage_ids", [])]
    if isinstance(value, list):
        return [i for v in value for i in _passages(v)]
    return []


async def test_a_person_retires_a_passage_with_a_reason(world: World) -> None:
    with world.ledger.write() as tx:
        with pytest.raises(LedgerError, match="needs a reason"):
            library.retire(tx, "c1", world.owner, " ")
        library.retire(tx, "c1", world.owner, "We stopped serving coffee.")
    known = shelf_of(world)
    assert known.worths["c1"].state == "retired"
    assert "c1" not in {p.id for p in known.usable()}

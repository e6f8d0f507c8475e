"""The brief of the retail goal, on the real order lines as of 10 December 2010."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agents.brief_writer import audience_rule, read_goal, write_brief
from agents.house_writer import HouseWriter
from domain.facts import Facts
from domain.voice import Guide
from tools.cdp.duck import DuckCustomerData
from tools.store.intake import read_file
from tools.store.segments import Store

pytestmark = pytest.mark.shared

GOAL = (
    "Win back customers who bought twice or more before September 2010 and not since, with a "
    "Christmas offer of at most 10 %"
)


class December:
    """10 December 2010 in London."""

    def now(self) -> datetime:
        return datetime(2010, 12, 10, tzinfo=ZoneInfo("Europe/London"))


async def test_a_good_brief_proposes_a_better_one(shared_data: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    read_file(
        "orders",
        shared_data / "retail" / "online_retail_2010.parquet",
        store=store,
        quarantine=tmp_path / "quarantine",
        timezone="Europe/London",
        currency="GBP",
    )
    customers = DuckCustomerData(store, December(), "Europe/London", "GBP")
    today, house = date(2010, 12, 10), HouseWriter()
    goal = await read_goal(GOAL, today=today, currency="GBP", facts=Facts(), model=house)
    evidence = await customers.evidence(
        audience_rule(goal, today, (await customers.describe()).rhythm)
    )
    assert evidence.size == 561
    reached = evidence.model_copy(update={"reachable": 505, "left_out": (("no_consent", 56),)})
    brief = await write_brief(
        goal,
        today=today,
        currency="GBP",
        customers=customers,
        evidence=reached,
        facts=Facts(),
        guide=Guide(brand="Gift shop", percent_off_most=0.10),
        model=house,
    )

    trade = evidence.figure("trade_share")
    assert trade is not None
    assert trade.value is not None
    assert trade.value > 0.5
    assert f"{round(561 * trade.value)} of 561" in brief.alternatives[0].why
    assert "without a discount" in brief.alternatives[0].what
    assert "late for Christmas" in brief.alternatives[1].why
    assert "January" in brief.alternatives[1].what
    assert brief.holdout.smallest_effect is not None
    assert 0.05 < brief.holdout.smallest_effect < 0.2
    assert "that shows gains of" in brief.holdout.why
    assert "107,927 of 525,461 order lines" in " ".join(brief.unsupported)
    assert brief.offer is not None
    assert brief.offer.share == pytest.approx(0.10)
    assert brief.offer.exposure.currency == "GBP"
    assert brief.unread == ()
    assert brief.impossible == ()

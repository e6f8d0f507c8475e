"""What came of a campaign: counted arm by arm, and equal to a plain count."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from domain.figures import Figure
from domain.plan import HELD_BACK
from domain.predicate import Did, Everyone
from tools.analytics.duck import DuckAnalytics
from tools.analytics.port import AnalyticsError, Results
from tools.store.schema import EVENTS, ORDERS, PROFILES
from tools.store.segments import Store

START = datetime(2026, 6, 1, tzinfo=UTC)
END = START + timedelta(days=14)


class Now:
    def __init__(self, at: datetime = END + timedelta(days=1)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def event(who: str, name: str, at: datetime, number: int = 0, **more: object) -> dict[str, object]:
    return {
        "event_id": f"{who}-{name}-{number}",
        "customer_id": who,
        "name": name,
        "occurred_at": at,
        "received_at": at,
        "campaign_id": "k",
        "machine": False,
        **more,
    }


def line(who: str, order: str, at: datetime, net: str, **more: object) -> dict[str, object]:
    return {
        "line_id": f"{order}-{net}",
        "order_id": order,
        "customer_id": who,
        "ordered_at": at,
        "product_id": "w",
        "category": "",
        "quantity": -1 if net.startswith("-") else 1,
        "unit_price": abs(Decimal(net)),
        "currency": "EUR",
        "channel": "shop",
        "country": "",
        "cancellation": net.startswith("-"),
        "adjustment": False,
        "occurrence": 1,
        "net": Decimal(net),
        **more,
    }


def analytics(
    folder: Path,
    *,
    events: list[dict[str, object]] | None = None,
    lines: list[dict[str, object]] | None = None,
    zones: dict[str, str | None] | None = None,
    now: datetime | None = None,
) -> DuckAnalytics:
    store = Store(folder)
    profiles = [{"customer_id": who, "timezone": zone} for who, zone in (zones or {}).items()]
    store.add("profiles", pa.Table.from_pylist(profiles, schema=PROFILES))
    store.add("orders", pa.Table.from_pylist(lines or [], schema=ORDERS))
    store.add("events", pa.Table.from_pylist(events or [], schema=EVENTS))
    return DuckAnalytics(store, Now(now) if now else Now(), "Europe/Berlin", "EUR")


def assigned(*people: tuple[str, str, bool, bool], by_link: tuple[str, ...] = ()) -> pa.Table:
    """(customer, arm, sent, tracking); ``by_link`` unsubscribed by the link in the mail."""
    who, arm, sent, tracking = zip(*people, strict=True)
    columns = {"customer_id": who, "arm": arm, "sent": sent, "tracking": tracking}
    return pa.table({**columns, "unsubscribed": [w in by_link for w in who]})


def value(results: Results, arm: str, name: str) -> float | None:
    figure = next(a for a in results.arms if a.arm == arm).figure(name)
    assert figure is not None, name
    return figure.value


def last(results: Results, name: str) -> Figure:
    return next(f for f in results.last_click if f.name == name)


COUNTED = (("viewing_booked", "Viewing Booked"), ("unsubscribed", "Unsubscribed"))
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def test_opens_are_people_who_agreed(tmp_path: Path) -> None:
    at = START + HOUR
    found = await analytics(
        tmp_path,
        events=[
            event("a", "Email Opened", at),
            event("a", "Email Opened", at, 1),
            event("b", "Email Opened", at, machine=True),
            event("c", "Email Opened", at),
            event("d", "Email Opened", at, campaign_id="another"),
            event("a", "Email Link Clicked", END),
        ],
    ).results(
        "k",
        assigned(*((who, "x", True, who != "c") for who in "abcd")),
        "click",
        START,
        END,
    )

    assert value(found, "x", "opened_by_person") == 1
    assert value(found, "x", "opened_by_person_share") == pytest.approx(1 / 3)
    assert value(found, "x", "clicked") == 0  # the period's end is not in it
    assert found.moments[0].metric == "click"
    assert found.moments[0].n == 3


async def test_outcomes_are_of_everybody_assigned(tmp_path: Path) -> None:
    at = START + HOUR
    found = await analytics(
        tmp_path,
        events=[
            event("a", "Viewing Booked", at, campaign_id=""),
            event("a", "Viewing Booked", at, 1, campaign_id=""),
            event("b", "Viewing Booked", at, campaign_id=""),
            event("b", "Viewing Booked", START - HOUR, 2, campaign_id=""),
            event("stranger", "Viewing Booked", at),
        ],
    ).results(
        "k",
        assigned(("a", "x", False, False), ("b", HELD_BACK, False, True), ("c", "x", True, True)),
        "viewing_booked",
        START,
        END,
    )

    first = {m.arm: m for m in found.moments if m.metric == "viewing_booked"}
    assert (first["x"].n, first["x"].total, first["x"].sum_of_squares) == (2, 1, 1)
    assert (first[HELD_BACK].n, first[HELD_BACK].total) == (1, 1)
    assert value(found, "x", "sent") == 1


async def test_revenue_is_net_of_returns_in_the_period(tmp_path: Path) -> None:
    found = await analytics(
        tmp_path,
        lines=[
            line("a", "1", START + HOUR, "100"),
            line("a", "R0", START + DAY, "-40"),  # of a purchase long before
            line("a", "2", START - HOUR, "70"),
            line("b", "3", END, "70"),
            line("b", "4", START + HOUR, "-5", cancellation=False, adjustment=True),
        ],
    ).results("k", assigned(("a", "x", True, True), ("b", "x", True, True)), "revenue", START, END)

    assert value(found, "x", "revenue") == 55
    assert value(found, "x", "purchase") == 1
    assert value(found, "x", "orders") == 1
    revenue = next(m for m in found.moments if m.metric == "revenue")
    assert (revenue.total, revenue.sum_of_squares) == (55, 60**2 + 5**2)


async def test_last_click_is_the_last_one_within_seven_days(tmp_path: Path) -> None:
    click = "Email Link Clicked"
    found = await analytics(
        tmp_path,
        events=[
            event("a", click, START + HOUR),
            event("b", click, START + HOUR),
            event("b", click, START + 2 * HOUR, 1, campaign_id="another"),
            event("c", click, START + HOUR),
            event("d", click, START + HOUR, machine=True),
            event("e", click, START + HOUR),
            event("f", click, START + 5 * HOUR),
            event("a", "Viewing Booked", START + 3 * HOUR),
        ],
        lines=[
            line("a", "1", START + 2 * HOUR, "100"),
            line("a", "2", START + 3 * DAY, "10"),
            line("b", "3", START + 3 * HOUR, "100"),
            line("c", "4", START + 8 * DAY, "100"),
            line("d", "5", START + 2 * HOUR, "100"),
            line("e", "6", START + 2 * HOUR, "100"),
            line("f", "7", START + 4 * HOUR, "100"),
        ],
    ).results(
        "k", assigned(*((who, "x", True, who != "e") for who in "abcdef")), "purchase", START, END
    )

    assert last(found, "last_click_orders").value == 2
    assert last(found, "last_click_revenue").value == 110
    assert last(found, "last_click_viewing_booked").value == 1
    assert all(f.query in {q.id for q in found.queries} for f in found.last_click)


async def test_random_campaigns_equal_a_plain_count(tmp_path: Path) -> None:
    dice = random.Random(7)
    people = [(f"p{n}", dice.choice(["x", "y", HELD_BACK]), True, True) for n in range(300)]
    events, lines = [], []
    for who, *_ in people:
        for number in range(dice.randrange(4)):
            at = START + timedelta(hours=dice.randrange(-200, 500))
            name = dice.choice(["Viewing Booked", "Service Booked", "Unsubscribed"])
            events.append(event(who, name, at, number))
        for number in range(dice.randrange(3)):
            at = START + timedelta(hours=dice.randrange(-200, 500))
            lines.append(line(who, f"{who}-{number}", at, str(dice.choice([10, 25, -10]))))

    found = await analytics(tmp_path, events=events, lines=lines).results(
        "k", assigned(*people), "service_booked", START, END
    )

    for arm in ("x", "y", HELD_BACK):
        members = {who for who, its, *_ in people if its == arm}
        for metric, name in (
            ("viewing_booked", "Viewing Booked"),
            ("unsubscribed", "Unsubscribed"),
        ):
            did = {
                str(e["customer_id"])
                for e in events
                if e["name"] == name and START <= e["occurred_at"] < END  # type: ignore[operator]
            }
            assert value(found, arm, metric) == len(did & members)
        money = [
            sum(
                (
                    float(str(r["net"]))
                    for r in lines
                    if r["customer_id"] == who and START <= r["ordered_at"] < END  # type: ignore[operator]
                ),
                0.0,
            )
            for who in members
        ]
        revenue = next(m for m in found.moments if m.arm == arm and m.metric == "revenue")
        assert revenue.n == len(members)
        assert revenue.total == pytest.approx(sum(money))
        assert revenue.sum_of_squares == pytest.approx(sum(m * m for m in money))
    texts = {q.id for q in found.queries}
    assert all(f.query in texts for arm in found.arms for f in arm.figures)
    assert all(m.query in texts for m in found.moments)
    assert [m.metric for m in found.moments[:3]] == ["service_booked"] * 3


async def test_what_is_later_than_now_is_hidden(tmp_path: Path) -> None:
    found = await analytics(
        tmp_path,
        events=[event("a", "Viewing Booked", START + 5 * DAY)],
        lines=[line("a", "1", START - DAY, "10")],
        now=START + DAY,
    ).results("k", assigned(("a", "x", True, True)), "viewing_booked", START, END)

    assert value(found, "x", "viewing_booked") == 0
    assert found.last_data_day == START - DAY


async def test_without_any_data_there_are_no_results(tmp_path: Path) -> None:
    with pytest.raises(AnalyticsError) as caught:
        await analytics(tmp_path).hours(Everyone())

    assert caught.value.code == "no_data"


async def test_amounts_of_another_currency_are_not_added(tmp_path: Path) -> None:
    data = analytics(tmp_path, lines=[line("a", "1", START, "10", currency="CHF")])

    with pytest.raises(AnalyticsError) as caught:
        await data.results("k", assigned(("a", "x", True, True)), "revenue", START, END)

    assert caught.value.code == "mixed_currencies"


async def test_hours_are_by_each_persons_own_clock(tmp_path: Path) -> None:
    noon = datetime(2026, 1, 15, 12, tzinfo=UTC)
    summer = datetime(2026, 6, 15, 12, tzinfo=UTC)
    click = "Email Link Clicked"
    found = await analytics(
        tmp_path,
        zones={
            "tokyo": "Asia/Tokyo",
            "delhi": "Asia/Kolkata",
            "home": None,
            "ny": "America/New_York",
        },
        events=[
            event("tokyo", click, noon),
            event("delhi", click, noon),
            event("home", click, noon),
            event("home", click, summer, 1),
            event("home", click, noon, 2, machine=True),
            event("home", "Email Opened", noon, 3),
        ],
        lines=[
            line("ny", "1", summer, "10"),
            line("ny", "2", summer, "10", channel="boutique"),
            line("ny", "3", summer, "-10"),
        ],
        now=datetime(2026, 7, 1, tzinfo=UTC),
    ).hours(Everyone())

    assert {h: n for h, n in enumerate(found.counts) if n} == {21: 1, 17: 1, 13: 1, 14: 1, 8: 1}
    assert (found.n, found.people) == (5, 4)


async def test_hours_of_an_audience_alone(tmp_path: Path) -> None:
    data = analytics(
        tmp_path,
        zones={"a": None, "b": None},
        events=[event(who, "Email Link Clicked", START) for who in ("a", "b")]
        + [event("a", "Viewing Booked", START)],
    )

    found = await data.hours(Did(event="Viewing Booked"))

    assert (found.n, found.people) == (1, 1)
    with pytest.raises(AnalyticsError) as caught:
        await data.hours(Did(event="Viewing Boked"))
    assert caught.value.code == "unknown_field"


async def test_an_unsubscribe_by_the_link_counts_once_beside_the_events(tmp_path: Path) -> None:
    people = [("1", "a", True, True), ("2", "a", True, True), ("3", "held_back", False, True)]
    results = await analytics(
        tmp_path, events=[event("1", "Unsubscribed", START, campaign_id="c")]
    ).results("c", assigned(*people, by_link=("1", "2")), "purchase", START, END)
    assert value(results, "a", "unsubscribed") == 2
    assert value(results, "held_back", "unsubscribed") == 0


async def test_first_times_count_each_person_on_their_first_day(tmp_path: Path) -> None:
    found = await analytics(
        tmp_path,
        events=[
            event("a", "Viewing Booked", START + HOUR),
            event("a", "Viewing Booked", START + 3 * DAY, 1),
            event("b", "Viewing Booked", START + DAY),
            event("c", "Viewing Booked", START - HOUR),  # before
            event("d", "Viewing Booked", END),  # after
            event("e", "Viewing Booked", START + 2 * DAY - timedelta(seconds=1)),
        ],
    ).results(
        "k",
        assigned(*((who, HELD_BACK if who == "e" else "x", True, False) for who in "abcde")),
        "viewing_booked",
        START,
        END,
    )
    days = [(one.arm, one.day, one.people) for one in found.first_times]
    assert days == [(HELD_BACK, 1, 1), ("x", 0, 1), ("x", 1, 1)]
    assert found.first_times_query in {query.id for query in found.queries}
    in_all = value(found, "x", "viewing_booked")
    assert in_all == sum(n for arm, _, n in days if arm == "x")

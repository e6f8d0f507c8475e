"""The customer data port over the store: aggregates for agents, people for the publisher."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from domain.predicate import Bought, Did, Everyone, NotThat, Trait
from tools.cdp.duck import DuckCustomerData
from tools.cdp.port import CdpError, CustomerData, People
from tools.store.schema import EVENTS, ORDERS, PROFILES
from tools.store.segments import Store

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


class Noon:
    def now(self) -> datetime:
        return NOW


def order(who: str, number: int, days_ago: int, net: str = "100", **more: Any) -> dict[str, Any]:
    return {
        "line_id": f"{who}-{number}",
        "order_id": f"{who}-{number}",
        "customer_id": who,
        "ordered_at": NOW - timedelta(days=days_ago),
        "product_id": "w",
        "category": "watch",
        "quantity": -1 if net.startswith("-") else 1,
        "unit_price": abs(Decimal(net)),
        "currency": "EUR",
        "channel": "shop",
        "country": "Germany",
        "cancellation": net.startswith("-"),
        "adjustment": False,
        "occurrence": 1,
        "net": Decimal(net),
        **more,
    }


def viewing(who: str, days_ago: float) -> dict[str, Any]:
    at = NOW - timedelta(days=days_ago)
    return {
        "event_id": f"{who}-{days_ago}",
        "customer_id": who,
        "name": "Viewing Booked",
        "occurred_at": at,
        "received_at": at,
        "machine": False,
    }


def data(
    folder: Path,
    orders: list[dict[str, Any]] | None = None,
    events: list[dict[str, Any]] | None = None,
    profiles: list[dict[str, Any]] | None = None,
) -> DuckCustomerData:
    store = Store(folder)
    store.add("orders", pa.Table.from_pylist(orders or [], schema=ORDERS))
    store.add("events", pa.Table.from_pylist(events or [], schema=EVENTS))
    store.add("profiles", pa.Table.from_pylist(profiles or [], schema=PROFILES))
    return DuckCustomerData(store, Noon(), "Europe/Berlin", "EUR")


def test_it_is_both_ports(tmp_path: Path) -> None:
    aggregates: CustomerData = data(tmp_path)
    people: People = data(tmp_path)
    assert (type(aggregates), type(people)) == (DuckCustomerData, DuckCustomerData)


async def test_an_empty_store_says_so(tmp_path: Path) -> None:
    described = await data(tmp_path).describe()
    assert (described.customers, described.orders, described.first_day) == (0, 0, None)
    assert await data(tmp_path).select(Everyone()) == ()
    with pytest.raises(CdpError) as caught:
        await data(tmp_path).evidence(Everyone())
    assert caught.value.code == "no_data"
    assert "import" in caught.value.next_step


async def test_people_without_purchases_are_part_of_an_audience(tmp_path: Path) -> None:
    evidence = await data(
        tmp_path,
        orders=[order("a", 1, 10), order("a", 2, 5), order("a", 3, 4, "-30")],
        profiles=[{"customer_id": "b", "email": "b@example.test"}],
    ).evidence(Everyone())

    values = {f.name: f.value for f in evidence.figures}
    assert evidence.size == 2
    assert values["orders_median"] == 1
    assert values["value_total"] == 170
    assert values["value_median"] == 85
    assert values["recency_days_median"] == 5
    assert values["average_order_value"] == 85
    assert values["returns_share"] == pytest.approx(0.15)
    assert values["trade_share"] == 0
    assert values["email_known_share"] == 0.5
    assert evidence.reachable is None


async def test_who_orders_by_the_dozen_looks_like_a_trade_buyer(tmp_path: Path) -> None:
    evidence = await data(
        tmp_path,
        orders=[
            order("dozens", 1, 9, quantity=12),
            order("dozens", 2, 9, quantity=1),
            order("hundreds", 1, 9, quantity=100),
            order("few", 1, 9, quantity=11),
        ],
    ).evidence(Everyone())

    share = evidence.figure("trade_share")
    assert share is not None
    assert share.value == pytest.approx(2 / 3)


async def test_a_baseline_is_what_comes_after_and_not_before(tmp_path: Path) -> None:
    """Whom the rule picks for not having done it must not make the baseline zero."""
    customers = data(
        tmp_path,
        orders=[order(f"c{n}", 1, 200) for n in range(10)],
        events=[viewing("c1", 3), viewing("c2", 3), viewing("c3", 100), viewing("c4", 60)],
    )
    rule = NotThat(that=Did(event="Viewing Booked", since=date(2026, 5, 15)))

    figure = await customers.baseline(rule, "viewing_booked", 14)

    assert figure.n == 10
    assert figure.value == pytest.approx(0.2)
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < 0.2 < figure.high
    assert figure.query


async def test_a_baseline_that_cannot_be_known_says_why(tmp_path: Path) -> None:
    customers = data(tmp_path, orders=[order("a", 1, 10)], events=[viewing("a", 5)])

    clicks = await customers.baseline(Everyone(), "click", 14)
    short = await customers.baseline(Everyone(), "viewing_booked", 14)

    assert (clicks.value, short.value) == (None, None)
    assert "Email Link Clicked" in clicks.note
    assert "less than 14 days" in short.note


async def test_revenue_has_an_interval_a_person(tmp_path: Path) -> None:
    customers = data(
        tmp_path,
        orders=[order("a", 1, 100), order("b", 1, 100), order("b", 2, 3, "60"), order("c", 1, 90)],
    )

    figure = await customers.baseline(Bought(), "revenue", 14)

    assert (figure.n, figure.unit) == (3, "per_person")
    assert figure.value == pytest.approx(20)
    assert figure.low is not None
    assert figure.low < 0


async def test_contacts_keep_the_order_asked_for(tmp_path: Path) -> None:
    people = data(
        tmp_path,
        orders=[order("only-bought", 1, 3)],
        profiles=[
            {"customer_id": "a", "email": "a@example.test", "first_name": "Anna"},
            {"customer_id": "later", "created_at": NOW + timedelta(days=1)},
        ],
    )

    found = await people.contacts(["only-bought", "nobody", "a", "later", "a"])

    assert [c.customer_id for c in found] == ["only-bought", "a"]
    assert (found[0].email, found[1].first_name) == ("", "Anna")


async def test_a_country_comes_from_the_last_order_where_no_profile_says_it(tmp_path: Path) -> None:
    people = data(
        tmp_path,
        orders=[order("a", 1, 9, country="France"), order("a", 2, 3), order("b", 1, 3)],
        profiles=[{"customer_id": "b", "country": "Austria"}],
    )

    assert await people.select(Trait(field="country", op="is", value="germany")) == ("a",)
    assert await people.select(Trait(field="country", op="is", value="Austria")) == ("b",)


async def test_questions_do_not_stall_the_event_loop(tmp_path: Path) -> None:
    customers = data(tmp_path, orders=[order(f"c{n}", 1, 9) for n in range(50)])
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    await asyncio.gather(*(customers.evidence(Everyone()) for _ in range(4)))
    ticking.cancel()

    assert ticks > 5


async def test_what_is_imported_meanwhile_is_seen(tmp_path: Path) -> None:
    customers = data(tmp_path, orders=[order("a", 1, 9)])
    assert await customers.select(Everyone()) == ("a",)

    Store(tmp_path).add("orders", pa.Table.from_pylist([order("b", 1, 9)], schema=ORDERS))

    assert await customers.select(Everyone()) == ("a", "b")

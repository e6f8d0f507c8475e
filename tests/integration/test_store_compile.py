"""Audience rules: compiled to a query, they find whom a plain reading of the rule finds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.predicate import (
    AllOf,
    Bought,
    Did,
    Everyone,
    NotThat,
    Predicate,
    Property,
    Spent,
    Trait,
)
from tests.audience_rules import leaves, nested
from tests.audience_world import NOW, ZONE, World, fitting, make_world, write
from tools.cdp.port import CdpError
from tools.store.compile import customers_that_fit
from tools.store.tables import Tables


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[World, Tables]]:
    folder = tmp_path_factory.mktemp("worlds")
    made = []
    for seed in range(6):
        world = make_world(seed)
        made.append(
            (world, Tables(write(world, folder / str(seed)), NOW, ZONE, consents=world.consents))
        )
    return made


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
@given(rule=nested(leaves), number=st.integers(0, 5))
def test_a_compiled_rule_finds_whom_a_plain_reading_finds(
    worlds: list[tuple[World, Tables]], rule: Predicate, number: int
) -> None:
    world, tables = worlds[number]

    found = tables.run(customers_that_fit(rule, tables)).column("customer_id").to_pylist()

    assert len(found) == len(set(found))
    assert set(found) == fitting(rule, world)


@pytest.mark.parametrize(
    ("rule", "nearest"),
    [
        (Did(event="Viewing Boked"), "Viewing Booked"),
        (NotThat(that=Did(event="email opened")), "Email Opened"),
        (Bought(channels=("botique",)), "boutique"),
        (AllOf(of=(Everyone(), Bought(categories=("wathc",)))), "watch"),
        (Trait(field="first_name", op="is", value="Anna"), "country"),
        (Trait(field="country", op="at_least", value="F"), "created_at"),
        (Trait(field="created_at", op="at_least", value="spring"), "2026"),
        (
            Did(event="Wish Listed", where=(Property(name="brnd", op="is", value="Omega"),)),
            "brand",
        ),
        (Trait(field="birthday", op="next_days", value="soon"), "whole number"),
    ],
)
def test_names_that_the_data_do_not_have_are_refused(
    worlds: list[tuple[World, Tables]], rule: Predicate, nearest: str
) -> None:
    with pytest.raises(CdpError) as caught:
        customers_that_fit(rule, worlds[0][1])

    assert caught.value.code == "unknown_field"
    assert nearest in caught.value.next_step


def test_amounts_of_two_currencies_are_not_added(tmp_path: Path) -> None:
    world = make_world(1)
    world.lines[0]["currency"] = "CHF"
    tables = Tables(write(world, tmp_path), NOW, ZONE)

    with pytest.raises(CdpError) as caught:
        customers_that_fit(Spent(at_least=Decimal(1)), tables)

    assert caught.value.code == "mixed_currencies"


def test_a_day_begins_when_the_workspace_says(tmp_path: Path) -> None:
    world = make_world(2)
    midnight = datetime.combine(date(2026, 3, 10), time(0), ZoneInfo(ZONE)).astimezone(UTC)
    line = world.lines[0] | {"customer_id": "new", "cancellation": False, "ordered_at": midnight}
    world.lines = [line]
    tables = Tables(write(world, tmp_path), NOW, ZONE)

    def found(rule: Predicate) -> list[str]:
        rows = tables.run(customers_that_fit(rule, tables)).column("customer_id").to_pylist()
        return [who for who in rows if who == "new"]

    assert found(Bought(since=date(2026, 3, 10))) == ["new"]
    assert found(Bought(before=date(2026, 3, 10))) == []

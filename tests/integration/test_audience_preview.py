"""Stages, scores, consents of one person's several ids, and audiences in aggregate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pytest

from domain.predicate import (
    Agreed,
    AllOf,
    Bought,
    Did,
    Everyone,
    InSegment,
    NotThat,
    Predicate,
    Score,
    Spent,
    Stage,
    Trait,
)
from domain.predicate.clauses import StageName
from tools.cdp.duck import DuckCustomerData
from tools.cdp.evidence import gather_evidence
from tools.cdp.port import AudiencePreview, CdpError, Named
from tools.cdp.preview import SMALLEST_CELL, preview_audience
from tools.cdp.sizes import count_each
from tools.store.compile import customers_that_fit
from tools.store.schema import CONSENTS, ORDERS, PROFILES, RESOLVED
from tools.store.segments import Store
from tools.store.tables import Tables

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def line(who: str, days_ago: int, net: int = 100, number: int = 0) -> dict[str, Any]:
    return {
        "line_id": f"{who}-{days_ago}-{number}",
        "order_id": f"{who}-{days_ago}-{number}",
        "customer_id": who,
        "ordered_at": NOW - timedelta(days=days_ago),
        "product_id": "p",
        "category": "watch",
        "quantity": 1,
        "unit_price": Decimal(net),
        "currency": "EUR",
        "channel": "shop",
        "country": "",
        "cancellation": False,
        "adjustment": False,
        "net": Decimal(net),
    }


def shop(folder: Path, lines: list[dict[str, Any]], profiles: list[dict[str, Any]]) -> Store:
    store = Store(folder)
    store.add("orders", pa.Table.from_pylist(lines, schema=ORDERS))
    if profiles:
        store.add("profiles", pa.Table.from_pylist(profiles, schema=PROFILES))
    return store


def fitting(rule: Predicate, tables: Tables) -> set[str]:
    return set(tables.run(customers_that_fit(rule, tables)).column("customer_id").to_pylist())


def regulars(number: int, wait: int) -> list[dict[str, Any]]:
    """So many people with one wait of that length, long ago."""
    return [line(f"r{wait}-{one}", days) for one in range(number) for days in (2000 + wait, 2000)]


def test_stages_follow_from_the_waits_of_the_data(tmp_path: Path) -> None:
    # Of 100 waits 75 are 10 days long, 15 are 40, and 10 are 100: usual is 10, longest is 40.
    lines = regulars(75, 10) + regulars(15, 40) + regulars(7, 100)
    lines += [line("back", days) for days in (1000, 900, 5)]
    lines += [line("again", days) for days in (1000, 5, 2)]
    lines += [line("new", 10), line("new", 10, number=1)]
    lines += [line("risk", 11), line("risk-still", 40), line("gone", 41)]
    tables = Tables(shop(tmp_path, lines, [{"customer_id": "never", "seq": 1}]), NOW, "UTC")
    named = {"back", "again", "new", "risk", "risk-still", "gone", "never"}

    found = {
        stage: fitting(Stage(stages=(stage,)), tables) & named
        for stage in ("new", "active", "at_risk", "lapsed", "won_back")
    }

    assert found == {
        "new": {"new"},
        "active": {"again"},
        "at_risk": {"risk", "risk-still"},
        "lapsed": {"gone"},
        "won_back": {"back"},
    }


def test_days_of_a_stage_are_the_workspaces(tmp_path: Path) -> None:
    """Noon of UTC is one o'clock of the next day in Auckland."""
    lines = regulars(85, 10) + regulars(15, 40)
    late = {"ordered_at": NOW - timedelta(days=10, hours=1.5)}
    lines += [line("edge", 10) | late, line("twice", 10), line("twice", 10, number=1) | late]
    store = shop(tmp_path, lines, [])

    def stages(zone: str) -> dict[str, set[str]]:
        with Tables(store, NOW, zone) as tables:
            return {
                stage: fitting(Stage(stages=(stage,)), tables) & {"edge", "twice"}
                for stage in ("new", "active", "at_risk")
            }

    assert stages("UTC") == {"new": {"edge", "twice"}, "active": set(), "at_risk": set()}
    # Half past eleven in the evening is eleven days ago, and another day than one o'clock.
    assert stages("Pacific/Auckland") == {"new": set(), "active": {"twice"}, "at_risk": {"edge"}}


def test_the_evidence_of_a_stage_says_what_it_means_in_days(tmp_path: Path) -> None:
    tables = Tables(shop(tmp_path, regulars(75, 10) + regulars(25, 40), []), NOW, "UTC")

    found = gather_evidence(Stage(stages=("lapsed",)), tables, "EUR")
    plain = gather_evidence(Everyone(), tables, "EUR")

    usual, longest = found.figure("usual_wait_days"), found.figure("longest_wait_days")
    assert usual is not None
    assert longest is not None
    assert (usual.value, longest.value, longest.n) == (10, 40, 100)
    assert longest.query in {query.id for query in found.queries}
    assert plain.figure("longest_wait_days") is None


def test_too_few_waits_tell_no_stage(tmp_path: Path) -> None:
    tables = Tables(shop(tmp_path, regulars(49, 10), []), NOW, "UTC")

    with pytest.raises(CdpError) as caught:
        customers_that_fit(Stage(stages=("new",)), tables)

    assert caught.value.code == "no_rhythm"
    assert "49 returns" in caught.value.what


def test_scores_are_fifths_and_equals_share_the_lower(tmp_path: Path) -> None:
    lines = [line(f"c{n}", 100 - n, net=n * 10) for n in range(10)]  # c9 bought last, for most
    lines += [line("c9", 300, number=1)]
    tables = Tables(shop(tmp_path, lines, [{"customer_id": "never", "seq": 1}]), NOW, "UTC")

    assert fitting(Score(score="recency", at_least=5), tables) == {"c8", "c9"}
    assert fitting(Score(score="value", at_most=1), tables) == {"c0", "c1"}
    assert fitting(Score(score="frequency", at_least=2), tables) == {"c9"}
    assert len(fitting(Score(score="frequency", at_most=1), tables)) == 9


def answer(who: str, given: bool, days_ago: int, by_hand: bool = False) -> dict[str, Any]:
    at = NOW - timedelta(days=days_ago)
    row = {"customer_id": who, "purpose": "sms_marketing", "given": given, "at": at}
    return row | {"by_hand": by_hand}


@pytest.mark.parametrize(
    ("answers", "agreed"),
    [
        ([answer("one", True, 9)], True),
        ([answer("one", True, 9), answer("other", False, 10)], False),
        ([answer("one", False, 9), answer("one", True, 8)], True),
        ([answer("one", False, 9), answer("other", True, 8)], False),
        ([answer("one", False, 9), answer("other", True, 8, by_hand=True)], True),
        ([answer("one", False, 9), answer("one", True, 9)], False),
        ([answer("one", True, -1)], False),
        ([], False),
    ],
)
def test_a_persons_ids_answer_together_on_the_safe_side(
    tmp_path: Path, answers: list[dict[str, Any]], agreed: bool
) -> None:
    store = shop(tmp_path, [line("one", 3), line("other", 4)], [])
    same = [{"kind": "customer", "value": "other", "person": "one"}]
    store.resolve(pa.Table.from_pylist(same, schema=RESOLVED))
    consents = pa.Table.from_pylist(answers, schema=CONSENTS)

    tables = Tables(store, NOW, "UTC", consents=lambda: consents)

    assert (fitting(Agreed(purpose="sms_marketing"), tables) == {"one"}) == agreed


@pytest.fixture
def previewed(tmp_path: Path) -> AudiencePreview:
    """A hundred people: 60 German, 30 French, 7 Swiss, 3 Dutch."""
    countries = ["DE"] * 60 + ["FR"] * 30 + ["CH"] * 7 + ["NL"] * 3
    profiles = [
        {"customer_id": f"c{n}", "country": country, "email": f"c{n}@example.test", "seq": 1}
        for n, country in enumerate(countries)
    ]
    lines = [line(f"c{n}", n, net=50 if n < 40 else 700) for n in range(80)]
    said = [answer(f"c{n}", True, 9) | {"purpose": "email_marketing"} for n in range(25)]
    said += [answer(f"c{n}", True, 9) for n in range(50)]
    consents = pa.Table.from_pylist(said, schema=CONSENTS)
    tables = Tables(shop(tmp_path, lines, profiles), NOW, "UTC", consents=lambda: consents)
    beside = [
        Named(name="all but three", rule=NotThat(that=Trait(field="country", op="is", value="NL"))),
        Named(name="buyers", rule=Bought()),
        Named(name="nobody", rule=Spent(at_least=Decimal(10_000))),
        Named(name="misspelt", rule=Did(event="Email Opend")),
    ]
    return preview_audience(Everyone(), beside, tables, consents=True)


def test_a_preview_counts_and_hides_small_cells(previewed: AudiencePreview) -> None:
    spreads = {one.by: {cell.what: cell.people for cell in one.cells} for one in previewed.spreads}

    assert previewed.size == 100
    assert spreads["country"] == {"DE": 60, "FR": 30, "all others": 10}
    assert spreads["value"] == {"500 to 1,000": 40, "under 100": 40, "nothing yet": 20}
    assert spreads["last purchase"] == {"last 30 days": 31, "31 to 90 days ago": 49, "never": 20}
    assert all(cell.people >= SMALLEST_CELL for one in previewed.spreads for cell in one.cells)


def test_a_preview_shows_overlaps_and_channels(previewed: AudiencePreview) -> None:
    overlaps = {one.name: one.people for one in previewed.overlaps}

    assert overlaps == {"buyers": 80, "nobody": 0, "all but three": None}
    assert previewed.unanswered == ("misspelt",)
    assert dict(previewed.agreed)["email"] == 25
    assert dict(previewed.agreed)["sms"] == 0  # they agreed, and nobody's phone is known


def test_many_rules_are_counted_at_once_and_alike(tmp_path: Path) -> None:
    lines = [line(f"c{n}", n) for n in range(20)] + [line("c0", 90)]
    tables = Tables(shop(tmp_path, lines, [{"customer_id": "never", "seq": 1}]), NOW, "UTC")
    rules: list[Predicate | None] = [
        Everyone(), Bought(at_least=2), Bought(last_days=7), Did(event="nothing such"), None,
        AllOf(of=(Bought(), NotThat(that=Bought(older_days=5)))),
    ]  # fmt: skip

    found = count_each(rules, {"c0", "c3", "gone"}, tables)

    assert [None if one is None else (one.people, one.among) for one in found] == [
        (21, 2), (1, 1), (8, 2), None, None, (5, 1),
    ]  # fmt: skip
    for rule, size in zip(rules, found, strict=True):
        if rule is not None and size is not None:
            assert len(fitting(rule, tables)) == size.people


def test_a_segment_without_its_rule_is_refused(tmp_path: Path) -> None:
    tables = Tables(shop(tmp_path, [line("one", 3)], []), NOW, "UTC")

    with pytest.raises(Exception, match="no saved segment"):
        customers_that_fit(InSegment(name="Ring folk"), tables)


async def test_what_is_kept_of_the_files_follows_the_files_and_the_clock(tmp_path: Path) -> None:
    class Moving:
        moment = NOW

        def now(self) -> datetime:
            return self.moment

    clock, lapsed = Moving(), Stage(stages=("lapsed",))
    lines = [*regulars(100, 10), line("late", -2), line("late", 60)]
    lines += [line(f"back{n}", days) for n in range(100) for days in (40, -2)]
    store = shop(tmp_path, lines, [])
    data = DuckCustomerData(store, clock, "UTC", "EUR")

    async def same_as_anew() -> None:
        fresh = DuckCustomerData(store, clock, "UTC", "EUR")
        for stage in get_args(StageName):
            rule = Stage(stages=(stage,))
            assert await data.select(rule) == await fresh.select(rule)

    assert "late" in await data.select(lapsed)
    with pytest.raises(CdpError, match="no category"):
        await data.select(Bought(categories=("ring",)))
    clock.moment += timedelta(days=3)  # they came back, after a wait of 62 days
    assert "late" not in await data.select(lapsed)
    await same_as_anew()
    ring = line("late", 50) | {"category": "ring"}
    others = [row | {"line_id": f"x{row['line_id']}"} for row in regulars(100, 300)]
    store.add("orders", pa.Table.from_pylist([ring, *others], schema=ORDERS))
    assert await data.select(Bought(categories=("ring",))) == ("late",)
    await same_as_anew()


async def test_a_preview_of_some_counts_as_one_of_everybody_does(tmp_path: Path) -> None:
    lines = [*regulars(60, 10), *(line(f"c{n}", n, net=n * 20) for n in range(60))]
    profiles = [{"customer_id": f"c{n}", "country": "DE", "seq": 1} for n in range(40)]
    tables = Tables(shop(tmp_path, lines, profiles), NOW, "UTC")
    best = Score(score="value", at_least=5)
    beside = [
        Named(name="best", rule=best),
        Named(name="new", rule=Stage(stages=("new",))),
        Named(name="recent", rule=Bought(last_days=20)),
    ]
    ours = Bought(older_days=1000)
    some = preview_audience(NotThat(that=ours), beside, tables, consents=False)
    whole = {one.name: one.rule for one in beside}

    assert (some.size, some.unanswered) == (60, ())
    for one in some.overlaps:
        both = fitting(AllOf(of=(NotThat(that=ours), whole[one.name])), tables)
        assert one.people == (len(both) if 10 <= len(both) <= 50 else None), one.name

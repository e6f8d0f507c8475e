"""Reports: effects against those held back, and the sentences that say them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.reporter import ReportQuestion, write_report
from domain.brief import AudienceEvidence, Brief, Holdout, KpiTarget
from domain.figures import Figure, Query
from domain.goal import Goal
from domain.plan import HELD_BACK, Arm, Cap, Plan, QuietHours, SendTime
from domain.predicate import Everyone
from domain.report import ArmResult, Report
from tools.analytics.port import FirstTime, OutcomeMoments, Results

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
END = datetime(2026, 12, 22, 9, 0, tzinfo=UTC)
AFTER = datetime(2026, 12, 23, 9, 0, tzinfo=UTC)


def brief(kpi: str = "viewing_booked") -> Brief:
    baseline = Figure(name=kpi, value=0.03, unit="share", low=0.02, high=0.04, n=4000)
    return Brief(
        goal=Goal(text="Viewings for the 1968 watch"),
        audience=AudienceEvidence(rule=Everyone(), as_of=START, size=4000),
        message="Come and look.",
        fact_ids=(),
        kpi=KpiTarget(kpi=kpi, baseline=baseline, target=0.045, days=28),
        holdout=Holdout(share=0.25, smallest_effect=0.02, why=""),
        tone="plain",
        question="",
        send_from=date(2026, 11, 24),
        send_until=date(2026, 11, 30),
        written_by="house",
    )


def plan(arms: dict[str, int]) -> Plan:
    total = sum(arms.values())
    return Plan(
        campaign_id="c-1",
        snapshot_hash="f" * 64,
        size=total,
        arms=tuple(Arm(id=name, share=size / total, size=size) for name, size in arms.items()),
        send_time=SendTime(day=date(2026, 11, 24), hour=10, evidence="", learnt=False),
        window_start=START,
        window_end=END,
        quiet_hours=QuietHours(),
        cap=Cap(most=2),
    )


def yes(arm: str, metric: str, n: int, count: int) -> OutcomeMoments:
    return OutcomeMoments(
        arm=arm, metric=metric, n=n, total=count, sum_of_squares=count, query=f"q-{metric}"
    )


def report(
    moments: list[OutcomeMoments],
    arms: dict[str, int] | None = None,
    assigned: dict[str, int] | None = None,
    **changes: Any,
) -> Report:
    arms = arms or {HELD_BACK: 1000, "a": 1500, "b": 1500}
    given: dict[str, Any] = {
        "last_click": (),
        "first_times": (),
        "last_data_day": END,
        "kpi": "viewing_booked",
        "labels": (("a", "flaw first"),),
        "send_states": (("sent", 3000),),
        "end": END,
        "as_of": AFTER,
    } | changes
    return write_report(
        ReportQuestion(
            campaign_id="c-1",
            brief=brief(given["kpi"]),
            plan=plan(arms),
            labels=given["labels"],
            send_states=given["send_states"],
            results=Results(
                arms=tuple(
                    ArmResult(arm=name, label=name, assigned=size, figures=())
                    for name, size in (assigned or arms).items()
                ),
                moments=tuple(moments),
                last_click=given["last_click"],
                last_data_day=given["last_data_day"],
                queries=(Query(id="q-viewing_booked", engine="duckdb", text="select 1"),),
                first_times=given["first_times"],
            ),
            start=START,
            end=given["end"],
            as_of=given["as_of"],
            currency="EUR",
        )
    )


LIFT = [
    yes("a", "viewing_booked", 1500, 75),
    yes("b", "viewing_booked", 1500, 69),
    yes(HELD_BACK, "viewing_booked", 1000, 30),
]


def test_an_effect_is_said_in_the_title_with_its_interval() -> None:
    found = report(LIFT)
    effect = found.effects[0]
    assert effect.shown
    assert effect.difference.value == pytest.approx(144 / 3000 - 0.03)
    assert effect.total.value == pytest.approx(54)
    assert effect.total.unit == "count"
    assert effect.total.low is not None
    assert effect.total.high is not None
    assert found.title == (
        f"The mail brought about 54 more viewings, likely between {effect.total.low:.0f} and "
        f"{effect.total.high:.0f}."
    )
    assert found.measurable == "yes"


def test_no_effect_is_said_as_such_with_what_could_have_been_seen() -> None:
    found = report(
        [
            yes("a", "viewing_booked", 1500, 46),
            yes("b", "viewing_booked", 1500, 47),
            yes(HELD_BACK, "viewing_booked", 1000, 30),
        ]
    )
    assert not found.effects[0].shown
    assert found.title.startswith("No effect shown on viewings: 3.1% of 3,000 with the mail")
    assert found.effects[0].smallest_effect is not None


def test_a_harm_is_said_too() -> None:
    found = report(
        [yes("a", "purchase", 3000, 90), yes(HELD_BACK, "purchase", 1000, 60)], kpi="purchase"
    )
    assert found.effects[0].shown
    assert "90 fewer customers buying" in found.title


def test_the_kpi_comes_first_then_every_other_outcome() -> None:
    money = [
        OutcomeMoments(
            arm=arm, metric="revenue", n=n, total=total, sum_of_squares=total**2 / 40, query="q-r"
        )
        for arm, n, total in (("a", 3000, 90_000.0), (HELD_BACK, 1000, 29_000.0))
    ]
    found = report(
        [
            yes("a", "unsubscribed", 3000, 30),
            yes(HELD_BACK, "unsubscribed", 1000, 0),
            *money,
            *LIFT,
        ],
        last_click=(Figure(name="last_click_revenue", value=41_000.0, unit="money"),),
    )
    assert [e.metric for e in found.effects] == ["viewing_booked", "unsubscribed", "revenue"]
    revenue = found.effects[2]
    assert revenue.unit == "per_person"
    assert revenue.total.unit == "money"
    assert not revenue.shown
    text = " ".join(found.notes)
    assert "No effect shown on revenue: 30.00 a person with the mail" in text
    assert "Last click EUR 41,000; against those held back EUR 3,000 (likely between" in text


def test_every_figure_leads_to_a_query() -> None:
    found = report(LIFT)
    ids = {query.id for query in found.queries}
    for effect in found.effects:
        for figure in (effect.treated, effect.held_back, effect.difference, effect.total):
            assert figure.query in ids
    formula = next(q for q in found.queries if q.id == "effect:viewing_booked")
    assert "sum = 144" in formula.text
    assert "q-viewing_booked" in formula.text


def test_nothing_after_the_send_is_not_measurable() -> None:
    for last in (None, START):
        found = report(LIFT, last_data_day=last)
        assert found.measurable == "no"
        assert found.why_not == "no data after the as-of date"
        assert found.title == "Not measurable: no data after the as-of date."
        assert found.effects == ()


def test_nobody_held_back_is_not_measurable() -> None:
    found = report([yes("a", "viewing_booked", 3000, 90)], arms={"a": 3000})
    assert found.title == "Not measurable: nobody was held back by chance."


def test_nothing_sent_is_not_measurable() -> None:
    found = report(LIFT, send_states=(("sent", 0), ("missed", 3000)))
    assert found.title == "Not measurable: nothing went out."
    assert "3,000 were not sent: their time was over." in found.notes


def test_variants_are_compared_with_room_for_all_pairs() -> None:
    arms = {HELD_BACK: 1000, "a": 1000, "b": 1000, "c": 1000}
    found = report(
        [
            yes("a", "viewing_booked", 1000, 90),
            yes("b", "viewing_booked", 1000, 30),
            yes("c", "viewing_booked", 1000, 35),
            yes(HELD_BACK, "viewing_booked", 1000, 30),
        ],
        arms=arms,
    )
    shown = [(c.variant, c.other) for c in found.comparisons if c.shown]
    assert shown == [("a", "b"), ("a", "c")]
    assert "Variant a did better than variant b" in " ".join(found.notes)
    assert "allowing for 3 comparisons" in " ".join(found.notes)
    even = report(LIFT)
    assert "No variant is shown to do better than another." in even.notes


def test_labels_and_those_held_back() -> None:
    labels = {arm.arm: arm.label for arm in report(LIFT).arms}
    assert labels == {HELD_BACK: "Held back by chance", "a": "Variant a: flaw first", "b": "b"}


def test_what_is_not_known_of_the_sending_is_said() -> None:
    found = report(LIFT, send_states=(("sent", 2991), ("needs_review", 9)))
    assert "We cannot tell whether these 9 went out." in found.notes


def test_an_early_report_says_that_it_is_early() -> None:
    found = report(LIFT, as_of=datetime(2026, 12, 1, tzinfo=UTC))
    assert any("The 28 days are not over" in note for note in found.notes)
    short = report(LIFT, last_data_day=datetime(2026, 12, 10, 9, 0, tzinfo=UTC))
    assert any("12 days before the period does" in note for note in short.notes)


def test_groups_of_the_wrong_size_are_doubted() -> None:
    lopsided = report(LIFT, assigned={HELD_BACK: 500, "a": 1750, "b": 1750})
    assert any("read every effect with doubt" in note for note in lopsided.notes)
    assert not any("read every effect with doubt" in note for note in report(LIFT).notes)


def test_few_buyers_make_revenue_rough() -> None:
    found = report(
        [
            *LIFT,
            yes("a", "purchase", 3000, 40),
            yes(HELD_BACK, "purchase", 1000, 3),
            OutcomeMoments(
                arm="a", metric="revenue", n=3000, total=9e4, sum_of_squares=4e8, query="q"
            ),
            OutcomeMoments(
                arm=HELD_BACK, metric="revenue", n=1000, total=9e3, sum_of_squares=3e7, query="q"
            ),
        ]
    )
    assert any("Only 3 people in one group bought" in note for note in found.notes)


counts = st.integers(2, 3000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


@given(counts, counts)
def test_shown_and_said_agree(treated: tuple[int, int], held: tuple[int, int]) -> None:
    found = report(
        [yes("a", "purchase", *treated), yes(HELD_BACK, "purchase", *held)],
        arms={HELD_BACK: held[0], "a": treated[0]},
        kpi="purchase",
    )
    effect = found.effects[0]
    low, high = effect.difference.low, effect.difference.high
    assert low is not None
    assert high is not None
    assert effect.shown == (low > 0 or high < 0)
    assert found.title.startswith("The mail brought" if effect.shown else "No effect shown")
    assert found.title.endswith(".")
    assert len(found.title) < 140


def test_words_of_the_page() -> None:
    found = report(LIFT, send_states=(("sent", 2991), ("needs_review", 9)))
    for word in ("significan", "control", "holdout", "lift", " CI", "p-value"):
        assert word not in " ".join((found.title, *found.notes))


def test_each_variant_stands_against_those_held_back_and_its_interval_allows_for_all() -> None:
    found = report(LIFT)
    one, other = found.against_held_back
    assert (one.variant, other.variant) == ("a", "b")
    assert one.other == other.other == HELD_BACK
    assert one.difference.value == pytest.approx(75 / 1500 - 30 / 1000)
    alone = report([LIFT[0], LIFT[2]], arms={HELD_BACK: 1000, "a": 1500})
    (single,) = alone.against_held_back
    assert single.difference.value == one.difference.value
    for figure in (single.difference, one.difference):
        assert figure.low is not None
        assert figure.high is not None
    assert one.difference.high - one.difference.low > (  # type: ignore[operator]
        single.difference.high - single.difference.low  # type: ignore[operator]
    )
    # Of one variant alone it is the effect itself.
    assert single.difference.low == alone.effects[0].difference.low


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", HELD_BACK]), st.integers(0, 27), st.integers(0, 9)),
        max_size=40,
    )
)
def test_day_by_day_ends_where_the_effect_does(first: list[tuple[str, int, int]]) -> None:
    counts = {arm: sum(n for one, _, n in first if one == arm) for arm in ("a", "b", HELD_BACK)}
    moments = [yes(arm, "viewing_booked", 500, count) for arm, count in counts.items()]
    times = tuple(FirstTime(arm=arm, day=day, people=n) for arm, day, n in first)
    found = report(moments, first_times=times)
    if not found.day_by_day:
        assert not times
        return
    for held, figure in ((False, found.effects[0].treated), (True, found.effects[0].held_back)):
        line = [one for one in found.day_by_day if one.held_back == held]
        assert [one.day for one in line] == list(range(28))
        assert all(a.count <= b.count for a, b in pairwise(line))
        assert line[-1].share == figure.value
        assert (line[-1].low, line[-1].high) == (figure.low, figure.high)

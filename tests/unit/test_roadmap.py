"""The road: data first, money only as far as the last proof, and unknown said to be unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.work.answers import changed, from_form
from app.work.roadmap import Found, by_layer, roadmap
from domain.errors import WrongUsage
from domain.work import LAYERS, Answers, Range

FIT = Found(
    customers=1000,
    orders=4000,
    events=9000,
    data_days=1,
    score=92,
    answered=0.99,
    campaigns=6,
    simulated=False,
    own_pieces=80,
    unedited=9,
    approved=10,
    with_held_back=(True, True, True),
    effects_shown=1,
    revenue=Decimal(2_000_000),
)
NOTHING = Found(
    customers=0,
    orders=0,
    events=0,
    data_days=None,
    score=None,
    answered=None,
    campaigns=0,
    simulated=False,
    own_pieces=0,
    unedited=0,
    approved=0,
    with_held_back=(),
    effects_shown=0,
    revenue=None,
)
SOLD = Answers(business="consumer_goods")
counts = st.integers(0, 3)
worlds = st.builds(
    Found,
    customers=counts,
    orders=counts,
    events=counts,
    data_days=st.none() | st.integers(0, 30),
    score=st.none() | st.floats(0, 100),
    answered=st.none() | st.floats(0, 1),
    campaigns=counts,
    simulated=st.booleans(),
    own_pieces=st.integers(0, 40),
    unedited=st.integers(0, 10),
    approved=st.integers(10, 20),
    with_held_back=st.lists(st.booleans(), max_size=4).map(tuple),
    effects_shown=counts,
    revenue=st.none() | st.decimals(1, 10**9, places=2),
)


@given(worlds, st.sampled_from([SOLD, Answers(), Answers(technology_budget=Decimal(50_000))]))
def test_a_step_is_released_by_every_proof_before_it(found: Found, answers: Answers) -> None:
    road = roadmap(found, answers)
    assert [s.layer for s in road.steps] == sorted(
        (s.layer for s in road.steps), key=LAYERS.index
    ), "the order in which they pay"
    month = 1
    for number, step in enumerate(road.steps):
        before = road.steps[:number]
        assert step.released == all(s.proof.state == "reached" for s in before)
        if step.proof.state == "reached":
            assert step.first_month is None
            assert step.budget is None
            continue
        assert step.first_month == month
        month += step.months
    spent = [s.budget for s in road.steps if s.budget is not None]
    if road.budget is None:
        assert spent == []
    else:
        rounding = len(road.steps)
        assert sum(b.most for b in spent) <= road.budget.most + rounding


@given(st.none() | st.floats(0, 100), st.none() | st.floats(0, 100))
def test_the_better_the_data_the_less_goes_to_them(one: float | None, other: float | None) -> None:
    assert sum(by_layer(one).values()) == pytest.approx(1)
    worse, better = sorted((one or 0, other or 0))
    assert by_layer(worse)["data"] >= by_layer(better)["data"]


def test_everything_proven_leaves_nothing_to_pay() -> None:
    road = roadmap(FIT, SOLD)
    assert {step.proof.state for step in road.steps} == {"reached"}
    assert all(step.budget is None for step in road.steps)


def test_nothing_known_begins_with_the_data_and_names_no_money() -> None:
    road = roadmap(NOTHING, Answers())
    first, *others = road.steps
    assert first.layer == "data"
    assert first.released
    assert first.proof.found == "There are no customers, no orders and no events."
    assert not any(step.released for step in others)
    assert road.budget is None
    assert road.reckoned.startswith("Unknown")


def test_a_simulated_market_proves_nothing() -> None:
    states = {
        step.what: step.proof.state
        for step in roadmap(FIT.model_copy(update={"simulated": True}), SOLD).steps
    }
    assert states["Send through the sender that you already pay for, with people held back"] == (
        "open"
    )


def test_a_budget_shows_every_figure_that_it_rests_on() -> None:
    road = roadmap(FIT, SOLD)
    assert road.budget == Range(least=38_606, most=74_400)  # 2m x 9.7 to 15.5 % x 19.9 to 24 %
    assert all(figure.source and figure.caution for figure in road.benchmarks)
    assert len(road.benchmarks) == 2
    own = roadmap(FIT, Answers(technology_budget=Decimal(12_000)))
    assert own.budget == Range(least=12_000, most=12_000)
    assert own.benchmarks == ()


@pytest.mark.parametrize(
    "said",
    [
        {"tasks": ["sleep=1x2"]},
        {"tasks": ["write_brief=1"]},
        {"tasks": ["write_brief=1x-5"]},
        {"tasks": ["write_brief=99999x5"]},
        {"tasks": ["write_brief=1x99999"]},
        {"review": "9-1"},
        {"review": "soon"},
        {"business": "circus"},
        {"revenue": "much"},
        {"revenue": "-5"},
        {"revenue": "nan"},
    ],
)
def test_what_cannot_be_an_answer_is_refused_with_a_hint(said: dict[str, list[str]]) -> None:
    with pytest.raises(WrongUsage) as refused:
        changed(Answers(), **said)  # type: ignore[arg-type]
    assert refused.value.next_step


def test_new_answers_keep_the_others() -> None:
    first = changed(Answers(), tasks=["write_brief=8x60-90", "send=2x30"], review="5–10")
    second = changed(first, tasks=["send=3x20"], business="shop")
    brief, send = second.of("write_brief"), second.of("send")
    assert brief is not None
    assert send is not None
    assert brief.minutes == Range(least=60, most=90)
    assert (send.times, send.minutes.most) == (3, 20)
    assert second.review_minutes == Range(least=5, most=10)
    assert from_form({"times_send": "", "minutes_send": "", "review": " "}) == Answers()
    with pytest.raises(WrongUsage, match="cannot be read"):
        from_form({"times_send": "3", "minutes_send": ""})

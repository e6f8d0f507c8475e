"""Plans: arms, hours, windows and the words that explain them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.scheduler import (
    LEFT_OUT_WORDS,
    PlanError,
    PlanQuestion,
    arms_for,
    assign,
    best_hour,
    count_arms,
    due_at,
    is_quiet,
    make_plan,
)
from domain.figures import Query
from domain.plan import HELD_BACK, Cap, LeftOut, QuietHours
from tools.analytics.port import HourEvidence

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NIGHT = QuietHours(start=21, end=8)


def question(**changes: Any) -> PlanQuestion:
    given: dict[str, Any] = {
        "campaign_id": "c-1",
        "snapshot_hash": "f" * 64,
        "size": 1000,
        "variants": ("a", "b", "c"),
        "holdout": 0.2,
        "send_from": date(2026, 11, 23),
        "send_until": date(2026, 11, 30),
        "now": NOW,
        "timezone": "Europe/Berlin",
    }
    return PlanQuestion(**(given | changes))


def evidence(counts: dict[int, int], people: int) -> HourEvidence:
    whole = tuple(counts.get(hour, 0) for hour in range(24))
    return HourEvidence(
        counts=whole,
        n=sum(whole),
        people=people,
        query=Query(id="q", engine="computed", text="counts"),
    )


def test_sizes_add_up_and_variants_are_equal() -> None:
    plan = make_plan(question(size=1003))
    sizes = {arm.id: arm.size for arm in plan.arms}
    assert sum(sizes.values()) == 1003
    assert sizes[HELD_BACK] in (200, 201)
    assert max(sizes[v] for v in "abc") - min(sizes[v] for v in "abc") <= 1
    assert sum(arm.share for arm in plan.arms) == pytest.approx(1)


def test_counted_sizes_are_taken_over() -> None:
    arms = arms_for(("a", "b"), 0.25)
    counted = count_arms("c-1", (f"p{n}" for n in range(2000)), arms)
    plan = make_plan(question(size=2000, variants=("a", "b"), holdout=0.25, arm_sizes=counted))
    assert tuple((arm.id, arm.size) for arm in plan.arms) == counted
    assert abs(dict(counted)[HELD_BACK] - 500) < 80
    treated = 2000 - dict(counted)[HELD_BACK]
    assert plan.explanation[0].startswith(f"{treated:,} of 2,000 people get the mail")


@given(st.text(min_size=1), st.text(min_size=1))
def test_an_assignment_never_changes_and_order_of_plan_types_does_not_matter(
    campaign: str, pseudonym: str
) -> None:
    plan = make_plan(question())
    shares = tuple((arm.id, arm.share) for arm in plan.arms)
    assert assign(campaign, pseudonym, plan.arms) == assign(campaign, pseudonym, shares)


def test_an_assignment_is_the_same_in_another_process() -> None:
    program = (
        "from agents.scheduler import arms_for, assign;"
        "print(''.join(assign('c', f'p{n}', arms_for(('a', 'b'), .3))[0] for n in range(64)))"
    )
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    here = "".join(assign("c", f"p{n}", arms_for(("a", "b"), 0.3))[0] for n in range(64))
    assert other.stdout.decode().strip() == here


@given(st.floats(0.05, 0.5), st.integers(1, 4))
def test_arms_fill_the_line(holdout: float, variants: int) -> None:
    arms = arms_for(tuple("abcd"[:variants]), holdout)
    counts = dict(count_arms("x", (str(n) for n in range(3000)), arms))
    for name, share in arms:
        assert abs(counts[name] / 3000 - share) < 0.05


def test_two_campaigns_hold_back_different_people() -> None:
    arms = arms_for(("a",), 0.5)
    same = sum(assign("c1", str(n), arms) == assign("c2", str(n), arms) for n in range(4000))
    assert 0.45 < same / 4000 < 0.55


@given(
    st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Pacific/Auckland", "UTC",
         "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
    ),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 23),
    st.integers(1, 10),
)  # fmt: skip
def test_everybody_gets_it_at_the_hour_by_their_own_clock(
    zone: str, day: date, quiet_start: int, length: int
) -> None:
    quiet = QuietHours(start=quiet_start, end=(quiet_start + length) % 24)
    now = datetime.combine(day, datetime.min.time(), tzinfo=UTC)
    plan = make_plan(
        question(
            now=now, send_from=day, send_until=day + timedelta(days=3), quiet_hours=quiet,
            timezones=((zone, 900), ("Europe/Berlin", 100)),
        )
    )  # fmt: skip
    due = due_at(plan, zone)
    local = due.astimezone(ZoneInfo(zone))
    assert plan.window_start <= due <= plan.window_end
    assert due >= now
    assert local.hour == plan.send_time.hour
    assert local.date() == plan.send_time.day
    assert not is_quiet(local.hour, quiet)


def test_summer_time() -> None:
    quiet = QuietHours(start=3, end=2)
    spring = date(2027, 3, 28)
    plan = make_plan(question(send_from=spring, send_until=spring, quiet_hours=quiet))
    assert plan.send_time.hour == 2
    # 02:00 does not exist that night; it goes at 03:00 summer time.
    assert due_at(plan, "Europe/Berlin") == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    autumn = date(2027, 10, 31)
    plan = make_plan(question(send_from=autumn, send_until=autumn, quiet_hours=quiet))
    assert due_at(plan, "Europe/Berlin") == datetime(2027, 10, 31, 0, 0, tzinfo=UTC)


def test_a_zone_that_nobody_counted_and_whose_morning_is_over_gets_it_next_day() -> None:
    plan = make_plan(question(now=datetime(2026, 11, 23, 6, 0, tzinfo=UTC)))
    assert due_at(plan, "Asia/Tokyo") == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_an_hour_that_stands_out_is_learnt() -> None:
    counts = dict.fromkeys(range(8, 21), 60) | {19: 240, 3: 900}
    plan = make_plan(question(hours=evidence(counts, people=700), quiet_hours=NIGHT))
    assert plan.send_time.hour == 19
    assert plan.send_time.learnt
    assert "likely between" in plan.send_time.evidence
    assert "960" in plan.send_time.evidence


def test_thin_data_and_an_even_spread_give_the_default() -> None:
    thin = make_plan(question(hours=evidence({19: 30}, people=20)))
    assert (thin.send_time.hour, thin.send_time.learnt) == (10, False)
    assert "20 people" in thin.send_time.evidence
    even = make_plan(question(hours=evidence(dict.fromkeys(range(24), 100), people=2000)))
    assert (even.send_time.hour, even.send_time.learnt) == (10, False)
    assert "no hour stands out" in even.send_time.evidence
    none = make_plan(question())
    assert "no clicks or purchases are known" in none.send_time.evidence


def test_few_busy_people_do_not_make_an_hour() -> None:
    counts = dict.fromkeys(range(8, 21), 400) | {19: 700}
    assert not best_hour(evidence(counts, people=110), range(8, 21))[2]
    assert best_hour(evidence(counts, people=5000), range(8, 21))[2]


def test_noise_is_seldom_learnt() -> None:
    import numpy as np

    random = np.random.default_rng(5)
    learnt = 0
    for _ in range(400):
        counts = dict(enumerate(random.multinomial(800, [1 / 13] * 13).tolist(), start=8))
        learnt += best_hour(evidence(counts, people=800), range(8, 21))[2]
    assert learnt / 400 <= 0.05


def test_today_if_the_hour_is_still_to_come_else_tomorrow() -> None:
    early = question(send_from=date(2026, 11, 20), now=datetime(2026, 11, 20, 7, 0, tzinfo=UTC))
    late = question(send_from=date(2026, 11, 20), now=datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
    assert make_plan(early).send_time.day == date(2026, 11, 20)
    assert make_plan(late).send_time.day == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"size": 0}, "nobody_to_mail"),
        ({"holdout": 1.0}, "nobody_to_mail"),
        ({"variants": ()}, "nobody_to_mail"),
        ({"send_from": date(2026, 11, 1), "send_until": date(2026, 11, 20)}, "window_over"),
        ({"timezone": "Munich"}, "unknown_timezone"),
        ({"timezone": "../etc/passwd"}, "unknown_timezone"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_a_next_step(
    changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(PlanError) as refusal:
        make_plan(question(**changes))
    assert refusal.value.code == code
    assert refusal.value.next_step


def test_the_explanation_is_in_a_marketers_words() -> None:
    plan = make_plan(
        question(
            left_out=(LeftOut(reason="no_consent", count=312), LeftOut(reason="bounced", count=0)),
            cap=Cap(most=1, days=7),
            timezones=(("Europe/Berlin", 900), ("Europe/London", 100)),
        )
    )
    text = " ".join(plan.explanation)
    assert "800 of 1,000 people get the mail" in text
    assert "200 people (20%) are held back by chance" in text
    assert "312 left out because they have not agreed to mails." in text
    assert "came back" not in text
    assert "more than 1 mail in 7 days" in text
    assert "2 time zones" in text
    for word in ("holdout", "control", "arm ", "suppressed", "pending"):
        assert word not in text


def test_every_reason_has_its_words() -> None:
    reasons = LeftOut.model_fields["reason"].annotation
    assert set(reasons.__args__) == set(LEFT_OUT_WORDS)  # type: ignore[union-attr]

"""BG/NBD and Gamma-Gamma against the published fit to CDNOW, and against people who were drawn
from known parameters; Kaplan-Meier against a reckoning by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.cdnow_sample import sampled
from tools.audit.clv import Histories, fit_bg_nbd, fit_gamma_gamma
from tools.audit.ground import PERMISSIONS, prepare
from tools.audit.ranking import rank
from tools.audit.retention import kaplan_meier
from tools.store.schema import AMOUNT
from tools.store.segments import Store
from tools.store.tables import Tables

LEARNT = date(1997, 9, 30)


@pytest.fixture(scope="module")
def spent(shared_data: Path) -> dict[int, dict[date, float]]:
    """What each customer of the published sample spent on each day."""
    wanted = sampled()
    found: dict[int, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for line in (shared_data / "cdnow" / "CDNOW_master.txt").read_text().splitlines():
        words = line.split()
        if words and words[0].isdigit() and int(words[0]) in wanted:
            day = datetime.strptime(words[1], "%Y%m%d").date()  # noqa: DTZ007
            found[int(words[0])][day] += float(words[3])
    return found


@pytest.mark.shared
def test_the_published_fit_is_found_and_foretells_the_days_kept_aside(
    spent: dict[int, dict[date, float]],
) -> None:
    x, recency, age, mean, later = [], [], [], [], []
    for days in spent.values():
        known = sorted(day for day in days if day <= LEARNT)
        x.append(len(known) - 1)
        recency.append((known[-1] - known[0]).days / 7)
        age.append((LEARNT - known[0]).days / 7)
        mean.append(np.mean([days[day] for day in known[1:]]) if known[1:] else 0.0)
        later.append(sum(LEARNT < day <= LEARNT + timedelta(weeks=39) for day in days))
    histories = Histories(np.array(x, float), np.array(recency), np.array(age))
    model = fit_bg_nbd(histories)
    assert model is not None
    assert len(x) == 2357
    assert (model.r, model.alpha) == pytest.approx((0.243, 4.414), abs=6e-4)
    assert (model.a, model.b) == pytest.approx((0.793, 2.426), abs=6e-4)
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    foretold, happened = model.expected(histories, 39), np.array(later)
    assert happened.sum() == 1882
    assert foretold.sum() == pytest.approx(1653, abs=1)
    assert np.abs(foretold - happened).mean() == pytest.approx(0.785, abs=1e-3)
    again = histories.x > 0
    value = fit_gamma_gamma(histories.x[again], np.array(mean)[again])
    assert value is not None
    assert (value.p, value.q, value.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.01)


@pytest.mark.shared
def test_the_forecast_ranks_where_it_has_shown_itself(
    spent: dict[int, dict[date, float]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [(who, day, money) for who, days in spent.items() for day, money in days.items()]
    lines = [(who, day, money) for who, day, money in lines if money > 0]
    store = Store(tmp_path)
    keys = pa.array([f"{who}-{day}" for who, day, _ in lines])
    values = pa.array([Decimal(f"{money:.2f}") for _, _, money in lines], AMOUNT)
    same = {
        "product_id": "cd", "currency": "USD", "channel": "shop", "description": "",
        "category": "", "country": "", "quantity": 1, "occurrence": 1, "cancellation": False,
        "adjustment": False,
    }  # fmt: skip
    store.add(
        "orders",
        pa.table(
            {
                "line_id": keys,
                "order_id": keys,
                "customer_id": [str(who) for who, _, _ in lines],
                "ordered_at": [
                    datetime(d.year, d.month, d.day, 12, tzinfo=UTC) for _, d, _ in lines
                ],
                "unit_price": values,
                "net": values,
                **{name: [value] * len(lines) for name, value in same.items()},
            }
        ),
    )
    with Tables(store, datetime(1998, 7, 1, tzinfo=UTC), "UTC") as tables:
        prepare(tables, PERMISSIONS.empty_table())
        best, ranking, _ = rank(tables)
        monkeypatch.setattr("tools.audit.ranking.MOST_LEARNT", 1_500)
        drawn = [rank(tables)[:2] for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert "1,500 customers drawn by chance" in drawn[0][1].why
    assert len({who for who, _ in best} & {who for who, _ in drawn[0][0]}) >= 90
    assert ranking.by == "clv", ranking.why
    assert ranking.predicted is not None
    assert ranking.happened is not None
    assert abs(ranking.predicted / ranking.happened - 1) < 0.25
    worth = [value for _, value in best if value is not None]
    assert len(best) == len(worth) == 100
    assert worth == sorted(worth, reverse=True)
    assert (
        {who for who, _ in best}
        != {  # not merely those who spent most so far
            str(who)
            for who, _ in sorted(spent.items(), key=lambda one: -sum(one[1].values()))[:100]
        }
    )


def test_drawn_people_give_their_parameters_back() -> None:
    chance = np.random.default_rng(11)
    people, r, alpha, a, b = 6000, 0.8, 6.0, 0.9, 3.0
    rates, drop = chance.gamma(r, 1 / alpha, people), chance.beta(a, b, people)
    ages = chance.uniform(20, 80, people)
    x, last = np.zeros(people), np.zeros(people)
    for one in range(people):
        at = 0.0
        while chance.random() > (drop[one] if x[one] or at else 0.0):
            at += chance.exponential(1 / rates[one])
            if at > ages[one]:
                break
            x[one], last[one] = x[one] + 1, at
    model = fit_bg_nbd(Histories(x, last, ages))
    assert model is not None
    assert (model.r, model.alpha) == pytest.approx((r, alpha), rel=0.15)
    assert model.a / (model.a + model.b) == pytest.approx(a / (a + b), rel=0.15)


def test_nobody_who_ever_returned_is_no_fit() -> None:
    nobody = Histories(np.zeros(50), np.zeros(50), np.linspace(1, 50, 50))
    assert fit_bg_nbd(nobody) is None


def test_the_share_that_bought_again_counts_people_for_the_days_they_had() -> None:
    # 20 people: 5 back on day 3; 5 known for 5 days only; 5 back on day 10; 5 watched to day 300.
    points, median = kaplan_meier([(3, True, 5), (5, False, 5), (10, True, 5), (300, False, 5)])
    by_day = {point.day: point for point in points}
    assert by_day[0].share == 0
    assert by_day[7].share == pytest.approx(1 - 15 / 20)
    assert by_day[7].low < 0.25 < by_day[7].high
    assert median == 10  # 0.75 × (1 − 5/10) stay
    assert max(by_day) <= 14  # then fewer than ten are watched

"""Whether people come back: by the month that they first bought in, and by the days since.

The share that has bought again by a day is Kaplan and Meier's estimate (J. Am. Stat. Assoc. 53,
1958): whoever first bought lately has had less time, and counts only for the days that they had.
Its interval is Greenwood's, on the complementary log-log scale (Kalbfleisch and Prentice).
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from datetime import date
from math import exp, log, sqrt

from domain.audit import Cohort, RepeatPoint, Retention
from domain.figures import Query
from tools.store.segments import literal
from tools.store.tables import Tables

MOST_MONTHS = 13
"""Cohorts that are shown, the latest; and months that each is followed."""
MOST_DAYS = 365
SHOWN_EVERY = 7
FEWEST_AT_RISK = 10
"""People still watched; with fewer a curve ends."""


def look(tables: Tables) -> tuple[Retention, tuple[Query, ...]]:
    """As of the last day with a purchase: after it nothing is known."""
    purchases = tables.text(tables.purchases().filter(lambda t: t.customer_id.notnull()))
    days = (
        f"SELECT DISTINCT customer_id, CAST(timezone({literal(tables.timezone)}, ordered_at) "
        f"AS DATE) AS day FROM ({purchases})"
    )
    monthly, about_months = tables.ask_text(
        "cohorts",
        f"""
        WITH days AS ({days}),
        months AS (SELECT DISTINCT customer_id, CAST(date_trunc('month', day) AS DATE) AS month
            FROM days),
        firsts AS (SELECT *, min(month) OVER (PARTITION BY customer_id) AS cohort FROM months)
        SELECT cohort, date_diff('month', cohort, month) AS later, count(*) AS n,
            (SELECT max(day) FROM days) AS last
        FROM firsts GROUP BY ALL ORDER BY cohort, later""",
    )
    waited, about_waits = tables.ask_text(
        "second-purchase",
        f"""
        WITH days AS ({days}),
        numbered AS (SELECT customer_id, day,
            row_number() OVER (PARTITION BY customer_id ORDER BY day) AS nth FROM days),
        people AS (SELECT customer_id, max(day) FILTER (nth = 1) AS first,
            max(day) FILTER (nth = 2) AS second FROM numbered GROUP BY customer_id)
        SELECT second IS NOT NULL AS again,
            coalesce(second, (SELECT max(day) FROM days)) - first AS days, count(*) AS n
        FROM people GROUP BY ALL ORDER BY days""",
    )
    waits = [(int(row["days"]), bool(row["again"]), int(row["n"])) for row in waited]
    points, median = kaplan_meier(waits)
    found = Retention(
        cohorts=_cohorts(monthly),
        repeat=points,
        customers=sum(n for _, _, n in waits),
        median_days=median,
    )
    return found, (about_months, about_waits)


def kaplan_meier(
    waits: list[tuple[int, bool, int]],
) -> tuple[tuple[RepeatPoint, ...], int | None]:
    """The share that bought again by each day, from (days, whether it happened, people); and the
    day by which half had."""
    by_day: dict[int, list[int]] = {}
    for day, again, people in waits:
        by_day.setdefault(day, [0, 0])[0 if again else 1] += people
    at_risk = sum(people for _, _, people in waits)
    stays, spread = 1.0, 0.0
    found, median = [], None
    for day in range(MOST_DAYS + 1):
        came, left = by_day.get(day, [0, 0])
        if at_risk < FEWEST_AT_RISK:
            break
        if came:
            stays *= 1 - came / at_risk
            if at_risk > came:
                spread += came / (at_risk * (at_risk - came))
        if median is None and stays <= 0.5:
            median = day
        if day % SHOWN_EVERY == 0:
            low, high = _interval(stays, spread)
            found.append(RepeatPoint(day=day, share=1 - stays, low=1 - high, high=1 - low))
        at_risk -= came + left
    return tuple(found), median


def _interval(stays: float, spread: float) -> tuple[float, float]:
    if stays in (0.0, 1.0):
        return stays, stays
    off = 1.959964 * sqrt(spread) / abs(log(stays))
    return stays ** exp(off), stays ** exp(-off)


def _cohorts(rows: list[dict[str, object]]) -> tuple[Cohort, ...]:
    counts: dict[date, dict[int, int]] = {}
    last: date | None = None
    for row in rows:
        cohort, later, n = row["cohort"], row["later"], row["n"]
        assert isinstance(cohort, date)
        assert isinstance(later, int)
        assert isinstance(n, int)
        counts.setdefault(cohort, {})[later] = n
        last = row["last"] if isinstance(row["last"], date) else last
    found = []
    for month in sorted(counts)[-MOST_MONTHS:]:
        assert last is not None
        whole = (last.year - month.year) * 12 + last.month - month.month
        if last.day < 28:
            whole -= 1  # the last month has only begun
        months = range(1, min(whole, MOST_MONTHS - 1) + 1)
        returned = tuple(counts[month].get(later, 0) for later in months)
        found.append(Cohort(month=month, size=counts[month].get(0, 0), returned=returned))
    return tuple(found)

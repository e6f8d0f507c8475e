"""What the assistant reckons: last click over a stretch of days, and what tests could show."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import sqrt
from zoneinfo import ZoneInfo

from agents.brief_writer import KPI_DAYS
from agents.briefing.holdout import choose_holdout
from agents.conversing.found import BudgetStep, BudgetTest, Clicks, MailTest
from domain.facts import Facts
from domain.figures import Figure
from domain.goal import Kpi
from domain.money import Money, Share
from domain.predicate import Everyone, Predicate
from domain.report import Report
from ledger import consent
from tools.measurement.effects import smallest_effect_mean
from workflows.assistant_reading import campaigns, count, report
from workflows.stack import Stack
from workflows.transactions import read

BUDGET_WEEKS = (2, 4, 6, 8)
"""Lengths of a test by regions that are reckoned."""


async def clicks(stack: Stack, first: date, last: date) -> Clicks:
    """What last click gives to e-mail from ``first`` to ``last``, and the effect against those
    held back of the campaigns that went out in these days. Raises AnalyticsError no_data."""
    zone = ZoneInfo(stack.timezone)
    start = datetime.combine(first, time(), zone).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    ids = await stack.people.select(Everyone())
    agreed = await read(stack.ledger, lambda tx: consent.agreed(tx, ids, "email_tracking"))
    found = await stack.analytics.last_click(sorted(agreed), start, end)
    reports = [
        await report(stack, line.id)
        for line in await campaigns(stack)
        if line.reported and line.first_sent is not None and start <= line.first_sent < end
    ]
    effect, why_not = together(reports)
    return Clicks(
        first=first,
        last=last,
        currency=stack.currency,
        orders=found.orders,
        revenue=Money(amount=Decimal(str(round(found.revenue, 2))), currency=stack.currency),
        tracked=len(agreed),
        people=len(ids),
        days=found.days,
        query=found.query.id,
        measured=tuple(reports),
        effect=effect,
        why_not=why_not,
    )


def together(reports: list[Report]) -> tuple[Figure | None, str]:
    """The revenue beyond those held back of several campaigns: sums, and an interval from
    independent errors. None, and why, where nothing was measured."""
    totals = []
    for one in reports:
        effect = next((e for e in one.effects if e.metric == "revenue"), None)
        if effect is not None and effect.total.value is not None and one.measurable == "yes":
            totals.append(effect.total)
    bounded = [t for t in totals if t.low is not None and t.high is not None]
    if not reports:
        return None, "no campaign of these days held anybody back and has a report"
    if not bounded:
        return None, "their reports cannot say what revenue they changed"
    value = sum(t.value or 0.0 for t in bounded)
    below = sqrt(sum(((t.value or 0.0) - (t.low or 0.0)) ** 2 for t in bounded))
    above = sqrt(sum(((t.high or 0.0) - (t.value or 0.0)) ** 2 for t in bounded))
    return (
        Figure(
            name="revenue",
            value=value,
            unit="money",
            low=value - below,
            high=value + above,
            n=sum(t.n or 0 for t in bounded) or None,
            note=f"{len(bounded)} campaigns against those held back",
        ),
        "",
    )


async def mail_test(
    stack: Stack, rule: Predicate, kpi: Kpi, held_back: Share | None, known: Facts
) -> MailTest:
    """What a campaign to these people could show, by the brief writer's own reckoning."""
    counted = await count(stack, rule, known)
    baseline = await stack.customers.baseline(rule, kpi, KPI_DAYS)
    chosen = choose_holdout(baseline, counted.reachable, held_back or stack.rules.holdout_share)
    return MailTest(
        counted=counted,
        kpi=kpi,
        days=KPI_DAYS,
        baseline=baseline,
        held_back=chosen.share,
        smallest=chosen.smallest_effect,
    )


async def budget_test(stack: Stack) -> BudgetTest:
    """What a test by regions could show of more advertising, from the noise of past weeks.

    Half of the regions, by chance, get the budget. Each region's weekly revenue is taken by its
    own mean, so that large and small ones compare; weeks of a region are taken as independent,
    and the spread is that between them after the week that all share is taken off.
    """
    found = await stack.analytics.weekly_revenue()
    regions = len(found.places)
    treated = regions // 2
    weekly = sum(place.mean for place in found.places) / 2
    steps = []
    for weeks in BUDGET_WEEKS:
        smallest = smallest_effect_mean(found.spread, treated * weeks, (regions - treated) * weeks)
        money = None if smallest is None else round(smallest * weekly, 0)
        steps.append(
            BudgetStep(
                weeks=weeks,
                smallest=smallest,
                money=None
                if money is None
                else Money(amount=Decimal(str(int(money))), currency=stack.currency),
            )
        )
    return BudgetTest(
        regions=regions,
        weeks_known=found.weeks,
        weekly=Money(amount=Decimal(str(int(weekly))), currency=stack.currency),
        steps=tuple(steps),
        query=found.query.id,
    )

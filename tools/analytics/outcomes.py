"""What came of a campaign, arm by arm.

- Outcomes (viewings, services, purchases, revenue, unsubscribes) are counted over everybody
  assigned, whether a message went out or not: intention to treat.
- Opens and clicks are counted of those who agreed to tracking, machine opens left out.
- A person counts once in a share, however often they did it.
- Revenue is the net value of all lines dated in the period: returns in it are taken off, also
  those of earlier purchases.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from domain.figures import Figure, Query, Unit
from domain.goal import Kpi
from domain.money import Currency
from domain.plan import HELD_BACK
from domain.report import ArmResult
from tools.analytics.first_times import count_first_times
from tools.analytics.last_click import count_last_click
from tools.analytics.port import OutcomeMoments, Results
from tools.analytics.unmatched import count_unmatched
from tools.cdp.baseline import figure_of
from tools.measurement.effects import mean_interval, share_interval
from tools.store.names import require_one_currency
from tools.store.rows import Row
from tools.store.tables import Tables

METRICS = ("viewing_booked", "service_booked", "purchase", "revenue", "click", "unsubscribed")
_DELIVERY = ("delivered", "bounced", "complained")
_CAMPAIGN_EVENTS = {
    "delivered": "Email Delivered",
    "bounced": "Email Bounced",
    "complained": "Email Marked as Spam",
    "unsubscribed": "Unsubscribed",
    "opened": "Email Opened",
    "click": "Email Link Clicked",
}
_ANY_EVENTS = {"viewing_booked": "Viewing Booked", "service_booked": "Service Booked"}


def count_results(
    campaign_id: str,
    assignments: pa.Table,
    kpi: Kpi,
    start: datetime,
    end: datetime,
    tables: Tables,
    currency: Currency,
) -> Results:
    """Raises CdpError mixed_currencies, store_damaged."""
    require_one_currency(tables, currency)
    people = tables.give(
        "assignments",
        assignments.select(["customer_id", "arm", "sent", "tracking", "unsubscribed"]),
    )
    people = people.rename(said_no="unsubscribed")
    each = _each_person(people, campaign_id, tables, tables.at(start), tables.at(end))
    rows, query = tables.ask("results", _by_arm(each))
    order = [kpi, *(m for m in METRICS if m != kpi)]
    last_click, click_query = count_last_click(people, campaign_id, start, end, tables)
    first_times, first_query = count_first_times(people, kpi, start, end, tables)
    unmatched, asked = count_unmatched(start, end, tables)
    return Results(
        arms=tuple(_arm(row, query) for row in rows),
        moments=tuple(m for metric in order for m in (_moments(metric, r, query) for r in rows)),
        last_click=last_click,
        last_data_day=_last_moment(tables),
        queries=(query, click_query, *([first_query] if first_query is not None else []), *asked),
        first_times=first_times,
        first_times_query=first_query.id if first_query is not None else "",
        unmatched=unmatched,
    )


def _each_person(people: Table, campaign_id: str, tables: Tables, start: Any, end: Any) -> Table:
    """One row a person assigned, with what they did in the period as 0, 1 or an amount."""
    events = tables.events()
    events = events.filter((events.occurred_at >= start) & (events.occurred_at < end))
    own = events.campaign_id == campaign_id
    by_event = events.group_by("customer_id").aggregate(
        **{
            name: (events.name == event).ifelse(own & ~events.machine, False).any().cast("float64")
            for name, event in _CAMPAIGN_EVENTS.items()
        },
        **{
            name: (events.name == event).any().cast("float64")
            for name, event in _ANY_EVENTS.items()
        },
    )
    purchases = tables.purchases()
    purchases = purchases.filter((purchases.ordered_at >= start) & (purchases.ordered_at < end))
    by_purchase = purchases.group_by("customer_id").aggregate(
        purchases=purchases.count().cast("float64")
    )
    lines = tables.lines()
    lines = lines.filter((lines.ordered_at >= start) & (lines.ordered_at < end))
    by_line = lines.group_by("customer_id").aggregate(revenue=lines.net.sum().cast("float64"))
    each = people
    for part in (by_event, by_purchase, by_line):
        each = each.left_join(part, "customer_id").drop("customer_id_right")
    numbers = {
        name: each[name].fill_null(0.0)
        for name in (*_CAMPAIGN_EVENTS, *_ANY_EVENTS, "purchases", "revenue")
    }
    each = each.mutate(**numbers)
    seen = each.tracking.cast("float64")
    return each.mutate(
        purchase=(each.purchases > 0).cast("float64"),
        unsubscribed=ibis.greatest(each.unsubscribed, each.said_no.cast("float64")),
        opened=each.opened * seen,
        click=each.click * seen,
        tracked_and_sent=(each.tracking & each.sent).cast("float64"),
    )


def _by_arm(each: Table) -> Table:
    sums = {
        f"{name}_sum": each[name].sum()
        for name in ("opened", "purchases", "tracked_and_sent", *_DELIVERY, *METRICS)
    }
    squares = {f"{name}_squares": (each[name] * each[name]).sum() for name in METRICS}
    return (
        each.group_by("arm")
        .aggregate(
            assigned=each.count(),
            sent=each.sent.cast("int64").sum(),
            tracking=each.tracking.cast("int64").sum(),
            **sums,
            **squares,
        )
        .order_by("arm")
    )


def _moments(metric: str, row: Row, query: Query) -> OutcomeMoments:
    """Clicks are known of those alone who agreed to tracking: they are its n."""
    return OutcomeMoments(
        arm=row["arm"],
        metric=metric,
        n=row["tracking"] if metric == "click" else row["assigned"],
        total=row[f"{metric}_sum"],
        sum_of_squares=row[f"{metric}_squares"],
        query=query.id,
    )


def _arm(row: Row, query: Query) -> ArmResult:
    assigned, seen = row["assigned"], int(row["tracked_and_sent_sum"])
    tracked = f"of {seen:,} who got it and agreed to tracking"

    def count(name: str, value: float, n: int = assigned, note: str = "") -> Figure:
        return Figure(name=name, value=float(value), unit="count", n=n, query=query.id, note=note)

    def share(name: str, value: float, n: int, note: str = "") -> Figure:
        unit: Unit = "share"
        if n == 0:
            return Figure(name=name, value=None, unit=unit, n=0, query=query.id, note="nobody")
        found = share_interval(min(int(value), n), n)
        return figure_of(name, unit, found, n, query.id, note)

    sent = row["sent"]
    figures = [
        count("sent", sent),
        *(count(name, row[f"{name}_sum"], sent) for name in _DELIVERY),
        count("opened_by_person", row["opened_sum"], seen, tracked),
        share("opened_by_person_share", row["opened_sum"], seen, tracked),
        count("clicked", row["click_sum"], seen, tracked),
        share("clicked_share", row["click_sum"], seen, tracked),
    ]
    for metric in ("unsubscribed", "viewing_booked", "service_booked", "purchase"):
        figures.append(count(metric, row[f"{metric}_sum"], note="people"))
        figures.append(share(f"{metric}_share", row[f"{metric}_sum"], assigned))
    figures += [
        count("orders", row["purchases_sum"]),
        Figure(
            name="revenue",
            value=row["revenue_sum"],
            unit="money",
            n=assigned,
            query=query.id,
            note="net of returns in the period, VAT and discount",
        ),
    ]
    if assigned:
        mean = mean_interval(assigned, row["revenue_sum"], row["revenue_squares"])
        figures.append(figure_of("revenue_per_person", "per_person", mean, assigned, query.id))
    label = "held back by chance" if row["arm"] == HELD_BACK else row["arm"]
    return ArmResult(arm=row["arm"], label=label, assigned=assigned, figures=tuple(figures))


def _last_moment(tables: Tables) -> datetime | None:
    ordered = tables.lines().select(at=lambda t: t.ordered_at)
    happened = tables.events().select(at=lambda t: t.occurred_at)
    moments = ordered.union(happened)
    (row,), _ = tables.ask("last", moments.aggregate(at=moments.at.max()))
    at: datetime | None = row["at"]
    return at

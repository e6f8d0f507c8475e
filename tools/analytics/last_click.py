"""What last click would say: conversions within seven days after a click in this campaign's mail,
where no mail of another campaign was clicked in between.

It is shown beside the effect against those held back, never instead of it: it also counts what
people would have done anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from domain.figures import Figure, Query
from tools.analytics.port import LastClick
from tools.store.tables import Tables

DAYS = 7


def count_last_click(
    people: Table, campaign_id: str, start: datetime, end: datetime, tables: Tables
) -> tuple[tuple[Figure, ...], Query]:
    """Orders, revenue, viewings and services of those assigned who agreed to tracking."""
    credited = _credited(people.filter(people.tracking), start, end, tables)
    ours = credited.filter(credited.campaign_id == campaign_id)
    (row,), query = tables.ask(
        "last-click",
        ours.aggregate(
            orders=ours.count(where=ours.kind == "purchase"),
            revenue=ours.net.sum().cast("float64"),
            viewings=ours.count(where=ours.kind == "Viewing Booked"),
            services=ours.count(where=ours.kind == "Service Booked"),
        ),
    )
    note = f"within {DAYS} days after this campaign's click, the last one before"

    def count(name: str, value: int) -> Figure:
        return Figure(name=name, value=float(value), unit="count", query=query.id, note=note)

    return (
        count("last_click_orders", row["orders"]),
        Figure(
            name="last_click_revenue",
            value=row["revenue"] or 0.0,
            unit="money",
            n=row["orders"],
            query=query.id,
            note=f"{note}; net of VAT, discount and what the order itself returns",
        ),
        count("last_click_viewing_booked", row["viewings"]),
        count("last_click_service_booked", row["services"]),
    ), query


def count_of_all_mails(
    customer_ids: Sequence[str], start: datetime, end: datetime, tables: Tables
) -> LastClick:
    """Orders in [start, end) of these customers that last click gives to any mail."""
    tracked = tables.give("tracked", pa.table({"customer_id": pa.array(customer_ids, pa.string())}))
    credited = _credited(tracked, start, end, tables)
    bought = credited.filter(credited.kind == "purchase")
    (row,), query = tables.ask(
        "last-click-all",
        bought.aggregate(orders=bought.count(), revenue=bought.net.sum().cast("float64")),
    )
    return LastClick(orders=row["orders"], revenue=row["revenue"] or 0.0, days=DAYS, query=query)


def _credited(tracked: Table, start: datetime, end: datetime, tables: Tables) -> Table:
    """Conversions in [start, end), each with the campaign of the last click before it."""
    done = _conversions(tables).semi_join(tracked, "customer_id")
    done = done.filter((done.at >= tables.at(start)) & (done.at < tables.at(end)))
    both = done.join(_clicks(tables), "customer_id")
    both = both.filter(
        (both.clicked_at <= both.at) & (both.clicked_at > both.at - ibis.interval(days=DAYS))
    )
    ranked = both.mutate(
        place=ibis.row_number().over(
            group_by=[both.kind, both.id],
            order_by=[ibis.desc(both.clicked_at), ibis.desc(both.click_id)],
        )
    )
    return ranked.filter(ranked.place == 0)


def _conversions(tables: Tables) -> Table:
    """kind, id, customer_id, at and net of purchases and bookings."""
    purchases = tables.purchases()
    bought = purchases.filter(purchases.customer_id.notnull()).select(
        "customer_id",
        kind=ibis.literal("purchase"),
        id=purchases.order_id,
        at=purchases.ordered_at,
        net=purchases.net.cast("decimal(38, 6)"),
    )
    events = tables.events()
    booked = events.filter(events.name.isin(["Viewing Booked", "Service Booked"])).select(
        "customer_id",
        kind=events.name,
        id=events.event_id,
        at=events.occurred_at,
        net=ibis.literal(0, "decimal(38, 6)"),
    )
    return bought.union(booked)


def _clicks(tables: Tables) -> Table:
    events = tables.events().filter(lambda t: (t.name == "Email Link Clicked") & ~t.machine)
    return events.select(
        "customer_id",
        "campaign_id",
        clicked_at=events.occurred_at,
        click_id=events.event_id,
    )

"""Orders that nobody can be matched to: the part of every result that a report cannot see."""

from __future__ import annotations

from datetime import datetime

from domain.figures import Figure, Query
from tools.store.tables import Tables


def count_unmatched(
    start: datetime, end: datetime, tables: Tables
) -> tuple[tuple[Figure, ...], tuple[Query, ...]]:
    """Share of the purchases in [start, end) without a customer: of all, then channel by channel.
    Nothing where nobody bought."""
    bought = tables.lines().filter(
        lambda t: t.purchase & (t.ordered_at >= tables.at(start)) & (t.ordered_at < tables.at(end))
    )
    counted = bought.group_by(channel=bought.channel.fill_null("")).aggregate(
        orders=bought.order_id.nunique(),
        unknown=bought.order_id.nunique(where=bought.customer_id.isnull()),
    )
    rows, query = tables.ask("unmatched", counted.order_by("channel"))
    if not rows:
        return (), ()

    def figure(name: str, unknown: int, orders: int) -> Figure:
        share = unknown / orders
        return Figure(name=name, value=share, unit="share", n=orders, query=query.id)

    everywhere = figure("orders", sum(r["unknown"] for r in rows), sum(r["orders"] for r in rows))
    by_channel = (figure(r["channel"] or "unknown", r["unknown"], r["orders"]) for r in rows)
    return (everywhere, *by_channel), (query,)

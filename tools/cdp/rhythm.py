"""The house's own rhythm: how long people wait between two purchases, and who spends most."""

from __future__ import annotations

from typing import Any

import ibis
from ibis.expr.types import Table

from tools.cdp.port import CdpError, Rhythm
from tools.store.compile import require_one_currency
from tools.store.tables import Tables

FEWEST_WAITS = 50
"""Fewer waits than this say nothing of a rhythm."""


def measure_rhythm(tables: Tables) -> Rhythm:
    """As of the tables' moment."""
    (row,), about_waits = tables.ask("rhythm", _waits(tables))
    try:
        require_one_currency(tables)
    except CdpError:  # amounts of two currencies have no order
        top, about_values = None, None
    else:
        lines = tables.lines().filter(lambda t: t.customer_id.notnull())
        values = lines.group_by("customer_id").aggregate(value=lines.net.sum().cast("float64"))
        values = values.filter(values.value > 0)
        (tenth,), about_values = tables.ask(
            "top-tenth", values.aggregate(value=values.value.quantile(0.9))
        )
        top = tenth["value"]
    enough = row["n"] >= FEWEST_WAITS
    return Rhythm(
        wait_days=int(row["days"]) if enough else None,
        waits=row["n"],
        top_tenth_from=round(float(top), 2) if top is not None and enough else None,
        queries=tuple(q for q in (about_waits, about_values) if q is not None),
    )


def _waits(tables: Tables) -> Table:
    """How many waits of a day or more, and the least that nine of ten do not exceed."""
    purchases = tables.purchases().filter(lambda t: t.customer_id.notnull())
    one = ibis.window(group_by="customer_id", order_by=["ordered_at", "order_id"])
    before: Any = purchases.ordered_at.lag().over(one)
    waits = purchases.select(
        "order_id", "customer_id", days=purchases.ordered_at.date().delta(before.date(), unit="day")
    )
    waits = waits.filter(waits.days > 0)
    nth = ibis.row_number().over(order_by=["days", "order_id", "customer_id"]) + 1
    waits = waits.mutate(nth=nth, n=waits.count())
    return waits.aggregate(
        n=waits.count(), days=waits.days.min(where=10 * waits.nth >= 9 * waits.n)
    )

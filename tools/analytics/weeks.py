"""Revenue by city and week, and how much it varies by chance: what a test by regions stands on.

Weeks are whole and end with the as-of moment. A city's week is taken by the city's own mean, and
what all cities have in common that week (a feast, the weather) is taken off: what is left is the
noise that a test of one half of the cities against the other has to be heard through.
"""

from __future__ import annotations

from datetime import timedelta

import ibis
import numpy as np

from domain.money import Currency
from tools.analytics.port import AnalyticsError, PlaceWeeks, WeeklyRevenue
from tools.store.names import require_one_currency
from tools.store.tables import Tables

WEEKS = 26
LEAST_PLACES = 4


def count_weeks(tables: Tables, currency: Currency) -> WeeklyRevenue:
    """Raises AnalyticsError no_data where too few cities are known, CdpError mixed_currencies."""
    require_one_currency(tables, currency)
    start = tables.at(tables.as_of - timedelta(weeks=WEEKS))
    lines = tables.lines().filter(lambda t: (t.ordered_at > start) & t.customer_id.notnull())
    cities = tables.profiles().select("customer_id", "city")
    cities = cities.filter(cities.city.notnull())
    placed = lines.join(cities, "customer_id")
    # In microseconds: a whole week counted from the first moment, wherever days begin.
    since = placed.ordered_at.epoch_seconds() - start.epoch_seconds()
    placed = placed.mutate(week=((since - 1) // (7 * 24 * 3600)).cast("int64"))
    by_week = placed.group_by(["city", "week"]).aggregate(net=placed.net.sum().cast("float64"))
    rows, query = tables.ask("weekly-revenue", by_week.order_by(ibis._.city, ibis._.week))
    names = sorted({row["city"] for row in rows})
    table = np.zeros((len(names), WEEKS))
    for row in rows:
        if 0 <= row["week"] < WEEKS:
            table[names.index(row["city"]), row["week"]] += row["net"]
    kept = [
        place
        for place in range(len(names))
        if (table[place] > 0).sum() * 2 >= WEEKS and table[place].mean() > 0
    ]
    if len(kept) < LEAST_PLACES:
        raise AnalyticsError(
            "no_data",
            f"Only {len(kept)} cities have revenue in most weeks; a test by regions needs "
            f"{LEAST_PLACES}",
            next_step="import customers with their cities, and half a year of orders",
        )
    means = table[kept].mean(axis=1)
    relative = table[kept] / means[:, None]
    noise = relative - relative.mean(axis=0)
    freedom = (len(kept) - 1) * (WEEKS - 1)
    return WeeklyRevenue(
        weeks=WEEKS,
        places=tuple(
            PlaceWeeks(place=names[at], mean=float(mean))
            for at, mean in zip(kept, means, strict=True)
        ),
        spread=float(np.sqrt((noise**2).sum() / freedom)),
        query=query,
    )

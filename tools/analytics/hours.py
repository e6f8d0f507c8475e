"""At which local hour people click in mails and buy online.

Boutique and telephone purchases are left out: they tell opening hours. Clicks by machines are left
out as well.
"""

from __future__ import annotations

from ibis.expr.types import Table

from domain.predicate import Predicate
from tools.analytics.port import HourEvidence
from tools.store.compile import customers_that_fit
from tools.store.tables import Tables

IN_PERSON = ("boutique", "phone", "store", "pos", "retail", "telephone", "telefon", "filiale")
"""Channels where somebody else keeps the hours."""


def count_hours(rule: Predicate, tables: Tables) -> HourEvidence:
    """Raises CdpError unknown_field, mixed_currencies."""
    fit = customers_that_fit(rule, tables)
    acts = _clicks(tables).union(_purchases(tables))
    zones = tables.profiles().select("customer_id", "timezone")
    acts = acts.semi_join(fit, "customer_id").left_join(zones, "customer_id")
    zone = acts.timezone.fill_null(tables.timezone)
    acts = acts.select("customer_id", hour=tables.local_time(zone, acts.at).hour())
    counted = acts.group_by("hour").aggregate(n=acts.count())
    rows, query = tables.ask("hours", counted.order_by("hour"))
    (people,), _ = tables.ask("hours-people", acts.aggregate(people=acts.customer_id.nunique()))
    by_hour = {row["hour"]: row["n"] for row in rows}
    counts = tuple(by_hour.get(hour, 0) for hour in range(24))
    return HourEvidence(counts=counts, n=sum(counts), people=people["people"], query=query)


def _clicks(tables: Tables) -> Table:
    events = tables.events().filter(lambda t: (t.name == "Email Link Clicked") & ~t.machine)
    return events.select("customer_id", at=events.occurred_at)


def _purchases(tables: Tables) -> Table:
    purchases = tables.purchases()
    online = purchases.filter(purchases.customer_id.notnull() & ~purchases.channel.isin(IN_PERSON))
    return online.select("customer_id", at=online.ordered_at)

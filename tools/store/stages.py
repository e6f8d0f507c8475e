"""Where customers are in their life as such, by the data's own repurchase rhythm.

A wait is the number of days between two purchases of one person on different days; days are
those of the workspace's time zone, as everywhere in a rule. Of all waits, three of four are at
most ``usual`` days long and nine of ten at most ``longest``: who has been silent for longer than
``usual`` breaks the pattern, who has for longer than ``longest`` has, as a rule, gone. Latency as a
trip wire is Jim Novo's (Customer Latency, 2001, https://www.jimnovo.com/Customer-Latency.htm; he
takes the average wait); a high quantile of the waits as the border of inactivity is common where no
contract ends, and which one is a judgement
(https://engineering.indeedblog.com/blog/2020/01/defining-churn/). The two shares are ours, the
days are measured. Waits that have not ended are not among them, so both borders come out early, the
more so the shorter the data.

- lapsed: no purchase for longer than ``longest``
- at_risk: none for longer than ``usual``
- new: bought on one day so far
- won_back: came back last after a wait longer than ``longest``
- active: everybody else who bought

The first that holds is the stage; who never bought has none.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
from ibis.expr.types import Table

from domain.figures import Query
from domain.frozen import Frozen
from tools.cdp.port import CdpError
from tools.store.tables import Tables

FEWEST_WAITS = 50
"""Fewer waits than this say nothing of a rhythm."""
USUAL, LONGEST = 0.75, 0.9
_FIRST_DAY = date(1970, 1, 1)
"""Days are counted from here."""


class Waits(Frozen):
    """How long people wait between two purchases, in days; None: nobody ever came back."""

    n: int
    usual: int | None
    longest: int | None
    query: Query

    @property
    def enough(self) -> bool:
        return self.n >= FEWEST_WAITS


def measured_waits(tables: Tables) -> Waits:
    """As of the tables' moment, of everybody. The same lines have the same waits: they are measured
    anew once a later one is seen."""
    lines = tables.whole.lines()

    def look() -> Waits:
        seen = tables.run(lines.aggregate(last=lines.ordered_at.max()))
        last = seen.column("last").cast("int64")[0].as_py()
        return tables.kept(("waits", last), lambda: _measure(tables.whole))

    return tables.once("waits", look)


def _measure(tables: Tables) -> Waits:
    waits = _purchase_days(tables).filter(lambda t: t.waited > 0)
    lengths = waits.group_by("waited").aggregate(times=waits.count())
    ordered = ibis.window(order_by=lengths.waited, preceding=None, following=0)
    reached = lengths.mutate(upto=lengths.times.sum().over(ordered))
    total = lengths.aggregate(total=lengths.times.sum())
    shares = reached.cross_join(total).mutate(share=lambda t: t.upto / t.total.cast("float64"))
    (row,), query = tables.ask(
        "rhythm",
        shares.aggregate(
            n=shares.total.max(),
            usual=shares.waited.min(where=shares.share >= USUAL),
            days=shares.waited.min(where=shares.share >= LONGEST),
        ),
    )
    return Waits(n=row["n"] or 0, usual=row["usual"], longest=row["days"], query=query)


def stages(tables: Tables) -> Table:
    """customer_id and stage of everybody who bought.

    Raises CdpError no_rhythm where the data hold too few waits to tell.
    """
    waits = measured_waits(tables)
    if not waits.enough or waits.usual is None or waits.longest is None:
        raise CdpError(
            "no_rhythm",
            f"The data hold {waits.n} returns to buy again, and a stage rests on {FEWEST_WAITS} "
            "or more",
            next_step="say it in days instead: bought in the last 365 days",
        )
    days = _purchase_days(tables)
    each = days.group_by("customer_id").aggregate(
        last=days.day.max(),
        returns=days.count(where=days.waited > 0),
        last_wait=days.waited.argmax(days.day, where=days.waited > 0),
    )
    today = (tables.today() - _FIRST_DAY).days
    silent: Any = ibis.literal(today, "int64") - each.last
    stage = ibis.cases(
        (silent > waits.longest, "lapsed"),
        (silent > waits.usual, "at_risk"),
        (each.returns == 0, "new"),
        (each.last_wait > waits.longest, "won_back"),
        else_="active",
    )
    return each.select("customer_id", stage=stage)


def _purchase_days(tables: Tables) -> Table:
    """One row a day of purchase: customer_id, day (a number) and the days since the one before."""
    lines = tables.lines().filter(lambda t: t.purchase & t.customer_id.notnull())
    orders = lines.group_by(["customer_id", "order_id"]).aggregate(at=lines.ordered_at.min())
    first = ibis.date(_FIRST_DAY.isoformat())
    day = tables.local_day(orders["at"]).delta(first, unit="day").cast("int64")
    days = orders.select("customer_id", day=day).distinct()
    window = ibis.window(group_by=days.customer_id, order_by=days.day)
    return days.mutate(waited=days.day - days.day.lag().over(window))

"""One thing after the other: customers by the order of what they did."""

from __future__ import annotations

from typing import Any

import ibis
from ibis.expr.types import Table

from domain.predicate import Bought, Sequence, Step
from tools.store.occurrences import is_done, purchases_of
from tools.store.tables import Tables

_LOOKED_FOR, _BEFORE = 0, 1
"""What is looked for stands before what it must follow where both are at one moment: after means
later."""


def in_sequence(rule: Sequence, tables: Tables) -> Table:
    """customer_id of everybody who did it, once each. Raises CdpError as its steps do.

    A chain need only be followed by its latest link: of what happened before a moment the latest
    is within reach if any is.
    """
    first, *then = rule.steps
    reached = _moments(first, tables)
    for step in then:
        found = _moments(step, tables).semi_join(reached, "customer_id")
        reached = (_without if step.negated else _followed)(reached, found, step, tables)
    return reached.select("customer_id").distinct()


def _moments(step: Step, tables: Tables) -> Table:
    if isinstance(step.that, Bought):
        return purchases_of(step.that, tables).select("customer_id", "at").distinct()
    events = tables.events()
    done = events.filter(is_done(events, step.that, tables))
    return done.select("customer_id", at=done.occurred_at).distinct()


def _followed(reached: Table, found: Table, step: Step, tables: Tables) -> Table:
    """Those moments of ``found`` that come after one that was reached, in time."""
    both = _in_a_row(reached, found)
    window = ibis.window(
        group_by=both.customer_id, order_by=[both["at"], both.role], preceding=None, following=0
    )
    before = ibis.cases((both.role == _BEFORE, both["at"])).max().over(window)
    rows = both.mutate(before=before).filter(lambda t: t.role == _LOOKED_FOR)
    fits = rows.before.notnull()
    if step.within_days is not None:
        fits &= rows["at"] <= rows.before + ibis.interval(days=step.within_days)
    return rows.filter(fits).select("customer_id", "at")


def _without(reached: Table, found: Table, step: Step, tables: Tables) -> Table:
    """Those moments that were reached and that none of ``found`` followed in time."""
    both = _in_a_row(reached, found)
    window = ibis.window(
        group_by=both.customer_id, order_by=[both["at"], both.role], preceding=0, following=None
    )
    after = ibis.cases((both.role == _LOOKED_FOR, both["at"])).min().over(window)
    rows = both.mutate(after=after).filter(lambda t: t.role == _BEFORE)
    fits: Any = rows.after.isnull()
    if step.within_days is not None:
        end = rows["at"] + ibis.interval(days=step.within_days)
        fits = (fits | (rows.after > end)) & (end <= tables.moment)
    return rows.filter(fits).select("customer_id", "at")


def _in_a_row(reached: Table, found: Table) -> Table:
    return reached.mutate(role=ibis.literal(_BEFORE, "int64")).union(
        found.mutate(role=ibis.literal(_LOOKED_FOR, "int64"))
    )

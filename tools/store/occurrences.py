"""The purchases and events that a clause speaks of."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis
from ibis.expr.types import Table

from domain.customer import EVENT_NAMES
from domain.predicate import Bought, Did, Property, Spent
from domain.predicate.clauses import number
from tools.cdp.port import CdpError
from tools.store.names import require_known, require_one_currency, require_property, values_of
from tools.store.tables import Tables

_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"
_COLUMNS = ("campaign_id", "message_key", "product_id")
"""Properties that have a column of their own."""
_PLAIN = "letters, digits, spaces and _ - $ : / with dots between the levels"


def within(at: Any, rule: Bought | Spent | Did, tables: Tables) -> Any:
    """Whether a moment is in the rule's period; None where any moment is."""
    first = first_day(rule, tables)
    ends = [rule.before] if rule.before else []
    if rule.older_days:
        ends.append(tables.today() - timedelta(days=rule.older_days))
    fits = None
    if first is not None:
        fits = at >= tables.start_of(first)
    if ends:
        ended = at < tables.start_of(min(ends))
        fits = ended if fits is None else fits & ended
    return fits


def first_day(rule: Bought | Spent | Did, tables: Tables) -> date | None:
    """The day on which the rule's period begins; None: it has no beginning."""
    firsts = [rule.since] if rule.since else []
    if rule.last_days:
        firsts.append(tables.today() - timedelta(days=rule.last_days))
    return max(firsts, default=None)


def is_bought(lines: Table, rule: Bought, tables: Tables) -> Any:
    """Whether an order line is of a purchase that the clause counts, whatever the order's worth.

    Raises CdpError unknown_field, and for a worth mixed_currencies.
    """
    require_known(
        "channel", rule.channels, values_of(tables, "orders", "channel") if rule.channels else (),
        fold=True,
    )  # fmt: skip
    require_known(
        "category", rule.categories,
        values_of(tables, "orders", "category") if rule.categories else (), fold=True,
    )  # fmt: skip
    fits = lines.purchase & lines.customer_id.notnull()
    period = within(lines.ordered_at, rule, tables)
    if period is not None:
        fits &= period
    if rule.products:
        fits &= lines.product_id.isin(rule.products)
    if rule.categories:
        fits &= lines.category.isin([c.lower() for c in rule.categories])
    if rule.channels:
        fits &= lines.channel.isin([c.lower() for c in rule.channels])
    return fits


def has_worth(rule: Bought) -> bool:
    return rule.worth_at_least is not None or rule.worth_at_most is not None


def purchases_of(rule: Bought, tables: Tables) -> Table:
    """customer_id, order_id and ordered_at of the purchases that the clause counts.

    Raises as ``is_bought``.
    """
    lines = tables.lines()
    counted = is_bought(lines, rule, tables)
    if not has_worth(rule):
        found = lines.filter(counted)
        return found.group_by(["customer_id", "order_id"]).aggregate(at=found.ordered_at.min())
    require_one_currency(tables)
    whole = lines.mutate(counted=counted).filter(
        lambda t: t.purchase & t.customer_id.notnull()
    )  # the whole order's worth, whichever of its lines is looked for
    orders = whole.group_by(["customer_id", "order_id"]).aggregate(
        worth=whole.net.sum(), at=whole.ordered_at.min(where=whole.counted)
    )
    fits = orders["at"].notnull()
    if rule.worth_at_least is not None:
        fits &= orders.worth >= rule.worth_at_least
    if rule.worth_at_most is not None:
        fits &= orders.worth <= rule.worth_at_most
    return orders.filter(fits).drop("worth")


def is_done(events: Table, rule: Did, tables: Tables) -> Any:
    """Whether an event is one that the clause counts. Events by machines count for nobody.

    Raises CdpError unknown_field.
    """
    if rule.event not in EVENT_NAMES:
        known = {*EVENT_NAMES, *values_of(tables, "events", "name")}
        require_known("event", (rule.event,), known, fold=False)
    fits = (events.name == rule.event) & ~events.machine & events.customer_id.notnull()
    period = within(events.occurred_at, rule, tables)
    if period is not None:
        fits &= period
    if rule.products:
        fits &= events.product_id.isin(rule.products)
    for condition in rule.where:
        fits &= _has_property(events, condition, rule.event, tables)
    return fits


def _has_property(events: Table, condition: Property, event: str, tables: Tables) -> Any:
    column = _property(events, condition.name)
    if condition.name not in _COLUMNS:
        everyones = tables.whole.events()
        named = everyones.filter(everyones.name == event)
        require_property(tables, named, event, condition.name, _property(named, condition.name))
    if condition.op in ("known", "unknown"):
        return column.notnull() if condition.op == "known" else column.isnull()
    if condition.op in ("at_least", "at_most"):
        bound = float(number(condition.value))
        value = ibis.cases((column.re_search(_NUMBER), column)).cast("float64")
        fits = value >= bound if condition.op == "at_least" else value <= bound
        return fits.fill_null(False)
    return is_one_of(column, condition.op, condition.value)


def is_one_of(column: Any, op: str, value: str | tuple[str, ...]) -> Any:
    """Text compared without regard to case; what is not known is neither the one nor the other."""
    asked = value if isinstance(value, tuple) else (value,)
    plain = [text.strip().lower() for text in asked]
    text = column.lower()
    if op in ("contains", "begins"):
        fits: Any = ibis.literal(False)
        for part in plain:
            fits |= text.contains(part) if op == "contains" else text.startswith(part)
    else:
        fits = text.isin(plain)
    fits = fits.fill_null(False)
    return column.notnull() & (~fits if op == "is_not" else fits)


def _property(events: Table, name: str) -> Any:
    """A property as text; nothing where the event does not say it. Raises CdpError
    unknown_field for a name that no property can have."""
    if name in _COLUMNS:
        return events[name].nullif("")
    levels = name.split(".")
    if not all(level and all(c.isalnum() or c in " _-$:/" for c in level) for level in levels):
        raise CdpError(
            "unknown_field",
            f"No property can be asked for by the name {name!r}",
            thing=name,
            next_step=f"name one made of {_PLAIN}",
        )
    found: Any = events.properties.nullif("").cast("json")
    for level in levels:
        found = found[level]
    text = found.cast("string").nullif("null")
    quoted = text.startswith('"') & text.endswith('"')
    return quoted.ifelse(text.substr(1, text.length() - 2), text)

"""An audience rule as an Ibis expression: the customers that fit, one row each.

- A customer without any purchase has bought zero times and spent nothing; one without events did
  nothing; so ``Bought(at_least=0, at_most=0)`` finds them.
- Events by machines count for nobody.
- A trait that is not known is neither ``is`` nor ``is_not`` anything: ask for ``unknown``. Text
  is compared without regard to case; ``at_least`` and ``at_most`` are for ``created_at``.
- Names that the data do not have are refused, because ``not (clicked …)`` with a misspelt name
  would be everyone.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import ibis
from ibis.expr.types import Table

from domain.customer import EVENT_NAMES
from domain.predicate import AllOf, AnyOf, Bought, Did, Everyone, NotThat, Predicate, Spent, Trait
from tools.cdp.port import CdpError
from tools.store.schema import PROFILE_FIELDS, TableName
from tools.store.tables import Tables, next_day


def customers_that_fit(rule: Predicate, tables: Tables) -> Table:
    """A table of the one column customer_id, each id once.

    Raises CdpError ``unknown_field`` (with the nearest names) and, for a rule about money,
    ``mixed_currencies``.
    """
    return tables.customers().semi_join(_fit(rule, tables), "customer_id")


def _fit(rule: Predicate, tables: Tables) -> Table:
    """Ids that fit; strangers among them, who only have events, are left out by the caller."""
    match rule:
        case Everyone():
            return tables.customers()
        case AllOf(of=parts):
            return _all(parts, tables)
        case AnyOf(of=()):
            return tables.customers().filter(ibis.literal(False))
        case AnyOf(of=(first, *others)):
            fit = _fit(first, tables)
            for part in others:
                fit = fit.union(_fit(part, tables), distinct=True)
            return fit
        case NotThat(that=that):
            return tables.customers().anti_join(_fit(that, tables), "customer_id")
        case Bought():
            return _bought(rule, tables)
        case Spent():
            return _spent(rule, tables)
        case Did():
            return _did(rule, tables)
        case Trait():
            return _trait(rule, tables)


def _all(parts: Sequence[Predicate], tables: Tables) -> Table:
    """Start from a part that names people, so that nobody is looked at who is out anyway."""
    named = [part for part in parts if not isinstance(part, NotThat | Everyone)]
    fit = _fit(named[0], tables) if named else tables.customers()
    for part in named[1:]:
        fit = fit.semi_join(_fit(part, tables), "customer_id")
    for left_out in (part.that for part in parts if isinstance(part, NotThat)):
        fit = fit.anti_join(_fit(left_out, tables), "customer_id")
    return fit


def _bought(rule: Bought, tables: Tables) -> Table:
    _require_known("channel", rule.channels, _values(tables, "orders", "channel"))
    _require_known("category", rule.categories, _values(tables, "orders", "category"))
    lines = tables.lines().filter(lambda t: t.purchase & t.customer_id.notnull())
    lines = _within(lines, "ordered_at", rule.since, rule.before, tables)
    if rule.products:
        lines = lines.filter(lines.product_id.isin(rule.products))
    if rule.categories:
        lines = lines.filter(lines.category.isin([c.lower() for c in rule.categories]))
    if rule.channels:
        lines = lines.filter(lines.channel.isin([c.lower() for c in rule.channels]))
    counts = lines.group_by("customer_id").aggregate(number=lines.order_id.nunique())
    return _by_number(counts, rule.at_least, rule.at_most, tables)


def _spent(rule: Spent, tables: Tables) -> Table:
    require_one_currency(tables)
    lines = tables.lines().filter(lambda t: t.customer_id.notnull())
    lines = _within(lines, "ordered_at", rule.since, rule.before, tables)
    sums = lines.group_by("customer_id").aggregate(number=lines.net.sum())
    return _by_number(sums, rule.at_least, rule.at_most, tables)


def _did(rule: Did, tables: Tables) -> Table:
    known = {*EVENT_NAMES, *_values(tables, "events", "name")}
    _require_known("event", (rule.event,), known, fold=False)
    events = tables.events().filter(lambda t: (t.name == rule.event) & ~t.machine)
    events = _within(events, "occurred_at", rule.since, rule.before, tables)
    if rule.products:
        events = events.filter(events.product_id.isin(rule.products))
    counts = events.group_by("customer_id").aggregate(number=events.count())
    return _by_number(counts, rule.at_least, rule.at_most, tables)


def _by_number(numbers: Table, at_least: Any, at_most: Any, tables: Tables) -> Table:
    """Customers whose number is within bounds; those without one have zero."""
    zero_fits = (at_least is None or at_least <= 0) and (at_most is None or at_most >= 0)
    kept = numbers
    if at_least is not None:
        kept = kept.filter(kept.number >= at_least)
    if at_most is not None:
        kept = kept.filter(kept.number <= at_most)
    if not zero_fits:
        return kept.select("customer_id")
    outside = numbers.anti_join(kept, "customer_id")
    return tables.customers().anti_join(outside, "customer_id")


def _trait(rule: Trait, tables: Tables) -> Table:
    people = people_with_traits(tables)
    column = people[rule.field]
    values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
    if rule.op in ("known", "unknown"):
        fits = column.notnull() if rule.op == "known" else column.isnull()
    elif rule.field == "created_at":
        fits = _by_day(rule, column, values, tables)
    elif rule.op in ("at_least", "at_most"):
        raise CdpError(
            "unknown_field",
            f"{rule.field} has no order: it cannot be {rule.op.replace('_', ' ')} anything",
            thing=rule.field,
            next_step="at_least and at_most are for created_at; use is, is_not or in",
        )
    else:
        if rule.field != "customer_id" and not _said(tables, rule.field):
            raise CdpError(
                "unknown_field",
                f"No customer's {rule.field} is known",
                thing=rule.field,
                next_step=f"import customers with a column for it, or use one of: "
                f"{', '.join(f for f in PROFILE_FIELDS if _said(tables, f)) or 'customer_id'}",
            )
        is_one = column.lower().isin([v.strip().lower() for v in values])
        fits = column.notnull() & (~is_one if rule.op == "is_not" else is_one)
    return people.filter(fits).select("customer_id")


def _by_day(rule: Trait, column: Any, values: Iterable[str], tables: Tables) -> Any:
    try:
        days = [date.fromisoformat(value) for value in values]
    except ValueError as error:
        raise CdpError(
            "unknown_field",
            f"created_at is compared with days, and {rule.value!r} is none",
            thing="created_at",
            next_step="write it as 2026-03-31",
        ) from error
    on_one: Any = ibis.literal(False)
    for day in days:
        on_one |= (column >= tables.start_of(day)) & (column < tables.start_of(next_day(day)))
    if rule.op == "at_least":
        return column >= tables.start_of(min(days))
    if rule.op == "at_most":
        return column < tables.start_of(next_day(max(days)))
    return column.notnull() & (~on_one if rule.op == "is_not" else on_one)


def people_with_traits(tables: Tables) -> Table:
    """Every customer with their profile; where it says no country, that of the last order."""
    lines = tables.lines().filter(lambda t: t.customer_id.notnull() & (t.country != ""))
    latest = ibis.row_number().over(
        group_by="customer_id", order_by=[ibis.desc("ordered_at"), ibis.desc("line_id")]
    )
    lines = lines.mutate(nth=latest).filter(lambda t: t.nth == 0)
    shipped = lines.select("customer_id", ordered_to="country")
    people = tables.customers().left_join(tables.profiles(), "customer_id")
    people = people.drop("customer_id_right").left_join(shipped, "customer_id")
    return people.mutate(country=people.country.coalesce(people.ordered_to)).drop(
        "customer_id_right", "ordered_to"
    )


def require_one_currency(tables: Tables, currency: str | None = None) -> None:
    """Raise CdpError mixed_currencies where amounts do not add (or are not in ``currency``)."""
    found = _values(tables, "orders", "currency")
    if len(found) > 1 or (currency and found - {currency}):
        raise CdpError(
            "mixed_currencies",
            f"The orders are in {', '.join(sorted(found))}"
            + (f", the workspace reckons in {currency}" if currency else "")
            + ": they cannot be added",
            next_step="convert them to one currency before the import, in a new workspace",
        )


# --- names that the data have ---------------------------------------------------------------------


def _values(tables: Tables, table: TableName, column: str) -> set[str]:
    """The distinct values of a column, whenever they happened."""
    rows = tables.run(tables.stored(table).select(value=column).distinct())
    return {value for value in rows.column("value").to_pylist() if value}


def _said(tables: Tables, field: str) -> bool:
    return bool(
        _values(tables, "profiles", field)
        or (field == "country" and _values(tables, "orders", "country"))
    )


def _require_known(what: str, names: Iterable[str], known: set[str], *, fold: bool = True) -> None:
    turned: Callable[[str], str] = str.lower if fold else str
    for name in names:
        if turned(name) in known:
            continue
        by_fold = {k.casefold(): k for k in sorted(known)}
        near = [
            by_fold[n]
            for n in difflib.get_close_matches(name.casefold(), list(by_fold), n=3, cutoff=0.4)
        ] or sorted(known)[:8]
        raise CdpError(
            "unknown_field",
            f"The data have no {what} {name!r}",
            thing=name,
            next_step=f"use one of: {', '.join(near)}" if near else f"import data with a {what}",
        )


def _within(
    rows: Table, column: str, since: date | None, before: date | None, tables: Tables
) -> Table:
    if since is not None:
        rows = rows.filter(rows[column] >= tables.start_of(since))
    if before is not None:
        rows = rows.filter(rows[column] < tables.start_of(before))
    return rows

"""Fields of a profile as conditions."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import ibis
from ibis.expr.types import Table

from domain.predicate import Trait
from domain.predicate.clauses import DAY_FIELDS, LONGEST_WINDOW
from tools.cdp.port import CdpError
from tools.store.names import require_said
from tools.store.occurrences import is_one_of
from tools.store.tables import Tables, next_day


def trait_fits(rule: Trait, tables: Tables) -> Callable[[Any], Any]:
    """The condition on a person's field, as a column. Raises CdpError unknown_field."""
    if rule.op == "known":
        return lambda column: column.notnull()
    if rule.op == "unknown":
        return lambda column: column.isnull()
    if rule.field in DAY_FIELDS:
        by_day = _by_birthday if rule.field == "birthday" else _by_moment
        fits = by_day(rule, tables)
        return lambda column: fits(column).fill_null(False)
    if rule.op in ("at_least", "at_most", "last_days", "next_days"):
        raise CdpError(
            "unknown_field",
            f"{rule.field} has no order: it cannot be {rule.op.replace('_', ' ')} anything",
            thing=rule.field,
            next_step="at_least and at_most are for created_at and birthday; use is, is_not, in, "
            "contains or begins",
        )
    if rule.field != "customer_id":
        require_said(tables, rule.field)
    return lambda column: is_one_of(column, rule.op, rule.value)


def ordered_to(tables: Tables) -> Table:
    """customer_id and the country of the last order that names one, of those whose profile names
    none."""
    said = tables.profiles("country").filter(lambda t: t.country.notnull()).select("customer_id")
    lines = tables.lines().filter(lambda t: t.customer_id.notnull() & (t.country != ""))
    lines = lines.anti_join(said, "customer_id")
    latest = ibis.row_number().over(
        group_by="customer_id", order_by=[ibis.desc("ordered_at"), ibis.desc("line_id")]
    )
    lines = lines.mutate(nth=latest).filter(lambda t: t.nth == 0)
    return lines.select("customer_id", ordered_to="country")


def _by_moment(rule: Trait, tables: Tables) -> Callable[[Any], Any]:
    """Of a moment: the workspace's days."""
    if rule.op == "last_days":
        first = tables.today() - timedelta(days=_days(rule))
        return lambda at: at >= tables.start_of(first)
    days = _dates(rule)

    def fits(at: Any) -> Any:
        if rule.op == "at_least":
            return at >= tables.start_of(min(days))
        if rule.op == "at_most":
            return at < tables.start_of(next_day(max(days)))
        on_one: Any = ibis.literal(False)
        for day in days:
            on_one |= (at >= tables.start_of(day)) & (at < tables.start_of(next_day(day)))
        return at.notnull() & (~on_one if rule.op == "is_not" else on_one)

    return fits


def _by_birthday(rule: Trait, tables: Tables) -> Callable[[Any], Any]:
    if rule.op == "next_days":
        ahead = _anniversaries(tables.today(), _days(rule))
        return lambda day: (day.month() * 100 + day.day()).isin(ahead)
    days = _dates(rule)

    def fits(day: Any) -> Any:
        if rule.op == "at_least":
            return day >= ibis.date(min(days).isoformat())
        if rule.op == "at_most":
            return day <= ibis.date(max(days).isoformat())
        on_one = day.isin([ibis.date(one.isoformat()) for one in days])
        return day.notnull() & (~on_one if rule.op == "is_not" else on_one)

    return fits


def _anniversaries(today: date, days: int) -> list[int]:
    """Month and day, as 1231, of today and so many days after. Who was born on 29 February has
    their day on the 28th of a year without one."""
    found = set()
    for number in range(min(days, 366) + 1):
        day = today + timedelta(days=number)
        found.add(day.month * 100 + day.day)
        if (day.month, day.day) == (2, 28) and not isleap(day.year):
            found.add(229)
    return sorted(found)


def _dates(rule: Trait) -> list[date]:
    if rule.op not in ("is", "is_not", "in", "at_least", "at_most"):
        raise _wrong(rule, f"{rule.field} is a day: it cannot {rule.op.replace('_', ' ')} anything")
    values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
    try:
        days = [date.fromisoformat(value) for value in values]
    except ValueError as error:
        raise _wrong(
            rule, f"{rule.field} is compared with days, and {rule.value!r} is none"
        ) from error
    if not days:
        raise _wrong(rule, f"{rule.field} is compared with days, and none is said")
    if not 1900 <= min(days).year <= max(days).year <= 2200:
        raise _wrong(rule, f"{rule.field} is compared with a day of another age: {rule.value!r}")
    return days


def _days(rule: Trait) -> int:
    text = rule.value if isinstance(rule.value, str) else ",".join(rule.value)
    if not text.isdecimal() or not 1 <= int(text[:9]) <= LONGEST_WINDOW:
        raise CdpError(
            "unknown_field",
            f"{rule.field} {rule.op.replace('_', ' ')} takes a number of days, not {text!r}",
            thing=rule.field,
            next_step="write a whole number such as 30",
        )
    return int(text)


def _wrong(rule: Trait, what: str) -> CdpError:
    return CdpError("unknown_field", what, thing=rule.field, next_step="write it as 2026-03-31")

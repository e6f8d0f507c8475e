"""Audience rules as Ibis expressions.

A rule asks a few numbers of each person: how many purchases of a kind, which value, whether they
agreed. They are gathered first, for all rules that are asked together, and read in one scan of
each table (``PerPerson``); a rule is then a condition on one row a person. So a dozen segments,
their overlap and their sizes cost about what one of them does.

- A customer without any purchase has bought zero times and spent nothing; one without events did
  nothing; so ``Bought(at_least=0, at_most=0)`` finds them.
- Events by machines count for nobody.
- A trait that is not known is neither ``is`` nor ``is_not`` anything: ask for ``unknown``. Text
  is compared without regard to case; ``at_least`` and ``at_most`` are for days.
- Names that the data do not have are refused, because ``not (clicked …)`` with a misspelt name
  would be everyone.
- Saved segments are in the place of their names before a rule comes here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ibis
from ibis.expr.types import Table

from domain.customer import ConsentPurpose
from domain.predicate import (
    Agreed,
    AllOf,
    AnyOf,
    Bought,
    Did,
    Everyone,
    InSegment,
    NotThat,
    Predicate,
    Score,
    Spent,
    Stage,
    Trait,
)
from domain.predicate import Sequence as InSequence
from domain.predicate.naming import with_segments
from tools.store.agreed import answers_that_count
from tools.store.names import require_one_currency
from tools.store.occurrences import first_day, has_worth, is_bought, is_done, purchases_of, within
from tools.store.scores import scores
from tools.store.sequences import in_sequence
from tools.store.stages import stages
from tools.store.tables import Tables
from tools.store.traits import ordered_to, trait_fits

Fits = Callable[[Table], Any]
"""A condition on the row of a person, never null."""
Aggregate = Callable[[Any], Any]
"""A number over the rows of a condition; None: over all."""
Counted = Bought | Spent | Did


def customers_that_fit(rule: Predicate, tables: Tables) -> Table:
    """A table of the one column customer_id, each id once.

    Raises CdpError ``unknown_field`` (with the nearest names), ``no_rhythm`` for a stage, and,
    for a rule about money, ``mixed_currencies``.
    """
    asked = PerPerson(tables)
    fits = asked.ask(rule)
    people = asked.table(rule)
    return people.filter(fits(people)).select("customer_id")


class PerPerson:
    """One row a customer with what the rules ask of them: ask first, then take the table."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._lines = tables.lines()
        self._events = tables.events()
        self._numbers: dict[tuple[str, Counted], tuple[str, Aggregate, Any]] = {}
        """(table, clause) → its column, the aggregate, and the rows that it needs."""
        self._traits: set[str] = set()
        self._purposes: set[ConsentPurpose] = set()
        self._parts: dict[object, tuple[str, Table]] = {}
        """What is answered → its column, and the table of customer_id and that column."""

    def ask(self, rule: Predicate) -> Fits:
        """The condition that a rule is. Raises as ``customers_that_fit``."""
        match rule:
            case Everyone():
                return lambda people: ibis.literal(True)
            case AllOf(of=parts):
                return _joined([self.ask(part) for part in parts], every=True)
            case AnyOf(of=parts):
                return _joined([self.ask(part) for part in parts], every=False)
            case NotThat(that=that):
                fits = self.ask(that)
                return lambda people: ~fits(people)
            case Bought():
                return _between(self._bought(rule), rule.at_least, rule.at_most)
            case Did():
                return _between(self._did(rule), rule.at_least, rule.at_most)
            case Spent():
                return _between(self._spent(rule), rule.at_least, rule.at_most)
            case Trait():
                return self._trait(rule)
            case Agreed():
                return self.agreed(rule.purpose)
            case Stage():
                name = self._part("stage", lambda: stages(self._tables))
                return lambda people: people[name].isin(rule.stages).fill_null(False)
            case Score():
                name = self._part(rule.score, lambda: scores(rule.score, self._tables))
                return _between(name, rule.at_least, rule.at_most)
            case InSequence():
                name = self._part(
                    rule,
                    lambda: in_sequence(rule, self._tables).mutate(did=ibis.literal(True)),
                )
                return lambda people: people[name].fill_null(False)
            case InSegment():
                with_segments(rule, {})  # refuses it: nobody put the segment's rule in its place
                raise AssertionError

    def agreed(self, purpose: ConsentPurpose) -> Fits:
        """Whether the answer that counts is yes."""
        self._purposes.add(purpose)
        self._tables.consents()
        return lambda people: people[purpose].fill_null(False)

    def trait(self, field: str) -> Callable[[Table], Any]:
        """A field of the profile; null where it is not known. Where no country is said, that of
        the last order stands."""
        if field != "customer_id":
            self._traits.add(field)
        if field == "country":
            return lambda people: people.country.coalesce(people.ordered_to)
        return lambda people: people[field]

    def last_bought(self) -> Callable[[Table], Any]:
        """The moment of the last purchase; null where nobody bought."""
        bought = self._lines.purchase & self._lines.customer_id.notnull()
        name = self._number(
            "orders, their last",
            Bought(),
            lambda rows: self._lines.ordered_at.max(where=rows),
            bought,
        )
        return lambda people: people[name]

    def value(self) -> Callable[[Table], Any]:
        """Value net of returns, VAT and discount, of all time; null without an order. Raises
        CdpError mixed_currencies."""
        name = self._spent(Spent())
        return lambda people: people[name]

    def table(self, fitting: Predicate | None = None) -> Table:
        """customer_id of every customer known, and a column for everything that was asked.

        With ``fitting`` only those need be there who fit it: where all of them have a row in one
        of the parts, the others are not looked for.
        """
        parts = self._all_parts()
        first = None if fitting is None else _all_in(fitting)
        people = parts.pop(first) if first in parts else self._tables.customers()
        columns = [name for part in (people, *parts.values()) for name in part.columns]
        for number, part in enumerate(parts.values()):  # one chain of joins, chosen from once
            people = people.left_join(part, "customer_id", rname=f"{{name}}_of_{number}")
        return people.select(*(dict.fromkeys(columns)))

    # --- what is asked ------------------------------------------------------------------------

    def _bought(self, rule: Bought) -> str:
        counted = rule.model_copy(update={"at_least": 1, "at_most": None})
        if has_worth(rule):

            def count_them() -> Table:
                orders = purchases_of(rule, self._tables)
                return orders.group_by("customer_id").aggregate(number=orders.count())

            return self._part(counted, count_them)
        fits = is_bought(self._lines, rule, self._tables)
        if (rule.at_least, rule.at_most) in ((1, None), (0, 0)):  # any line will do
            number: Aggregate = lambda rows: self._lines.order_id.count(where=rows)  # noqa: E731
            return self._number("orders", counted, number, fits)
        return self._number(
            "orders, told apart",
            counted,
            lambda rows: self._lines.order_id.nunique(where=rows),
            fits,
        )

    def _spent(self, rule: Spent) -> str:
        require_one_currency(self._tables)
        fits = self._lines.customer_id.notnull()
        period = within(self._lines.ordered_at, rule, self._tables)
        if period is not None:
            fits &= period
        summed = rule.model_copy(update={"at_least": None, "at_most": None})
        return self._number("orders", summed, lambda rows: self._lines.net.sum(where=rows), fits)

    def _did(self, rule: Did) -> str:
        fits = is_done(self._events, rule, self._tables)
        counted = rule.model_copy(update={"at_least": 1, "at_most": None})
        return self._number(
            "events", counted, lambda rows: self._events.customer_id.count(where=rows), fits
        )

    def _trait(self, rule: Trait) -> Fits:
        fits = trait_fits(rule, self._tables)
        column = self.trait(rule.field)
        return lambda people: fits(column(people))

    def _number(self, table: str, clause: Counted, number: Aggregate, rows: Any) -> str:
        name = f"n{len(self._numbers)}"
        return self._numbers.setdefault((table, clause), (name, number, rows))[0]

    def _part(self, key: object, made: Callable[[], Table]) -> str:
        if key not in self._parts:
            part, name = made(), f"part{len(self._parts)}"
            (column,) = (one for one in part.columns if one != "customer_id")
            self._parts[key] = (name, part.rename({name: column}))
        return self._parts[key][0]

    # --- where it is read ---------------------------------------------------------------------

    def _all_parts(self) -> dict[object, Table]:
        parts = {
            "orders": self._counted(self._lines, self._lines.ordered_at, "orders"),
            "events": self._counted(self._events, self._events.occurred_at, "events"),
            "profiles": self._profiles(),
            "countries": ordered_to(self._tables) if "country" in self._traits else None,
            "answers": self._answers(),
        }
        found: dict[object, Table] = {
            name: part for name, part in parts.items() if part is not None
        }
        return {**found, **dict(self._parts.values())}

    def _counted(self, rows: Table, at: Any, what: str) -> Table | None:
        """The numbers of one table, over the rows that any of them needs."""
        asked = {k: v for k, v in self._numbers.items() if k[0].startswith(what)}
        if not asked:
            return None
        (_, _, needed), *others = asked.values()
        if not others:  # the rows are filtered already
            numbers = {name: number(None) for name, number, _ in asked.values()}
        else:
            for _, _, also in others:
                needed |= also
            # What is common to all is said apart: files are skipped by it, and by no "or".
            clauses = [clause for _, clause in asked]
            firsts = [first_day(clause, self._tables) for clause in clauses]
            if None not in firsts:
                earliest = min(day for day in firsts if day is not None)
                needed &= at >= self._tables.start_of(earliest)
            if what == "events":
                names = sorted({c.event for c in clauses if isinstance(c, Did)})
                needed &= rows["name"].isin(names)
            numbers = {name: number(fits) for name, number, fits in asked.values()}
        return rows.filter(needed).group_by("customer_id").aggregate(**numbers)

    def _profiles(self) -> Table | None:
        if not self._traits:
            return None
        return self._tables.profiles(*sorted(self._traits))

    def _answers(self) -> Table | None:
        return answers_that_count(self._purposes, self._tables) if self._purposes else None


def _all_in(rule: Predicate) -> str | None:
    """A part in which everybody who fits has a row, if there is one."""
    match rule:
        case AllOf(of=parts):
            return next(filter(None, map(_all_in, parts)), None)
        case AnyOf(of=(first, *others)):
            found = _all_in(first)
            return found if all(_all_in(other) == found for other in others) else None
        case Bought(at_least=least) if not has_worth(rule):
            return "orders" if least > 0 else None
        case Spent(at_least=least):
            return "orders" if least is not None and least > 0 else None
        case Trait(field=field, op=op):
            said = op != "unknown" and field not in ("customer_id", "country")
            return "profiles" if said else None
        case _:
            return None


def _joined(fits: Sequence[Fits], *, every: bool) -> Fits:
    def joined(people: Table) -> Any:
        whole: Any = ibis.literal(every)
        for at, one in enumerate(fits):
            part = one(people)
            whole = part if at == 0 else (whole & part if every else whole | part)
        return whole

    return joined


def _between(column: str, at_least: Any, at_most: Any) -> Fits:
    """Whether a number is within bounds; who has none has zero."""

    def between(people: Table) -> Any:
        number = people[column].fill_null(0)
        fits: Any = ibis.literal(True)
        if at_least is not None:
            fits = number >= at_least
        if at_most is not None:
            fits = (number <= at_most) if at_least is None else fits & (number <= at_most)
        return fits

    return between

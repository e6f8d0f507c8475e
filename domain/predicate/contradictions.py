"""Clauses that nobody can fit, whatever the data hold."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from domain.predicate.clauses import Bought, Dated, Did, Predicate, Score, Sequence, Spent
from domain.predicate.naming import clauses
from domain.predicate.words import in_words


def contradictions(rule: Predicate) -> tuple[str, ...]:
    """A sentence for each clause whose own bounds shut out everybody."""
    return tuple(
        f"Nobody can fit “{in_words(clause)}”: {why}."
        for clause in clauses(rule)
        if (why := next(_reasons(clause), None)) is not None
    )


def _reasons(clause: Predicate) -> Iterator[str]:
    match clause:
        case Bought() | Did():
            yield from _period(clause)
            yield from _bounds(clause.at_least, clause.at_most)
            if isinstance(clause, Bought):
                yield from _bounds(clause.worth_at_least, clause.worth_at_most)
        case Spent():
            yield from _period(clause)
            yield from _bounds(clause.at_least, clause.at_most)
        case Score():
            yield from _bounds(clause.at_least, clause.at_most)
        case Sequence():
            for step in clause.steps[: -1 if clause.steps[-1].negated else None]:
                yield from _period(step.that)


def _period(clause: Dated) -> Iterator[str]:
    since, before = clause.since, clause.before
    if since is not None and before is not None and before <= since:
        yield "the period ends before it begins"
    last, older = clause.last_days, clause.older_days
    if last is not None and older is not None and last <= older:
        yield f"no day of the last {last} is more than {older} days ago"


def _bounds(least: int | Decimal | None, most: int | Decimal | None) -> Iterator[str]:
    if least is not None and most is not None and most < least:
        yield f"nothing is at least {least:,} and at most {most:,}"

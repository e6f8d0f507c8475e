"""Segments of segments: names become the rules that they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from domain.errors import Refused
from domain.nearest import nearest
from domain.predicate.clauses import AllOf, AnyOf, InSegment, NotThat, Predicate


class SegmentNameError(Refused):
    code: Literal["unknown_segment", "circular_segments"]


def clauses(rule: Predicate) -> Iterator[Predicate]:
    """The rule's clauses from left to right, those that join others not among them."""
    match rule:
        case AllOf(of=parts) | AnyOf(of=parts):
            for part in parts:
                yield from clauses(part)
        case NotThat(that=that):
            yield from clauses(that)
        case _:
            yield rule


def with_segments(rule: Predicate, named: Mapping[str, Predicate]) -> Predicate:
    """The rule with every segment's rule in the place of its name, through all levels.

    Names are compared without regard to case. Raises SegmentNameError ``unknown_segment`` with
    the nearest names, ``circular_segments`` where a segment comes back to itself.
    """
    if not any(isinstance(clause, InSegment) for clause in clauses(rule)):
        return rule
    return _replaced(rule, {name.casefold(): that for name, that in named.items()}, named, ())


def _replaced(
    rule: Predicate,
    by_fold: Mapping[str, Predicate],
    named: Mapping[str, Predicate],
    within: tuple[str, ...],
) -> Predicate:
    match rule:
        case AllOf(of=parts):
            return AllOf(of=tuple(_replaced(part, by_fold, named, within) for part in parts))
        case AnyOf(of=parts):
            return AnyOf(of=tuple(_replaced(part, by_fold, named, within) for part in parts))
        case NotThat(that=that):
            return NotThat(that=_replaced(that, by_fold, named, within))
        case InSegment(name=name):
            fold = name.casefold()
            if fold in within:
                raise SegmentNameError(
                    "circular_segments",
                    f"The segment “{name}” is defined by itself",
                    thing=" → ".join((*within, fold)),
                    next_step="change the rule of one of them so that it names another",
                )
            if fold not in by_fold:
                raise SegmentNameError(
                    "unknown_segment",
                    f"There is no saved segment “{name}”",
                    thing=name,
                    next_step="use one of: " + ", ".join(nearest(name, named))
                    if named
                    else "save one first: mainspring audience save NAME RULE",
                )
            return _replaced(by_fold[fold], by_fold, named, (*within, fold))
        case _:
            return rule

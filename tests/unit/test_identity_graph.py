"""Ties into persons: whatever the ties and constraints are, none of the latter is broken."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tools.identity.graph import Grouping, Ints, Pair, group
from tools.identity.paths import tree

CUSTOMERS = 12
pairs = st.tuples(st.integers(0, CUSTOMERS - 1), st.integers(0, CUSTOMERS - 1)).filter(
    lambda pair: pair[0] < pair[1]
)
ties = st.lists(pairs, max_size=24, unique=True)
constraints = st.lists(pairs, max_size=6, unique=True)


def _grouped(tied: list[Pair], apart: list[Pair], against: list[Pair], most: int = 50) -> Grouping:
    def contradictions(groups: Ints) -> list[Pair]:
        return [(a, b) for a, b in against if groups[a] == groups[b]]

    one, other = (np.array([pair[i] for pair in tied], np.int32) for i in (0, 1))
    return group(CUSTOMERS, one, other, apart=apart, most=most, contradictions=contradictions)


def _persons(grouping: Grouping) -> set[frozenset[int]]:
    found: dict[int, set[int]] = {}
    for customer, number in enumerate(grouping.group.tolist()):
        found.setdefault(number, set()).add(customer)
    return {frozenset(members) for members in found.values()}


@given(ties, constraints, constraints, st.integers(2, 6))
def test_no_constraint_and_no_limit_is_ever_broken(
    tied: list[Pair], apart: list[Pair], against: list[Pair], most: int
) -> None:
    grouping = _grouped(tied, apart, against, most)
    for members in _persons(grouping):
        assert len(members) <= most
        assert not any(
            pair in apart or pair in against for pair in combinations(sorted(members), 2)
        )


@given(ties, constraints, constraints, st.integers(2, 6))
def test_what_was_refused_is_said_with_the_constraint_that_refused_it(
    tied: list[Pair], apart: list[Pair], against: list[Pair], most: int
) -> None:
    grouping = _grouped(tied, apart, against, most)
    refused = {position for position, _, _ in grouping.refused}
    assert refused == set(np.flatnonzero(~grouping.held).tolist())
    for position, (a, b) in enumerate(tied):
        assert (grouping.group[a] == grouping.group[b]) or position in refused
    for _, why, pair in grouping.refused:
        if why == "decided_apart":
            assert pair in apart
        elif why == "contradiction":
            assert pair in against


@given(ties, constraints, st.integers(2, 6))
def test_the_members_of_a_person_are_connected_by_ties_that_stand(
    tied: list[Pair], apart: list[Pair], most: int
) -> None:
    grouping = _grouped(tied, apart, [], most)
    persons = np.array(
        [min(np.flatnonzero(grouping.group == number)) for number in grouping.group], np.int32
    )
    one, other = (np.array([pair[i] for pair in tied], np.int32) for i in (0, 1))
    found = tree(one, other, grouping.held, persons)
    for customer in range(CUSTOMERS):
        at, steps = customer, 0
        while at != persons[customer]:
            assert grouping.held[found.by[at]]
            assert {at, int(found.towards[at])} == set(tied[found.by[at]])
            at, steps = int(found.towards[at]), steps + 1
            assert steps < CUSTOMERS


@given(ties)
def test_without_constraints_persons_are_what_hangs_together(tied: list[Pair]) -> None:
    expected = [{n} for n in range(CUSTOMERS)]
    for a, b in tied:
        x, y = (next(group for group in expected if n in group) for n in (a, b))
        if x is not y:
            x |= y
            expected.remove(y)
    assert _persons(_grouped(tied, [], [])) == {frozenset(group) for group in expected}


def test_the_stronger_tie_stands_where_two_may_not_both() -> None:
    grouping = _grouped([(0, 1), (1, 2)], apart=[(0, 2)], against=[])
    assert grouping.refused == [(1, "decided_apart", (0, 2))]
    assert _persons(_grouped([(1, 2), (0, 1)], apart=[(0, 2)], against=[])) >= {frozenset({1, 2})}

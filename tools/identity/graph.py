"""Ties into persons: connected components under what must stay apart.

A tie unites two groups unless a constraint holds between any of their members, or they would be
too many. Ties are taken in their order, the strongest first, so the answer depends on nothing
else; what is refused is said, with the constraint that refused it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Ints = npt.NDArray[np.int32]
Why = Literal["decided_apart", "contradiction", "too_many"]
Pair = tuple[int, int]


@dataclass
class Grouping:
    group: Ints
    """Of each customer: a number that is the same for all of one person."""
    held: npt.NDArray[np.bool_]
    """Of each tie: whether it stands. One that was refused does not."""
    refused: list[tuple[int, Why, Pair]] = field(default_factory=list)
    """The tie's position, why, and the two customers who may not be one."""


def group(
    customers: int,
    one: Ints,
    other: Ints,
    *,
    apart: Iterable[Pair],
    most: int,
    contradictions: Callable[[Ints], Iterable[Pair]],
) -> Grouping:
    """Unite along ties (``one[i]``, ``other[i]``), the strongest first.

    ``contradictions`` is asked for pairs that contradict each other within groups (it gets every
    customer's group) until there are none left.
    """
    labels = _components(customers, one, other)
    held = np.ones(one.size, dtype=np.bool_)
    constraints: dict[Pair, Why] = {_ordered(pair): "decided_apart" for pair in apart}
    sizes = np.bincount(labels, minlength=customers)
    suspect = {int(labels[a]) for a, b in constraints if labels[a] == labels[b]}
    suspect |= set(np.flatnonzero(sizes > most).tolist())
    answer = Grouping(group=labels.copy(), held=held)
    refused: dict[int, tuple[Why, Pair]] = {}
    component_of_tie = labels[one]
    while True:
        if suspect:
            chosen = np.flatnonzero(np.isin(component_of_tie, list(suspect)))
            for position in chosen.tolist():
                refused.pop(position, None)
            _regroup(answer, labels, suspect, chosen, one, other, constraints, most, refused)
        found = [_ordered(pair) for pair in contradictions(answer.group)]
        new = [pair for pair in found if pair not in constraints]
        if not new:
            break
        constraints.update(dict.fromkeys(new, "contradiction"))
        suspect = {int(labels[a]) for a, _ in new}
    answer.held = np.ones(one.size, dtype=np.bool_)
    for position in refused:
        answer.held[position] = False
    answer.refused = [(position, *refused[position]) for position in sorted(refused)]
    return answer


def _ordered(pair: Pair) -> Pair:
    return pair if pair[0] < pair[1] else (pair[1], pair[0])


def _components(customers: int, one: Ints, other: Ints) -> Ints:
    graph = coo_matrix(
        (np.ones(one.size, dtype=np.int8), (one, other)), shape=(customers, customers)
    )
    _, labels = connected_components(graph, directed=False)
    found: Ints = labels.astype(np.int32)
    return found


def _regroup(
    answer: Grouping,
    labels: Ints,
    suspect: set[int],
    ties: npt.NDArray[np.intp],
    one: Ints,
    other: Ints,
    constraints: Mapping[Pair, Why],
    most: int,
    refused: dict[int, tuple[Why, Pair]],
) -> None:
    """Take the ties of suspect components one by one."""
    members = np.flatnonzero(np.isin(labels, list(suspect)))
    root = {int(n): int(n) for n in members}
    inside: dict[int, list[int]] = {n: [n] for n in root}
    enemies: dict[int, set[int]] = defaultdict(set)
    for a, b in constraints:
        if a in root and b in root:
            enemies[a].add(b)
            enemies[b].add(a)
    for position in ties.tolist():
        a, b = root[int(one[position])], root[int(other[position])]
        if a == b:
            continue
        clash = next(
            ((x, y) for x in inside[a] if x in enemies for y in inside[b] if y in enemies[x]), None
        )
        if clash is not None:
            pair = _ordered(clash)
            refused[position] = (constraints[pair], pair)
            continue
        if len(inside[a]) + len(inside[b]) > most:
            refused[position] = ("too_many", (int(one[position]), int(other[position])))
            continue
        if len(inside[a]) < len(inside[b]):
            a, b = b, a
        for moved in inside[b]:
            root[moved] = a
        inside[a] += inside.pop(b)
    first = {found: min(those) for found, those in inside.items()}
    # A group is named by its first customer, from a range that components' labels do not reach.
    start = labels.size
    for n, found in root.items():
        answer.group[n] = start + first[found]

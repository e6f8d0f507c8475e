"""How each customer hangs on the one who names the person: a tree of the strongest ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from tools.identity.graph import Ints


@dataclass(frozen=True)
class Tree:
    towards: Ints
    """Of each customer the next one on the way to the person."""
    by: Ints
    """The position of the tie to that one."""
    ties: Ints
    """All positions that are used."""


def tree(one: Ints, other: Ints, held: npt.NDArray[np.bool_], persons: Ints) -> Tree:
    """Of the ties that stand, those that connect each person with the strongest."""
    customers = persons.size
    positions = np.flatnonzero(held & (persons[one] == persons[other]))
    # The first tie of each pair is its strongest; a matrix would add them up.
    pairs = one[positions].astype(np.int64) * customers + other[positions]
    _, first = np.unique(pairs, return_index=True)
    positions = positions[first]
    weights = coo_matrix(
        (positions + 1.0, (one[positions], other[positions])), shape=(customers, customers)
    )
    kept = minimum_spanning_tree(weights.tocsr()).tocoo()
    ties = (kept.data - 1).astype(np.int32)
    named = np.flatnonzero(persons == np.arange(customers)).astype(np.int32)
    # From one more place, which every person is tied to, all are reached at once.
    rows = np.concatenate([kept.row, np.full(named.size, customers, np.int32)])
    columns = np.concatenate([kept.col, named])
    graph = csr_matrix(
        (np.ones(rows.size, np.int8), (rows, columns)), shape=(customers + 1, customers + 1)
    )
    _, towards = breadth_first_order(graph, customers, directed=False)
    by = np.full(customers, -1, np.int32)
    a, b = kept.row, kept.col
    below = np.where(towards[a] == b, a, b)
    by[below] = ties
    return Tree(towards=towards[:customers].astype(np.int32), by=by, ties=ties)

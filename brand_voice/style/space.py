"""The space in which pieces of text are compared: counted views, weighted and laid side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, diags_array, hstack

from brand_voice.style.views import COUNTED, Features, View

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

WEIGHTS: Mapping[View, float] = {
    "letters": 1.0,
    "words": 1.0,
    "classes": 1.0,
    "function": 0.5,
    "sizes": 0.5,
}
"""Part of each view in the likeness of two pieces. Leaving any one out, or doubling it, changed
macro-F1 by a point at most on the authors that they were chosen on (docs/style.md)."""
MOST_COLUMNS = 16_000
"""Of each view: its most widespread runs. Rarer ones tell a document, not a hand."""
LEAST_PIECES = 2
"""A run seen in fewer pieces is dropped."""
CLIP = 3.0
"""Standard deviations beyond which a size is as far out as it gets."""
_FEW = 8
"""So few rows are multiplied one by one."""
_HEAVY = 50
"""A column that more than one in so many rows has is multiplied dense, which is then faster."""


@dataclass(frozen=True)
class Table:
    """Counts of many pieces: a row each, a column for every run of every view."""

    counts: csr_array
    columns: Columns
    sizes: Floats

    @cached_property
    def views(self) -> npt.NDArray[np.int8]:
        """Of each column: its place in COUNTED."""
        return np.array([view for view, _ in self.columns], dtype=np.int8)


Columns = dict[tuple[int, str], int]
"""(view, run) → its column."""


def tabulate(pieces: Sequence[Features], columns: Columns | None = None) -> Table:
    """Counts side by side; with ``columns`` given, those alone."""
    known: Columns = {} if columns is None else columns
    rows, places, values = [], [], []
    for row, piece in enumerate(pieces):
        for view, name in enumerate(COUNTED):
            for run, count in piece.counts[name].items():
                key = (view, run)
                at = known.get(key)
                if at is None:
                    if columns is not None:
                        continue
                    at = known[key] = len(known)
                rows.append(row)
                places.append(at)
                values.append(count)
    counts = csr_array(
        (np.array(values, dtype=np.float32), (np.array(rows, np.intp), np.array(places, np.intp))),
        shape=(len(pieces), len(known)),
    )
    return Table(
        counts=counts,
        columns=known,
        sizes=np.array([piece.sizes for piece in pieces], dtype=np.float64),
    )


@dataclass(frozen=True)
class Space:
    """How the columns of a Table are weighted: learnt from the rows that a model learns from."""

    columns: Ints
    """Columns of the table that are kept."""
    rarity: npt.NDArray[np.float32]
    """Of each: log of the inverse share of pieces that have it, plus one."""
    views: npt.NDArray[np.int8]
    mean: Floats
    spread: Floats
    weights: Mapping[View, float]

    @classmethod
    def fit(cls, table: Table, rows: Ints, weights: Mapping[View, float] = WEIGHTS) -> Space:
        """Choose and weigh columns by the given rows alone."""
        counts = table.counts[rows]
        spread_over = np.bincount(counts.indices, minlength=counts.shape[1])
        kept: list[Ints] = []
        for view, name in enumerate(COUNTED):
            if not weights.get(name):
                continue
            own = np.flatnonzero((table.views == view) & (spread_over >= LEAST_PIECES))
            order = np.argsort(-spread_over[own], kind="stable")
            kept.append(np.sort(own[order[:MOST_COLUMNS]]))
        columns = np.concatenate(kept) if kept else np.array([], dtype=np.intp)
        rarity = np.log((1 + rows.size) / (1 + spread_over[columns])) + 1
        sizes = table.sizes[rows]
        return cls(
            columns=columns,
            rarity=rarity.astype(np.float32),
            views=table.views[columns],
            mean=sizes.mean(axis=0),
            spread=sizes.std(axis=0) + 1e-9,
            weights=weights,
        )

    def alone(self) -> Space:
        """For tables that hold this space's columns and no others, in its order."""
        return replace(self, columns=np.arange(self.columns.size))

    def vectors(self, table: Table) -> csr_array:
        """Rows of about unit length; the product of two is their likeness, about -0.2 to 1."""
        counts = table.counts[:, self.columns].astype(np.float32)
        counts.data = 1 + np.log(counts.data)
        counts = csr_array(counts @ diags_array(self.rarity))
        total = sum(self.weights.values())
        blocks = []
        for view, name in enumerate(COUNTED):
            weight = self.weights.get(name)
            if not weight:
                continue
            block = counts[:, np.flatnonzero(self.views == view)]
            length = np.sqrt(np.asarray(block.multiply(block).sum(axis=1)).ravel())
            scale = np.sqrt(weight / total) / np.maximum(length, 1e-9)
            blocks.append(csr_array(diags_array(scale.astype(np.float32)) @ block))
        if self.weights.get("sizes"):
            far = np.clip((table.sizes - self.mean) / self.spread, -CLIP, CLIP)
            part = np.sqrt(self.weights["sizes"] / total / far.shape[1])
            blocks.append(csr_array((far * part).astype(np.float32)))
        return csr_array(hstack(blocks, format="csr"))


def products(ours: csr_array, theirs: csr_array) -> Floats:
    """Every row of one times every row of the other, dense."""
    if ours.shape[0] <= _FEW:
        return np.asarray(theirs @ ours.T.toarray(), dtype=np.float64).T
    used = np.bincount(theirs.indices, minlength=theirs.shape[1])
    heavy = np.flatnonzero(used * _HEAVY > theirs.shape[0])
    light = np.flatnonzero(used * _HEAVY <= theirs.shape[0])
    dense = ours[:, heavy].toarray() @ theirs[:, heavy].toarray().T
    sparse = (ours[:, light] @ theirs[:, light].T).toarray()
    return np.asarray(dense + sparse, dtype=np.float64)

"""Tries on texts that a model has not seen: no document stands on both sides."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from brand_voice.style.ridge import Ridge
from brand_voice.style.space import WEIGHTS, Space, Table
from brand_voice.style.views import View
from evals.voices.figures import Floats, Ints
from evals.voices.texts import Piece

FOLDS = 5
ROUNDS = 2


def splits(pieces: Sequence[Piece], seed: int, folds: int = FOLDS) -> Ints:
    """The fold of every piece: whole documents, every author's spread over all folds."""
    sizes = Counter((piece.author, piece.document) for piece in pieces)
    by_author: dict[str, list[str]] = defaultdict(list)
    for author, document in sorted(sizes):
        by_author[author].append(document)
    fold: dict[str, int] = {}
    rng = random.Random(seed)
    for author, documents in by_author.items():
        rng.shuffle(documents)
        held = [0] * min(folds, len(documents))
        first = rng.randrange(folds)
        for document in sorted(documents, key=lambda one: -sizes[author, one]):
            least = held.index(min(held))
            held[least] += sizes[author, document]
            fold[document] = (first + least) % folds
    return np.array([fold[piece.document] for piece in pieces], dtype=np.intp)


def held_out(
    table: Table, authors: Ints, folds: Ints, weights: Mapping[View, float] = WEIGHTS
) -> Floats:
    """Scores of every piece, pieces × authors, each by a model that never saw its document."""
    count = int(authors.max()) + 1
    scores = np.zeros((authors.size, count))
    for fold in range(int(folds.max()) + 1):
        tried, learnt = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if not tried.size:
            continue
        vectors = Space.fit(table, learnt, weights).vectors(table)
        model = Ridge.fit(vectors[learnt], authors[learnt], count)
        scores[tried] = model.scores(vectors[tried])
    return scores

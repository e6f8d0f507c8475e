"""What is measured of scores: macro-F1, AUC, and what is caught at a rate of false alarms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Figure = Callable[[Ints, Floats], float]
"""Takes the true authors (0 …) and the scores, pieces × authors."""

FALSE_ALARMS = 0.05
POOLED = 5
RESAMPLES = 100


def macro_f1(authors: Ints, scores: Floats) -> float:
    """Each piece goes to its highest score; F1 per author, averaged over the authors."""
    said = scores.argmax(axis=1)
    found = []
    for author in range(scores.shape[1]):
        right = np.sum((said == author) & (authors == author))
        either = np.sum(said == author) + np.sum(authors == author)
        found.append(2 * right / either if either else 0.0)
    return float(np.mean(found))


def mean_auc(authors: Ints, scores: Floats) -> float:
    """Area under the curve of each author against the rest, averaged; an equal score is half."""
    found = []
    for author in range(scores.shape[1]):
        own = np.sort(scores[authors == author, author])
        others = np.sort(scores[authors != author, author])
        if own.size and others.size:
            below = np.searchsorted(others, own, "left") + np.searchsorted(others, own, "right")
            found.append(below.mean() / 2 / others.size)
    return float(np.mean(found))


def caught(authors: Ints, scores: Floats) -> float:
    """Where 5 % of an author's own pieces are doubted: the share of others' that are, averaged."""
    found = []
    for author in range(scores.shape[1]):
        own = scores[authors == author, author]
        others = scores[authors != author, author]
        if own.size and others.size:
            found.append(np.mean(others < np.quantile(own, FALSE_ALARMS)))
    return float(np.mean(found))


def pooled(authors: Ints, scores: Floats, pieces: int = POOLED) -> tuple[Ints, Floats]:
    """Pieces of an author put together by chance, ``pieces`` at a time, their scores averaged."""
    rng = np.random.default_rng(0)
    who: list[int] = []
    means: list[Floats] = []
    for author in np.unique(authors):
        own = rng.permutation(np.flatnonzero(authors == author))
        for start in range(0, own.size - pieces + 1, pieces):
            who.append(int(author))
            means.append(scores[own[start : start + pieces]].mean(axis=0))
    shape = (len(means), scores.shape[1])
    return np.array(who, dtype=np.intp), np.array(means, dtype=np.float64).reshape(shape)


def interval(
    figure: Figure, authors: Ints, documents: Ints, rounds: list[Floats]
) -> tuple[float, float, float]:
    """The figure, averaged over the rounds' scores, and 95 % of it when documents are drawn anew
    (pieces of a document are not independent), author by author."""
    value = float(np.mean([figure(authors, scores) for scores in rounds]))
    rng = np.random.default_rng(0)
    of_document = [np.flatnonzero(documents == one) for one in range(int(documents.max()) + 1)]
    by_author = [np.unique(documents[authors == one]) for one in np.unique(authors)]
    drawn = []
    for _ in range(RESAMPLES):
        picks = np.concatenate([rng.choice(own, own.size) for own in by_author])
        rows = np.concatenate([of_document[pick] for pick in picks])
        drawn.append(np.mean([figure(authors[rows], scores[rows]) for scores in rounds]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return value, float(low), float(high)

"""``bench voice``: can pieces be told apart by how they are written, on authors never seen?

The file's texts are cut into pieces of 30, 60 and 120 words. Five times a fifth of each author's
documents is held out and the rest learnt from, twice over by other draws; topic and names are
masked (``brand_voice.style.masking``). Beside it, in the same run, on the first of the draws and
with the same learner: character n-grams of the masked text alone, function words alone, and the
plain words for scale, which know the topic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from re import findall, sub

import numpy as np

from brand_voice.style.masking import MASK, Mask
from brand_voice.style.space import WEIGHTS, Table, tabulate
from brand_voice.style.views import Features, View, features
from domain.errors import WrongUsage
from evals.benchmarks.figures import Measurement
from evals.voices.figures import Figure, Floats, caught, interval, macro_f1, mean_auc, pooled
from evals.voices.texts import Piece, Shelf, cut, names, read_shelf
from evals.voices.trial import ROUNDS, held_out, splits

LENGTHS = (30, 60, 120)
LEAST_PIECES = 4
"""Of an author, at a length; others are left out there."""
_LETTERS: Mapping[View, float] = {"letters": 1.0}
_FUNCTION: Mapping[View, float] = {"function": 1.0}


async def measure(data: Path | None) -> tuple[Measurement, ...]:
    """Over the texts of a file. Raises WrongUsage without one, or where it is unfit."""
    if data is None:
        raise WrongUsage(
            "no_texts",
            "There are no texts to tell apart.",
            next_step="Name a file: mainspring bench voice --data PATH",
        )
    shelf = read_shelf(data)
    found = [_authors(shelf)]
    for words in LENGTHS:
        found += _length(shelf, words)
    return tuple(found)


def _authors(shelf: Shelf) -> Measurement:
    languages = ", ".join(sorted(set(shelf.languages.values())))
    note = f"language: {languages}; by chance 1 in {len(shelf.authors)} is right"
    if shelf.left_out:
        note += f"; left out: {'; '.join(shelf.left_out)}"
    return Measurement(name="authors", value=len(shelf.authors), unit="count", note=note)


def _length(shelf: Shelf, words: int) -> list[Measurement]:
    pieces = cut(shelf, words)
    counts = Counter(piece.author for piece in pieces)
    of_author = {
        author: {p.document for p in pieces if p.author == author} for author in sorted(counts)
    }
    authors = [a for a, d in of_author.items() if counts[a] >= LEAST_PIECES and len(d) > 1]
    pieces = [piece for piece in pieces if piece.author in authors]
    name = f"{words} words"
    if len(authors) < 2:
        return [
            Measurement(
                name=f"{name}, pieces",
                value=len(pieces),
                unit="count",
                note=f"too few texts are so long: nothing measured at {words} words",
            )
        ]
    who = np.array([authors.index(piece.author) for piece in pieces], dtype=np.intp)
    order = {document: at for at, document in enumerate(dict.fromkeys(p.document for p in pieces))}
    documents = np.array([order[piece.document] for piece in pieces], dtype=np.intp)
    folds = [splits(pieces, seed) for seed in range(ROUNDS)]
    masks = {
        code: Mask(code, names(shelf.authors)) for code in sorted(set(shelf.languages.values()))
    }
    own = [features(piece.text, masks[shelf.languages[piece.author]]) for piece in pieces]

    def scored(table: Table, weights: Mapping[View, float], draw: int = 0) -> Floats:
        return held_out(table, who, folds[draw], weights)

    whole = tabulate(own)
    ours = [scored(whole, WEIGHTS, draw) for draw in range(ROUNDS)]
    beside = {
        "character n-grams": scored(tabulate(_distorted(pieces, shelf, masks)), _LETTERS),
        "function words": scored(whole, _FUNCTION),
        "plain words": scored(tabulate(_plain(pieces)), _LETTERS),
    }
    missing = sorted(set(shelf.authors) - set(authors))
    found = [
        Measurement(
            name=f"{name}, pieces",
            value=len(pieces),
            unit="count",
            note=f"of {len(order)} documents"
            + (f"; too short for this: {', '.join(missing)}" if missing else ""),
        )
    ]
    for what, figure in (("macro-F1", macro_f1), ("AUC", mean_auc)):
        value, low, high = interval(figure, who, documents, ours)
        plain = {key: figure(who, scores) for key, scores in beside.items()}
        best = max(plain["character n-grams"], plain["function words"])
        found.append(
            Measurement(
                name=f"{name}, {what}",
                value=value,
                unit="share",
                note=f"likely between {low:.3f} and {high:.3f}; "
                f"{figure(who, ours[0]) / best:.2f} times the better masked one below",
                rounds=tuple(round(figure(who, scores), 4) for scores in ours),
            )
        )
        for key, number in plain.items():
            note = "for scale: it knows the topic" if key == "plain words" else "alone, masked"
            found.append(
                Measurement(name=f"{name}, {what}, {key}", value=number, unit="share", note=note)
            )
    value, low, high = interval(caught, who, documents, ours)
    found.append(
        Measurement(
            name=f"{name}, caught at 5 % alarms",
            value=value,
            unit="share",
            note=f"one piece; likely between {low:.3f} and {high:.3f}",
        )
    )
    five = [pooled(who, scores) for scores in ours]
    if all(pool.size for pool, _ in five):
        found.append(
            Measurement(
                name=f"{name}, five pooled, caught",
                value=float(np.mean([_figure(caught, *pool) for pool in five])),
                unit="share",
                note="at 5 % false alarms",
            )
        )
    return found


def _figure(figure: Figure, who: np.ndarray, scores: Floats) -> float:
    return figure(who, scores)


def _distorted(pieces: Sequence[Piece], shelf: Shelf, masks: Mapping[str, Mask]) -> list[Features]:
    """Character n-grams of the text with every word masked by its length alone (DV-MA)."""
    found = []
    for piece in pieces:
        masked = masks[shelf.languages[piece.author]].text(piece.text)
        text = sub(rf"{MASK}+[^\W\d_{MASK}']*", lambda m: MASK * len(m.group()), masked)
        runs = [text[at : at + n] for n in (3, 4, 5) for at in range(len(text) - n + 1)]
        found.append(_only_letters(Counter(runs)))
    return found


def _plain(pieces: Sequence[Piece]) -> list[Features]:
    """Every word as it is written."""
    return [_only_letters(Counter(findall(r"\w\w+", p.text.casefold()))) for p in pieces]


def _only_letters(counts: Counter[str]) -> Features:
    none: Counter[str] = Counter()
    return Features(
        {"letters": counts, "words": none, "classes": none, "function": none}, (0.0,), 0
    )

"""Views of a masked text: what is counted of it.

Each view sees another side of how somebody writes: ``letters`` spelling of function words, endings
and spacing; ``words`` the function words in their order; ``classes`` the grammar behind them;
``function`` each function word by itself; ``sizes`` lengths of sentences and words, punctuation,
casing. docs/style.md says what they are worth, and on which authors they were chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from brand_voice.style.masking import Mask, Token

View = Literal["letters", "words", "classes", "function", "sizes"]
COUNTED: tuple[View, ...] = ("letters", "words", "classes", "function")

LETTERS = (2, 5)
WORDS = (1, 3)
CLASSES = (1, 4)
"""Shortest and longest run that is counted, of letters, words and classes."""
SIZED_MARKS = (",", ".", ";", ":", "—", "–", "-", "!", "?", "(", '"', "'", "/", "&", "...")


@dataclass(frozen=True)
class Features:
    """What was counted of one piece of text."""

    counts: dict[View, Counter[str]]
    sizes: tuple[float, ...]
    """See ``_sizes``; rates are per word."""
    words: int


def features(text: str, mask: Mask) -> Features:
    """Count one text."""
    tokens = mask.tokens(text)
    groups = [token.group for token in tokens]
    said = [token.group if token.kind == "masked" else token.text for token in tokens]
    counts: dict[View, Counter[str]] = {
        "letters": _runs(_written(tokens), LETTERS),
        "words": _runs(said, WORDS),
        "classes": _runs(groups, CLASSES),
        "function": Counter(token.text for token in tokens if token.kind == "kept"),
    }
    return Features(counts, _sizes(tokens), sum(token.kind != "mark" for token in tokens))


def _written(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token.spaced:
            parts.append(" ")
        parts.append(token.text.capitalize() if token.capital else token.text)
    return "".join(parts)


def _runs(units: Sequence[str], span: tuple[int, int]) -> Counter[str]:
    """Every run of ``span`` units, joined."""
    joint = "" if isinstance(units, str) else " "
    found: Counter[str] = Counter()
    for length in range(span[0], span[1] + 1):
        if joint:
            starts = range(len(units) - length + 1)
            found.update([joint.join(units[at : at + length]) for at in starts])
        else:
            found.update([str(units[at : at + length]) for at in range(len(units) - length + 1)])
    return found


def _sizes(tokens: Sequence[Token]) -> tuple[float, ...]:
    """Sentence lengths (mean, spread, longest, shortest), word lengths, shares of masked, long,
    capital, name and number words, and marks per word (square root: counts vary like it)."""
    words = [token for token in tokens if token.kind != "mark"]
    count = max(1, len(words))
    sentences = _sentence_lengths(tokens)
    lengths = [len(token.text) for token in words] or [0]
    content = [len(token.text) for token in words if token.kind == "masked"] or [0]
    marks = Counter(token.text for token in tokens if token.kind == "mark")
    return (
        float(np.mean(sentences)),
        float(np.std(sentences)),
        float(max(sentences)),
        float(min(sentences)),
        float(np.mean(lengths)),
        float(np.mean(content)),
        sum(length >= 8 for length in content) / count,
        sum(token.kind == "masked" for token in words) / count,
        sum(token.kind == "name" for token in words) / count,
        sum(token.kind == "number" for token in words) / count,
        sum(token.capital for token in words) / count,
        *(float(np.sqrt(marks[mark] / count)) for mark in SIZED_MARKS),
    )


def _sentence_lengths(tokens: Sequence[Token]) -> npt.NDArray[np.float64]:
    lengths, current = [], 0
    for token in tokens:
        if token.opens and current:
            lengths.append(current)
            current = 0
        current += token.kind != "mark"
    return np.array([*lengths, current] if current or not lengths else lengths, dtype=np.float64)

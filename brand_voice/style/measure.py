"""How like a brand's own past copy a text is written, learnt from that copy against others'.

A ridge regression (``ridge``) tells the brand's pieces from others'. Its score means nothing by
itself, so a text is placed among the brand's own messages, each scored by a model that did not
learn from it: the share of them that score lower (a conformal p-value; V. Vovk et al., Algorithmic
Learning in a Random World, 2005). A limit on that share is a rate of false alarms on copy like the
past.

A short text tells less. How much a score wavers within a message is taken from the brand's own
pieces, cut short, and shrinks with the number of words; from it comes the interval.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from brand_voice.style.copy import Message
from brand_voice.style.habits import unlike
from brand_voice.style.masking import Mask
from brand_voice.style.ridge import Ridge, likeness, solve
from brand_voice.style.space import Columns, Floats, Ints, Space, tabulate
from brand_voice.style.views import Features, features
from domain.style import StyleReading, StyleScore

LEAST_MESSAGES = 12
"""Own messages of a language below which nothing is measured."""
LEAST_WORDS = 800
CUT = (25, 50)
"""Words of the pieces that messages are cut into, beside the whole message."""
FOLDS = 8
NEAREST = 15
"""Own pieces that a text is at least held against: those nearest to it in length."""
WITHIN = 1.5
"""And all whose length is within this factor of its own."""
DRAWS = 2_000
_Z = 1.96
_FIELD = re.compile(r"\{\{[^{}\n]*\}\}")
_GREETING = 6
"""Words of a line with a field, up to which it is a greeting."""


@dataclass(frozen=True)
class Measure:
    """A trained measure of one brand and language."""

    mask: Mask
    space: Space
    columns: Columns
    """Those of the space."""
    model: Ridge
    own_words: Ints
    own_scores: Floats
    """Of the brand's own pieces, whole and cut, each by a model that did not learn from it."""
    own_whole: Ints
    """Which of them are whole messages."""
    own_sizes: Floats
    """Sizes of the whole messages, see ``views``."""
    wavering: float
    """Variance of a score within a message, times words."""

    def read(self, texts: Sequence[str]) -> StyleReading:
        """Score every text, and all together."""
        counted = [features(said(text), self.mask) for text in texts]
        table = tabulate(counted, self.columns)
        scores = self.model.scores(self.space.vectors(table))[:, 0]
        pieces, heights, widths = [], [], []
        for piece, score in zip(counted, scores, strict=True):
            among = self._among(piece.words)
            spread = float(np.std(among)) or 1.0
            wide = _Z * float(np.sqrt(self.wavering / max(piece.words, 1)))
            low, middle, high = (_share(among, score + by) for by in (-wide, 0.0, wide))
            pieces.append(
                StyleScore(
                    share=middle,
                    low=low,
                    high=high,
                    words=piece.words,
                    own=self.own_whole.size,
                    unlike=unlike(np.array(piece.sizes), self.own_sizes),
                )
            )
            heights.append((float(score) - float(np.mean(among))) / spread)
            widths.append(wide / spread)
        return StyleReading(
            pieces=tuple(pieces), pooled=self._pooled(counted, pieces, heights, widths)
        )

    def _pooled(
        self,
        counted: Sequence[Features],
        pieces: Sequence[StyleScore],
        heights: Sequence[float],
        widths: Sequence[float],
    ) -> StyleScore:
        """The mean height, among means of as many messages of the brand's own."""
        if len(pieces) == 1:
            return pieces[0]
        mean = float(np.mean(heights))
        wide = float(np.sqrt(np.sum(np.square(widths)))) / max(len(widths), 1)
        among = self._means(len(pieces))
        shares = [_share(among, mean + by) for by in (-wide, 0.0, wide)]
        return StyleScore(
            share=shares[1],
            low=shares[0],
            high=shares[2],
            words=sum(piece.words for piece in pieces),
            own=self.own_whole.size,
            unlike=unlike(
                np.average(
                    [p.sizes for p in counted], axis=0, weights=[p.words + 1 for p in counted]
                ),
                self.own_sizes,
            ),
        )

    def _among(self, words: int) -> Floats:
        """Scores of the brand's own pieces of about this length."""
        far = np.abs(np.log(self.own_words / max(words, 1)))
        nearest = np.argsort(far, kind="stable")
        count = max(NEAREST, int((far <= np.log(WITHIN)).sum()))
        return np.asarray(self.own_scores[nearest[:count]])

    def _means(self, pieces: int) -> Floats:
        """Mean heights of own messages drawn together, as ``_pooled`` reckons them."""
        scores = self.own_scores[self.own_whole]
        heights = (scores - scores.mean()) / (scores.std() or 1.0)
        rng = np.random.default_rng(0)
        return np.asarray(rng.choice(heights, (DRAWS, pieces)).mean(axis=1), dtype=np.float64)


def train(own: Sequence[Message], others: Sequence[Message], mask: Mask) -> Measure | None:
    """Learn a brand's style from its messages against others'. None: there is too little of it,
    or nothing to hold it against."""
    if not enough(own) or len(others) < LEAST_MESSAGES:
        return None
    texts: list[str] = []
    message: list[int] = []
    whole: list[bool] = []
    for at, one in enumerate((*own, *others)):
        text = said(one.text)
        parts = [text]
        if at < len(own):  # others' messages are about as short as the cut ones
            parts += [part for words in CUT for part in cut(text, words)]
        for number, text in enumerate(dict.fromkeys(parts)):
            texts.append(text)
            message.append(at)
            whole.append(number == 0)
    counted = [features(text, mask) for text in texts]
    table = tabulate(counted)
    of, theirs = np.array(message, np.intp), np.array(message, np.intp) >= len(own)
    authors = theirs.astype(np.intp)
    fold = np.array([_fold(at, len(own)) for at in message], np.intp)
    space = Space.fit(table, np.arange(len(texts)))
    vectors = space.vectors(table)
    alike = likeness(vectors, vectors)
    held = np.zeros(len(texts))
    for number in range(FOLDS):
        learnt = np.flatnonzero(fold != number)
        tried = np.flatnonzero((fold == number) & ~theirs)
        weights = solve(alike[np.ix_(learnt, learnt)], authors[learnt], 2)
        held[tried] = (alike[np.ix_(tried, learnt)] @ weights)[:, 0]
    runs = list(table.columns)
    words = np.array([piece.words for piece in counted], np.intp)
    mine = np.flatnonzero(~theirs)
    whole_rows = np.flatnonzero(np.array(whole) & ~theirs)
    return Measure(
        mask=mask,
        space=space.alone(),
        columns={runs[column]: at for at, column in enumerate(space.columns)},
        model=Ridge(vectors, solve(alike, authors, 2)),
        own_words=np.maximum(words[mine], 1),
        own_scores=held[mine],
        own_whole=np.searchsorted(mine, whole_rows).astype(np.intp),
        own_sizes=table.sizes[whole_rows],
        wavering=_wavering(held[mine], words[mine], of[mine], np.array(whole)[mine]),
    )


def enough(own: Sequence[Message]) -> bool:
    """Whether there is enough copy to learn from."""
    return len(own) >= LEAST_MESSAGES and sum(len(m.text.split()) for m in own) >= LEAST_WORDS


def said(text: str) -> str:
    """What is measured of a message: without lines that are little but a merge field (a greeting),
    and without the fields."""
    lines = text.split("\n")
    kept = [x for x in lines if not _FIELD.search(x) or len(x.split()) > _GREETING]
    return _FIELD.sub("", "\n".join(kept))


def cut(text: str, words: int) -> list[str]:
    """Pieces of about so many words, cut at line ends and after sentences; a rest of less than
    half joins the piece before it."""
    units = [u for line in text.split("\n") for u in re.split(r"(?<=[.!?])\s+", line) if u.strip()]
    pieces: list[list[str]] = [[]]
    count = 0
    for unit in units:
        if count >= words:
            pieces.append([])
            count = 0
        pieces[-1].append(unit)
        count += len(unit.split())
    if len(pieces) > 1 and 2 * count < words:
        last = pieces.pop()
        pieces[-1] += last
    return ["\n".join(piece) for piece in pieces if piece]


def _fold(message: int, own: int) -> int:
    """Own and others' messages are each spread over all folds."""
    return (message if message < own else message - own) % FOLDS


def _share(among: Floats, score: float) -> float:
    """The share of own pieces that score lower; never quite none or all of them."""
    below = float(np.sum(among < score)) + 0.5 * float(np.sum(among == score))
    return (below + 0.5) / (among.size + 1)


def _wavering(scores: Floats, words: Ints, messages: Ints, whole: np.ndarray) -> float:
    """How a score varies between the short pieces of a message, times their words."""
    short = ~whole & (words <= 1.5 * CUT[0])
    found, degrees = 0.0, 0
    for message in np.unique(messages[short]):
        own = short & (messages == message)
        if own.sum() > 1:
            found += float(np.var(scores[own]) * own.sum() * words[own].mean())
            degrees += int(own.sum()) - 1
    return found / degrees if degrees else float(np.var(scores) * words.mean())

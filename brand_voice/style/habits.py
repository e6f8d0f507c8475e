"""Habits that a person can change: what of a text is most unlike the brand's own, in words."""

from __future__ import annotations

import numpy as np

from brand_voice.style.space import Floats
from brand_voice.style.views import SIZED_MARKS

FAR = 2.0
"""Standard deviations of the brand's own messages from which a habit is named."""
MOST = 2
_MARKS = {
    "!": "exclamation marks",
    "?": "questions",
    "—": "dashes",
    "–": "dashes",
    ":": "colons",
    ";": "semicolons",
    "(": "brackets",
}
_AT = {mark: 11 + at for at, mark in enumerate(SIZED_MARKS)}


def unlike(sizes: Floats, own: Floats) -> tuple[str, ...]:
    """At most two habits, the furthest first. ``sizes`` as ``views`` counts them; ``own`` a row
    for every message of the brand's."""
    usual, spread = own.mean(axis=0), own.std(axis=0) + 1e-9
    far = (sizes - usual) / spread
    said: list[tuple[float, str]] = []
    if abs(far[0]) >= FAR:
        said.append((abs(far[0]), f"sentences of {sizes[0]:.0f} words, yours have {usual[0]:.0f}"))
    if abs(far[5]) >= FAR:
        much = "long" if far[5] > 0 else "short"
        said.append((abs(far[5]), f"words for things are {much}er than yours"))
    for mark, name in _MARKS.items():
        at = _AT[mark]
        here, there = sizes[at] ** 2 * 100, float(np.mean(own[:, at] ** 2)) * 100
        if abs(far[at]) >= FAR and abs(here - there) >= 0.5:
            said.append((abs(far[at]), f"{'more' if here > there else 'fewer'} {name} than yours"))
    names = dict.fromkeys(words for _, words in sorted(said, key=lambda one: -min(one[0], 9)))
    return tuple(names)[:MOST]

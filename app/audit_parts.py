"""Parts of the data audit that templates cannot draw by themselves: plots, and words for codes.

Handed to the desk's page and to the file as ``parts``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from app import words
from app.audit_text import PARTS, pause_words
from app.desk import plots
from app.desk.formats import Formats
from domain.audit import (
    CellState,
    FindingCode,
    LeastScore,
    MatrixRow,
    PartCode,
    Retention,
    Score,
    ScorePart,
)
from tools.render import matrix as drawn
from tools.render.lines import Point, Series
from tools.render.matrix import STATES

__all__ = ["STATES", "bar", "fit_words", "limit_bar", "pause_words", "repeat_plot"]

PART_WORDS: dict[PartCode, str] = PARTS
ORIGINS = {"owned": "owned", "rented": "rented", "other": "neither", "unknown": "unknown"}
HEAT_STEPS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4)

bar = plots.bar


def limit_bar(value: float | None, least: float | None) -> Markup:
    """A score as a bar, with a mark where a person set the limit."""
    filled = plots.bar((value or 0) / 100)
    if least is None:
        return filled
    tick = Markup('<rect class="fill-ink" x="{}%" y="0" width="2" height="10"/>')
    return Markup(str(filled).replace("</svg>", f"{tick.format(f'{least:.2f}')}</svg>"))  # noqa: S704


def matrix(
    rows: Sequence[MatrixRow], chosen: int = 0, address: Callable[[int], str] | None = None
) -> Markup:
    """The most valuable customers' records; nothing without any."""
    if not rows or not rows[0].cells:
        return Markup()
    return Markup(drawn.matrix_plot(rows, chosen=chosen, address=address))  # noqa: S704


def mark(state: CellState) -> Markup:
    return Markup(drawn.mark(state))  # noqa: S704


def repeat_plot(retention: Retention, fmt: Formats) -> Markup:
    """The share that bought again, by the days since the first purchase."""
    points = tuple(
        Point(day=p.day, value=p.share, low=p.low, high=p.high) for p in retention.repeat
    )
    if len(points) < 2 or not points[-1].high:
        return Markup()
    return plots.lines_plot(
        [Series(label="again", points=points)], unit="share", fmt=fmt, width=480
    )


def heat(share: float) -> int:
    """How dark a cell of the cohorts is, 0 to 6."""
    return sum(1 for step in HEAT_STEPS if share >= step)


def lacks(code: FindingCode) -> str:
    return words.AUDIT_FINDINGS.get(code, code.replace("_", " "))


def fit_words(score: Score, least: LeastScore) -> str:
    """Whether campaigns start on these data, in words, and the score."""
    if score.value is None:
        return "There is nothing to judge yet."
    said = f"{score.value:.0f} of 100"
    stopping = least.stopping(score)
    if least.whole is not None and score.value < least.whole:
        return (
            f"The data are not fit, and no campaign starts: {said}, your limit is {least.whole:g}."
        )
    if stopping:
        part = stopping[0]
        return (
            f"The data score {said}, and no campaign starts: “{PART_WORDS[part.code]}” is at "
            f"{part.value or 0:.0f}, your limit for it is {least.of(part.code):g}."
        )
    if least.whole is None and not least.parts:
        return f"The data score {said}; no limit is set, so campaigns start whatever it is."
    limit = "" if least.whole is None else f", your limit is {least.whole:g}"
    return f"The data are fit to run campaigns: {said}{limit}."


def shares_words(part: ScorePart) -> list[str]:
    """Each share of a part with its numbers."""
    return [f"{s.good:,} of {s.of:,} {s.name}" for s in part.shares if s.of]

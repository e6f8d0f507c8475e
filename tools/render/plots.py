"""Plots as SVG: an estimate with its 95 % interval against zero, over a minute track.

Filled point: the interval leaves out zero; hollow: it does not. The grey zone is what the test
could miss. Text is never scaled: a plot is drawn at the width that it is shown at. Colours come by
class from the page; ``standalone`` puts them into the picture itself.
"""

from __future__ import annotations

import html
import math
import textwrap
from collections.abc import Callable

from domain.frozen import Frozen

# The design's tokens, light and dark: ink, captions, accent, hairline, grey zone, surface.
TOKENS = {
    "ink": ("#151a20", "#e7eaed"),
    "ink-2": ("#495159", "#b3b8be"),
    "ink-3": ("#606870", "#959ba2"),
    "accent": ("#1b4788", "#97bdf4"),
    "line": ("#e1e4e7", "#282d32"),
    "line-2": ("#c9ced3", "#3b4147"),
    "tint": ("#eef1f3", "#21262b"),
    "edge": ("#7f868d", "#747a81"),
    "wait": ("#b47819", "#d9a347"),
    "surface": ("#ffffff", "#15181c"),
    "canvas": ("#f4f6f7", "#0e1114"),
}
STYLE = (
    ".p-text{fill:var(--ink-2);font:12px var(--font)}"
    ".p-label{fill:var(--ink);font:13px var(--font)}"
    ".p-zone{fill:var(--tint)}.p-zero{stroke:var(--ink);stroke-width:1.5}"
    ".p-tick{stroke:var(--ink-3)}.p-minor{stroke:var(--line-2)}"
    ".p-shown{stroke:var(--accent);stroke-width:2.5;fill:var(--accent)}"
    ".p-open{stroke:var(--ink-2);stroke-width:2;fill:var(--surface)}"
    ".p-open-line{stroke:var(--ink-2);stroke-width:2}"
    ".p-grid{stroke:var(--line)}.p-curve{fill:none;stroke-width:2;stroke:var(--accent)}"
    ".p-band{fill:var(--accent);opacity:.15}.p-band.p-held{fill:var(--ink-3)}"
    ".p-curve.p-held{stroke:var(--ink-2);stroke-dasharray:4 3}"
)
FONT = "'Hanken Grotesk',system-ui,-apple-system,'Segoe UI',sans-serif"


class Estimate(Frozen):
    """One row of a plot, in the units of its axis."""

    label: str
    value: float
    low: float
    high: float
    shown: bool
    smallest: float | None = None
    """The least difference that the test shows four times out of five."""


def tokens_css() -> str:
    """The design's colours as custom properties, for light and dark."""
    light = "".join(f"--{name}:{pair[0]};" for name, pair in TOKENS.items())
    dark = "".join(f"--{name}:{pair[1]};" for name, pair in TOKENS.items())
    return (
        f":root{{color-scheme:light dark;--font:{FONT};{light}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    )


_CHARACTER = 7
"""Pixels that a character of an axis takes at most."""
_WORDS = 170
"""Pixels for the words at the right of a row, with their gap."""


def standalone(svg: str) -> str:
    """A plot as a file of its own."""
    style = f"<style>{tokens_css()}{STYLE}</style>"
    head, _, rest = svg.partition(">")
    return f"{head}>{style}{rest}\n"


def interval_plot(
    rows: list[Estimate],
    *,
    width: int,
    axis: Callable[[float], str],
    words: Callable[[Estimate], str] | None = None,
    stacked: bool = False,
) -> str:
    """Estimates on one scale, each with its interval, over a track of ticks.

    ``axis`` words a value of the axis. ``words``, where given, stand at the right of each row, and
    every row is then named. ``stacked``: names and words stand over their row, for a narrow room.
    Raises ValueError where there is nothing to draw.
    """
    if not rows or not all(math.isfinite(v) for r in rows for v in (r.low, r.high, r.value)):
        raise ValueError("a plot needs at least one finite estimate")
    names = len(rows) > 1 or words is not None
    left = 8 if stacked or not names else min(180, width // 3)
    right = width - 14 if stacked or words is None else width - _WORDS
    row_height, top, middle = (46, 6, 33) if stacked and names else (38, 6, 19)
    bottom = top + row_height * len(rows)
    low, high, step = _scale(rows)
    inner = right - left

    def at(value: float) -> float:
        return round(left + 4 + (value - low) / (high - low) * (inner - 8), 1)

    heights = [(top, bottom)]
    if stacked and names:
        centres = [top + row_height * number + middle for number in range(len(rows))]
        heights = [(y - 10, y + 10) for y in centres]
    parts = [_zone(rows, at, start, end, left, right + 4) for start, end in heights]
    parts.append(_line("p-zero", at(0), top - 2, at(0), bottom + 4))
    for number, row in enumerate(rows):
        y = top + row_height * number + middle
        at_words = y - 16 if stacked else y + 4
        if names:
            parts.append(_label(row.label, at_words, width if stacked else left))
        if words is not None:
            parts.append(
                f'<text class="p-text" x="{width}" y="{at_words}" text-anchor="end">'
                f"{html.escape(words(row))}</text>"
            )
        parts.append(_estimate(row, at, y))
    parts.append(_track(low, high, step, at, bottom + 8, axis))
    said = "; ".join(
        f"{r.label}: {axis(r.value)}, 95% interval {axis(r.low)} to {axis(r.high)}" for r in rows
    )
    height = bottom + 34
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{html.escape(said)}">'
        f"{''.join(parts)}</svg>"
    )


def small_interval(row: Estimate, *, width: int = 132, height: int = 20) -> str:
    """One estimate on a scale of its own, for a table's row; the numbers stand beside it."""
    reach = max(abs(row.low), abs(row.high), abs(row.value)) * 1.12 or 1.0

    def at(value: float) -> float:
        return round(width / 2 + value / reach * (width / 2 - 5), 1)

    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-hidden="true">'
        f"{_line('p-minor', at(0), 2, at(0), height - 2)}{_estimate(row, at, height / 2, 4)}</svg>"
    )


def _scale(rows: list[Estimate]) -> tuple[float, float, float]:
    """The axis: its ends, and the distance of its ticks, a round number."""
    smallest = max((r.smallest or 0.0 for r in rows), default=0.0)
    low = min(0.0, -smallest, *(r.low for r in rows))
    high = max(0.0, smallest, *(r.high for r in rows))
    span = (high - low) or 1.0
    size = 10 ** math.floor(math.log10(span / 4))
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if span / (size * m) <= 6)
    return math.floor(low / step) * step, math.ceil(high / step) * step or step, step


def _zone(
    rows: list[Estimate],
    at: Callable[[float], float],
    top: float,
    bottom: float,
    left: float,
    width: float,
) -> str:
    smallest = max((r.smallest or 0.0 for r in rows), default=0.0)
    if not smallest:
        return ""
    start, end = max(at(-smallest), left), min(at(smallest), width - 10)
    return (
        f'<rect class="p-zone" x="{start}" y="{top}" width="{round(end - start, 1)}" '
        f'height="{bottom - top}"/>'
    )


def _estimate(row: Estimate, at: Callable[[float], float], y: float, radius: float = 5.5) -> str:
    line, point = ("p-shown", "p-shown") if row.shown else ("p-open-line", "p-open")
    return (
        f"{_line(line, at(row.low), y, at(row.high), y)}"
        f'<circle class="{point}" cx="{at(row.value)}" cy="{y}" r="{radius}"/>'
    )


def _track(
    low: float,
    high: float,
    step: float,
    at: Callable[[float], float],
    y: float,
    axis: Callable[[float], str],
) -> str:
    ticks = [low + number * step for number in range(round((high - low) / step) + 1)]
    words = [axis(0.0 if abs(value) < step / 100 else value) for value in ticks]
    # Where the words would run into each other, every second (third, …) tick from zero is worded.
    room = at(low + step) - at(low)
    every = math.ceil((max(map(len, words)) * _CHARACTER + 6) / room)
    zero = round(-low / step)
    minors = [at(low + n * step / 5) for n in range(round((high - low) / step * 5) + 1) if n % 5]
    parts = [_line("p-minor", x, y, x, y + 4) for x in minors]
    for number, (value, word) in enumerate(zip(ticks, words, strict=True)):
        x = at(value)
        parts.append(_line("p-tick", x, y, x, y + 7))
        if (number - zero) % every:
            continue
        anchor = "start" if number == 0 else "end" if number == len(ticks) - 1 else "middle"
        shift = {"start": -4, "end": 4, "middle": 0}[anchor]
        parts.append(
            f'<text class="p-text" x="{x + shift}" y="{y + 22}" text-anchor="{anchor}">'
            f"{html.escape(word)}</text>"
        )
    return "".join(parts)


def _label(label: str, y: float, room: float) -> str:
    """A row's name, over two lines where one is too narrow."""
    lines = textwrap.wrap(label, max(8, int(room / _CHARACTER)), max_lines=2, placeholder=" …")
    first = y if len(lines) == 1 else y - 8
    return "".join(
        f'<text class="p-label" x="0" y="{first + 16 * number}">{html.escape(line)}</text>'
        for number, line in enumerate(lines)
    )


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'

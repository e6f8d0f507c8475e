"""Shares day by day as SVG: a line and the band of its 95 % interval for each group.

The first series is drawn full, the second (those held back) dashed, so that they can be told apart
without colour; each is named at its end. Classes as in tools/render/plots.py.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence

from domain.frozen import Frozen


class Point(Frozen):
    """One day of a series; value and interval in the unit of the axis."""

    day: int
    value: float
    low: float
    high: float


class Series(Frozen):
    label: str
    points: tuple[Point, ...]
    """In order of their days."""
    held: bool = False
    """Of those held back by chance: dashed."""


def lines_plot(series: Sequence[Series], *, width: int, axis: Callable[[float], str]) -> str:
    """Lines with their bands over the days since the send. ``axis`` words a value.

    Raises ValueError where there is nothing to draw.
    """
    if not series or not all(s.points for s in series):
        raise ValueError("a plot needs at least one point in each series")
    days = max(p.day for s in series for p in s.points)
    top_value, step = _scale(max(p.high for s in series for p in s.points))
    left, right, top, bottom = 40, width - 84, 10, 176

    def x(day: float) -> float:
        return round(left + day / max(days, 1) * (right - left), 1)

    def y(value: float) -> float:
        return round(bottom - value / top_value * (bottom - top), 1)

    parts = []
    for number in range(round(top_value / step) + 1):
        at = y(number * step)
        parts.append(f'<line class="p-grid" x1="{left}" y1="{at}" x2="{right}" y2="{at}"/>')
        parts.append(
            f'<text class="p-text" x="{left - 8}" y="{at + 4}" text-anchor="end">'
            f"{html.escape(axis(number * step))}</text>"
        )
    parts += [_band(s, x, y) for s in series]
    parts += [_curve(s, x, y) for s in series]
    parts.append(_days(days, x, bottom + 2))
    ends = _apart([y(s.points[-1].value) for s in series])
    for one, at in zip(series, ends, strict=True):
        last = one.points[-1]
        dot = "p-open" if one.held else "p-shown"
        parts.append(
            f'<circle class="{dot}" cx="{x(last.day)}" cy="{y(last.value)}" r="3.5"/>'
            f'<text class="p-label" x="{right + 9}" y="{at + 1}">{html.escape(one.label)}</text>'
            f'<text class="p-text" x="{right + 9}" y="{at + 16}">'
            f"{html.escape(axis(last.value))}</text>"
        )
    said = "; ".join(
        f"{s.label}: {axis(s.points[-1].value)} after {s.points[-1].day} days, 95% interval "
        f"{axis(s.points[-1].low)} to {axis(s.points[-1].high)}"
        for s in series
    )
    height = bottom + 34
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{html.escape(said)}">'
        f"{''.join(parts)}</svg>"
    )


def _scale(most: float) -> tuple[float, float]:
    """The top of the axis and the distance of its lines, a round number."""
    most = most if math.isfinite(most) and most > 0 else 1.0
    size = 10 ** math.floor(math.log10(most / 3))
    step = next(size * m for m in (1, 2, 2.5, 4, 5, 10) if most / (size * m) <= 4)
    return math.ceil(round(most / step, 9)) * step, step


def _band(one: Series, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    over = [f"{x(p.day)},{y(p.high)}" for p in one.points]
    under = [f"{x(p.day)},{y(p.low)}" for p in reversed(one.points)]
    held = " p-held" if one.held else ""
    return f'<polygon class="p-band{held}" points="{" ".join(over + under)}"/>'


def _curve(one: Series, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    line = " ".join(f"{x(p.day)},{y(p.value)}" for p in one.points)
    return f'<polyline class="p-curve{" p-held" if one.held else ""}" points="{line}"/>'


def _days(days: int, x: Callable[[float], float], y: float) -> str:
    """The minute track of days: a long tick each week; each day of a short time, and each four or
    thirteen weeks of a long one."""
    major = 1 if days <= 7 else 7 if days <= 42 else 28 if days <= 182 else 91
    minor = 1 if days <= 42 else 7
    parts = []
    for day in range(0, days + 1, minor):
        long = day % major == 0
        kind, length = ("p-tick", 7) if long else ("p-minor", 4)
        parts.append(
            f'<line class="{kind}" x1="{x(day)}" y1="{y}" x2="{x(day)}" y2="{y + length}"/>'
        )
        if long:
            word = "day 0" if day == 0 else str(day)
            parts.append(
                f'<text class="p-text" x="{x(day)}" y="{y + 22}" text-anchor="middle">{word}</text>'
            )
    return "".join(parts)


def _apart(wanted: list[float], least: float = 34.0) -> list[float]:
    """Heights of the names at the lines' ends, moved so that they do not run into each other."""
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    placed = dict.fromkeys(order, 0.0)
    last = -math.inf
    for number in order:
        last = placed[number] = max(wanted[number], last + least)
    return [placed[number] for number in range(len(wanted))]

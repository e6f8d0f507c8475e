"""Plots in pages: drawn by tools/render at two widths, in the reader's own forms of numbers.

Text is never scaled: a page carries a wide and a narrow drawing of each, and the stylesheet shows
the one that there is room for. Shares come as fractions, money in the workspace's currency.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from markupsafe import Markup

from app.desk.formats import Formats
from domain.conversation import PlotRow
from domain.frozen import Frozen
from tools.render import lines, plots
from tools.render.lines import Point, Series
from tools.render.plots import Estimate

__all__ = ["Bar", "Point", "Series", "bar", "bars", "cell_plot", "interval_plot", "lines_plot"]

Unit = Literal["share", "money"]

WIDTHS = (760, 640, 480)
"""Wide drawings that the stylesheet knows the room for; narrow ones fit a phone."""
NARROW = 320


class Bar(Frozen):
    """A part of a whole with its name, and the words at its right."""

    label: str
    share: float
    words: str


def interval_plot(
    rows: Sequence[PlotRow],
    *,
    unit: Unit,
    fmt: Formats,
    could_miss: float | None = None,
    width: int = 640,
) -> Markup:
    """Effects with their 95 % intervals against zero. Grey: what the test ``could_miss``.

    ``width``: the widest that it may become. Raises ValueError without a row.
    """
    estimates = [_estimate(row, unit, could_miss) for row in rows]

    def words(row: Estimate) -> str:
        if row.low == row.high:  # an aim, not an estimate
            return _signed(row.value, unit, fmt)
        return f"{_signed(row.value, unit, fmt)} [{_signed(row.low, unit, fmt)} to " + (
            f"{_signed(row.high, unit, fmt)}]"
        )

    def draw(to: int, stacked: bool) -> str:
        return plots.interval_plot(
            estimates, width=to, axis=_axis(unit, fmt), words=words, stacked=stacked
        )

    return _at_two_widths(draw, width)


def lines_plot(
    series: Sequence[Series], *, unit: Unit = "share", fmt: Formats, width: int = 480
) -> Markup:
    """Day by day: the line of each group with the band of its interval."""
    scaled = [_in_unit(one, unit) for one in series]

    def axis(value: float) -> str:
        return fmt.money(value) if unit == "money" else fmt.percent(value / 100)

    return _at_two_widths(lambda to, _: lines.lines_plot(scaled, width=to, axis=axis), width)


def cell_plot(row: PlotRow, *, unit: Unit = "share", width: int = 132) -> Markup:
    """One effect on a scale of its own, for a table's row; its numbers stand beside it."""
    return Markup(plots.small_interval(_estimate(row, unit, None), width=width))  # noqa: S704


def bar(share: float, kind: str = "get") -> Markup:
    """A bar over the whole width of its place: ``share`` of it is filled (a fraction)."""
    part = min(max(share, 0.0), 1.0) * 100
    return Markup(
        '<svg class="bar-line" aria-hidden="true">'
        '<rect class="fill-rest" y="1" width="100%" height="8" rx="1.5"/>'
        '<rect class="fill-{}" y="1" width="{}%" height="8" rx="1.5"/></svg>'
    ).format(kind, f"{part:.2f}")


def bars(rows: Sequence[Bar], kind: str = "get") -> Markup:
    """Parts under each other, each with its name and words."""
    drawn = Markup("").join(
        Markup('<dt>{}</dt><dd>{}<span class="words">{}</span></dd>').format(
            row.label, bar(row.share, kind), row.words
        )
        for row in rows
    )
    return Markup('<dl class="bars">{}</dl>').format(drawn)


def _at_two_widths(draw: Callable[[int, bool], str], width: int) -> Markup:
    wide = next((one for one in WIDTHS if one <= width), WIDTHS[-1])
    return Markup(  # noqa: S704 - drawn above, every word in it escaped
        f'<div class="plot"><div class="w{wide}">'
        f'<div class="wide">{draw(wide, False)}</div>'
        f'<div class="narrow">{draw(NARROW, True)}</div></div></div>'
    )


def _estimate(row: PlotRow, unit: Unit, could_miss: float | None) -> Estimate:
    by = _factor(unit)
    return Estimate(
        label=row.label,
        value=row.value * by,
        low=row.low * by,
        high=row.high * by,
        shown=row.shown,
        smallest=None if could_miss is None else could_miss * by,
    )


def _in_unit(one: Series, unit: Unit) -> Series:
    by = _factor(unit)
    points = tuple(
        Point(day=p.day, value=p.value * by, low=p.low * by, high=p.high * by) for p in one.points
    )
    return one.model_copy(update={"points": points})


def _factor(unit: Unit) -> float:
    return 100.0 if unit == "share" else 1.0


def _axis(unit: Unit, fmt: Formats) -> Callable[[float], str]:
    def words(value: float) -> str:
        sign = "+" if value > 0 else "−" if value < 0 else ""
        return sign + (fmt.money(abs(value)) if unit == "money" else fmt.number(abs(value)))

    return words


def _signed(value: float, unit: Unit, fmt: Formats) -> str:
    if unit == "share":
        return fmt.signed(value)
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return sign + fmt.money(abs(value))

"""Parts of a report that templates cannot draw by themselves: plots, and words for its numbers.

Handed to a template as ``parts``; each function that needs the reader's forms takes ``fmt``.
"""

from __future__ import annotations

from markupsafe import Markup

from app.desk import plots
from app.desk.formats import Formats
from app.desk.plots import bar
from domain.conversation import PlotRow
from domain.figures import Effect, Figure
from domain.report import Comparison, DayShare, Report
from tools.render.numbers import counted_words, metric_words, verdict
from tools.render.report_words import anchor

__all__ = [
    "anchor",
    "bar",
    "cell",
    "counted_words",
    "day_lines",
    "effect_plot",
    "metric_words",
    "took",
    "variants_plot",
    "verdict",
]


def effect_plot(effect: Effect, fmt: Formats, width: int = 640) -> Markup:
    """One outcome's interval; nothing where it has no ends."""
    row = _row(effect.difference, metric_words(effect.metric), effect.shown)
    if row is None:
        return Markup()
    unit: plots.Unit = "share" if effect.unit == "share" else "money"
    return plots.interval_plot(
        [row], unit=unit, fmt=fmt, could_miss=effect.smallest_effect, width=width
    )


def cell(figure: Figure, shown: bool) -> Markup:
    """An interval for a table's row, on a scale of its own."""
    row = _row(figure, "", shown)
    if row is None:
        return Markup()
    return plots.cell_plot(row, unit="share" if figure.unit == "share" else "money")


def variants_plot(report: Report, labels: dict[str, str], fmt: Formats) -> Markup:
    """Each variant against those held back."""
    found = [
        row
        for one in report.against_held_back
        if (row := _row(one.difference, labels.get(one.variant, one.variant), one.shown))
    ]
    if not found:
        return Markup()
    return plots.interval_plot(found, unit=_unit(report.against_held_back), fmt=fmt, width=480)


def day_lines(days: tuple[DayShare, ...], fmt: Formats) -> Markup:
    """The share who did it, day by day, with the band of each line's interval."""
    series = []
    for held, label in ((False, "Got it"), (True, "Held back")):
        points = tuple(
            plots.Point(day=one.day, value=one.share, low=one.low, high=one.high)
            for one in days
            if one.held_back == held
        )
        if points:
            series.append(plots.Series(label=label, points=points, held=held))
    return plots.lines_plot(series, unit="share", fmt=fmt, width=480) if series else Markup()


def took(seconds: float) -> str:
    """within 2 min 10 s: how long sending took, of the first and the last mail's moments."""
    whole = round(seconds)
    if whole < 1:
        return "at one moment"
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"within {hours} h {minutes} min" if minutes else f"within {hours} h"
    return f"within {minutes} min {left} s" if minutes else f"within {left} s"


def _row(figure: Figure, label: str, shown: bool) -> PlotRow | None:
    if figure.value is None or figure.low is None or figure.high is None:
        return None
    return PlotRow(label=label, value=figure.value, low=figure.low, high=figure.high, shown=shown)


def _unit(comparisons: tuple[Comparison, ...]) -> plots.Unit:
    return "share" if all(c.difference.unit == "share" for c in comparisons) else "money"

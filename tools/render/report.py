"""A Report as people read it: Markdown, one HTML page that needs nothing else, SVG and CSV.

Every number links to the query behind it. Last click never stands without the answer against
those held back beside it.
"""

from __future__ import annotations

import csv as csv_format
import io
import re
from collections.abc import Iterable

from domain.figures import Figure
from domain.report import Report
from tools.render.numbers import (
    interval,
    metric_words,
    plain,
    share_interval,
    signed,
    state_words,
    verdict,
)
from tools.render.plots import interval_plot, standalone
from tools.render.report_page import html
from tools.render.report_words import (
    anchor,
    beside,
    counted,
    estimate,
    figure_names,
    lead,
    points,
)

__all__ = ["csv", "html", "markdown", "svg"]


def markdown(report: Report) -> str:
    """The report as Markdown, with an anchor for every query."""
    lines = [f"# {_md(report.title)}", "", f"> {_md(report.goal)}", "", _md(lead(report)), ""]
    if report.effects:
        lines += ["## What changed, and what did not", ""]
        rows = [
            (
                metric_words(e.metric) + (" (the goal)" if at == 0 else ""),
                _md_figure(e.treated, report),
                _md_figure(e.held_back, report),
                _md_linked(
                    signed(e.difference.value, e.unit, report.currency), e.difference, report
                ),
                interval(e.difference, report.currency),
                verdict(e),
            )
            for at, e in enumerate(report.effects)
        ]
        outcomes = ("Outcome", "Got it", "Held back", "Difference", "95% interval", "In words")
        lines += [*_md_table(outcomes, rows), ""]
    if report.last_click:
        lines += ["## Last click, and against those held back", ""]
        pairs = []
        for row in beside(report):
            said = plain(row.said.value, row.said.unit, report.currency, places=0)
            answer = ""
            if row.answer is not None:
                words = plain(row.answer.value, row.answer.unit, report.currency, places=0)
                answer = _md_linked(words, row.answer, report)
            pairs.append((row.name, _md_linked(said, row.said, report), f"{answer} {row.ends}"))
        head = ("", "Last click says", "Against those held back")
        lines += [*_md_table(head, pairs), ""]
    lines += ["## Variants", ""]
    names = figure_names(report.arms)
    table = [
        (
            arm.label or arm.arm,
            f"{arm.assigned:,}",
            *(_md_figure(arm.figure(name), report) for name in names),
        )
        for arm in report.arms
    ]
    lines += [*_md_table(("Variant", "People", *(metric_words(n) for n in names)), table), ""]
    if report.send_states:
        lines += ["## What became of each message", ""]
        states = [(state_words(state), f"{count:,}") for state, count in report.send_states]
        lines += [*_md_table(("", "Messages"), states), ""]
    lines += ["## How this was counted", ""]
    lines += [f"- **{name}** {_md(text)}" for name, text in counted(report)]
    if report.queries:
        lines += ["", "## Queries", ""]
    for query in report.queries:
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", query.text)), 3)
        lines += [
            f'<a id="{anchor(query.id)}"></a>**{_md(query.id)}** ({query.engine})',
            "",
            f"{fence}{'sql' if query.engine != 'computed' else ''}",
            query.text,
            fence,
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def svg(report: Report) -> str:
    """The plot of every outcome that is a share, as a picture of its own; empty where none is."""
    rows = [estimate(e, metric_words(e.metric)) for e in report.effects if e.unit == "share"]
    found = [row for row in rows if row is not None]
    return standalone(interval_plot(found, width=720, axis=points)) if found else ""


def csv(report: Report) -> str:
    """Every figure of the report, one a line, as plain numbers (shares as fractions)."""
    sheet = io.StringIO()
    out = csv_format.writer(sheet, lineterminator="\n")
    out.writerow(
        ("section", "of", "name", "value", "unit", "low", "high", "n", "shown", "query", "note")
    )

    def row(section: str, of: str, figure: Figure, shown: str = "", name: str = "") -> None:
        numbers = (
            _exact(figure.value),
            figure.unit,
            _exact(figure.low),
            _exact(figure.high),
            "" if figure.n is None else figure.n,
        )
        words = (_cell(figure.query), _cell(figure.note))
        out.writerow((section, _cell(of), _cell(name or figure.name), *numbers, shown, *words))

    for arm in report.arms:
        assigned = Figure(name="assigned", value=arm.assigned, unit="count")
        for figure in (assigned, *arm.figures):
            row("variant", arm.arm, figure)
    for effect in report.effects:
        for part in ("treated", "held_back", "difference", "total"):
            shown = str(effect.shown).lower() if part == "difference" else ""
            row("effect", effect.metric, getattr(effect, part), shown, part)
    for figure in report.last_click:
        row("last_click", "", figure)
    for state, count in report.send_states:
        row("message", state, Figure(name="messages", value=count, unit="count"))
    return sheet.getvalue()


def _md(text: str) -> str:
    flat = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", flat)


def _md_linked(text: str, figure: Figure, report: Report) -> str:
    if not any(q.id == figure.query for q in report.queries):
        return text
    return f"[{text}](#{anchor(figure.query)})"


def _md_figure(figure: Figure | None, report: Report) -> str:
    if figure is None:
        return "–"
    text = _md_linked(plain(figure.value, figure.unit, report.currency), figure, report)
    ends = share_interval(figure)
    return f"{text} {ends}" if ends else text


def _md_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join([' --- ', *[' ---: '] * (len(head) - 1)])}|"]
    return lines + [f"| {' | '.join(cell.replace('|', '∣') for cell in row)} |" for row in rows]


def _exact(value: float | None) -> str:
    """A plain number without the noise of binary fractions."""
    return "" if value is None else repr(round(value, 10)).removesuffix(".0")


def _cell(text: str) -> str:
    """A text that a spreadsheet will not run as a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text

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
from domain.report import ArmResult, Report
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
    among,
    anchor,
    beside,
    counted,
    estimate,
    figure_names,
    lead,
    measures,
    pair,
    points,
)

__all__ = ["csv", "html", "markdown", "svg"]


def markdown(report: Report) -> str:
    """The report as Markdown, with an anchor for every query."""
    lines = [f"# {_md(report.title)}", "", f"> {_md(report.goal)}", "", _md(lead(report)), ""]
    for section in (_md_effects, _md_beside, _md_comparisons, _md_variants, _md_states):
        lines += section(report)
    lines += ["## How this was counted", ""]
    lines += [f"- **{name}** {_md(text)}" for name, text in counted(report)]
    lines += _md_queries(report)
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
    for comparison in report.comparisons:
        pair_ids = f"{comparison.variant} - {comparison.other}"
        row("comparison", pair_ids, comparison.difference, str(comparison.shown).lower())
    for one in report.against_held_back:
        row("against_held_back", one.variant, one.difference, str(one.shown).lower())
    for day in report.day_by_day:
        group = "held_back" if day.held_back else "treated"
        figure = Figure(
            name=f"day_{day.day}",
            value=day.share,
            unit="share",
            low=day.low,
            high=day.high,
            n=day.n,
        )
        row("day", group, figure)
    for figure in report.last_click:
        row("last_click", "", figure)
    for figure in report.unmatched:
        row("unmatched", "", figure)
    for state, count in report.send_states:
        row("message", state, Figure(name="messages", value=count, unit="count"))
    return sheet.getvalue()


def _md_effects(report: Report) -> list[str]:
    if not report.effects:
        return []
    rows = [
        (
            metric_words(e.metric) + (" (the goal)" if at == 0 else ""),
            _md_figure(e.treated, report),
            _md_figure(e.held_back, report),
            _md_change(e.difference, report),
            interval(e.difference, report.currency),
            verdict(e),
        )
        for at, e in enumerate(report.effects)
    ]
    head = ("Outcome", "Got it", "Held back", "Difference", "95% interval", "In words")
    return ["## What changed, and what did not", "", *_md_table(head, rows), ""]


def _md_beside(report: Report) -> list[str]:
    if not report.last_click:
        return []
    rows = []
    for row in beside(report):
        said = plain(row.said.value, row.said.unit, report.currency, places=0)
        answer = ""
        if row.answer is not None:
            words = plain(row.answer.value, row.answer.unit, report.currency, places=0)
            answer = _md_linked(words, row.answer, report)
        rows.append((row.name, _md_linked(said, row.said, report), f"{answer} {row.ends}"))
    head = ("", "Last click says", "Against those held back")
    return ["## Last click beside the answer", "", *_md_table(head, rows), ""]


def _md_comparisons(report: Report) -> list[str]:
    rows = [
        (
            _md(pair(report, c)),
            _md_change(c.difference, report),
            interval(c.difference, report.currency),
            "A difference" if c.shown else "No difference shown",
        )
        for c in report.comparisons
    ]
    if not rows:
        return []
    head = ("", "Difference", "95% interval", "In words")
    return ["## Variants against each other", "", *_md_table(head, rows), ""]


def _md_variants(report: Report) -> list[str]:
    if not report.arms:
        return []
    rows = [("People", *(f"{arm.assigned:,}" for arm in report.arms))]
    rows += [
        (
            "Revenue" if name == "revenue" else metric_words(name),
            *(_md_measured(arm, name, report) for arm in report.arms),
        )
        for name in figure_names(report.arms)
    ]
    head = ("", *(_md(arm.label or arm.arm) for arm in report.arms))
    return ["## Variant by variant", "", *_md_table(head, rows), ""]


def _md_states(report: Report) -> list[str]:
    rows = [(state_words(state), f"{count:,}") for state, count in report.send_states]
    if not rows:
        return []
    return ["## What became of each message", "", *_md_table(("", "Messages"), rows), ""]


def _md_queries(report: Report) -> list[str]:
    lines = ["", "## Queries", ""] if report.queries else []
    for query in report.queries:
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", query.text)), 3)
        kind = "" if query.engine == "computed" else "sql"
        name = f'<a id="{anchor(query.id)}"></a>**{_md(query.id)}** ({query.engine})'
        lines += [name, "", f"{fence}{kind}", query.text, fence, ""]
    return lines


def _md_change(figure: Figure, report: Report) -> str:
    return _md_linked(signed(figure.value, figure.unit, report.currency), figure, report)


def _md(text: str) -> str:
    flat = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", flat)


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


def _md_measured(arm: ArmResult, name: str, report: Report) -> str:
    measure = measures(arm, name)
    if measure.count is None:
        return _md_figure(measure.share, report)
    text = _md_figure(measure.count, report)
    share = measure.share
    if share is None or share.value is None:
        return text
    said = f"{plain(share.value, 'share', report.currency)}{among(arm, share)}"
    return f"{text}, {said} {share_interval(share)}".rstrip()


def _md_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [_md_row(head), f"|{'|'.join([' --- ', *[' ---: '] * (len(head) - 1)])}|"]
    return lines + [_md_row(row) for row in rows]


def _md_row(cells: tuple[str, ...]) -> str:
    # Not every reader of Markdown knows an escaped bar inside a table; another sign is safe.
    return f"| {' | '.join(cell.replace('|', '∣') for cell in cells)} |"


def _exact(value: float | None) -> str:
    """A plain number without the noise of binary fractions."""
    return "" if value is None else repr(round(value, 10)).removesuffix(".0")


def _cell(text: str) -> str:
    """A text that a spreadsheet will not run as a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text

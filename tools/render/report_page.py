"""A report as one HTML page: the finding, its interval, every outcome, and the queries."""

from __future__ import annotations

import html as html_format
from collections.abc import Callable, Iterable
from pathlib import Path

from domain.figures import Effect, Figure, Query
from domain.report import ArmResult, Report
from tools.render.numbers import (
    counted_words,
    interval,
    likely,
    metric_words,
    plain,
    share_interval,
    signed,
    state_words,
    verdict,
)
from tools.render.plots import STYLE, interval_plot, small_interval, tokens_css
from tools.render.report_words import (
    among,
    anchor,
    beside,
    counted,
    days,
    estimate,
    estimate_of,
    figure_names,
    lead,
    measures,
    pair,
    points,
)

_PLOT_WIDE, _PLOT_NARROW = 580, 326
_NUMBER = ' class="n"'
_CSS = Path(__file__).parent / "report.css"


def html(report: Report) -> str:
    """The report as one HTML page with its plots inside; no script, no address outside itself."""
    parts = [
        f'<p class="crumb">Report / {days(report)} / campaign {_h(report.campaign_id)}</p>',
        f"<h1>{_h(report.title)}</h1>",
        f'<p class="lead">{_h(lead(report))}</p>',
        _result(report),
        _outcomes(report),
        _last_click(report),
        _comparisons(report),
        _variants(report),
        _states(report),
        _how(report),
        _queries(report.queries),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_h(report.title)}</title>"
        f"<style>{tokens_css()}{STYLE}{_CSS.read_text('utf-8')}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _result(report: Report) -> str:
    if report.measurable == "no" or not report.effects:
        return ""
    effect = report.effects[0]
    change = effect.difference
    unit = " points" if effect.unit == "share" else " a person"
    number = signed(change.value, effect.unit, report.currency) + unit
    range_words = likely(change, report.currency)
    lines = [_link(range_words, change, report)] if range_words else []
    if effect.shown:
        big = _link(number, change, report)
        total = effect.total
        if total.value is not None:
            about = plain(total.value, total.unit, report.currency, places=0)
            ends = ""
            if total.low is not None and total.high is not None:
                low, high = (
                    plain(v, total.unit, report.currency, places=0) for v in (total.low, total.high)
                )
                ends = f", {low} to {high}"
            things = f" {counted_words(effect.metric)}" if total.unit == "count" else ""
            lines.append(_link(f"about {about}{things}{ends}", total, report))
    else:
        big = "No effect shown"
        lines.insert(0, _link(number, change, report))
    said = "".join(f"<p>{line}</p>" for line in lines)
    return (
        f'<section class="result"><div><p class="big">{big}</p>{said}</div>'
        f"<div>{_plot(effect, report)}</div></section>"
    )


def _plot(effect: Effect, report: Report) -> str:
    row = estimate(effect, metric_words(effect.metric))
    if row is None:
        return ""
    axis = points if effect.unit == "share" else _money_axis(report.currency)
    wide = interval_plot([row], width=_PLOT_WIDE, axis=axis)
    narrow = interval_plot([row], width=_PLOT_NARROW, axis=axis)
    said = (
        "More for every 100 people, 95% interval."
        if effect.unit == "share"
        else "More for each person, 95% interval."
    )
    if effect.smallest_effect:
        least = signed(effect.smallest_effect, effect.unit, report.currency).removeprefix("+")
        said += f" Grey: effects that this test could miss; it shows gains of {least} or more,"
        said += " four times out of five."
    return (
        f'<div class="wide">{wide}</div><div class="narrow">{narrow}</div>'
        f'<p class="caption">{_h(said)}</p>'
    )


def _outcomes(report: Report) -> str:
    if not report.effects:
        return ""
    rows = []
    for at, effect in enumerate(report.effects):
        row = estimate(effect, metric_words(effect.metric))
        name = f"{_h(metric_words(effect.metric))}"
        name = f"<strong>{name}</strong>" + (
            ' <span class="side">the goal</span>' if at == 0 else ""
        )
        change = signed(effect.difference.value, effect.unit, report.currency)
        ends = interval(effect.difference, report.currency)
        words = _h(verdict(effect))
        rows.append(
            (
                name,
                _number(effect.treated, report),
                _number(effect.held_back, report),
                small_interval(row) if row else "",
                f'<span class="keep">{_link(change, effect.difference, report)} {_h(ends)}</span>',
                f"<strong>{words}</strong>"
                if effect.shown
                else f'<span class="side keep">{words}</span>',
            )
        )
    head = ("Outcome", "Got it", "Held back", "", "Difference", "In words")
    length = (report.period_end - report.period_start).days
    return _section(
        "What changed, and what did not",
        f"{length} days; 95% intervals, each row on its own scale",
        _table(head, rows, numbers=(1, 2)),
    )


def _last_click(report: Report) -> str:
    if not report.last_click:
        return ""
    rows = []
    for row in beside(report):
        said = plain(row.said.value, row.said.unit, report.currency, places=0)
        answer = ""
        if row.answer is not None:
            words = plain(row.answer.value, row.answer.unit, report.currency, places=0)
            answer = _link(words, row.answer, report) + " "
        ends = f'<span class="side">{_h(row.ends)}</span>'
        rows.append((_h(row.name), _link(said, row.said, report), f"{answer}{ends}"))
    note = (
        "Last click counts whoever clicked and then acted, also those who would have acted anyway."
    )
    head = ("Measure", "Last click says", "Against those held back")
    table = _table(head, rows, numbers=(1, 2))
    return _section("Last click beside the answer", "", f'{table}<p class="caption">{note}</p>')


def _variants(report: Report) -> str:
    if not report.arms:
        return ""
    rows = [("People", *(f"{arm.assigned:,}" for arm in report.arms))]
    rows += [
        (
            _h("Revenue" if name == "revenue" else metric_words(name)),
            *(_measured(arm, name, report) for arm in report.arms),
        )
        for name in figure_names(report.arms)
    ]
    head = ("Counted", *(arm.label or arm.arm for arm in report.arms))
    return _section(
        "Variant by variant",
        "counts; shares with their 95% intervals",
        _table(head, rows, numbers=tuple(range(1, len(head)))),
    )


def _measured(arm: ArmResult, name: str, report: Report) -> str:
    measure = measures(arm, name)
    if measure.count is None:
        return _number(measure.share, report)
    text = _number(measure.count, report)
    share = measure.share
    if share is None or share.value is None:
        return text
    said = f"{plain(share.value, 'share', report.currency)}{among(arm, share)}"
    return f'{text} <span class="side">{_h(said)} {_h(share_interval(share))}</span>'


def _comparisons(report: Report) -> str:
    rows = []
    for one in report.comparisons:
        row = estimate_of(one.difference, "", one.shown)
        change = signed(one.difference.value, one.difference.unit, report.currency)
        ends = _h(interval(one.difference, report.currency))
        words = "A difference" if one.shown else "No difference shown"
        rows.append(
            (
                _h(pair(report, one)),
                small_interval(row) if row else "",
                f'<span class="keep">{_link(change, one.difference, report)} {ends}</span>',
                f"<strong>{words}</strong>" if one.shown else f'<span class="side">{words}</span>',
            )
        )
    if not rows:
        return ""
    what = f"{metric_words(report.comparisons[0].metric)}; intervals allow for all pairs"
    head = ("Pair", "", "Difference", "In words")
    return _section("Variants against each other", what, _table(head, rows))


def _states(report: Report) -> str:
    if not report.send_states:
        return ""
    rows = [(_h(state_words(state)), f"{count:,}") for state, count in report.send_states]
    total = sum(count for _, count in report.send_states)
    table = _table(("State", "Messages"), rows, numbers=(1,))
    return _section("What became of each message", f"{total:,} in all", table, "slim")


def _how(report: Report) -> str:
    rows = "".join(f"<dt>{_h(name)}</dt><dd>{_h(text)}</dd>" for name, text in counted(report))
    return _section("How this was counted", "", f"<dl>{rows}</dl>")


def _queries(queries: Iterable[Query]) -> str:
    blocks = "".join(
        f'<section class="query" id="{anchor(q.id)}"><h3>{_h(q.id)} '
        f'<span class="side">{_h(q.engine)}</span></h3><pre>{_h(q.text)}</pre></section>'
        for q in queries
    )
    return _section("Queries", "every number above links to one", blocks) if blocks else ""


def _section(title: str, answer: str, body: str, kind: str = "") -> str:
    side = f'<span class="side">{_h(answer)}</span>' if answer else ""
    return f'<section class="{kind}"><header><h2>{_h(title)}</h2>{side}</header>{body}</section>'


def _table(
    head: tuple[str, ...], rows: Iterable[tuple[str, ...]], numbers: tuple[int, ...] = ()
) -> str:
    def cells(row: tuple[str, ...]) -> str:
        return "".join(
            f'<td data-of="{_h(head[at])}"{_NUMBER if at in numbers else ""}>'
            + (f"<span>{cell}</span></td>" if cell else "</td>")
            for at, cell in enumerate(row)
        )

    top = "".join(
        f"<th{_NUMBER if at in numbers else ''}>{_h(word)}</th>" for at, word in enumerate(head)
    )
    body = "".join(f"<tr>{cells(row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _number(figure: Figure | None, report: Report) -> str:
    if figure is None:
        return '<span class="side">–</span>'
    if figure.value is None:
        return f'<span class="side" title="{_h(figure.note)}">not known</span>'
    text = _link(plain(figure.value, figure.unit, report.currency), figure, report)
    ends = share_interval(figure)
    return f'{text} <span class="side">{_h(ends)}</span>' if ends else text


def _link(text: str, figure: Figure, report: Report) -> str:
    if not any(q.id == figure.query for q in report.queries):
        return _h(text)
    return f'<a href="#{anchor(figure.query)}">{_h(text)}</a>'


def _money_axis(currency: str) -> Callable[[float], str]:
    def axis(value: float) -> str:
        return signed(value, "money", currency) if value else "0"

    return axis


def _h(text: str) -> str:
    return html_format.escape(text, quote=True)

"""A report in a terminal, and as files."""

from __future__ import annotations

from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app import words
from domain.figures import Effect, Figure
from domain.plan import HELD_BACK
from domain.report import ArmResult, Report
from tools.render import report as pages
from tools.render.report_words import unmatched

OUTCOMES = {
    "viewing_booked": "viewings booked",
    "purchase": "purchases",
    "revenue": "revenue",
    "click": "clicks",
    "service_booked": "services booked",
    "unsubscribed": "unsubscribed",
    "opened_by_person": "opened by a person",
}


def _outcome(name: str) -> str:
    return OUTCOMES.get(name, name.replace("_", " "))


def write_files(report: Report, folder: Path) -> list[Path]:
    """Write every form of the report to a folder; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "report.md": pages.markdown(report),
        "report.html": pages.html(report),
        "report.csv": pages.csv(report),
        "report.json": report.model_dump_json(indent=2) + "\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def report_text(report: Report, timezone: str, *, queries: bool = False) -> RenderableType:
    """The finding, every outcome with its interval, the variants, and what to know beside."""
    period = (
        f"{words.moment(report.period_start, timezone)} to "
        f"{words.moment(report.period_end, timezone)}, as known on "
        f"{words.moment(report.as_of, timezone)}"
    )
    parts: list[RenderableType] = [
        Text(report.title, style="bold"),
        Text(f"“{report.goal}”"),
        Text(period, style="dim"),
        Text(),
    ]
    if report.effects:
        parts += [_effects(report), Text()]
    if report.last_click and report.measurable == "yes":
        parts += [_last_click(report), Text()]
    if report.arms:
        parts += [_arms(report), Text()]
    states = ", ".join(f"{n:,} {words.SEND_STATES.get(s, s)}" for s, n in report.send_states)
    parts.append(Text(f"Messages: {states or 'none'}"))
    if report.unmatched:
        parts.append(Text(f"Orders: {unmatched(report)}"))
    parts += [Text(f"· {note}") for note in report.notes]
    if queries:
        for query in report.queries:
            parts += [Text(), Text(f"{query.id} ({query.engine})", style="dim"), Text(query.text)]
    return Group(*parts)


def _effects(report: Report) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("against those held back", "mailed", "held back", "difference", "likely between"):
        justify = "left" if title.startswith("against") else "right"
        table.add_column(title, justify=justify)  # type: ignore[arg-type]
    table.add_column("")
    for effect in report.effects:
        table.add_row(
            _outcome(effect.metric),
            _value(effect.treated, report.currency),
            _value(effect.held_back, report.currency),
            _difference(effect, effect.difference.value, report.currency),
            f"{_difference(effect, effect.difference.low, report.currency)} and "
            f"{_difference(effect, effect.difference.high, report.currency)}",
            "shown" if effect.shown else "no effect shown",
        )
    return table


def _difference(effect: Effect, value: float | None, currency: str) -> str:
    if value is None:
        return "not known"
    if effect.unit == "share":
        return f"{value * 100:+.1f} points".replace("-", "−")
    return f"{'+' if value >= 0 else '−'}{words.money(round(abs(value), 2), currency)}"


def _last_click(report: Report) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for figure in report.last_click:
        table.add_row(
            Text(f"Last click says, {_outcome(figure.name.removeprefix('last_click_'))}:"),
            Text(words.figure(figure, report.currency)),
        )
    if report.effects:
        first = report.effects[0]
        table.add_row(
            Text(f"Against those held back, {_outcome(first.metric)}:"),
            Text(words.figure(first.total, report.currency)),
        )
    return table


def _arms(report: Report) -> RenderableType:
    names = list(dict.fromkeys(f.name for arm in report.arms for f in arm.figures))
    if report.measurable == "no":  # zeros would read as results
        names = [name for name in names if name == "sent"]
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    for arm in report.arms:
        table.add_column(_label(arm), justify="right")
    table.add_row("people", *(f"{arm.assigned:,}" for arm in report.arms))
    for name in names:
        row = [arm.figure(name) for arm in report.arms]
        table.add_row(
            _outcome(name),
            *(_value(figure, report.currency) if figure else "–" for figure in row),
        )
    return table


def _label(arm: ArmResult) -> str:
    return "held back" if arm.arm == HELD_BACK else arm.label or arm.arm.upper()


def _value(figure: Figure, currency: str) -> str:
    """The bare value: intervals have their own columns."""
    bare = figure.model_copy(update={"low": None, "high": None, "n": None})
    return words.figure(bare, currency)

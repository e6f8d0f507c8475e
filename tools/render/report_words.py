"""What a report says in words, whatever it is written as: shared by Markdown and HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.figures import Effect, Figure
from domain.frozen import Frozen
from domain.plan import HELD_BACK
from domain.report import ArmResult, Report
from domain.words import weekday_words
from tools.render.numbers import MINUS, did_words, metric_words, outcome_noun, plain
from tools.render.plots import Estimate

_SINGULAR = {"purchases": "purchase", "viewings": "viewing_booked", "clicks": "click"}


def lead(report: Report) -> str:
    """The proof of the title in one or two sentences."""
    if report.measurable == "no":
        return f"Not measurable: {report.why_not or 'the data do not reach far enough'}."
    if not report.effects:
        return "Nothing was measured against people held back by chance."
    effect = report.effects[0]
    treated, held = effect.treated, effect.held_back
    got = plain(treated.value, treated.unit, report.currency)
    kept = plain(held.value, held.unit, report.currency)
    people = f"the {treated.n:,} people who got it" if treated.n else "those who got it"
    others = f"the {held.n:,} held back by chance" if held.n else "those held back by chance"
    length = (report.period_end - report.period_start).days
    did = did_words(effect.metric)
    if effect.unit == "share" and did:
        first = f"{got} of {people} {did} within {length} days, against {kept} of {others}."
    else:
        what = metric_words(effect.metric)
        first = f"{what} was {got} for {people}, against {kept} for {others}, in {length} days."
    quiet = [outcome_noun(e.metric) for e in report.effects[1:] if not e.shown]
    if not quiet:
        return first
    named = f"{', '.join(quiet[:-1])} or {quiet[-1]}" if len(quiet) > 1 else quiet[0]
    return f"{first} On {named} no effect is shown."


class Beside(Frozen):
    """One measure as last click has it, and as those held back have it."""

    name: str
    said: Figure
    """What last click says."""
    answer: Figure | None
    """What it was beyond those held back, in all; None: not measured against them."""
    ends: str = ""
    """The answer's interval, or why it is none, in words."""


def beside(report: Report) -> list[Beside]:
    """Last click's figures, each with the answer against those held back."""
    effects = {e.metric: e for e in report.effects}
    rows = []
    for figure in report.last_click:
        name = "Revenue" if figure.name == "revenue" else metric_words(figure.name)
        effect = effects.get(figure.name) or effects.get(_SINGULAR.get(figure.name, ""))
        if effect is None:
            why = "not measured against those held back"
            rows.append(Beside(name=name, said=figure, answer=None, ends=why))
            continue
        total, ends = effect.total, ""
        if total.low is not None and total.high is not None:
            low, high = (
                plain(v, total.unit, report.currency, places=0) for v in (total.low, total.high)
            )
            ends = f"({low} to {high})"
        if not effect.shown:
            ends = f"{ends}, no effect shown".removeprefix(", ")
        rows.append(Beside(name=name, said=figure, answer=total, ends=ends))
    return rows


def counted(report: Report) -> list[tuple[str, str]]:
    held = next((arm for arm in report.arms if arm.arm == HELD_BACK), None)
    everyone = sum(arm.assigned for arm in report.arms)
    rows = [("Goal", report.goal)]
    if held is not None and everyone:
        share = held.assigned / everyone * 100
        rows.append(("Held back", f"{held.assigned:,} of {everyone:,} ({share:.1f}%), by chance"))
    rows.append(("Counted", days(report)))
    rows.append(("Source", f"data as of {moment(report.as_of)}"))
    return rows + [("Note", note) for note in report.notes]


def figure_names(arms: Iterable[ArmResult]) -> list[str]:
    return list(dict.fromkeys(f.name for arm in arms for f in arm.figures))


def days(report: Report) -> str:
    # The period's end is not part of it.
    last = (report.period_end - timedelta(microseconds=1)).date()
    return f"{weekday_words(report.period_start.date())} to {weekday_words(last)}"


def moment(at: datetime) -> str:
    return f"{weekday_words(at.date())}, {at:%H:%M} {at.tzname() or ''}".rstrip()


def anchor(query_id: str) -> str:
    return "q-" + re.sub(r"[^A-Za-z0-9_.-]", "-", query_id)


def estimate(effect: Effect, label: str) -> Estimate | None:
    change = effect.difference
    if change.value is None or change.low is None or change.high is None:
        return None
    return Estimate(
        label=label,
        value=change.value,
        low=change.low,
        high=change.high,
        shown=effect.shown,
        smallest=effect.smallest_effect,
    )


def points(value: float) -> str:
    number = round(value * 100, 2)
    sign = "" if number == 0 else (MINUS if number < 0 else "+")
    return f"{sign}{abs(number):g}"

"""What a report says in words, whatever it is written as: shared by Markdown and HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.figures import Effect
from domain.plan import HELD_BACK
from domain.report import ArmResult, Report
from domain.words import weekday_words
from tools.render.numbers import MINUS, metric_words, plain
from tools.render.plots import Estimate


def lead(report: Report) -> str:
    """The proof of the title in one or two sentences."""
    if report.measurable == "no":
        return f"Not measurable: {report.why_not or 'the data do not reach far enough'}."
    if not report.effects:
        return "Nothing was measured against people held back by chance."
    effect = report.effects[0]
    treated, held = effect.treated, effect.held_back
    what = metric_words(effect.metric)
    got = plain(treated.value, treated.unit, report.currency)
    kept = plain(held.value, held.unit, report.currency)
    people = f" of the {treated.n:,} people who got it" if treated.n else " of those who got it"
    others = (
        f" of the {held.n:,} held back by chance" if held.n else " of those held back by chance"
    )
    if effect.unit == "per_person":
        people, others = (
            people.replace(" of the", " for the"),
            others.replace(" of the", " for the"),
        )
    first = f"{what}: {got}{people}, against {kept}{others}."
    quiet = [metric_words(e.metric) for e in report.effects[1:] if not e.shown]
    if not quiet:
        return first
    return f"{first} No effect is shown on: {', '.join(quiet).lower()}."


def beside(report: Report) -> list[tuple[str, str, str]]:
    """(measure, what last click says, what the people held back say)."""
    totals = {e.metric: e for e in report.effects}
    aliases = {"purchases": "purchase", "viewings": "viewing_booked", "clicks": "click"}
    rows = []
    for figure in report.last_click:
        effect = totals.get(figure.name) or totals.get(aliases.get(figure.name, ""))
        answer = "not measured against those held back"
        if effect is not None:
            total = effect.total
            answer = plain(total.value, total.unit, report.currency, places=0)
            if total.low is not None and total.high is not None:
                ends = (
                    plain(v, total.unit, report.currency, places=0) for v in (total.low, total.high)
                )
                answer += f" ({' to '.join(ends)})"
            if not effect.shown:
                answer += ", no effect shown"
        name = "Revenue" if figure.name == "revenue" else metric_words(figure.name)
        rows.append((name, plain(figure.value, figure.unit, report.currency, places=0), answer))
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

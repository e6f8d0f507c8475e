"""What a report says in words, whatever it is written as: shared by Markdown and HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.figures import Effect, Figure
from domain.frozen import Frozen
from domain.plan import HELD_BACK
from domain.report import ArmResult, Comparison, Report
from domain.words import weekday_words
from tools.render.numbers import MINUS, did_words, metric_words, outcome_noun, plain
from tools.render.plots import Estimate

_SAME_AS = {"orders": "purchase", "purchases": "purchase", "viewings": "viewing_booked"}


def lead(report: Report) -> str:
    """The proof of the title in one or two sentences."""
    if report.measurable == "no":
        return f"What it changed cannot be said: {report.why_not or 'the data end too early'}."
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
        metric = figure.name.removeprefix("last_click_")
        name = "Revenue" if metric == "revenue" else metric_words(metric)
        effect = effects.get(metric) or effects.get(_SAME_AS.get(metric, ""))
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
    if report.unmatched:
        rows.append(("Unmatched", unmatched(report)))
    return rows + [("Note", note) for note in report.notes]


def unmatched(report: Report) -> str:
    """The part of the period's orders that stands in no group, because it names nobody."""
    whole, *by_channel = report.unmatched
    said = f"{_of_orders(whole)} in this time name no customer, and stand in no group"
    if len(by_channel) > 1:
        said += ": " + ", ".join(f"{f.name} {_of_orders(f)}" for f in by_channel)
    return f"{said}."


def _of_orders(figure: Figure) -> str:
    share, orders = figure.value or 0.0, figure.n or 0
    return f"{round(share * orders):,} of {orders:,} orders ({share * 100:.1f}%)"


class Measure(Frozen):
    """One figure of a variant, with its share of those it was counted among."""

    count: Figure | None
    share: Figure | None


def measures(arm: ArmResult, name: str) -> Measure:
    """The count and the share of one name; a share may stand for itself."""
    found, share = arm.figure(name), arm.figure(f"{name}_share")
    if found is not None and found.unit == "share":
        return Measure(count=None, share=found)
    return Measure(count=found, share=share)


def among(arm: ArmResult, share: Figure) -> str:
    """ " of 335" where a share was counted among fewer than the whole variant."""
    return f" of {share.n:,}" if share.n is not None and share.n != arm.assigned else ""


def pair(report: Report, comparison: Comparison) -> str:
    """The two variants of a comparison, by their labels."""
    labels = {arm.arm: arm.label or arm.arm for arm in report.arms}
    one, other = comparison.variant, comparison.other
    return f"{labels.get(one, one)} against {labels.get(other, other)}"


def figure_names(arms: Sequence[ArmResult]) -> list[str]:
    """What was counted of the variants; shares that belong to a count stand with it."""
    names = dict.fromkeys(f.name for arm in arms for f in arm.figures)
    return [n for n in names if not (n.endswith("_share") and n.removesuffix("_share") in names)]


def days(report: Report) -> str:
    # The period's end is not part of it.
    last = (report.period_end - timedelta(microseconds=1)).date()
    return f"{weekday_words(report.period_start.date())} to {weekday_words(last)}"


def moment(at: datetime) -> str:
    return f"{weekday_words(at.date())}, {at:%H:%M} {at.tzname() or ''}".rstrip()


def anchor(query_id: str) -> str:
    return "q-" + re.sub(r"[^A-Za-z0-9_.-]", "-", query_id)


def estimate(effect: Effect, label: str) -> Estimate | None:
    """An effect as a plot draws it; None where its interval is not known."""
    return estimate_of(effect.difference, label, effect.shown, effect.smallest_effect)


def estimate_of(
    change: Figure, label: str, shown: bool, smallest: float | None = None
) -> Estimate | None:
    if change.value is None or change.low is None or change.high is None:
        return None
    return Estimate(
        label=label,
        value=change.value,
        low=change.low,
        high=change.high,
        shown=shown,
        smallest=smallest,
    )


def points(value: float) -> str:
    number = round(value * 100, 2)
    sign = "" if number == 0 else (MINUS if number < 0 else "+")
    return f"{sign}{abs(number):g}"

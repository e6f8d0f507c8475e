"""Reporter: what a campaign changed, against those held back by chance, and how sure that is.

Everybody is counted in the group that chance put them in, whether or not their mail arrived
(intention to treat). An effect is shown only where its 95 % interval leaves out zero; the title
says so in one sentence, and last click never stands without the effect beside it.
"""

from __future__ import annotations

from agents.reporting.days import day_by_day
from agents.reporting.effects import against_held_back, by_metric, compare, effect_of, formula
from agents.reporting.question import ReportQuestion
from agents.reporting.words import in_words, notes_of
from domain.figures import Effect
from domain.money import Currency
from domain.plan import HELD_BACK
from domain.report import ArmResult, Comparison, DayShare, Report

__all__ = ["NO_DATA", "ReportQuestion", "write_report"]

NO_DATA = "no data after the as-of date"


def write_report(question: ReportQuestion) -> Report:
    """The report of one campaign."""
    kpi = question.brief.kpi.kpi
    groups = by_metric(question.results.moments, kpi)
    why_not = _why_not(question)
    effects, comparisons, queries = [], [], list(question.results.queries)
    against: list[Comparison] = []
    days: tuple[DayShare, ...] = ()
    if not why_not:
        for metric, arms in groups.items():
            effects.append(effect_of(metric, arms))
            queries.append(formula(metric, arms))
        comparisons = compare(kpi, groups.get(kpi, []))
        against = against_held_back(kpi, groups.get(kpi, []))
        days = day_by_day(
            question.results.first_times, groups.get(kpi, []), question.start, question.end
        )
        if not effects:
            why_not = "no outcome was counted"
    title = f"Not measurable: {why_not}." if why_not else _title(effects[0], question.currency)
    return Report(
        campaign_id=question.campaign_id,
        title=title,
        goal=question.brief.goal.text,
        kpi=kpi,
        period_start=question.start,
        period_end=question.end,
        as_of=question.as_of,
        currency=question.currency,
        arms=tuple(_labelled(arm, dict(question.labels)) for arm in question.results.arms),
        effects=tuple(effects),
        comparisons=tuple(comparisons),
        against_held_back=tuple(against),
        day_by_day=days,
        last_click=question.results.last_click,
        unmatched=question.results.unmatched,
        send_states=question.send_states,
        measurable="no" if why_not else "yes",
        why_not=why_not,
        notes=notes_of(question, effects, comparisons, why_not),
        queries=tuple(queries),
    )


def _title(effect: Effect, currency: Currency) -> str:
    words = in_words(effect, currency)
    # A title holds one finding; what the test could have missed stands below it.
    return words if effect.shown else words.split(";", 1)[0].rstrip(".") + "."


def _why_not(question: ReportQuestion) -> str:
    """Why nothing can be measured; empty where something can."""
    states = dict(question.send_states)
    gone = states.get("sent", 0) + states.get("needs_review", 0)
    last = question.results.last_data_day
    if states and gone == 0:
        return "nothing went out"
    if last is None or last <= question.start:
        return NO_DATA
    held = [m.n for m in question.results.moments if m.arm == HELD_BACK]
    if not held or max(held) == 0:
        return "nobody was held back by chance"
    if all(m.n == 0 for m in question.results.moments if m.arm != HELD_BACK):
        return "nobody was to get the mail"
    return ""


def _labelled(arm: ArmResult, labels: dict[str, str]) -> ArmResult:
    if arm.arm == HELD_BACK:
        return arm.model_copy(update={"label": "Held back by chance"})
    label = labels.get(arm.arm)
    return arm.model_copy(update={"label": f"Variant {arm.arm}: {label}"}) if label else arm

"""What cases may ask of a report."""

from __future__ import annotations

from collections.abc import Mapping

from domain.figures import Effect
from domain.report import Report
from evals.assertions import Assertion
from evals.assertions.texts import missing_words, unwanted_words


def title_says(report: Report, wanted: str | list[str]) -> str:
    return missing_words(report.title, wanted)


def title_never_says(report: Report, unwanted: str | list[str]) -> str:
    return unwanted_words(report.title, unwanted)


def notes_say(report: Report, wanted: str | list[str]) -> str:
    return missing_words(" ".join(report.notes), wanted)


def measurable(report: Report, wanted: bool) -> str:
    found = report.measurable == "yes"
    return "" if found is wanted else f"measurable is {report.measurable}: {report.why_not}"


def why_not(report: Report, wanted: str) -> str:
    return missing_words(report.why_not, wanted)


def shown(report: Report, wanted: Mapping[str, bool]) -> str:
    """For each metric, whether an effect is shown."""
    for metric, is_shown in wanted.items():
        effect = _effect(report, metric)
        if effect is None:
            return f"the report says nothing of {metric}"
        if effect.shown is not is_shown:
            low, high = effect.difference.low, effect.difference.high
            return f"{metric} is {'' if effect.shown else 'not '}shown ({low} to {high})"
    return ""


def difference(report: Report, wanted: Mapping[str, list[float]]) -> str:
    """For each metric the difference and its interval: [value, low, high], to four digits."""
    for metric, numbers in wanted.items():
        effect = _effect(report, metric)
        if effect is None:
            return f"the report says nothing of {metric}"
        found = effect.difference
        for name, number, got in zip(
            ("value", "low", "high"), numbers, (found.value, found.low, found.high), strict=True
        ):
            if got is None or abs(got - number) > 0.0005 * max(1.0, abs(number)):
                return f"{metric}: {name} is {got}, not {number}"
    return ""


def kpi_first(report: Report, wanted: str) -> str:
    found = report.effects[0].metric if report.effects else ""
    return "" if found == wanted else f"the first effect is {found!r}"


def last_click_beside_effect(report: Report, wanted: object) -> str:
    """Last click never stands without what those held back say."""
    if not report.last_click:
        return "there is no last click"
    return "" if report.effects else "last click stands alone"


def every_effect_has_an_interval(report: Report, wanted: object) -> str:
    for effect in report.effects:
        if effect.difference.low is None or effect.difference.high is None:
            return f"{effect.metric} has no interval"
        if not effect.difference.query:
            return f"{effect.metric} cannot be traced to a query"
    return "" if report.effects else "there are no effects"


def _effect(report: Report, metric: str) -> Effect | None:
    return next((one for one in report.effects if one.metric == metric), None)


ASSERTIONS: Mapping[str, Assertion] = {
    "title_says": title_says,
    "title_never_says": title_never_says,
    "notes_say": notes_say,
    "measurable": measurable,
    "why_not": why_not,
    "shown": shown,
    "difference": difference,
    "kpi_first": kpi_first,
    "last_click_beside_effect": last_click_beside_effect,
    "every_effect_has_an_interval": every_effect_has_an_interval,
}

"""Answers about what came of campaigns: reports, lists, and last click with what was measured."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, timedelta

from agents.conversing import showing, words
from agents.conversing.found import CampaignLine, Clicks
from agents.conversing.memory import Choice, Heard, Language, Memory, Open
from agents.conversing.port import Tools
from agents.conversing.words import pick
from agents.house.chat_heard import meant, period, telling_words
from agents.house.goal_dates import month_span
from agents.house.goal_text import lowered
from domain.conversation import CampaignPart, Part, QuestionPart, TextPart
from domain.report import Report

Said = Part | Memory
_LATEST = re.compile(r"\b(?:last|latest|newest|recent|letzte[nrs]?|neueste[nrs]?)\b")
_BEST = re.compile(r"\b(?:best|better|which (?:campaign|mail)|what worked|compare|all campaigns|"
                   r"beste[nrs]?|welche (?:kampagne|mail)|was hat funktioniert)\b")  # fmt: skip


async def campaigns(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """All campaigns, the latest first."""
    found = await tools.list_campaigns()
    if not found:
        yield TextPart(text=_none(heard.language))
        return
    reported = sum(one.reported for one in found)
    yield TextPart(
        text=pick(
            heard.language,
            f"{words.count(len(found), 'en')} campaigns so far; {reported} with a report.",
            f"Bisher {words.count(len(found), 'de')} Kampagnen, {reported} davon mit Bericht.",
        )
    )
    yield showing.campaigns_table(found, tools.known.timezone, heard.language)


async def report(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """What a campaign changed; asked which, where several could be meant."""
    found = await tools.list_campaigns()
    if not found:
        yield TextPart(text=_none(heard.language))
        return
    ended = [one for one in found if one.reported]
    if _BEST.search(lowered(heard.text)) and len(ended) > 1:
        async for part in _compared(heard, tools, ended):
            yield part
        return
    named = meant(heard.text, found)
    if not named and _LATEST.search(lowered(heard.text)):
        named = ended[:1] or [one for one in found if one.sent][:1]
    if not named and not telling_words(heard.text):
        talked = [one for one in found if one.id == heard.memory.campaign_id]
        named = talked or (ended if len(ended) == 1 else [])
    if len(named) == 1:
        async for part in reporting(named[0].id)(heard, tools):
            yield part
        return
    choices = named or ended or list(found)
    asked = _asked(heard)
    question = pick(
        heard.language,
        f"Which one do you mean? I know none called {asked}." if asked and not named
        else "Which one do you mean?",
        f"Welche meinen Sie? Eine namens {asked} kenne ich nicht." if asked and not named
        else "Welche meinen Sie?",
    )  # fmt: skip
    yield QuestionPart(question=question, answers=tuple(one.goal for one in choices[:6]))
    opened = Open(
        about="campaign_report",
        question=question,
        choices=tuple(Choice(says=one.goal, value=one.id) for one in choices[:6]),
        text=heard.text,
    )
    yield heard.memory.model_copy(update={"open": opened})


def reporting(campaign_id: str) -> Callable[[Heard, Tools], AsyncIterator[Said]]:
    async def skill(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
        remembered = heard.memory.model_copy(update={"campaign_id": campaign_id, "open": None})
        lines = await tools.list_campaigns()
        line = next((one for one in lines if one.id == campaign_id), None)
        if line is not None and not line.reported:
            yield TextPart(text=_no_report(line, heard.language))
            yield CampaignPart(campaign_id=line.id, words=line.goal)
            yield remembered
            return
        found = await tools.read_report(campaign_id)
        asks = re.search(r"open|click|geöffnet|geklickt", lowered(heard.text))
        yield TextPart(
            text=finding(found, heard.language) + (_seen(found, heard.language) if asks else "")
        )
        if found.measurable == "yes":
            plot = showing.report_plot(found, heard.language)
            if plot is not None:
                yield plot
            yield showing.report_table(found, heard.language)
        yield remembered

    return skill


async def ask_report(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """Have a report written now."""
    found = [one for one in await tools.list_campaigns() if one.sent]
    named = meant(heard.text, found) or [one for one in found if one.id == heard.memory.campaign_id]
    named = named or found[:1]
    if not named:
        yield TextPart(
            text=pick(
                heard.language,
                "Nothing went out yet, so there is nothing to report. Reports come by themselves "
                "some days after the last mail.",
                "Bisher ging nichts hinaus, also gibt es nichts zu berichten. Berichte kommen von "
                "selbst, einige Tage nach der letzten Mail.",
            )
        )
        return
    asked = await tools.ask_for_report(named[0].id)
    yield TextPart(
        text=pick(
            heard.language,
            f"Asked for: the report of “{asked.goal}” is written next and then stands under "
            "Reports.",
            f"Angefordert: Der Bericht zu „{asked.goal}“ wird als Nächstes geschrieben und steht "
            "dann unter Reports.",
        )
    )
    yield CampaignPart(campaign_id=asked.campaign_id, words=asked.goal)
    yield heard.memory.model_copy(update={"campaign_id": asked.campaign_id, "open": None})


async def revenue(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """Last click, labelled, and beside it the effect against those held back, or "not
    measured"."""
    today = tools.known.today
    span = period(heard.text, today, past=True)
    first, last = (span.first, span.last) if span is not None else _last_month(today)
    last = min(last, today)
    found = await tools.count_clicks(first, last)
    said = _one_number(found, heard.language)
    if span is None:
        said += pick(
            heard.language,
            " You named no days; this is the last whole month.",
            " Sie nannten keine Tage; das ist der letzte ganze Monat.",
        )
    yield TextPart(text=said)
    yield showing.clicks_table(found, heard.language)


def finding(found: Report, language: Language) -> str:
    """A report in two sentences: what was shown, with interval and sizes."""
    if found.measurable == "no" or not found.effects:
        why = found.why_not or found.title
        return pick(language, f"Not measurable: {why}.", f"Nicht messbar: {why}.")
    effect = found.effects[0]
    label = showing.outcome(effect.metric, language).lower()
    value, low, high = effect.difference.value, effect.difference.low, effect.difference.high
    if value is None or low is None or high is None:
        return found.title

    def said(number: float) -> str:
        if effect.unit == "share":
            return words.points(number, language)
        return words.amount(number, found.currency, language)

    bare = said(low) if effect.unit != "share" else said(low).rsplit(" ", 1)[0]
    span = words.likely(bare, said(high), language)
    treated = words.in_unit(
        effect.treated.value or 0.0, effect.treated.unit, found.currency, language
    )
    held = words.in_unit(
        effect.held_back.value or 0.0, effect.held_back.unit, found.currency, language
    )
    sizes = (
        words.count(effect.treated.n or 0, language),
        words.count(effect.held_back.n or 0, language),
    )
    if effect.shown:
        head = pick(
            language,
            f"It changed {label} by **{said(value)}**, {span}.",
            f"Sie veränderte: {label} um **{said(value)}**, {span}.",
        )
    else:
        head = pick(
            language,
            f"No effect shown on {label}: {said(value)}, {span}.",
            f"Keine Wirkung gezeigt: {label} {said(value)}, {span}.",
        )
    others = [e for e in found.effects[1:] if e.shown]
    more = ""
    if others:
        names = ", ".join(
            f"{showing.outcome(e.metric, language).lower()} "
            + (
                words.points(e.difference.value or 0.0, language)
                if e.unit == "share"
                else words.amount(e.difference.value or 0.0, found.currency, language)
            )
            for e in others
        )
        more = pick(language, f" Also shown: {names}.", f" Auch gezeigt: {names}.")
    return head + pick(
        language,
        f" Of {sizes[0]} who were to get it {treated}, of {sizes[1]} held back {held}.{more}",
        f" Von {sizes[0]} Angeschriebenen {treated}, von {sizes[1]} Zurückgehaltenen {held}.{more}",
    )


def _seen(found: Report, language: Language) -> str:
    """Opens and clicks, of those who agreed that they are recorded."""
    counted: dict[str, list[float]] = {"opened_by_person": [0, 0], "clicked": [0, 0]}
    for arm in found.arms:
        for name, sums in counted.items():
            figure = arm.figure(name)
            if arm.arm != "held_back" and figure is not None and figure.value is not None:
                sums[0] += figure.value
                sums[1] += figure.n or 0
    (opened, of), (clicked, _) = counted["opened_by_person"], counted["clicked"]
    if not of:
        return pick(
            language,
            " Nobody who got it agreed that opens are recorded, so none are known.",
            " Niemand von ihnen hat zugestimmt, dass Öffnungen erfasst werden; bekannt sind keine.",
        )
    return pick(
        language,
        f" Opened by a person: {words.count(opened, 'en')} of the {words.count(of, 'en')} who got "
        f"it and agreed to tracking ({words.share(opened / of, 'en')}); clicked: "
        f"{words.count(clicked, 'en')}.",
        f" Von einem Menschen geöffnet: {words.count(opened, 'de')} von "
        f"{words.count(of, 'de')}, die sie bekamen und dem zustimmten "
        f"({words.share(opened / of, 'de')}); geklickt: {words.count(clicked, 'de')}.",
    )


async def _compared(
    heard: Heard, tools: Tools, ended: Sequence[CampaignLine]
) -> AsyncIterator[Said]:
    """All reports side by side; none is called best whose effect is not shown."""
    reports = [await tools.read_report(one.id) for one in ended[:5]]
    shown = [r for r in reports if r.effects and r.effects[0].shown]
    yield TextPart(
        text=pick(
            heard.language,
            f"Of {len(reports)} campaigns with a report, {len(shown)} show an effect on what they "
            "aimed at. They wrote to different people, so their effects do not rank them.",
            f"Von {len(reports)} Kampagnen mit Bericht zeigen {len(shown)} eine Wirkung auf ihr "
            "Ziel. Sie gingen an verschiedene Menschen; eine Rangliste sind die Wirkungen nicht.",
        )
        + "\n\n"
        + "\n".join(f"- {r.goal}: {finding(r, heard.language)}" for r in reports)
    )


def _one_number(found: Clicks, language: Language) -> str:
    revenue = words.amount(found.revenue.amount, found.currency, language)
    days = f"{words.day(found.first, language)} – {words.day(found.last, language)}"
    if found.effect is not None and found.effect.value is not None:
        low = words.amount(found.effect.low or 0.0, found.currency, language)
        high = words.amount(found.effect.high or 0.0, found.currency, language)
        value = words.amount(found.effect.value, found.currency, language)
        beside = pick(
            language,
            f"against those held back {value}, {words.likely(low, high, language)}",
            f"gegenüber den Zurückgehaltenen {value}, {words.likely(low, high, language)}",
        )
    else:
        beside = pick(
            language,
            f"against those held back: not measured ({found.why_not})",
            "gegenüber den Zurückgehaltenen: nicht gemessen, denn keine Kampagne dieser Tage hat "
            "jemanden zurückgehalten und einen Bericht",
        )
    return pick(
        language,
        f"E-mail revenue by last click, {days}: **{revenue}**; {beside}. Last click also counts "
        "what people would have bought anyway, so give the board both, or the second alone.",
        f"E-Mail-Umsatz nach letztem Klick, {days}: **{revenue}**; {beside}. Der letzte Klick "
        "zählt auch, was ohnehin gekauft worden wäre; nennen Sie beide Zahlen, oder nur die "
        "zweite.",
    )


def _last_month(today: date) -> tuple[date, date]:
    end = today.replace(day=1) - timedelta(days=1)
    span = month_span(end.year, end.month)
    return span.first, span.last


def _asked(heard: Heard) -> str:
    said = [w for w in telling_words(heard.text) if w not in ("did", "war", "was", "report")]
    return f"“{' '.join(said[:4])}”" if said else ""


def _no_report(line: CampaignLine, language: Language) -> str:
    stands = showing.state(line.status, language)
    if line.sent:
        return pick(
            language,
            f"“{line.goal}” has no report yet ({stands}). Say “write the report” to have it now.",
            f"„{line.goal}“ hat noch keinen Bericht ({stands}). Mit „schreib den Bericht“ kommt er "
            "jetzt.",
        )
    return pick(
        language,
        f"“{line.goal}” has not gone out yet ({stands}), so it changed nothing so far.",
        f"„{line.goal}“ ging noch nicht hinaus ({stands}) und hat also noch nichts verändert.",
    )


def _none(language: Language) -> str:
    return pick(
        language,
        "There is no campaign yet. Say what you would like, for example: “Invite customers who "
        "bought a watch to a viewing”.",
        "Es gibt noch keine Kampagne. Sagen Sie, was Sie möchten, etwa: „Lade Kunden, die eine "
        "Uhr gekauft haben, zur Besichtigung ein“.",
    )

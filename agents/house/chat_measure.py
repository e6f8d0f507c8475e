"""Answers about tests before they are paid for: what a mail could show, what a budget would."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from decimal import Decimal

from agents.briefing.audience import rule_of
from agents.conversing import showing, words
from agents.conversing.found import BudgetTest
from agents.conversing.memory import Heard, Language, Memory, Open
from agents.conversing.port import Tools
from agents.conversing.words import pick
from agents.house.chat_audience import audience_meant
from agents.house.goal_text import compiled, first_number, lowered
from domain.conversation import Part, QuestionPart, TextPart
from domain.goal import Kpi

Said = Part | Memory
_ROAS = re.compile(r"\broas\b[^\d]{0,20}(\d+(?:[.,]\d+)?)|(\d+(?:[.,]\d+)?)\s?x?\s?roas\b")
_PLATFORM = re.compile(r"\b(meta|facebook|instagram|google|tiktok|youtube|pinterest)\b")
_WEEKLY = re.compile(
    r"\b(?:a|per|pro|je|die|every|jede|im|am|in der)\s?(week|woche|month|monat|day|tag)\b|"
    r"/\s?(week|woche|month|monat|day|tag)\b"
)
_WEEKS_OF = {"week": Decimal(1), "woche": Decimal(1), "day": Decimal(7), "tag": Decimal(7),
             "month": Decimal(12) / Decimal(52), "monat": Decimal(12) / Decimal(52)}  # fmt: skip
_KPIS: tuple[tuple[str, Kpi], ...] = (
    (r"viewing|besichtigung", "viewing_booked"),
    (r"service|wartung", "service_booked"),
    (r"revenue|umsatz|money", "revenue"),
    (r"click|klick", "click"),
)


async def test(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """What a campaign to an audience could show at all."""
    goal = await tools.read_goal(heard.text)
    rule = audience_meant(heard, goal) or rule_of(goal, tools.known.today)
    plain = lowered(heard.text)
    named: Kpi = next((k for pattern, k in _KPIS if re.search(pattern, plain)), "purchase")
    kpi = goal.kpi or named
    found = await tools.plan_test(rule, kpi, goal.holdout)
    held = round(found.counted.reachable * found.held_back)
    language = heard.language
    whom = words.rule_words(rule, language)
    if found.smallest is None:
        said = pick(
            language,
            f"A mail to them ({whom}) could show nothing: {found.baseline.note or 'too few people'}"
            ". A wider audience, or a longer watch, helps.",
            f"Eine Mail an sie ({whom}) könnte nichts zeigen: Es sind zu wenige, oder die Daten "
            "reichen nicht. Eine größere Zielgruppe hilft.",
        )
    else:
        least = (
            words.points(found.smallest, language)
            if found.baseline.unit == "share"
            else words.amount(found.smallest, tools.known.currency, language)
        )
        said = pick(
            language,
            f"With {words.count(held, language)} of {words.people(found.counted.reachable, 'en')} "
            f"held back by chance, a mail to them ({whom}) shows gains of {least} or more.",
            f"Werden {words.count(held, language)} von "
            f"{words.people(found.counted.reachable, 'de')} durch Zufall zurückgehalten, zeigt "
            f"eine Mail an sie ({whom}) Zugewinne ab {least}.",
        )
    yield TextPart(text=said)
    yield showing.mail_test_table(found, tools.known.currency, language)
    yield heard.memory.model_copy(update={"rule": rule, "open": None})


async def budget(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """A platform's own figure is its claim: the test that would show it, before money is spent."""
    plain = lowered(heard.text)
    platform = _PLATFORM.search(plain)
    name = platform[1].capitalize() if platform else pick(
        heard.language, "the platform", "die Plattform"
    )  # fmt: skip
    roas = _roas(plain)
    found = await tools.plan_budget_test()
    spend = weekly_money(_without_roas(plain))
    claimed = pick(
        heard.language,
        f"{name}'s figure is reported by {name} itself: it counts sales that it saw, also those "
        "that would have come anyway. So I would not double anything on it. I cannot change an "
        "advertising budget from here either; what I can do is reckon the test.",
        f"Diese Zahl meldet {name} selbst: Sie zählt gesehene Verkäufe, auch solche, die ohnehin "
        "gekommen wären. Darauf würde ich nichts verdoppeln. Ein Werbebudget kann ich von hier "
        "aus auch nicht ändern; rechnen kann ich den Test.",
    )
    needed = _needed(found, roas, heard.language)
    yield TextPart(text=f"{claimed} {_design(found, heard.language)}{needed}")
    yield showing.budget_table(found, heard.language)
    async for part in _cost(heard, found, roas, spend):
        yield part


async def spend(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """The answer to what is spent now: what the test would cost, and whether it can show it."""
    opened = heard.memory.open
    roas = _roas(lowered(opened.text)) if opened is not None else None
    found = await tools.plan_budget_test()
    async for part in _cost(heard, found, roas, weekly_money(lowered(heard.text))):
        yield part


def names_money(text: str) -> bool:
    """Whether a message could say what is spent."""
    return weekly_money(lowered(text)) is not None


def weekly_money(plain: str) -> Decimal | None:
    """An amount a week; a month's and a day's are brought to it."""
    money = compiled("<MONEY>").search(plain)
    number = compiled("<NUM>").fullmatch(plain.strip(" .")) if money is None else None
    per = _WEEKLY.search(plain)
    if money is None and number is None and per is None:
        return None
    amount = first_number(money.group() if money else plain)
    if amount is None or amount <= 0:
        return None
    return amount * _WEEKS_OF[(per[1] or per[2]) if per else "week"]


async def _cost(
    heard: Heard, found: BudgetTest, roas: Decimal | None, spend: Decimal | None
) -> AsyncIterator[Said]:
    language = heard.language
    currency = found.weekly.currency
    if spend is None:
        question = pick(
            language,
            "What is spent there a week now? No advertising spend is imported here, so the cost "
            "of the test, and whether it can show the claim, depend on your answer.",
            "Was wird dort heute pro Woche ausgegeben? Werbeausgaben sind hier nicht importiert; "
            "was der Test kostet und ob er die Behauptung zeigen kann, hängt davon ab.",
        )
        yield QuestionPart(question=question)
        yield heard.memory.model_copy(
            update={"open": Open(about="spend", question=question, text=heard.text)}
        )
        return
    # Half of the regions get double: the extra money is half of today's spend, each week.
    extra = spend / 2
    said = []
    claimed = extra * roas if roas is not None else None
    for step in found.steps:
        if step.money is None:
            continue
        cost = words.amount(extra * step.weeks, currency, language)
        shows = ""
        if claimed is not None:
            enough = claimed >= step.money.amount
            shows = pick(
                language,
                ": would show the claim if it were true" if enough else ": too short to show it",
                ": würde die Behauptung zeigen, wenn sie stimmt" if enough
                else ": zu kurz, um sie zu zeigen",
            )  # fmt: skip
        weeks = words.count(step.weeks, language)
        said.append(
            pick(
                language,
                f"- {weeks} weeks: {cost} extra spend, shows gains from "
                f"{words.amount(step.money.amount, currency, language)} a week{shows}",
                f"- {weeks} Wochen: {cost} mehr Ausgaben, zeigt Zugewinne ab "
                f"{words.amount(step.money.amount, currency, language)} pro Woche{shows}",
            )
        )
    head = pick(
        language,
        f"At {words.amount(spend, currency, language)} a week, half of the cities get double: "
        f"{words.amount(extra, currency, language)} more a week.",
        f"Bei {words.amount(spend, currency, language)} pro Woche bekommt die Hälfte der Städte "
        f"das Doppelte: {words.amount(extra, currency, language)} mehr pro Woche.",
    )
    if claimed is not None and roas is not None:
        head += pick(
            language,
            f" If {roas} were true, that brings {words.amount(claimed, currency, language)} a week "
            "there.",
            f" Wenn {roas} stimmt, bringt das dort {words.amount(claimed, currency, language)} pro "
            "Woche.",
        )
    end = pick(
        language,
        "Decide before it starts how long it runs, and do not look in between.",
        "Legen Sie vorher fest, wie lange er läuft, und schauen Sie zwischendurch nicht nach.",
    )
    yield TextPart(text="\n".join([head, "", *said, "", end]))


def _design(found: BudgetTest, language: Language) -> str:
    weekly = words.amount(found.weekly.amount, found.weekly.currency, language)
    best = next((s for s in reversed(found.steps) if s.smallest is not None), None)
    shows = ""
    if best is not None and best.smallest is not None:
        gain = words.share(best.smallest, language, places=0)
        shows = pick(
            language,
            f" In {best.weeks} weeks it shows gains of {gain} or more.",
            f" In {best.weeks} Wochen zeigt er Zugewinne ab {gain}.",
        )
    return pick(
        language,
        f"Test it first: {found.regions // 2} of {found.regions} cities, by chance, get the "
        "larger budget, the others stay as they are. Half of the cities bring about "
        f"{weekly} a week, net.{shows}",
        f"Testen Sie zuerst: {found.regions // 2} von {found.regions} Städten, durch Zufall, "
        "bekommen das höhere Budget, die anderen bleiben. Die Hälfte der Städte bringt etwa "
        f"{weekly} pro Woche, netto.{shows}",
    )


def _needed(found: BudgetTest, roas: Decimal | None, language: Language) -> str:
    """The extra money at which the longest test could show the claim, if it is true."""
    last = next((s for s in reversed(found.steps) if s.money is not None), None)
    if roas is None or not roas or last is None or last.money is None:
        return ""
    extra = last.money.amount / roas
    week = words.amount(extra, found.weekly.currency, language)
    whole = words.amount(extra * last.weeks, found.weekly.currency, language)
    return pick(
        language,
        f" For a true {roas} to show in {last.weeks} weeks, at least {week} more a week has to be "
        f"spent there: {whole} in all.",
        f" Damit sich eine wahre {roas} in {last.weeks} Wochen zeigt, müssen dort mindestens "
        f"{week} mehr pro Woche ausgegeben werden: {whole} insgesamt.",
    )


def _roas(plain: str) -> Decimal | None:
    found = _ROAS.search(plain)
    return Decimal((found[1] or found[2]).replace(",", ".")) if found else None


def _without_roas(plain: str) -> str:
    return _ROAS.sub(" ", plain)

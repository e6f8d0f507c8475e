"""The house's own side of a conversation: no model, fixed phrases, the same tools.

It says what it understood, does it, and says what else it can do. It answers in English or German,
whichever was asked in, and it asks rather than guesses. Words that it does not understand it says
it does not understand.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping

from agents.conversing.memory import Heard, Memory, Open
from agents.conversing.port import Tools
from agents.conversing.words import pick, rule_words
from agents.house import (
    chat_audience,
    chat_brand,
    chat_campaign,
    chat_measure,
    chat_plans,
    chat_results,
)
from agents.house.chat_heard import chosen, is_no
from agents.house.chat_intents import Intent, intents
from domain.conversation import Part, TextPart
from domain.errors import MainspringError

Said = Part | Memory
Skill = Callable[[Heard, Tools], AsyncIterator[Said]]


async def answer(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """The answer to one message, part by part; and what to remember, if that changes.

    What a tool refuses is said in the answer, with what can be done instead.
    """
    try:
        async for part in _answer(heard, tools):
            yield part
    except MainspringError as error:
        yield TextPart(text=refused(error, heard))


async def _answer(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    opened = heard.memory.open
    if opened is not None:
        taken = _taken(heard, opened)
        if taken is not None:
            async for part in taken(heard, tools):
                yield part
            return
    for intent in intents(heard.text):
        understood = False
        async for part in _SKILLS[intent](heard, tools):
            understood = True
            yield part
        if understood:  # a skill that says nothing did not find what it is about
            return
    goal = await tools.read_goal(heard.text)
    if goal.audience is not None or goal.impossible:
        # No verb that asks: what may not be done is answered, and people are counted.
        skill = chat_campaign.campaign if goal.impossible else chat_audience.count
        understood = False
        async for part in skill(heard, tools):
            understood = True
            yield part
        if understood:
            return
    async for part in _not_understood(heard, tools):
        yield part


def _taken(heard: Heard, opened: Open) -> Skill | None:
    """What is done with a message that answers the open question; None: it is about something
    else, and the question falls."""
    if opened.about == "spend":
        return chat_measure.spend if chat_measure.names_money(heard.text) else None
    choice = chosen(heard.text, opened)
    if choice is None:
        return _left if is_no(heard.text) else None
    answers: Mapping[str, Callable[[str], Skill]] = {
        "start": chat_campaign.starting,
        "campaign_report": chat_results.reporting,
        "campaign_change": lambda campaign: chat_plans.changing(campaign, opened.text),
        "campaign_date": lambda campaign: chat_plans.dating(campaign, opened.text),
    }
    return answers[opened.about](choice.value)


async def _left(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    yield TextPart(
        text=pick(
            heard.language,
            "Left as it is; nothing was started or changed.",
            "Gut, es bleibt, wie es ist; nichts wurde begonnen oder geändert.",
        )
    )


async def _help(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    yield TextPart(text=can_do(heard))


async def _greeting(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    hello = pick(heard.language, "Good day.", "Guten Tag.")
    yield TextPart(text=f"{hello} {can_do(heard)}")


async def _thanks(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    yield TextPart(text=pick(heard.language, "You are welcome.", "Gern geschehen."))


async def _not_understood(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    yield TextPart(
        text=pick(
            heard.language,
            "I did not understand this. I work without a language model here and know fixed "
            f"phrases only. {can_do(heard)}",
            "Das habe ich nicht verstanden. Ich arbeite hier ohne Sprachmodell und kenne nur "
            f"feste Wendungen. {can_do(heard)}",
        )
    )


def can_do(heard: Heard) -> str:
    """What else there is, with words that work."""
    return pick(
        heard.language,
        "You can ask, for example:\n\n"
        "- How many customers bought a ring in the last 12 months?\n"
        "- How did the last campaign do?\n"
        "- What goes out next week? What waits for my yes?\n"
        "- What may we say about the Isar 38?\n"
        "- E-mail revenue in October, last click\n"
        "- What could a mail to watch buyers show?\n"
        "- Invite customers who bought a watch to see the Isar 34\n\n"
        "A campaign that begins here waits for a person's yes before anything goes out.",
        "Fragen Sie zum Beispiel:\n\n"
        "- Wie viele Kunden haben in den letzten 12 Monaten einen Ring gekauft?\n"
        "- Wie lief die letzte Kampagne?\n"
        "- Was geht nächste Woche raus? Was wartet auf mein Ja?\n"
        "- Was dürfen wir über die Isar 38 sagen?\n"
        "- E-Mail-Umsatz im Oktober, letzter Klick\n"
        "- Was könnte eine Mail an Uhrenkäufer zeigen?\n"
        "- Lade Kunden, die eine Uhr gekauft haben, zur Besichtigung der Isar 34 ein\n\n"
        "Eine Kampagne, die hier beginnt, wartet auf das Ja eines Menschen, bevor etwas "
        "hinausgeht.",
    )


def refused(error: MainspringError, heard: Heard) -> str:
    """What a tool refused, and the nearest that can be done."""
    if error.code == "not_allowed":
        about = heard.memory.rule
        whom = f" ({rule_words(about, heard.language)})" if about is not None else ""
        return pick(
            heard.language,
            f"You may read here, but not begin or change campaigns{whom}: that needs the role "
            "author, approver or owner. The nearest thing: I count and describe the audience for "
            "you, and you hand it to somebody who may; an owner can change your role under "
            "Settings.",
            f"Sie dürfen hier lesen, aber keine Kampagnen beginnen oder ändern{whom}: Dafür "
            "braucht es die Rolle Autor, Freigeber oder Inhaber. Das Nächste: Ich zähle und "
            "beschreibe Ihnen die Zielgruppe, und Sie geben sie an jemanden weiter, der es darf; "
            "ein Inhaber kann Ihre Rolle unter Settings ändern.",
        )
    if error.code == "no_data":
        return pick(
            heard.language,
            f"{error.what.rstrip('.')}. Import orders and customers first, on the page Audience.",
            "Dazu sind noch keine Daten da. Importieren Sie zuerst Bestellungen und Kunden, auf "
            "der Seite Audience.",
        )
    if heard.language == "de":
        return f"Das geht so nicht: {error.what} {error.next_step}".strip()
    return f"That cannot be done like this. {error.what} {error.next_step}".strip()


_SKILLS: Mapping[Intent, Skill] = {
    "decide": chat_plans.decide,
    "people_out": chat_audience.people_out,
    "elsewhere": chat_plans.elsewhere,
    "budget": chat_measure.budget,
    "revenue": chat_results.revenue,
    "claim": chat_brand.claim,
    "approvals": chat_plans.approvals,
    "change": chat_plans.change,
    "move": chat_plans.move,
    "ask_report": chat_results.ask_report,
    "report": chat_results.report,
    "calendar": chat_plans.calendar,
    "test": chat_measure.test,
    "segments": chat_audience.segments,
    "describe": chat_audience.describe,
    "count": chat_audience.count,
    "campaigns": chat_results.campaigns,
    "voice": chat_brand.voice,
    "facts": chat_brand.facts,
    "data": chat_audience.data,
    "campaign": chat_campaign.campaign,
    "help": _help,
    "greeting": _greeting,
    "thanks": _thanks,
}

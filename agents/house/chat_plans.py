"""Answers about what waits and what goes out: approvals, calendar, wishes beside a draft.

Nothing that is said here decides. A message that sounds like a decision is answered with the card
on which a person decides.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from agents.conversing import showing, words
from agents.conversing.found import CampaignLine, Noted, Slot
from agents.conversing.memory import Choice, Heard, Language, Memory, Open
from agents.conversing.port import Tools
from agents.conversing.words import pick
from agents.house.chat_heard import clock_time, meant, period
from agents.house.goal_text import lowered
from domain.conversation import ApprovalPart, CampaignPart, Part, QuestionPart, TextPart
from domain.predicate import Everyone

Said = Part | Memory
MOST_CARDS = 3
_SUBJECT = re.compile(
    r"\b(?:subject(?: line)?|betreff(?:zeile)?)\b[^“\"„«]{0,80}[“\"„«](.+?)[”\"“»]",
    re.IGNORECASE,
)
_WEEK = timedelta(days=7)


async def decide(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """Words that sound like a decision: they are none, and the reply says where one is taken."""
    waits = await _waiting(heard, tools)
    if not waits:
        yield TextPart(
            text=pick(
                heard.language,
                "Nothing waits for your yes just now, and nothing is sent from here: a message in "
                "this conversation is never a decision. What waits stands under Approvals as soon "
                "as it is ready.",
                "Gerade wartet nichts auf Ihr Ja, und von hier aus wird nichts verschickt: Eine "
                "Nachricht in diesem Gespräch ist nie eine Entscheidung. Was wartet, steht unter "
                "Approvals, sobald es fertig ist.",
            )
        )
        return
    some = len(waits) > 1
    yield TextPart(
        text=pick(
            heard.language,
            "A message here never counts as a decision. Please decide on the "
            f"{'cards' if some else 'card'} below; until somebody does, nothing goes out.",
            "Eine Nachricht hier zählt nie als Entscheidung. Bitte entscheiden Sie auf "
            f"{'den Karten' if some else 'der Karte'} unten; bis dahin geht nichts hinaus.",
        )
    )
    for one in waits[:MOST_CARDS]:
        yield ApprovalPart(approval_id=one.approval_id)
    yield heard.memory.model_copy(update={"campaign_id": waits[0].id, "open": None})


async def approvals(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """What waits for a yes, with its cards."""
    waits = [one for one in await tools.list_campaigns() if one.approval_id]
    if not waits:
        yield TextPart(
            text=pick(
                heard.language,
                "Nothing waits for a yes. When a campaign comes to its brief or to what would go "
                "out, it stands here and under Approvals.",
                "Nichts wartet auf ein Ja. Sobald eine Kampagne bei ihrem Briefing oder bei dem "
                "ist, was hinausgehen würde, steht sie hier und unter Approvals.",
            )
        )
        return
    number = words.count(len(waits), heard.language)
    said = [
        pick(heard.language, f"- “{one.goal}”", f"- „{one.goal}“") + f" ({_gate(one, heard)})"
        for one in waits
    ]
    yield TextPart(
        text=pick(
            heard.language,
            f"{number} {'waits' if len(waits) == 1 else 'wait'} for a yes:",
            f"{number} {'wartet' if len(waits) == 1 else 'warten'} auf ein Ja:",
        )
        + "\n\n"
        + "\n".join(said)
    )
    for one in waits[:MOST_CARDS]:
        yield ApprovalPart(approval_id=one.approval_id)
    yield heard.memory.model_copy(update={"campaign_id": waits[0].id, "open": None})


async def calendar(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """What goes out in the days that were named, else in the next two weeks."""
    known = tools.known
    span = period(heard.text, known.today, past=False)
    first = span.first if span is not None else known.today
    last = span.last if span is not None else known.today + 2 * _WEEK
    found = await tools.see_calendar(first, last)
    language = heard.language
    said = [
        pick(language, "Nothing is scheduled in these days.", "In diesen Tagen ist nichts geplant.")
        if not found.planned
        else pick(
            language,
            f"{words.count(len(found.planned), language)} scheduled in these days.",
            f"{words.count(len(found.planned), language)} in diesen Tagen geplant.",
        )
    ]
    if found.paused:
        said.append(
            pick(
                language,
                f"Sending is paused: {found.paused}.",
                f"Der Versand ruht: {found.paused}.",
            )
        )
    if found.waiting:
        said.append(
            pick(
                language,
                f"{words.count(len(found.waiting), language)} more "
                + (
                    "waits for a yes and has"
                    if len(found.waiting) == 1
                    else "wait for a yes and have"
                )
                + " no time yet.",
                f"{words.count(len(found.waiting), language)} "
                + (
                    "weitere wartet auf ein Ja und hat"
                    if len(found.waiting) == 1
                    else "weitere warten auf ein Ja und haben"
                )
                + " noch keinen Zeitpunkt.",
            )
        )
    said.append(
        pick(
            language,
            f"Nobody is mailed from {found.quiet.start}:00 to {found.quiet.end}:00 by their own "
            f"clock, nor more than {found.cap.most} times in {found.cap.days} days.",
            f"Niemand bekommt Mails von {found.quiet.start} bis {found.quiet.end} Uhr eigener Zeit "
            f"und niemand mehr als {found.cap.most} in {found.cap.days} Tagen.",
        )
    )
    if re.search(r"when could|earliest|wann könnte|frühest", lowered(heard.text)):
        slot = await tools.find_slot(Everyone(), span.first if span else None)
        at = words.moment(slot.earliest, known.timezone, language)
        said.append(pick(language, f"The earliest safe time is {at}.", f"Frühestens sicher: {at}."))
    yield TextPart(text=" ".join(said))
    if found.planned:
        yield showing.calendar_table(found, known.timezone, language)


async def elsewhere(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """What is done with a button, and never by a message: where it is."""
    plain = lowered(heard.text)
    language = heard.language
    if re.search(r"pause|resume|unpause|halt|stop|pausier", plain):
        where = pick(
            language,
            "**Pause all** stands at the left of every page and holds all sending within one "
            "batch; one scheduled send is paused in the calendar.",
            "**Pause all** steht links auf jeder Seite und hält den Versand binnen eines Stapels "
            "an; eine einzelne geplante Sendung hält man im Kalender an.",
        )
    elif re.search(r"cancel|abort|brich|storni", plain):
        where = pick(
            language,
            "A campaign is cancelled on its own page, by somebody who may write.",
            "Abgebrochen wird eine Kampagne auf ihrer eigenen Seite, von jemandem mit "
            "Schreibrecht.",
        )
    elif re.search(r"import", plain):
        where = pick(
            language, "Files are taken in on the page Import.", "Dateien nimmt die Seite Import an."
        )
    else:
        where = pick(
            language,
            "People, roles, limits and quiet hours are kept under Settings; a customer is erased "
            "on request by an owner, and segments are forgotten on the page Audience.",
            "Personen, Rollen, Grenzen und Ruhezeiten stehen unter Settings; gelöscht wird ein "
            "Kunde auf Wunsch durch einen Inhaber, ein Segment auf der Seite Audience.",
        )
    yield TextPart(
        text=pick(
            language,
            f"I cannot do this, and did nothing: it takes a person and a button. {where}",
            f"Das kann ich nicht, und ich habe nichts getan: Dafür braucht es einen Menschen und "
            f"einen Knopf. {where}",
        )
    )
    named = meant(heard.text, await tools.list_campaigns())
    if len(named) == 1:
        yield CampaignPart(campaign_id=named[0].id, words=named[0].goal)


async def change(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """A wish about a draft: noted beside what waits, for a person to take over."""
    async for part in _which(heard, tools, "campaign_change", changing):
        yield part


async def move(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """Another time, proposed beside what waits."""
    async for part in _which(heard, tools, "campaign_date", dating):
        yield part


def changing(campaign_id: str, wish: str) -> Callable[[Heard, Tools], AsyncIterator[Said]]:
    async def skill(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
        quoted = _SUBJECT.search(wish)
        noted = await tools.suggest_change(
            campaign_id, wish, {"subject": quoted[1]} if quoted else None
        )
        taken = pick(
            heard.language,
            " The new subject can be taken over with one click." if quoted else "",
            " Der neue Betreff lässt sich mit einem Klick übernehmen." if quoted else "",
        )
        yield TextPart(
            text=pick(
                heard.language,
                f"Noted beside “{noted.goal}”: “{noted.wish}”.{taken} I changed nothing and "
                "decided nothing; whoever decides sees it on the card.",
                f"Neben „{noted.goal}“ vermerkt: „{noted.wish}“.{taken} Geändert und entschieden "
                "habe ich nichts; wer entscheidet, sieht es auf der Karte.",
            )
        )
        yield ApprovalPart(approval_id=noted.approval_id)
        yield heard.memory.model_copy(update={"campaign_id": campaign_id, "open": None})

    return skill


def dating(campaign_id: str, wish: str) -> Callable[[Heard, Tools], AsyncIterator[Said]]:
    async def skill(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
        known = tools.known
        span = period(wish, known.today, past=False)
        if span is None:
            yield QuestionPart(
                question=pick(
                    heard.language,
                    "To which day? Say it like “move it to Thursday at 10:00”.",
                    "Auf welchen Tag? Zum Beispiel „verschiebe sie auf Donnerstag um 10 Uhr“.",
                )
            )
            return
        slot = await tools.find_slot(Everyone(), span.first)
        hour, minute = clock_time(wish) or (slot.best_hour, 0)
        starts = datetime.combine(span.first, time(hour, minute), ZoneInfo(known.timezone))
        if _is_quiet(hour, slot.quiet.start, slot.quiet.end):
            yield TextPart(text=_too_late(starts, slot, heard.language))
            yield heard.memory.model_copy(update={"campaign_id": campaign_id, "open": None})
            return
        noted = await tools.propose_date(campaign_id, starts)
        at = words.moment(starts, known.timezone, heard.language)
        yield TextPart(
            text=" ".join(
                [
                    pick(
                        heard.language,
                        f"Proposed for “{noted.goal}”: {at}.",
                        f"Für „{noted.goal}“ vorgeschlagen: {at}.",
                    ),
                    *_means(noted, known.timezone, heard.language),
                    pick(
                        heard.language,
                        "A person decides; nothing was moved.",
                        "Entscheiden muss ein Mensch; verschoben wurde nichts.",
                    ),
                ]
            )
        )
        if noted.approval_id:
            yield ApprovalPart(approval_id=noted.approval_id)
        else:
            yield CampaignPart(campaign_id=noted.campaign_id, words=noted.goal)
        yield heard.memory.model_copy(update={"campaign_id": campaign_id, "open": None})

    return skill


def _too_late(starts: datetime, slot: Slot, language: Language) -> str:
    """A time in the quiet hours is not proposed; the nearest open one is named."""
    evening = starts.hour >= slot.quiet.start
    open_hour = slot.quiet.start - 1 if evening else slot.quiet.end
    nearest = f"{words.day(starts.date(), language)}, {open_hour:02}:00"
    return pick(
        language,
        f"{starts:%H:%M} is quiet time: nobody is mailed from {slot.quiet.start}:00 to "
        f"{slot.quiet.end}:00. I proposed nothing; the nearest time is {nearest}.",
        f"{starts:%H:%M} Uhr ist Ruhezeit: Von {slot.quiet.start} bis {slot.quiet.end} Uhr "
        f"bekommt niemand Mails. Ich habe nichts vorgeschlagen; am nächsten liegt {nearest}.",
    )


def _means(noted: Noted, timezone: str, language: Language) -> list[str]:
    """What the proposed time would bring with it."""
    said = []
    if noted.keeps_approval is False:
        said.append(
            pick(
                language,
                "It lies outside the approved window: moving there takes the yes away, and the "
                "campaign asks anew.",
                "Das liegt außerhalb des freigegebenen Fensters: Damit fällt die Freigabe, und die "
                "Kampagne fragt neu.",
            )
        )
    elif noted.keeps_approval:
        said.append(
            pick(
                language,
                "It lies inside the approved window, so the yes stays.",
                "Das liegt im freigegebenen Fenster, die Freigabe bleibt also.",
            )
        )
    if noted.left_out:
        free = "" if noted.free is None else words.moment(noted.free, timezone, language)
        said.append(
            pick(
                language,
                f"{words.people(noted.left_out, 'en')} would be left out then, because they have "
                "had the most mails of these days."
                + (f" The next free time is {free}." if free else ""),
                f"{words.people(noted.left_out, 'de')} fielen dann weg, weil sie in diesen Tagen "
                "genug Mails bekommen haben."
                + (f" Der nächste freie Zeitpunkt ist {free}." if free else ""),
            )
        )
    return said


async def _which(
    heard: Heard,
    tools: Tools,
    about: str,
    doing: Callable[[str, str], Callable[[Heard, Tools], AsyncIterator[Said]]],
) -> AsyncIterator[Said]:
    """Do it to the campaign that is meant; ask where several could be."""
    waits = await _waiting(heard, tools, scheduled=about == "campaign_date")
    if not waits:
        yield TextPart(
            text=pick(
                heard.language,
                "No draft waits for a decision, so there is nothing to note this beside. What is "
                "approved already is changed or moved on its campaign's page or in the calendar.",
                "Kein Entwurf wartet auf eine Entscheidung, also gibt es nichts, wozu ich das "
                "vermerken könnte. Was schon freigegeben ist, ändern oder verschieben Sie auf der "
                "Seite der Kampagne oder im Kalender.",
            )
        )
        return
    if len(waits) == 1:
        async for part in doing(waits[0].id, heard.text)(heard, tools):
            yield part
        return
    question = pick(heard.language, "Which one do you mean?", "Welche meinen Sie?")
    yield QuestionPart(question=question, answers=tuple(one.goal for one in waits))
    opened = Open.model_validate(
        {
            "about": about,
            "question": question,
            "choices": [Choice(says=one.goal, value=one.id) for one in waits],
            "text": heard.text,
        }
    )
    yield heard.memory.model_copy(update={"open": opened})


async def _waiting(
    heard: Heard, tools: Tools, *, scheduled: bool = False
) -> Sequence[CampaignLine]:
    """What waits for a yes and may be meant: the one talked about, the ones named, else all.
    ``scheduled``: what is approved and has not gone out yet, too."""
    waits = [
        one
        for one in await tools.list_campaigns()
        if one.approval_id or (scheduled and one.status == "publishing" and not one.sent)
    ]
    named = meant(heard.text, waits)
    if named and len(named) < len(waits):
        return named
    talked = [one for one in waits if one.id == heard.memory.campaign_id]
    return talked or waits


def _gate(one: CampaignLine, heard: Heard) -> str:
    if one.gate == "brief":
        return pick(heard.language, "its brief", "das Briefing")
    return pick(heard.language, "what would go out", "was hinausgehen würde")


def _is_quiet(hour: int, start: int, end: int) -> bool:
    return start <= hour < end if start <= end else hour >= start or hour < end

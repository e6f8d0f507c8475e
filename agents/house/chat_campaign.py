"""Beginning a campaign in a conversation.

What is lawful and clear begins at once: it stops at its brief anyway. What may not be done is said
with the nearest that can be, and begins only after a yes to exactly that wording. What only a
person knows is asked.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date

from agents.briefing.audience import rule_of
from agents.conversing import showing, words
from agents.conversing.found import Segment
from agents.conversing.memory import Choice, Heard, Language, Memory, Open
from agents.conversing.port import Tools
from agents.conversing.words import pick
from agents.house import chat_barred as barred
from agents.house.chat_audience import counted_words, group_named, nearest, no_such_group
from agents.house.chat_wishes import (
    TENTATIVE,
    addressed,
    asks_everybody,
    bounded_offer,
    holds_a_wish,
    lawful,
    not_understood,
    notes_on,
    unsold_article,
)
from agents.house.goal_dates import FEASTS, months, resolve
from agents.house.goal_text import lowered
from domain.conversation import CampaignPart, Part, QuestionPart, TextPart
from domain.goal import Goal
from domain.predicate import Everyone, Predicate

Said = Part | Memory

_MONTHS_DE = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
              "Oktober", "November", "Dezember")  # fmt: skip
_USUAL = ("^Active", "^Came back$", "^Booked a viewing", "^Bought: ")
"""Groups that are offered where a wish names nobody."""


async def campaign(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """A wish for a campaign. Says nothing where the message holds none."""
    goal = await tools.read_goal(heard.text)
    if not holds_a_wish(goal):
        return
    known = tools.known
    unsold = unsold_article(heard.text, goal, known)
    groups = [o for o in goal.impossible if o.code == "unknown_segment"]
    occasion = next((o for o in groups if barred.is_occasion(o)), None)
    notes = notes_on(heard, goal, known, unsold)
    if occasion is not None:
        flow = _occasion(heard, tools, goal, notes, unsold)
    elif groups:
        flow = _which_group(heard, tools, goal, notes)
    elif goal.audience is None and goal.objective != "service_due" and not asks_everybody(goal):
        flow = _for_whom(heard, tools, goal, notes)
    elif notes or goal.unread or TENTATIVE.match(lowered(heard.text)):
        flow = _otherwise(heard, tools, goal, notes)
    else:
        flow = _begin(heard, tools, goal)
    async for part in flow:
        yield part


def starting(goal: str) -> Callable[[Heard, Tools], AsyncIterator[Said]]:
    """Begin with exactly these words, which the person said yes to."""

    async def skill(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
        read = await tools.read_goal(goal)
        async for part in _begin(heard, tools, read):
            yield part

    return skill


async def _begin(heard: Heard, tools: Tools, goal: Goal) -> AsyncIterator[Said]:
    rule = rule_of(goal, tools.known.today)
    remembered = heard.memory.model_copy(update={"rule": rule, "open": None})
    found = await tools.count_audience(rule)
    if not tools.known.may_start:
        yield TextPart(text=_may_not(heard.language) + " " + counted_words(found, heard.language))
        yield showing.reach_table(found, heard.language)
        yield remembered
        return
    if not found.reachable:
        yield TextPart(
            text=counted_words(found, heard.language)
            + pick(
                heard.language,
                " So there is nobody to write to, and I started nothing. A wider rule helps.",
                " Es gibt also niemanden, dem man schreiben könnte, und ich habe nichts begonnen. "
                "Eine weitere Regel hilft.",
            )
        )
        yield showing.reach_table(found, heard.language)
        yield remembered
        return
    started = await tools.start_campaign(goal.text)
    unread = ", ".join(f"“{part.words}”" for part in goal.unread)
    left = pick(
        heard.language,
        f" I did not understand {unread}; the brief will ask about it." if unread else "",
        f" Nicht verstanden habe ich {unread}; das Briefing wird danach fragen." if unread else "",
    )
    yield TextPart(
        text=pick(
            heard.language,
            f"Begun. {counted_words(found, 'en')}{left} I write the brief first, and it waits for "
            "a yes; then the drafts, which wait again. Until then nothing goes out.",
            f"Begonnen. {counted_words(found, 'de')}{left} Zuerst entsteht das Briefing, und es "
            "wartet auf ein Ja; dann die Entwürfe, die wieder warten. Bis dahin geht nichts "
            "hinaus.",
        )
    )
    yield CampaignPart(campaign_id=started.campaign_id, words=started.goal)
    yield remembered.model_copy(update={"campaign_id": started.campaign_id})


async def _otherwise(
    heard: Heard, tools: Tools, goal: Goal, notes: Sequence[str]
) -> AsyncIterator[Said]:
    """Parts of the wish may not be: what may, with its size, its time and its wording."""
    known, language = tools.known, heard.language
    rule = rule_of(goal, known.today)
    found = await tools.count_audience(rule)
    said = [counted_words(found, language), *notes, *not_understood(goal, language)]
    if goal.send_from is not None:
        said += await _when(tools, rule, goal, language)
    yield TextPart(text=_listed(said))
    yield showing.reach_table(found, language)
    memory = heard.memory.model_copy(update={"rule": rule, "open": None})
    wording = await lawful(goal, tools)
    if not known.may_start:
        yield TextPart(text=_may_not(language))
        yield memory
        return
    if not wording or not found.reachable:
        yield memory
        return
    async for part in _offered(heard, memory, [_so(wording, language)], wording):
        yield part


async def _which_group(
    heard: Heard, tools: Tools, goal: Goal, notes: Sequence[str]
) -> AsyncIterator[Said]:
    """Nobody records the group that was named: the nearest, with definition and size."""
    found = await tools.list_segments()
    named = group_named(heard.text, goal)
    near = nearest(named or heard.text, found)
    yield TextPart(text=_listed([no_such_group(named, heard.language), *notes]))
    yield showing.segments_table(near, heard.language)
    async for part in _asked_which(heard, tools, near, named):
        yield part


async def _for_whom(
    heard: Heard, tools: Tools, goal: Goal, notes: Sequence[str]
) -> AsyncIterator[Said]:
    """No audience was named: asked, with those that fit what it is about."""
    found = await tools.list_segments()
    about = list(goal.categories)
    about += [p.category for i in goal.products if (p := tools.known.facts.product(i)) is not None]
    of_kind = [one for one in found if any(a in lowered(one.name) for a in about)]
    usual = [
        one for like in _USUAL for one in found
        if re.search(like, one.name) and one not in of_kind
    ]  # fmt: skip
    near = tuple(dict.fromkeys([*of_kind, *usual, *found]))[:3]
    yield TextPart(
        text=_listed(
            [
                pick(
                    heard.language,
                    "To whom? You named nobody, and I do not guess. Three groups that are there:",
                    "An wen? Sie haben niemanden genannt, und ich rate nicht. Drei Gruppen, die "
                    "es gibt:",
                ),
                *notes,
            ]
        )
    )
    yield showing.segments_table(near, heard.language)
    async for part in _asked_which(heard, tools, near, ""):
        yield part


async def _asked_which(
    heard: Heard, tools: Tools, near: Sequence[Segment], named: str
) -> AsyncIterator[Said]:
    language = heard.language
    choices = []
    for one in near:
        wording = addressed(heard.text, named, pick(language, one.says, one.says_de), language)
        read = await tools.read_goal(wording)
        if read.audience is not None:
            kept = await lawful(read, tools) or wording
            choices.append(Choice(says=pick(language, one.name, one.name_de), value=kept))
    question = pick(language, "Which of these shall get it?", "Welche davon soll sie bekommen?")
    if not choices or not tools.known.may_start:
        if not tools.known.may_start:
            yield TextPart(text=_may_not(language))
        return
    yield QuestionPart(question=question, answers=tuple(one.says for one in choices))
    opened = Open(about="start", question=question, choices=tuple(choices), text=heard.text)
    yield heard.memory.model_copy(update={"open": opened})


async def _occasion(
    heard: Heard, tools: Tools, goal: Goal, notes: Sequence[str], unsold: tuple[str, str] | None
) -> AsyncIterator[Said]:
    """A birthday, an anniversary: no data hold it, and a date of purchase is something else."""
    known, language = tools.known, heard.language
    category = unsold[1] if unsold else next(iter(goal.categories), "")
    year_ago = months(known.today, -12)
    offer = bounded_offer(goal, known)
    whom = _buyers(category, None, language)
    month = _buyers(category, year_ago, language)
    wordings = [
        (
            pick(language, "No occasion: simply to all of them", "Ohne Anlass, einfach an alle"),
            _written(whom, offer, language),
        ),
        (
            pick(
                language,
                f"To those who bought in {year_ago:%B %Y}, without calling it an anniversary",
                f"An die, die im {_MONTHS_DE[year_ago.month - 1]} {year_ago.year} gekauft haben, "
                "ohne von einem Jahrestag zu sprechen",
            ),
            _written(month, offer, language),
        ),
    ]
    reads = [(says, wording, await tools.read_goal(wording)) for says, wording in wordings]
    good = [(s, w, r) for s, w, r in reads if r.audience is not None and not r.impossible]
    rule = good[0][2].audience if good else None
    if rule is None:
        rule = Everyone()
    found = await tools.count_audience(rule)
    yield TextPart(text=_listed([counted_words(found, language), *notes]))
    yield showing.reach_table(found, language)
    memory = heard.memory.model_copy(update={"rule": rule, "open": None})
    if not known.may_start:
        yield TextPart(text=_may_not(language))
        yield memory
        return
    question = pick(language, "Which day do you mean?", "Welchen Tag meinen Sie?")
    choices = [Choice(says=says, value=wording) for says, wording, _ in good]
    async for part in _offered(heard, memory, choices, "", question):
        yield part


async def _offered(
    heard: Heard, memory: Memory, choices: Sequence[Choice], wording: str, question: str = ""
) -> AsyncIterator[Said]:
    asked = question or pick(
        heard.language,
        f"Shall I begin it like this: “{wording}”?",
        f"Soll ich sie so beginnen: „{wording}“?",
    )
    no = pick(heard.language, "No, leave it", "Nein, lassen")
    yield QuestionPart(question=asked, answers=(*(one.says for one in choices), no))
    opened = Open(about="start", question=asked, choices=tuple(choices), text=heard.text)
    yield memory.model_copy(update={"open": opened})


async def _when(tools: Tools, rule: Predicate, goal: Goal, language: Language) -> list[str]:
    """Quiet hours and the earliest safe time, where a day was named."""
    known = tools.known
    slot = await tools.find_slot(rule, goal.send_from)
    at = words.moment(slot.earliest, known.timezone, language)
    by = words.moment(slot.approve_by, known.timezone, language)
    said = [
        pick(
            language,
            f"Nobody is mailed from {slot.quiet.start}:00 to {slot.quiet.end}:00 by their own "
            f"clock. The earliest safe time is {at}, if what goes out is approved by {by}; "
            "later today it can go until the quiet hours begin.",
            f"Von {slot.quiet.start} bis {slot.quiet.end} Uhr eigener Zeit bekommt niemand Mails. "
            f"Frühestens sicher ist {at}, wenn bis {by} freigegeben ist, was hinausgeht; später "
            "am Tag geht es, bis die Ruhezeit beginnt.",
        )
        if goal.send_from == known.today and not slot.waits_for_morning
        else pick(
            language,
            f"Nobody is mailed from {slot.quiet.start}:00 to {slot.quiet.end}:00 by their own "
            f"clock. The earliest safe time is {at}, if what goes out is approved by {by}.",
            f"Von {slot.quiet.start} bis {slot.quiet.end} Uhr eigener Zeit bekommt niemand Mails. "
            f"Frühestens sicher ist {at}, wenn bis {by} freigegeben ist, was hinausgeht.",
        )
    ]
    for topic in goal.topics:
        if lowered(topic) in {lowered(name) for name in FEASTS.values()}:
            feast = resolve(lowered(topic), known.today, past=False)
            if feast is not None and feast.first != goal.send_from:
                on = words.day(feast.first, language)
                said.append(
                    pick(
                        language,
                        f"{topic} itself is {on}; say so if it shall go out then.",
                        f"{topic} selbst ist {on}; sagen Sie es, wenn sie dann hinausgehen soll.",
                    )
                )
    return said


def _buyers(category: str, month: date | None, language: Language) -> str:
    if language == "de":
        german = words.category(category, "de")
        article = "einen" if german == "Ring" else "eine"
        what = f"{article} {german} " if category else ""
        when = f"im {_MONTHS_DE[month.month - 1]} {month.year} " if month else ""
        return f"Kunden, die {when}{what}gekauft haben"
    what = f" a {category}" if category else ""
    when = f" in {month:%B %Y}" if month else ""
    return f"customers who bought{what}{when}"


def _written(whom: str, offer: str, language: Language) -> str:
    given = pick(language, f", with at most {offer}", f", mit höchstens {offer}") if offer else ""
    return pick(language, f"Write to {whom}{given}", f"Schreib an {whom}{given}")


def _so(wording: str, language: Language) -> Choice:
    return Choice(says=pick(language, "Yes, begin it so", "Ja, so beginnen"), value=wording)


def _may_not(language: Language) -> str:
    return pick(
        language,
        "Your role may read here, but not begin campaigns, so I started nothing. The nearest "
        "thing: hand these figures to somebody who may (author, approver or owner).",
        "Ihre Rolle darf hier lesen, aber keine Kampagnen beginnen; ich habe also nichts "
        "begonnen. Das Nächste: Geben Sie diese Zahlen an jemanden, der es darf (Autor, Freigeber "
        "oder Inhaber).",
    )


def _listed(said: Sequence[str]) -> str:
    """The first as a sentence, the others as points."""
    first, *others = said
    return "\n".join([first, *([""] if others else []), *(f"- {one}" for one in others)])

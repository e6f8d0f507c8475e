"""Answers about people: how many, what they are worth together, and which groups there are."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from difflib import get_close_matches

from agents.conversing import showing, words
from agents.conversing.found import Counted, Segment
from agents.conversing.memory import Heard, Language, Memory
from agents.conversing.port import Tools
from agents.conversing.words import pick
from agents.house.chat_heard import telling_words
from agents.house.goal_text import lowered
from domain.conversation import Part, TextPart
from domain.goal import Goal
from domain.predicate import AllOf, Everyone, Predicate, Trait

_THEM = re.compile(r"\b(?:them|they|those|these|davon|denen|diese[nr]?|sie)\b")
_EVERYONE = re.compile(
    r"\b(?:customers|people|everyone|everybody|list|base|kunden|leute|alle|personen)\b"
)
_WHOSE = re.compile(
    r"(?:of|from|for|by|von|aller|der)\s+(?:all (?:the |our )?)?([^.?!]{4,})$", re.IGNORECASE
)
_LANGUAGES = {"german": "de", "english": "en", "deutsch": "de", "englisch": "en"}


async def count(heard: Heard, tools: Tools) -> AsyncIterator[Part | Memory]:
    """How many fit, how many may be mailed, and why the others may not."""
    goal = await tools.read_goal(heard.text)
    rule = audience_meant(heard, goal)
    if rule is None:
        async for part in unknown_group(heard, tools, goal):
            yield part
        return
    found = await tools.count_audience(rule)
    yield TextPart(text=counted_words(found, heard.language) + _unread(goal, heard))
    yield showing.reach_table(found, heard.language)
    yield heard.memory.model_copy(update={"rule": rule, "open": None})


async def describe(heard: Heard, tools: Tools) -> AsyncIterator[Part | Memory]:
    """What the data say of an audience, all of it together."""
    goal = await tools.read_goal(heard.text)
    rule = audience_meant(heard, goal)
    if rule is None:
        return
    found = await tools.describe_audience(rule)
    currency = tools.known.currency
    middle = next((f for f in found.figures if f.name == "value_median"), None)
    value = ""
    if middle is not None and middle.value is not None:
        worth = words.amount(middle.value, currency, heard.language)
        value = pick(
            heard.language,
            f" Half of them brought {worth} or more so far, net.",
            f" Die Hälfte von ihnen brachte bisher {worth} oder mehr, netto.",
        )
    yield TextPart(text=counted_words(found.counted, heard.language) + value + _unread(goal, heard))
    yield showing.figures_table(found, currency, heard.language)
    if found.preview is not None and (found.preview.agreed or found.preview.overlaps):
        yield showing.preview_table(found.preview, heard.language)
    yield heard.memory.model_copy(update={"rule": rule, "open": None})


async def segments(heard: Heard, tools: Tools) -> AsyncIterator[Part | Memory]:
    """The groups that there are, the nearest ones first where a group was named."""
    found = await tools.list_segments()
    goal = await tools.read_goal(heard.text)
    if any(one.code == "unknown_segment" for one in goal.impossible) or _vague(heard.text):
        async for part in unknown_group(heard, tools, goal):
            yield part
        return
    yield TextPart(
        text=pick(
            heard.language,
            f"The data tell {len(found)} groups apart without anybody having to save them. Any "
            "other rule in words works too.",
            f"Die Daten kennen {len(found)} Gruppen, ohne dass sie jemand anlegen musste. Jede "
            "andere Regel in Worten geht auch.",
        )
    )
    yield showing.segments_table(found, heard.language)


async def people_out(heard: Heard, tools: Tools) -> AsyncIterator[Part | Memory]:
    """Names and addresses do not come out here; counts do."""
    goal = await tools.read_goal(heard.text)
    yield TextPart(
        text=pick(
            heard.language,
            "I see no names and no addresses, and cannot hand them out: I get counts alone. What "
            "you can have: the audience's size and figures here, and its people, masked, on the "
            "page Audience.",
            "Ich sehe keine Namen und keine Adressen und kann sie nicht herausgeben: Ich bekomme "
            "nur Anzahlen. Was Sie haben können: Größe und Kennzahlen der Zielgruppe hier, und "
            "die Personen, verdeckt, auf der Seite Audience.",
        )
    )
    rule = audience_meant(heard, goal)
    whose = _WHOSE.search(heard.text)
    if rule is None and whose is not None:  # "of all ring buyers" went with the refused words
        rule = (await tools.read_goal(whose[1])).audience
    if rule is not None and not isinstance(rule, Everyone):
        found = await tools.count_audience(rule)
        yield showing.reach_table(found, heard.language)
        yield heard.memory.model_copy(update={"rule": rule, "open": None})


async def data(heard: Heard, tools: Tools) -> AsyncIterator[Part | Memory]:
    """What data there are, and how far they go."""
    found = await tools.describe_data()
    language = heard.language
    first = words.day(found.first_day, language) if found.first_day else "–"
    last = words.day(found.last_day, language) if found.last_day else "–"
    events = ", ".join(f"{name} ({words.count(n, language)})" for name, n in found.event_names)
    yield TextPart(
        text=pick(
            language,
            f"{words.count(found.customers, language)} customers, "
            f"{words.count(found.orders, language)} orders and "
            f"{words.count(found.events, language)} events, from {first} to {last}. Categories: "
            f"{', '.join(found.categories)}. Orders come by {', '.join(found.channels)}. Events: "
            f"{events}.",
            f"{words.count(found.customers, language)} Kunden, "
            f"{words.count(found.orders, language)} Bestellungen und "
            f"{words.count(found.events, language)} Ereignisse, von {first} bis {last}. "
            f"Warengruppen: {', '.join(found.categories)}. Bestellt wird über "
            f"{', '.join(found.channels)}. Ereignisse: {events}.",
        )
    )


async def unknown_group(heard: Heard, tools: Tools, goal: Goal) -> AsyncIterator[Part | Memory]:
    """A group that the data do not record: said so, with the nearest by definition and size."""
    found = await tools.list_segments()
    named = group_named(heard.text, goal)
    near = nearest(named or heard.text, found)
    yield TextPart(text=no_such_group(named, heard.language))
    yield showing.segments_table(near, heard.language)


def no_such_group(named: str, language: Language) -> str:
    quoted_en = f"There is no segment “{named}”" if named else "I found no such group"
    quoted_de = f"Ein Segment „{named}“ gibt es nicht" if named else "So eine Gruppe fand ich nicht"
    return pick(
        language,
        f"{quoted_en}: the data do not record it. The nearest by definition:",
        f"{quoted_de}: Die Daten kennen es nicht. Am nächsten kommen, nach Definition:",
    )


def group_named(text: str, goal: Goal) -> str:
    """The words of a group that nothing records, with the unread word before them."""
    for barred in goal.impossible:
        if barred.code == "unknown_segment":
            place = text.find(barred.words)
            before = [u.words for u in goal.unread if 0 <= place - u.end <= 1]
            lead = re.sub(r"^(?:to|for|an|für|the|our|die|der|den)\s+", "", barred.words.strip())
            return " ".join([*before[-1:], lead])
    return ""


def nearest(named: str, found: Sequence[Segment], most: int = 3) -> tuple[Segment, ...]:
    """The segments that come nearest to a name: by what such names usually mean."""
    plain = lowered(named)
    for pattern, wanted in _MEANINGS:
        if re.search(pattern, plain):
            close = [one for one in found if re.search(wanted, lowered(one.name))]
            if close:
                return tuple(sorted(close, key=lambda one: one.size)[:most])
    names = [word for one in found for word in lowered(one.name).split()]
    hits = {near for word in telling_words(named) for near in get_close_matches(word, names, n=1)}
    close = [one for one in found if hits & set(lowered(one.name).split())]
    return tuple(close[:most] or found[:most])


_MEANINGS = (
    (r"vip|platin|premium|gold|silver|best|top|high|rich|wealth|beste|reich|vermögend|stamm|loyal|"
     r"treue", r"spend most|three times|came back$"),
    (r"lost|churn|lapsed|sleep|dormant|inactive|inaktiv|verloren|abwander", r"^lapsed|^at risk"),
    (r"new|recent|fresh|active|neu|aktiv", r"^new|^active"),
    (r"engag|wedding|bride|marry|couple|verlob|hochzeit|trau", r"ring|viewing"),
    (r"fan|follower|influencer|interest|likely|intent", r"viewing|three times"),
)  # fmt: skip


def audience_meant(heard: Heard, goal: Goal) -> Predicate | None:
    """The rule that a message speaks of: its own, the one before, or everyone."""
    plain = lowered(heard.text)
    speaking = _speaking(plain)
    if goal.audience is not None:
        whole = goal.audience
        if speaking is not None:
            return speaking if isinstance(whole, Everyone) else AllOf(of=(whole, speaking))
        if not isinstance(whole, Everyone) or heard.memory.rule is None:
            return whole
    if any(one.code == "unknown_segment" for one in goal.impossible):
        return None
    if speaking is not None:
        return speaking
    if heard.memory.rule is not None and _THEM.search(plain):
        return heard.memory.rule
    if _EVERYONE.search(plain) and not _vague(heard.text):
        return Everyone()
    return None


def counted_words(found: Counted, language: Language) -> str:
    whom = words.rule_words(found.rule, language)
    return pick(
        language,
        f"{words.people(found.size, language)} fit ({whom}); "
        f"{words.count(found.reachable, language)} of them may be mailed.",
        f"{words.people(found.size, language)} passen ({whom}); "
        f"{words.count(found.reachable, language)} davon dürfen angeschrieben werden.",
    )


def _speaking(plain: str) -> Trait | None:
    found = re.search(r"\b(?:speak|read|sprechen|lesen)\b[^.?!]{0,12}\b(\w+)\b|\b(german|english)"
                      r"[- ]speaking\b", plain)  # fmt: skip
    named = (found[1] or found[2]) if found else ""
    code = _LANGUAGES.get(named)
    return None if code is None else Trait(field="language", op="is", value=code)


def _vague(text: str) -> bool:
    return bool(re.search(r"\b(?:best|top|vips?|platinum|loyal|beste[nr]?|treue[nr]?)\b",
                          lowered(text)))  # fmt: skip


def _unread(goal: Goal, heard: Heard) -> str:
    asked = {"many", "how many", "how", "viele", "big", "large", "number", "count", "spend", "buy",
             "groß", "anzahl", "describe", "worth", "average order", "geben", "reachable",
             "mailed", "reach", "size", "segment", "audience", "group",
             "why", "left", "excluded", "written", "warum", "wieso", "ausgelassen"}  # fmt: skip
    left = [u.words for u in goal.unread if lowered(u.words) not in asked]
    left = [w for w in left if not set(lowered(w).split()) <= asked]
    if not left:
        return ""
    quoted = ", ".join(f"“{one}”" for one in left)
    return pick(
        heard.language,
        f" I did not understand {quoted}; it is not in the count.",
        f" Nicht verstanden habe ich {quoted}; es ist nicht mitgezählt.",
    )

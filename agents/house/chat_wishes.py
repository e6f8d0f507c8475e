"""What of a wish may be, and what is said of the rest: the wordings that a conversation offers."""

from __future__ import annotations

import re
from datetime import timedelta

from agents.conversing import words
from agents.conversing.found import Known
from agents.conversing.memory import Heard, Language
from agents.conversing.port import Tools
from agents.conversing.words import pick
from agents.house import chat_barred as barred
from agents.house.goal_dates import resolve
from agents.house.goal_products import GERMAN
from agents.house.goal_text import lowered
from domain.goal import Goal, Impossible

_PERCENT = re.compile(r"\d+(?:[.,]\d+)?\s?(?:%|per ?cent|prozent)", re.IGNORECASE)
_OFFER = re.compile(r"\d+(?:[.,]\d+)?\s?(?:%|per ?cent|prozent)[^,.;!?]*", re.IGNORECASE)
TENTATIVE = re.compile(
    r"^(?:shall|should|can|could|may|might) (?:we|i) |^(?:sollen|sollten|können|könnten|dürfen) "
    r"(?:wir|ich) ",
    re.IGNORECASE,
)
"""Not a wish yet, but a question whether to."""
_UNSOLD = re.compile(r"\b(?:engagement|eternity|diamond|nose|class) rings?\b|\b(?:necklace|earring|"
                     r"bracelet|brooch|pendant)s?\b")  # fmt: skip
_EVERYBODY = {"without_consent", "ignores_unsubscribe"}
_PEOPLE = {"protected_trait", "sensitive_data"}


async def lawful(goal: Goal, tools: Tools) -> str:
    """The goal's own words without what may not be done; empty where nothing readable is left."""
    known = tools.known
    text = goal.text
    for day in _past_days(goal, known):
        text = re.sub(rf"(?:\b(?:on|am|at)\s+)?{re.escape(day)}", "", text, count=1)
    for one in goal.impossible:
        text = text.replace(one.words, _instead(one, goal.language), 1)
    bounded = goal.offer is not None and (goal.offer.most_share or 0) > known.guide.percent_off_most
    if bounded:
        most = words.share(known.guide.percent_off_most, goal.language)
        text = _PERCENT.sub(most.replace("\N{NO-BREAK SPACE}", " "), text, count=1)
    text = re.sub(r",?\s*\b(?:bitte )?(?:per du|mit du|duzen)\b", "", text, flags=re.IGNORECASE)
    text = TENTATIVE.sub("", text).rstrip(" ?") if TENTATIVE.match(lowered(text)) else text
    text = re.sub(r"\s{2,}", " ", re.sub(r"\s+([,.;:?!])", r"\1", text))
    text = re.sub(r"(?:\s*,)+(?=\s*,)|^[\s,.;]+|[\s,;]+$", "", text).strip()
    read = await tools.read_goal(text)
    if read.impossible or not holds_a_wish(read):
        return ""
    return text[:1].upper() + text[1:]


def _instead(one: Impossible, language: Language) -> str:
    if one.code in _EVERYBODY and not re.search(r"without|ohne|no |ignor|not|nicht", one.words):
        return pick(language, "to everyone", "an alle")
    if one.code in _PEOPLE:
        dative = lowered(one.words).startswith(("allen", "den"))
        lead = re.match(r"(?:to|for|an|für)\s", one.words, re.IGNORECASE)
        whom = pick(language, "all customers", "allen Kunden" if dative else "alle Kunden")
        return f"{lead.group() if lead else ''}{whom}"
    return ""


def notes_on(
    heard: Heard, goal: Goal, known: Known, unsold: tuple[str, str] | None
) -> tuple[str, ...]:
    language = heard.language
    said = []
    for one in goal.impossible:
        if barred.is_occasion(one):
            said.append(
                pick(
                    language,
                    f"“{one.words}”: no birthdays, weddings or anniversaries are recorded, and a "
                    "date of purchase is not an anniversary.",
                    f"„{one.words}“: Geburts-, Hochzeits- und Jahrestage sind nicht erfasst, und "
                    "ein Kaufdatum ist kein Jahrestag.",
                )
            )
        elif one.code != "unknown_segment":
            said.append(barred.bar(one, language))
    said += [
        pick(
            language,
            f"“{day}” is over. Instead: any day from "
            f"{words.day(known.today + timedelta(days=1), language)}.",
            f"„{day}“ ist vorbei. Stattdessen: ein Tag ab "
            f"{words.day(known.today + timedelta(days=1), language)}.",
        )
        for day in _past_days(goal, known)
    ]
    said += barred.manner(heard.text, known.guide, language)
    said += filter(None, [barred.reduction(goal, known.guide, known.facts, language)])
    if unsold is not None:
        word, category = unsold
        nearest_kind = words.category(category, language)
        said.append(
            pick(
                language,
                f"“{word}”: you sell none, so no order says it. The nearest that orders do say: "
                f"{nearest_kind}.",
                f"„{word}“: Sie führen keinen, also sagt es keine Bestellung. Das Nächste, was "
                f"Bestellungen sagen: {nearest_kind}.",
            )
        )
    return tuple(said)


def not_understood(goal: Goal, language: Language) -> list[str]:
    """Words that nothing reads: said before anything begins."""
    past = {part.words for part in goal.unread if re.search(r"\b(?:19|20)\d\d\b", part.words)}
    left = ", ".join(f"“{p.words}”" for p in goal.unread if p.words not in past)
    german = left.replace("“", "„").replace("”", "“")
    said = pick(
        language,
        f"I did not understand {left}; the brief will ask about it.",
        f"Nicht verstanden habe ich {german}; das Briefing wird danach fragen.",
    )
    return [said] if left else []


def _past_days(goal: Goal, known: Known) -> list[str]:
    """Days with their year that were named, found no place, and are over."""
    spans = [(u.words, resolve(lowered(u.words), known.today, past=False)) for u in goal.unread]
    return [said for said, span in spans if span is not None and span.last < known.today]


def unsold_article(text: str, goal: Goal, known: Known) -> tuple[str, str] | None:
    """An article that was named and is not sold, and the category that comes nearest."""
    categories = {product.category for product in known.facts.products}
    for part in goal.unread:
        found = _UNSOLD.search(lowered(part.words))
        if found is not None:
            kind = found.group().rstrip("s").split()[-1]
            return part.words[found.start() : found.end()], kind if kind in categories else ""
        for word in re.findall(r"\w+", part.words):
            root = re.sub(r"(?:e[nrs]?|n|s)$", "", lowered(word))
            english = GERMAN.get(lowered(word)) or GERMAN.get(root)
            if english and english[-1] in categories:
                return word, english[-1]
    return None


def holds_a_wish(goal: Goal) -> bool:
    people = any(o.code in (*_EVERYBODY, *_PEOPLE, "unknown_segment") for o in goal.impossible)
    return bool(
        goal.audience is not None
        or goal.objective != "unsaid"
        or goal.products
        or goal.categories
        or goal.offer
        or goal.topics
        or people
    )


def asks_everybody(goal: Goal) -> bool:
    return any(one.code in (*_EVERYBODY, *_PEOPLE) for one in goal.impossible)


def addressed(text: str, named: str, whom: str, language: Language) -> str:
    """The person's words with people put in the place of a group that nobody records."""
    place = lowered(text).find(lowered(named)) if named else -1
    if place >= 0:
        before = re.sub(r"(?:\bthe|\bour|\bdie|\bden|\bunsere[nr]?)\s+$", "", text[:place])
        return f"{before}{whom}{text[place + len(named) :]}"
    joined = pick(language, " to ", " an ")
    return f"{text.rstrip(' .!?')}{joined}{whom}"


def bounded_offer(goal: Goal, known: Known) -> str:
    """The offer in the person's words, within the guide."""
    found = _OFFER.search(goal.text)
    if goal.offer is None or found is None:
        return ""
    words_of = found.group().strip()
    most = known.guide.percent_off_most
    if (goal.offer.most_share or 0) > most:
        bound = words.share(most, goal.language).replace("\N{NO-BREAK SPACE}", " ")
        words_of = _PERCENT.sub(bound, words_of, count=1)
    return words_of

"""Small readings that every answer of the house shares: yes, no, and which one was meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from agents.conversing.found import CampaignLine
from agents.conversing.memory import Choice, Open
from agents.house.goal_dates import Span, back, resolve
from agents.house.goal_text import STOP_WORDS, compiled, lowered

_YES = re.compile(
    r"^(?:yes|yep|yeah|sure|ok|okay|please do|do it|do that|go ahead|start(?: it)?|right|exactly|"
    r"fine|ja|jawohl|gern\w*|bitte|genau|mach\w*|starte\w*|los|einverstanden|in ordnung)\b"
)
_NO = re.compile(r"^(?:no|nope|not now|don'?t|never mind|cancel|leave it|nein|nicht|lass\w*|"
                 r"abbrechen|doch nicht)\b")  # fmt: skip
_PLACES = {
    "first": 0, "1": 0, "one": 0, "1st": 0, "erste": 0, "ersten": 0, "erster": 0, "second": 1,
    "2": 1, "two": 1, "2nd": 1, "zweite": 1, "zweiten": 1, "third": 2, "3": 2, "three": 2,
    "3rd": 2, "dritte": 2, "dritten": 2, "last": -1, "letzte": -1, "letzten": -1, "latest": 0,
    "newest": 0, "neueste": 0, "neuste": 0,
}  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
SHORT_ANSWER = 6
"""Words; what is longer than an answer is a message of its own."""
_PLAIN = STOP_WORDS | {
    "campaign", "campaigns", "mail", "mails", "letter", "report", "results", "result", "worked",
    "work", "kampagne", "bericht", "ergebnis", "lief", "customers", "customer", "kunden", "last",
    "brief", "how", "what", "which", "wie", "gelaufen", "good", "well", "bring", "gebracht",
    "percent", "back", "hold", "held", "people", "months", "send", "did", "out", "bought",
    "gekauft", "about", "again", "make", "change", "write",
}  # fmt: skip


def is_yes(text: str) -> bool:
    return bool(_YES.match(lowered(text).strip()))


def is_no(text: str) -> bool:
    return bool(_NO.match(lowered(text).strip()))


def chosen(text: str, opened: Open) -> Choice | None:
    """Which of the offered answers a message gives; None: none of them, or not clearly one."""
    choices = opened.choices
    plain = lowered(text).strip(" .!")
    for choice in choices:
        if lowered(choice.says) == plain or choice.value == text.strip():
            return choice
    if len(choices) == 1 and is_yes(text):
        return choices[0]
    words = _WORD.findall(plain)
    if len(words) > SHORT_ANSWER or "?" in text:
        return None  # a message of its own
    for word in words:
        place = _PLACES.get(word)
        if place is not None and -1 <= place < len(choices):
            return choices[place]
    scored = sorted(
        ((_overlap(plain, lowered(choice.says)), -at) for at, choice in enumerate(choices)),
        reverse=True,
    )
    if scored and scored[0][0] > 0 and (len(scored) == 1 or scored[1][0] < scored[0][0]):
        return choices[-scored[0][1]]
    return None


def meant(text: str, campaigns: Sequence[CampaignLine]) -> list[CampaignLine]:
    """The campaigns whose goals share the most telling words with a message; those that share
    none are not meant."""
    plain = lowered(text)
    alive = [one for one in campaigns if one.status != "cancelled"] or campaigns
    scored = [(_overlap(plain, lowered(one.goal)), one) for one in alive]
    best = max((score for score, _ in scored), default=0)
    return [one for score, one in scored if score == best] if best else []


def telling_words(text: str) -> list[str]:
    """The words of a message that could name something."""
    found = _WORD.findall(lowered(text))
    return [w for w in found if w not in _PLAIN and (len(w) > 2 or w.isdigit())]


def period(text: str, today: date, *, past: bool) -> Span | None:
    """The days that a message names, the first that can be read."""
    plain = lowered(text)
    lately = re.search(
        r"(?:last|past|letzten|vergangenen) (\d+) (days?|weeks?|months?|tagen?|wochen?|monaten?)",
        plain,
    )
    if lately:
        return Span(back(today, int(lately[1]), lately[2]), today)
    for match in compiled("<DATE>").finditer(plain):
        if match.group().strip() in ("may", "mai") and not re.search(
            r"\b(?:in|im) ma[iy]\b", plain
        ):
            continue
        span = resolve(match.group(), today, past=past)
        if span is not None:
            return span
    return None


def clock_time(text: str) -> tuple[int, int] | None:
    """An hour of the day that a message names."""
    plain = lowered(text)
    found = re.search(
        r"(?:\bat|\bum|\bgegen) (\d{1,2})(?:[:.](\d\d))?\s?(am|pm|uhr|h)?\b|"
        r"\b(\d{1,2})(?:[:.](\d\d))?\s?(am|pm|uhr)\b|\b(\d{1,2}):(\d\d)\b",
        plain,
    )
    if found is None:
        return None
    hour = int(found[1] or found[4] or found[7])
    minute = int(found[2] or found[5] or found[8] or 0)
    if "pm" in (found[3], found[6]) and hour < 12:
        hour += 12
    return (hour, minute) if hour < 24 and minute < 60 else None


def _overlap(said: str, named: str) -> int:
    mine = {_root(w) for w in telling_words(said)}
    theirs = {_root(w) for w in telling_words(named)}
    return len(mine & theirs)


def _root(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ers", "en", "er", "es", "s", "e", "n"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word

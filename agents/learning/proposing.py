# ruff: noqa: E501 (patterns are read whole)
"""Rules that people's own changes suggest: pure functions over pairs of before and after.

A change speaks for a check where the text before breaks it and the text after does not; a reason
to reject speaks for it in its own words. A check is proposed once it recurs in enough different
campaigns, and where what people wrote themselves does not break it as often as they mended it.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from agents.learning.checks import breaks, line_of, rule_id, says_price
from domain.frozen import Frozen
from domain.teaching import (
    Check,
    MostWords,
    NoMark,
    NoOpeningQuestion,
    NoWords,
    PriceEarly,
    RuleCase,
    TaughtRule,
)

_SHORTER = 0.8
"""An edit that leaves at most so much of a text's words shortened it."""
_STEP = 5
"""Limits of words are proposed in steps."""
_MOST_REPLACED = 4
"""Words that one replacement may span."""
_NOT = r"(?:no|not|never|don['’]?t|do not|without|avoid|stop|drop|remove|keine?n?|nicht|nie|ohne|weg mit)"
_QUOTED = re.compile(r"(?<!\w)[\"“„'‘]([^\"”“'’]{2,40})[\"”“'’](?!\w)")
_WORD = re.compile(r"[\w'’-]+")


class Change(Frozen):
    """One text changed by hand, or a reason to reject (``before`` empty, ``place`` empty)."""

    campaign_id: str
    place: str
    """subject, preheader, opening, paragraph, cta; empty: of a reason."""
    before: str
    after: str
    role: str


def proposals(changes: Sequence[Change], least: int) -> tuple[TaughtRule, ...]:
    """Rules that recur in at least ``least`` campaigns, the most often seen first."""
    found: dict[str, list[tuple[Check, Change]]] = defaultdict(list)
    for change in changes:
        for check in _suggested(change):
            found[rule_id(check)].append((check, change))
    rules = []
    for one, seen in found.items():
        check = seen[0][0]
        cases = tuple(_case(change) for _, change in seen)
        against = sum(
            bool(change.place and breaks(check, change.place, change.after)) for change in changes
        )
        campaigns = len({case.campaign_id for case in cases})
        if campaigns >= least and against < len(seen):
            rules.append(
                TaughtRule(id=one, check=check, line=line_of(check), state="proposed", cases=cases)
            )
    return tuple(sorted(rules, key=lambda rule: (-rule.campaigns, -len(rule.cases), rule.line)))


def _suggested(change: Change) -> list[Check]:
    """Every check that one change speaks for, each once."""
    found = _of_reason(change.after) if not change.place else _of_pair(change)
    return list({rule_id(check): check for check in found}.values())


def _of_pair(change: Change) -> Iterator[Check]:
    marks: tuple[Check, ...] = tuple(NoMark(mark=m) for m in ("!", ";", "–", "…", "emoji"))
    for check in (*marks, NoOpeningQuestion()):
        before = breaks(check, change.place, change.before)
        if before and not breaks(check, change.place, change.after):
            yield check
    yield from _shortened(change)
    earlier = change.place == "opening" and says_price(change.after)
    if earlier and not says_price(change.before):
        yield PriceEarly()
    for old, new in _replaced(change.before, change.after):
        yield NoWords(words=old, instead=new)


def _shortened(change: Change) -> Iterator[Check]:
    """The next step of five words above what is left, where a text was cut by a fifth or more."""
    before, after = len(change.before.split()), len(change.after.split())
    if not 0 < after <= before * _SHORTER or before - after < 2:
        return
    limit = -(-after // _STEP) * _STEP
    if limit >= before:
        return
    if change.place in ("subject", "preheader"):
        yield MostWords(place="subject" if change.place == "subject" else "preheader", words=limit)
    elif change.place in ("opening", "paragraph"):
        yield MostWords(place="paragraph", words=-(-after // 20) * 20)


def _replaced(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Few words that others took the place of, or that were taken out, the rest left as it was."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = difflib.SequenceMatcher(
        None, [w.casefold() for w in old], [w.casefold() for w in new], autojunk=False
    )
    if matcher.ratio() < 0.5:
        return  # written anew: no word of it says what was wrong
    for op, i1, i2, j1, j2 in matcher.get_opcodes():
        gone, come = old[i1:i2], new[j1:j2]
        if op not in ("replace", "delete") or not 0 < len(gone) <= _MOST_REPLACED:
            continue
        if len(come) > _MOST_REPLACED or any(re.search(r"\d", w) for w in (*gone, *come)):
            continue
        words = " ".join(gone).casefold()
        if len(words) < 3 or (op == "delete" and words in _SMALL):
            continue
        yield words, " ".join(come).casefold()


_SMALL = frozenset(
    (
        "the", "and", "that", "with", "for", "you", "our", "this", "its", "but", "all", "can",
        "der", "die", "das", "und", "mit", "für", "sie", "wir", "ein", "eine", "nicht", "auch",
        "very", "just", "sehr", "ist", "are", "was", "has",
    )
)  # fmt: skip
"""Words whose going says nothing."""


def _of_reason(reason: str) -> Iterator[Check]:
    """What a reason to reject asks for, read from its own words."""
    text = reason.casefold()

    def says(pattern: str) -> bool:
        return re.search(pattern, text) is not None

    if says(rf"\b{_NOT}\b[^.;]{{0,30}}(?:exclamation|ausrufe)"):
        yield NoMark(mark="!")
    if says(rf"\b{_NOT}\b[^.;]{{0,30}}(?:emoji|smiley)"):
        yield NoMark(mark="emoji")
    if says(rf"\b{_NOT}\b[^.;]{{0,30}}(?:semicolon|strichpunkt|semikolon)"):
        yield NoMark(mark=";")
    if says(rf"\b{_NOT}\b[^.;]{{0,30}}(?:\bdash|gedankenstrich)"):
        yield NoMark(mark="–")
    opens = r"(?:open|begin|start|first|anfang|beginn|anfangen|eröffn)"
    if says(rf"\b{_NOT}\b[^.;]{{0,40}}(?:question|frage)") and says(opens):
        yield NoOpeningQuestion()
    if says(r"(?:price|preis)[^.;]{0,40}(?:first|earlier|top|beginning|zuerst|früher|am anfang)"):
        yield PriceEarly()
    limit = re.search(
        r"(subject|preheader|paragraph|mail|betreff|absatz|absätze)\w*[^.;]{0,40}?"
        r"(?:at most|under|shorter than|no more than|höchstens|unter|kürzer als)\s+(\d+) (?:words|wörter)",
        text,
    )
    if limit:
        names = {"subject": "subject", "betreff": "subject", "preheader": "preheader",
                 "paragraph": "paragraph", "absatz": "paragraph", "absätze": "paragraph",
                 "mail": "mail"}  # fmt: skip
        less = 1 if re.search(r"(?:under|shorter than|unter|kürzer als)\s+\d", limit[0]) else 0
        yield MostWords.model_validate(
            {"place": names[limit[1]], "words": max(1, int(limit[2]) - less)}
        )
    if says(rf"\b{_NOT}\b[^.;]{{0,30}}(?:say|use|write|word|sag|schreib|wort|verwend)"):
        for quoted in _QUOTED.findall(reason):
            yield NoWords(words=quoted.strip().casefold())


def _case(change: Change) -> RuleCase:
    return RuleCase(
        campaign_id=change.campaign_id,
        place=change.place,
        before=change.before,
        after=change.after,
        role=change.role,
    )


def merged(proposed: Iterable[TaughtRule], decided: Iterable[TaughtRule]) -> tuple[TaughtRule, ...]:
    """Proposals beside what people decided already: a decided rule is not proposed again."""
    known = {rule.id: rule for rule in decided}
    return (*known.values(), *(rule for rule in proposed if rule.id not in known))

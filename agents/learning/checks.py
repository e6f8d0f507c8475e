"""The checks of taught rules: what breaks them, as people and writers read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.claims.quantities import quantities
from agents.claims.support import sentences
from agents.rules.words import has_emoji
from domain.critique import Finding
from domain.draft import CallToAction, Draft, Paragraph, Variant
from domain.frozen import content_hash
from domain.teaching import (
    Check,
    MostWords,
    NoMark,
    NoOpeningQuestion,
    NoWords,
    PriceEarly,
    TaughtRule,
)

_MARKS = {
    "!": "exclamation marks",
    ";": "semicolons",
    "–": "dashes",
    "…": "ellipses",
    "emoji": "emoji",
}
_DASH = re.compile(r"(?:^|\s)[–—](?:\s|$)|—")
_PLACES = {
    "subject": "Subjects",
    "preheader": "Preheaders",
    "paragraph": "Paragraphs",
    "mail": "Mails",
}


def rule_id(check: Check) -> str:
    """The id of a rule: of its check, so that the same rule has one history."""
    return content_hash(check)[:12]


def line_of(check: Check) -> str:
    """A rule in a sentence, for people and writers alike."""
    match check:
        case NoMark():
            return f"No {_MARKS[check.mark]}."
        case NoOpeningQuestion():
            return "Never open with a question."
        case NoWords() if check.instead:
            return f"Write “{check.instead}”, not “{check.words}”."
        case NoWords():
            return f"Never say “{check.words}”."
        case MostWords():
            return f"{_PLACES[check.place]} have at most {check.words} words."
        case PriceEarly():
            return "Where there is a price, the first paragraph says it."


def breaks(check: Check, place: str, text: str) -> str:
    """The words of one text that break a check; empty: none. ``place`` is subject, preheader,
    opening (the first paragraph after the greeting), paragraph or cta. What only a whole mail can
    break is not asked here."""
    match check:
        case NoMark():
            return _mark(check, text)
        case NoOpeningQuestion():
            first = next(iter(sentences(text)), "")
            return first if place == "opening" and first.rstrip().endswith("?") else ""
        case NoWords():
            found = _of_words(check.words).search(text)
            return found.group() if found else ""
        case MostWords() if check.place in ("mail", "paragraph"):
            is_body = place in ("opening", "paragraph")
            return text if check.place == "paragraph" and is_body and _long(check, text) else ""
        case MostWords():
            return text if place == check.place and _long(check, text) else ""
        case PriceEarly():
            return ""


def findings(draft: Draft, rules: Sequence[TaughtRule]) -> tuple[Finding, ...]:
    """What a draft does against the approved rules; each is serious, as people asked for it."""
    return tuple(
        Finding(
            rule=f"taught.{rule.check.kind}",
            severity="serious",
            variant=variant.id,
            place=place,
            text=words,
            why=f"A rule of this house: {rule.line}",
            mend="Follow it, or overrule it with a reason; the rule itself can be withdrawn.",
        )
        for rule in rules
        for variant in draft.variants
        for place, words in broken_in(rule.check, variant)
    )


def broken_in(check: Check, variant: Variant) -> Iterator[tuple[str, str]]:
    """(place, words) wherever a variant breaks a check."""
    if isinstance(check, MostWords) and check.place == "mail":
        if _long(check, " ".join(text for _, where, text in places(variant) if where != "cta")):
            yield "", ""
        return
    if isinstance(check, PriceEarly):
        body = [
            (place, text)
            for place, where, text in places(variant)
            if where in ("opening", "paragraph")
        ]
        late = [pair for pair in body[1:] if says_price(pair[1])]
        if late and body and not says_price(body[0][1]):
            yield late[0]
        return
    for place, where, text in places(variant):
        words = breaks(check, where, text)
        if words:
            yield place, words


def places(variant: Variant) -> Iterator[tuple[str, str, str]]:
    """(place, what stands there, text); the greeting is nobody's to change."""
    yield "subject", "subject", variant.subject
    yield "preheader", "preheader", variant.preheader
    paragraphs = 0
    for number, block in enumerate(variant.blocks):
        if isinstance(block, Paragraph):
            paragraphs += 1
            if paragraphs > 1:
                what = "opening" if paragraphs == 2 else "paragraph"
                yield f"blocks[{number}]", what, block.text
        elif isinstance(block, CallToAction):
            yield f"blocks[{number}]", "cta", block.text


def says_price(text: str) -> bool:
    return any(quantity.kind == "money" for quantity in quantities(text))


def _mark(check: NoMark, text: str) -> str:
    if check.mark == "emoji":
        return text[:40] if has_emoji(text) else ""
    if check.mark == "–":
        found = _DASH.search(text)
        return found.group().strip() if found else ""
    if check.mark == "…":
        return "…" if "…" in text or "..." in text else ""
    return check.mark if check.mark in text else ""


def _of_words(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)


def _long(check: MostWords, text: str) -> bool:
    return len(text.split()) > check.words

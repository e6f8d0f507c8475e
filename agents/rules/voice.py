# ruff: noqa: E501 (patterns and sentences are read whole)
"""The guide's voice: banned words, clichés, shouting, urgency, greeting, sentence length."""

from __future__ import annotations

import re

from agents.claims.support import sentences
from agents.languages import lexicon
from agents.likeness import words_of
from agents.rules.review import CAPITALS, Findings, Review, body, finding, without_fields
from agents.rules.words import banned_in, cliches_in, found_in, has_emoji
from domain.draft import Copy, Paragraph, Variant
from domain.piece import Piece

_VALUED = re.compile(
    r"\bdear (?:valued|customer|sir|madam|friend)|\bvalued customer|\bsehr geehrte[r]? (?:kundin|kunde|damen)|\bliebe[r]? kund",
    re.IGNORECASE,
)
_DU = re.compile(r"\b(?:du|dein\w*|dir|dich|euch|euer\w*|eure\w*)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def check(review: Review) -> Findings:
    for variant in review.copies:
        yield from _words(review, variant)
        yield from _shouting(review, variant)
        yield from _manner(review, variant)
        yield from _greeting(review, variant)
        yield from _sentences(review, variant)


def _words(review: Review, variant: Copy) -> Findings:
    for place, text in variant.texts():
        for word in banned_in(text, review.guide):
            yield finding(
                "voice.banned", "serious", "The guide bans this.", "Say the fact instead.",
                variant=variant.id, place=place, text=word,
            )  # fmt: skip
        for word in cliches_in(text, review.guide):
            yield finding(
                "voice.cliche", "serious", "The guide lists this as a cliché.",
                "Say it as you would to a person in the shop.",
                variant=variant.id, place=place, text=word,
            )  # fmt: skip
    yield from _common_cliches(review, variant)


def _common_cliches(review: Review, variant: Copy) -> Findings:
    """Worn phrases that the guide does not list: how many are too many, the brand's own past copy
    says."""
    listed = {w.casefold() for w in (*review.guide.banned, *review.guide.cliches)}
    common = tuple(c for c in lexicon.words("cliches") if c not in listed)
    named = _pattern_words(review)
    found = [
        (place, word)
        for place, text in variant.texts()
        for word in found_in(text, common)
        if word.casefold() not in listed and word.casefold() not in named
    ]
    words = sum(len(words_of(text)) for _, text in variant.texts())
    too_many = review.own.is_too_worn(len(found), max(words, 1))
    rate, low, high = review.own.rate()
    usual = (
        f"own past copy has {rate:.2g} per 1,000 words ({low:.2g} to {high:.2g})"
        if review.own.words
        else f"careless brands have {rate:.2g} per 1,000 words"
    )
    for place, word in found:
        yield finding(
            "voice.worn", "serious" if too_many else "minor",
            f"A phrase that many brands use; {len(found)} of them here, and {usual}.",
            "Say something that only this house could say.",
            variant=variant.id, place=place, text=word,
        )  # fmt: skip


def _pattern_words(review: Review) -> set[str]:
    """Words of product names and of the brand: those are no phrases."""
    names = (review.guide.brand, *(p.name for p in review.facts.products))
    return {w for name in names for w in words_of(name)}


def _shouting(review: Review, variant: Copy) -> Findings:
    guide = review.guide
    for place, text in variant.texts():
        if not guide.exclamation_marks and "!" in text:
            yield finding(
                "voice.exclamation", "serious", "The guide has no exclamation marks.",
                "End the sentence with a full stop.",
                variant=variant.id, place=place, text="!",
            )  # fmt: skip
        if not guide.emoji and has_emoji(text):
            yield finding(
                "voice.emoji", "serious", "The guide has no emoji.", "Take it out.",
                variant=variant.id, place=place, text=text[:40],
            )  # fmt: skip
        for word in CAPITALS.findall(without_fields(text)):
            if word not in review.known_capitals:
                yield finding(
                    "voice.capitals", "serious", "A word in capitals shouts.",
                    "Write it in small letters.", variant=variant.id, place=place, text=word,
                )  # fmt: skip


def _manner(review: Review, variant: Variant | Piece) -> Findings:
    for place, text in variant.texts():
        if review.language(variant) == "de":
            for match in _DU.finditer(without_fields(text)):
                yield finding(
                    "voice.du", "serious", "German copy says Sie.", "Use Sie, Ihr, Ihnen.",
                    variant=variant.id, place=place, text=match.group(),
                )  # fmt: skip


def _greeting(review: Review, variant: Variant | Piece) -> Findings:
    for place, text in variant.texts():
        match = _VALUED.search(text)
        if match:
            yield finding(
                "voice.greeting", "serious", "Nobody is greeted like this in person.",
                "Use the guide's greeting.", variant=variant.id, place=place, text=match.group(),
            )  # fmt: skip
    if not isinstance(variant, Variant):
        return  # only letters are opened with a greeting
    language = review.language(variant)
    greeting = next((g for g in review.guide.greetings if g.language == language), None)
    first = next((b.text for b in variant.blocks if isinstance(b, Paragraph)), "")
    if greeting is None or _VALUED.search(first):
        return
    if not first.startswith((_opening(greeting.with_name), _opening(greeting.without_name))):
        yield finding(
            "voice.greeting", "minor", "The mail does not begin with the guide's greeting.",
            f"Begin with “{greeting.with_name}”.", variant=variant.id, place="blocks[0]",
            text=first[:60],
        )  # fmt: skip


def _opening(greeting: str) -> str:
    return without_fields(greeting.split("{{")[0]).rstrip(" ,")


def _sentences(review: Review, variant: Copy) -> Findings:
    found = [
        len(_WORD.findall(s)) for _, text in body(variant) for s in sentences(text)
        if s.endswith((".", "?", "!"))
    ]  # fmt: skip
    if len(found) < 3:
        return
    average, wanted = sum(found) / len(found), review.guide.sentence_words_average
    if average > wanted * 1.5:
        yield finding(
            "voice.sentences", "serious" if average > wanted * 2 else "minor",
            f"Sentences average {average:.0f} words; the guide's average is {wanted:g}.",
            "Make two sentences of the longest.", variant=variant.id,
        )  # fmt: skip

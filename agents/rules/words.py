"""Banned words, clichés and emoji: found with their inflections."""

from __future__ import annotations

import re
from functools import lru_cache

from domain.voice import Guide

_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u2728\u203c\u2049\u20e3\u2934\u2935\u3030\u303d]"
)
_ENDING = r"(?:s|es|ed|d|ing|ly|e|en|er|em|n)?"


def banned_in(text: str, guide: Guide) -> tuple[str, ...]:
    """The guide's banned words and phrases that stand in the text, as they stand there."""
    return _found(guide.banned, text)


def cliches_in(text: str, guide: Guide) -> tuple[str, ...]:
    """The guide's clichés that stand in the text."""
    return _found(guide.cliches, text)


def has_emoji(text: str) -> bool:
    return _EMOJI.search(text) is not None


def _found(terms: tuple[str, ...], text: str) -> tuple[str, ...]:
    if not terms:
        return ()
    return tuple(match.group() for match in _pattern(terms).finditer(text))


@lru_cache(maxsize=64)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_term(t) for t in sorted(terms, key=len, reverse=True)), re.I)


def _term(term: str) -> str:
    """A term with inflections of its last word: elevate, elevates, elevating."""
    stem = re.escape(term.casefold()).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]?")
    if stem.endswith("e"):
        stem = f"{stem[:-1]}(?:e|es|ed|ing|en|er|em)"
        return rf"(?<!\w){stem}(?!\w)"
    return rf"(?<!\w){stem}{_ENDING}(?!\w)"

"""Banned words, clichés and emoji: found with their inflections."""

from __future__ import annotations

import re
from functools import lru_cache

from domain.voice import Guide

_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u2728\u203c\u2049\u20e3\u2934\u2935\u3030\u303d]"
)
_WORD = re.compile(r"[^\W_]+")
_LETTERS = 2
_ENDING = r"(?:s|es|ed|d|ing|ly|e|en|er|em|n)?"


def banned_in(text: str, guide: Guide) -> tuple[str, ...]:
    """The guide's banned words and phrases that stand in the text, as they stand there."""
    return _found(guide.banned, text)


def cliches_in(text: str, guide: Guide) -> tuple[str, ...]:
    """The guide's clichés that stand in the text."""
    return _found(guide.cliches, text)


def has_emoji(text: str) -> bool:
    return _EMOJI.search(text) is not None


def found_in(text: str, terms: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the terms that stand in the text, as they stand there, with inflections."""
    return _found(terms, text)


def _found(terms: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Looked up by the first letters of each word: a list of hundreds costs as little as one of
    ten. Of terms that begin at the same word the longest is taken."""
    index = _index(terms)
    if not index:
        return ()
    found: list[str] = []
    end = 0
    for word in _WORD.finditer(text):
        if word.start() < end:
            continue
        for pattern in index.get(word.group()[:_LETTERS].casefold(), ()):
            match = pattern.match(text, word.start())
            if match is not None:
                found.append(match.group())
                end = match.end()
                break
    return tuple(found)


@lru_cache(maxsize=64)
def _index(terms: tuple[str, ...]) -> dict[str, tuple[re.Pattern[str], ...]]:
    index: dict[str, list[re.Pattern[str]]] = {}
    for term in sorted(set(terms), key=len, reverse=True):
        first = _WORD.search(term)
        if first is not None:
            key = first.group()[:_LETTERS].casefold()
            index.setdefault(key, []).append(re.compile(_term(term), re.IGNORECASE))
    return {key: tuple(patterns) for key, patterns in index.items()}


def _term(term: str) -> str:
    """A term with inflections of its last word: elevate, elevates, elevating."""
    stem = re.escape(term.casefold()).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]?")
    if stem.endswith("e"):
        stem = f"{stem[:-1]}(?:e|es|ed|ing|en|er|em)"
        return rf"(?<!\w){stem}(?!\w)"
    return rf"(?<!\w){stem}{_ENDING}(?!\w)"

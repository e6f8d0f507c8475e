# ruff: noqa: E501 (patterns are read whole)
"""Where words come from: copy is compared with what may stand in it, not with lists of bad words.

A code, an address or a letter that no fact, guide or offer holds did not come from the house. Words
that models are instructed with, and text that is no language, have no business in a mail at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from agents.untrusted import SYSTEM
from domain.brief import Offer
from domain.facts import Facts
from domain.voice import Guide
from prompts.library import shipped_prompts

Own = Callable[[str], bool]
"""Whether words stand in what the house itself says."""
Sign = tuple[str, str]
"""What it is, and the words."""

RUN_OF_PROMPT = 10
"""Words in a row; fewer may be chance."""
RUN_OF_GUIDE = 7

_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[\w=+/-]{5,}")
_MEASURE = re.compile(
    r"[+-]?\d+(?:[.,]\d+)*(?:[a-zäöüß]{1,5}|[A-Z]{1,3}|-[a-zäöüß]+)?(?:[-/][\d.,]*[^\W\d_]*)*"
    r"|[a-zäöüß]{1,4}\d{1,2}|[^\W\d_]+(?:[-/]\d{1,4})+|[^\W\d_]+(?:-[^\W\d_]+)*-\d{1,4}"
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.,])(?:\+|00)?\d(?:[ ()/.-]{0,2}\d){8,}(?![\w,])")
_HOST = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9][a-z0-9-]*(?:\.|\s+(?:dot|punkt)\s+))+([a-z]{2,})(?![\w-])",
    re.IGNORECASE,
)
_ENDINGS = frozenset(
    ["com", "net", "org", "info", "biz", "name", "app", "dev", "shop", "store", "link", "click", "online", "site", "website", "live", "life", "top", "xyz", "zip", "mov", "club", "page", "blog", "cloud", "tech", "agency", "email", "news", "media", "world", "today", "space", "digital", "group", "company", "services", "solutions", "example", "test", "invalid", "localhost", "onion", "internal", "local", "edu", "gov", "mil", "int", "museum", "travel", "jobs", "mobi"]
)  # fmt: skip
_NO_COUNTRY = frozenset(
    ("js", "ts", "cs", "rb", "hs", "md", "py", "rs", "sh", "am", "pm", "st", "nd", "th")
)
_SINGLE = re.compile(r"(?:\b\w\b[\s.·_-]+){6,}\w\b")
_LEAVING = re.compile(
    r"\bunsubscri\w+|\bopt(?:ing|ed)?[ -]?out\b|\babmeld(?:en|ung|elink|ungslink)\b|\babbestell\w+",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n+")
_COMMON = frozenset(
    ["the", "a", "an", "and", "or", "is", "are", "was", "were", "be", "been", "of", "to", "in", "on", "at", "by", "for", "from", "with", "without", "as", "it", "its", "this", "that", "these", "those", "we", "you", "he", "she", "they", "our", "your", "his", "her", "their", "i", "my", "me", "us", "not", "no", "but", "if", "so", "than", "then", "when", "where", "what", "which", "who", "how", "why", "all", "any", "every", "each", "one", "two", "some", "more", "most", "can", "could", "will", "would", "may", "might", "must", "shall", "should", "do", "does", "did", "has", "have", "had", "there", "here", "about", "into", "over", "after", "before", "up", "out", "off", "until", "only", "just", "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines", "und", "oder", "ist", "sind", "war", "waren", "sein", "von", "zu", "zum", "zur", "im", "in", "an", "am", "auf", "bei", "für", "mit", "ohne", "als", "es", "wir", "sie", "er", "ihr", "ihre", "ihrem", "ihren", "unser", "unsere", "nicht", "kein", "keine", "aber", "wenn", "so", "dann", "wo", "was", "wer", "wie", "warum", "alle", "jede", "jeder", "jedes", "ein", "zwei", "mehr", "kann", "können", "wird", "werden", "darf", "muss", "soll", "hat", "haben", "hatte", "da", "hier", "über", "nach", "vor", "aus", "nur", "noch", "auch", "bis", "sich", "man", "um", "daß", "dass"]
)  # fmt: skip
_LEAST_WORDS = 8
"""Of a sentence that must hold a common word of one of the languages."""
_ROTATED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM",
)


def own_words(facts: Facts, guide: Guide, offer: Offer | None = None) -> Own:
    """What the house says: its facts, its guide and the offer of the brief."""
    whole: list[str] = []

    def own(words: str) -> bool:
        if not whole:
            whole.append("\n".join((*_texts(facts), *_texts(guide), *_texts(offer))).casefold())
        return words.casefold() in whole[0]

    return own


def foreign(text: str, own: Own) -> Iterator[Sign]:
    """Codes, letters and scrambled words that are not the house's, and every address: a fact that
    holds one makes it no place that the guide lets links lead to."""
    for letter in dict.fromkeys(text):
        if not _is_latin(letter) and not own(letter):
            yield "a letter of another alphabet", f"{letter} (U+{ord(letter):04X})"
            break
    yield from (("an address", m.group()) for m in _ADDRESS.finditer(text))
    yield from (
        ("a telephone number", m.group()) for m in _PHONE.finditer(text) if not own(m.group())
    )
    for match in _HOST.finditer(text):
        ending = match[1]
        known = ending.casefold() in _ENDINGS or (
            len(ending) == 2 and ending.casefold() not in _NO_COUNTRY
        )
        if known and (ending.islower() or match.group().isupper()):
            yield "a web address", match.group()
    for token in _TOKEN.findall(text):
        token = token.strip("-=/+_")
        if _is_code(token) and not own(token):
            yield "a code", token[:60]
            break
    spaced = _SINGLE.search(text)
    if spaced:
        yield "words spelled out letter by letter", spaced.group()[:60]
    if any(_is_scrambled(sentence) for sentence in _SENTENCE.split(text)):
        yield "no language", text[:60]


def of_prompt(text: str) -> str:
    """The words of a text that models are instructed with; empty where there are none."""
    return next((" ".join(run) for run in _runs(text, RUN_OF_PROMPT) if run in _prompts()), "")


def of_guide(text: str, guide: Guide) -> str:
    """The words of a text that the guide tells writers: two of its principles, or its lists of
    what is never said. One principle alone may well be said to readers, too."""
    said = list(_runs(text, RUN_OF_GUIDE))
    found = [next((run for run in said if run in told), None) for told in _told(guide)]
    told = [" ".join(run) for run in found if run is not None]
    return " … ".join(told) if len(told) > 1 or any(found[:2]) else ""


def of_leaving(text: str) -> str:
    """Words on how to stop the letters, which the footer alone says."""
    match = _LEAVING.search(text)
    return match.group() if match else ""


def _is_scrambled(sentence: str) -> bool:
    """Whether it reads better letter by letter shifted or backwards, or as nothing at all."""
    plain = _common(sentence)
    if any(_common(other) > plain + 1 for other in (sentence.translate(_ROTATED), sentence[::-1])):
        return True
    words = [w for w in _WORD.findall(sentence) if w.isalpha()]
    return plain == 0 and len(words) >= _LEAST_WORDS and sentence.count(",") < 3


def _common(sentence: str) -> int:
    return sum(word.casefold() in _COMMON for word in _WORD.findall(sentence))


def _is_code(token: str) -> bool:
    letters, digits = sum(c.isalpha() for c in token), sum(c.isdigit() for c in token)
    if letters >= 2 and digits >= 2 and len(token) >= 6:
        return _MEASURE.fullmatch(token) is None
    return len(token) >= 24 and "-" not in token and "/" not in token and not _reads(token)


def _reads(token: str) -> bool:
    """A long word still has its vowels, and no capitals inside."""
    vowels = sum(c in "aeiouyäöü" for c in token.casefold())
    return vowels * 5 >= len(token) and token[1:].islower()


@lru_cache(maxsize=4096)
def _is_latin(letter: str) -> bool:
    if ord(letter) < 0x250 or not letter.isalpha():
        return True
    return (
        unicodedata.name(letter, "").startswith("LATIN ")
        and unicodedata.normalize("NFKC", letter) == letter
    )


@lru_cache(maxsize=1)
def _prompts() -> frozenset[tuple[str, ...]]:
    texts = [SYSTEM, *(prompt.template for prompt in shipped_prompts())]
    return frozenset(run for text in texts for run in _runs(text, RUN_OF_PROMPT))


@lru_cache(maxsize=8)
def _told(guide: Guide) -> tuple[frozenset[tuple[str, ...]], ...]:
    """Runs of words by each principle, and of the lists of what is never said."""
    lists = (" ".join(guide.banned), " ".join(guide.cliches))
    texts = (*lists, *guide.we_are, *guide.we_are_not, *guide.principles)
    return tuple(frozenset(_runs(text, RUN_OF_GUIDE)) for text in texts)


def _runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    words = [w.casefold() for w in _WORD.findall(text)]
    return (tuple(words[i : i + length]) for i in range(len(words) - length + 1))


def _texts(value: object) -> Iterator[str]:
    """Every text in a value, whatever it is nested in."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from _texts(one)
    elif isinstance(value, Sequence):
        for one in value:
            yield from _texts(one)
    elif hasattr(type(value), "model_fields"):
        for name in type(value).model_fields:  # type: ignore[attr-defined]
            yield from _texts(getattr(value, name))

"""What learning needs to know of a language: ``brand_voice/languages/<code>/learning.yaml``."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml

from brand_voice.sentences import words

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = ("en", "de")

_FOLDER = Path(__file__).parents[1] / "languages"
_LEAST_SHARE = 0.2
"""Common words make up two fifths of running text in either language; below half of that a text is
in neither, or no text."""


@dataclass(frozen=True)
class Lore:
    """One language's words and patterns; patterns ignore case."""

    function_words: frozenset[str]
    determiners: frozenset[str]
    articles: frozenset[str]
    subjects: frozenset[str]
    """Who does something: what a phrase of two words may begin with."""
    joints: frozenset[str]
    """What no phrase begins with."""
    endings: frozenset[str]
    """Common words that a phrase may end with."""
    greetings: tuple[str, ...]
    everybody: frozenset[str]
    titles: frozenset[str]
    closings: tuple[str, ...]
    quoted: tuple[re.Pattern[str], ...]
    signatures: tuple[re.Pattern[str], ...]
    legal: dict[str, re.Pattern[str]]
    furniture: tuple[re.Pattern[str], ...]
    street: re.Pattern[str]
    we_are: re.Pattern[str]
    we_are_not: re.Pattern[str]
    contracted: re.Pattern[str]
    in_full: re.Pattern[str]
    list_end: str
    pressure: tuple[str, ...]
    worn: tuple[str, ...]
    first_names: frozenset[str]


@lru_cache
def lore(language: Language) -> Lore:
    """What is known of a language."""
    raw: dict[str, Any] = yaml.safe_load((_FOLDER / language / "learning.yaml").read_text("utf-8"))
    return Lore(
        function_words=frozenset(raw["function_words"].split()),
        determiners=frozenset(raw["determiners"].split()),
        articles=frozenset(raw["articles"].split()),
        subjects=frozenset(raw["subjects"].split()),
        joints=frozenset(raw["joints"].split()),
        endings=frozenset(raw["endings"].split()),
        first_names=frozenset(raw["first_names"].split()),
        everybody=frozenset(raw["everybody"]),
        titles=frozenset(raw["titles"]),
        greetings=tuple(sorted(raw["greetings"], key=len, reverse=True)),
        closings=tuple(sorted(raw["closings"], key=len, reverse=True)),
        quoted=tuple(_pattern(one) for one in raw["quoted"]),
        signatures=tuple(_pattern(one) for one in raw["signatures"]),
        legal={name: _pattern(one) for name, one in raw["legal"].items()},
        furniture=tuple(_pattern(one) for one in raw["furniture"]),
        street=_pattern(raw["street"]),
        we_are=_pattern(raw["we_are"]),
        we_are_not=_pattern(raw["we_are_not"]),
        contracted=_pattern(raw["contracted"]),
        in_full=_pattern(raw["in_full"]),
        list_end=raw["list_end"],
        pressure=tuple(raw["pressure"]),
        worn=tuple(raw["worn"]),
    )


@lru_cache
def first_names() -> frozenset[str]:
    """Names that people here often have, lower case; they cross languages."""
    return frozenset(name for one in LANGUAGES for name in lore(one).first_names)


def language_of(text: str) -> Language | None:
    """The language of a text by its commonest words; None where it is neither, or too short."""
    said = [word.lower() for word in words(text)]
    if not said:
        return None
    found = {one: sum(w in lore(one).function_words for w in said) for one in LANGUAGES}
    best = max(LANGUAGES, key=lambda one: found[one])
    return best if found[best] >= max(1, _LEAST_SHARE * len(said)) else None


@lru_cache
def background(language: Language) -> tuple[dict[str, int], int]:
    """How often words are used in general, lower case, and the sum of it.

    The frequency lists that pyspellchecker brings (MIT); a word that is in none counts as rare.
    """
    packed = (files("spellchecker") / "resources" / f"{language}.json.gz").read_bytes()
    counts: dict[str, int] = json.loads(gzip.decompress(packed))
    return counts, sum(counts.values())


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.MULTILINE)

"""The sentences of remarks that ask for something, and what each asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple, get_args

from agents.languages import words
from agents.untrusted import sign_of_injection
from brand_voice.sentences import sentences
from domain.idea import IdeaKind, Remark
from domain.words import Language

_KINDS: tuple[IdeaKind, ...] = get_args(IdeaKind)
_LEAST_WORDS, _MOST_WORDS = 3, 40
_LETTERS = re.compile(r"[^\W\d_]+")


class Asked(NamedTuple):
    """One sentence that asks for something."""

    kind: IdeaKind
    words: str
    remark: int
    """Which remark it stands in; a remark counts once for an idea."""


def asked(remarks: Sequence[Remark]) -> Iterator[Asked]:
    """Every question, wish and complaint. A remark that gives orders to a program asks nothing:
    it is left out whole."""
    for number, remark in enumerate(remarks):
        if sign_of_injection(remark.text) is not None:
            continue
        for sentence in sentences(remark.text):
            bare = _greeting(remark.language).sub("", sentence).strip(" ,;–-")
            bare = bare[:1].upper() + bare[1:]
            kind = kind_of(bare, remark.language)
            if kind and _LEAST_WORDS <= len(bare.split()) <= _MOST_WORDS:
                yield Asked(kind, bare, number)


def kind_of(sentence: str, language: Language) -> IdeaKind | None:
    """Whether a sentence asks, wishes or complains; None: neither."""
    return next((k for k in _KINDS if _pattern(k, language).search(sentence)), None)


def is_hostile(remark: Remark) -> bool:
    """Whether a remark is left out because it speaks to a program and not to a shop."""
    return sign_of_injection(remark.text) is not None


@cache
def _pattern(kind: IdeaKind, language: Language) -> re.Pattern[str]:
    return re.compile(words(language, "remarks")[kind].strip(), re.IGNORECASE)


@cache
def _greeting(language: Language) -> re.Pattern[str]:
    return re.compile(words(language, "remarks")["greeting"].strip(), re.IGNORECASE)

"""Sentences and words of copy, English and German, as everything that counts them cuts them."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
"""A word; numbers are none."""

# What ends in a full stop without ending a sentence.
_SHORT = (
    r"mr|mrs|ms|dr|prof|nr|vs|etc|ca|bzw|usw|inkl|zzgl|evtl|vgl|abb|str|tel|hr|jan|feb|apr|jun|jul"
    r"|aug|sep|sept|oct|okt|nov|dec|dez|approx|inc|ltd"
)
_ABBREVIATION = re.compile(rf"\b(?:(?i:{_SHORT})|[A-ZÄÖÜ]|(?:[A-Za-z]\.\s?)+[A-Za-z])\.$")
_FIRST_OF_TWO = re.compile(r"\b[a-z]\. [A-Za-z]\.$")  # "z. B.", "i. d. R."
_ORDINAL = re.compile(r"(?:^|\s)\d{1,2}\.$")
_END = re.compile(r"[.!?…]+[\"'”’“»)\]]*(?=\s|$)")


def sentences(text: str) -> list[str]:
    """The sentences of a text in order. A line break ends one only where the line is empty."""
    return [one for part in re.split(r"\n\s*\n", text) for one in _of_paragraph(part)]


def words(text: str) -> list[str]:
    """The words of a text in order, as they are written."""
    return WORD.findall(text)


def _of_paragraph(text: str) -> list[str]:
    flat = " ".join(text.split())
    found: list[str] = []
    start = 0
    for end in _END.finditer(flat):
        upto = flat[start : end.end()]
        follows = flat[end.end() :].lstrip()
        # An ordinal ("am 3. März") or an abbreviation goes on, unless what follows is no sentence.
        if (
            end[0] == "."
            and (
                _ABBREVIATION.search(upto)
                or _ORDINAL.search(upto)
                or _FIRST_OF_TWO.search(f"{upto} {follows[:2]}")
            )
            and follows
        ):
            continue
        if follows[:1].islower() and end[0] in (".", "…", "..."):
            continue
        found.append(upto.strip())
        start = end.end()
    rest = flat[start:].strip()
    return [*found, rest] if rest else found

"""Mends that can be applied as they stand: what a text would be without the words at fault."""

from __future__ import annotations

import re
from typing import Literal

from domain.critique import Finding
from domain.frozen import Frozen

_QUOTED = re.compile(r"[“\"„]([^”\"“]{3,})[”\"“]")
_SENTENCE = re.compile(r"[^.?!\n]*(?:[.?!](?!\s|$)[^.?!\n]*)*(?:[.?!]+|\n|$)\s*")


class Mend(Frozen):
    """What a finding's place would hold, if a person took the mend over."""

    kind: Literal["reword", "take_out"]
    text: str


def mend_of(finding: Finding, text: str) -> Mend | None:
    """The mend of a finding in the text at its place; None: a person must find the words."""
    at_fault = finding.text
    if not at_fault or at_fault not in text:
        return None
    if finding.rule == "voice.exclamation":
        return Mend(kind="reword", text=text.replace("!", "."))
    if finding.rule == "voice.capitals":
        return Mend(kind="reword", text=text.replace(at_fault, at_fault.lower()))
    if finding.rule == "voice.emoji":
        bare = "".join(c for c in text if not _is_picture(c))
        return Mend(kind="take_out", text=" ".join(bare.split()))
    quoted = _QUOTED.search(finding.mend)
    if quoted is not None:
        return Mend(kind="reword", text=text.replace(at_fault, quoted[1], 1))
    shorter = _without(text, at_fault)
    return Mend(kind="take_out", text=shorter) if shorter else None


def _without(text: str, words: str) -> str:
    """The text without the sentence that holds these words; empty: nothing would be left."""
    start = text.index(words)
    end = start + len(words)
    for sentence in _SENTENCE.finditer(text):
        if sentence.end() <= start or not sentence.group():
            continue
        if sentence.end() >= end:
            return (text[: sentence.start()] + text[sentence.end() :]).strip()
        break
    return (text[:start] + text[end:]).strip()


def _is_picture(character: str) -> bool:
    return ord(character) >= 0x1F000 or 0x2600 <= ord(character) <= 0x27BF or character == "\ufe0f"

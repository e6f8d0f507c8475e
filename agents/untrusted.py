# ruff: noqa: E501 (patterns and sentences are read whole)
"""Texts that try to be more than data: instructions, markup, hidden characters, tokens.

Detection is no defence; the architecture is (agents see no personal data and have no tools that
act). This keeps such texts out of a draft where they are noticed, and lets the critic name them.
"""

from __future__ import annotations

import re
import unicodedata

from agents.claims.quantities import LONGEST

_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (why, re.compile(pattern, re.IGNORECASE))
    for why, pattern in (
        (
            "an instruction",
            r"\b(?:ignore|disregard|forget|override)\b[^.]{0,40}\b(?:previous|prior|above|all|your|the) [^.]{0,20}(?:instruction|prompt|rule|guideline)s?",
        ),
        (
            "an instruction",
            r"\bTODO\b:?|\b(?:system[_ ]?(?:message|prompt)|you, the assistant|as an ai\b|new instructions?\b|api[_ ]?keys?|important!!!|strictly adhere)",
        ),
        (
            "an instruction",
            r"\b(?:call|invoke|use|run) the \S{0,30} ?tool\b|\btell (?:the )?(?:readers?|customers?|users?|recipients?) (?:that|to)\b|\b(?:leave out|omit|remove|drop|hide) the (?:unsubscribe|opt-?out|imprint|postal|footer)|\bwithout (?:waiting for )?(?:human )?(?:approval|review)\b",
        ),
        (
            "a forged approval",
            r"\[?approval record|approver\s*=|status\s*=\s*approved|sha-?256\s*[=:]|human review (?:is )?(?:already )?done|pre-?approved by",
        ),
        (
            "a request for personal data",
            r"\b(?:every|all|each) (?:customer|recipient|user|subscriber)s?['’]?s? (?:e-?mail|phone|address|data|name)|customer data>|\bprofile data\b",
        ),
        ("markup", r"</?[a-z!][^>]{0,400}>|<!--|javascript:|data:text|&lt;|onerror\s*="),
        (
            "a template",
            r"\{%|%\}|\$\{|<%|%>|\*\|[A-Z_]+\|\*|\{\{(?!\s*(?:first_name|last_name)\s*\}\})",
        ),
        ("a token", r"\bCANARY\w*|\b(?=\w*\d)(?=\w*[A-F])[A-Z]{3,}[0-9A-F]{6,}\b"),
        ("an address", r"\b[\w.+-]+@[\w-]+\.[\w.]+\b"),
    )
)
_HIDDEN = {"Cf", "Cc", "Co", "Cs", "Cn"}
_FINE = {"\n", "\t", "\u00ad", "\u200d", "\ufe0f"}


def sign_of_injection(text: str) -> tuple[str, str] | None:
    """(what it looks like, the words), or None for a text that looks like plain copy."""
    if len(text) > LONGEST:
        return "a text far too long to be copy", text[:40]
    for character in text:
        if character not in _FINE and unicodedata.category(character) in _HIDDEN:
            return "a hidden character", f"U+{ord(character):04X}"
    for what, pattern in _SIGNS:
        match = pattern.search(text)
        if match:
            return what, match.group()
    if _mixes_scripts(text):
        return "letters of two alphabets in one word", text[:60]
    return None


def _mixes_scripts(text: str) -> bool:
    for word in re.findall(r"\w+", text):
        scripts = {unicodedata.name(c, "").split(" ")[0] for c in word if c.isalpha()} & {
            "LATIN",
            "CYRILLIC",
            "GREEK",
        }
        if len(scripts) > 1:
            return True
    return False

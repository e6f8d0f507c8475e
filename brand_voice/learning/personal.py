"""Personal data in past copy: found, and taken out before anything is learnt.

Names become merge fields where they are known to be the reader's; every other trace of a person
marks its paragraph, from which no exemplar is taken, and is blotted out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from brand_voice.learning.language import Language, first_names, lore

FIRST_NAME = "{{first_name}}"
LAST_NAME = "{{last_name}}"
BLOT = "…"
"""Stands where something personal stood."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_PHONE = re.compile(r"(?<![\w.,€$£])(?:\+|00?)\d(?:[ ()/.-]{0,2}\d){6,14}(?![\w€%])")
_URL = re.compile(r"\(?\bhttps?://[^\s<>()\[\]\"']+\)?|\bwww\.[^\s<>()]+")

# Merge fields of other systems: Mailchimp, Klaviyo and Braze (Liquid), Salesforce, HubSpot, …
_NAME = r"(?:first_?-?name|f_?name|vor_?name|given_?name|firstname)"
_LAST = r"(?:last_?-?name|l_?name|nach_?name|sur_?name|family_?name)"
_DOTTED = r"[a-z_][\w]*(?:\.[a-z][\w]*)*"
_FILTERS = r"(?:\s*\|\s*[a-z]\w*(?:\s*:\s*(?:'[^'{}]*'|\"[^\"{}]*\"|[\w ]*))?)*"
_FIELDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), becomes)
    for pattern, becomes in (
        (rf"\{{\{{\s*(?:[a-z_]\w*\.)*{_NAME}\b{_FILTERS}\s*\}}\}}", FIRST_NAME),
        (rf"\{{\{{\s*(?:[a-z_]\w*\.)*{_LAST}\b{_FILTERS}\s*\}}\}}", LAST_NAME),
        (rf"\*\|(?:{_NAME})\|\*|%%?{_NAME}%%?|\[\[?{_NAME}\]\]?|\$\{{{_NAME}\}}", FIRST_NAME),
        (rf"\*\|(?:{_LAST})\|\*|%%?{_LAST}%%?|\[\[?{_LAST}\]\]?|\$\{{{_LAST}\}}", LAST_NAME),
        # Fields that are no name leave a gap.
        (rf"\{{\{{\s*(?!(?:first|last)_name\s*\}}){_DOTTED}{_FILTERS}\s*\}}\}}", BLOT),
        (
            r"\*\|(?:EMAIL|UNSUB|ARCHIVE|LIST:\w+|CURRENT_YEAR|UPDATE_PROFILE|MC_PREVIEW_TEXT)\|\*",
            BLOT,
        ),
        (
            r"\{%-?\s*(?:if|elsif|else|endif|unless|endunless|unsubscribe|manage_preferences|web_view)"
            r"\b[\w\s.=!<>'\"|:-]*-?%\}",
            " ",
        ),
    )
)  # fmt: skip


def known_fields(text: str) -> str:
    """Merge fields of mail systems as ours; what merely looks like one stays, and is judged."""
    for pattern, becomes in _FIELDS:
        text = pattern.sub(becomes, text)
    return text


def without_addresses(text: str) -> str:
    """Web addresses out, and with them what they carry about a reader."""
    return re.sub(r"[ \t]{2,}", " ", _URL.sub("", text)).strip()


def blotted(text: str, names: Iterable[str], language: Language) -> tuple[str, bool]:
    """The text without personal data, and whether there were any.

    ``names`` are the reader's, known from greeting and envelope: they become merge fields.
    """
    found = False
    for pattern in (_EMAIL, _IBAN, _PHONE):
        text, times = pattern.subn(BLOT, text)
        found = found or times > 0
    for name in names:
        text, times = re.subn(rf"\b{re.escape(name)}\b", FIRST_NAME, text)
        found = found or times > 0
    known = lore(language)
    titled = re.compile(
        rf"\b(?i:{'|'.join(sorted(known.titles))})\.? (?:[^\W\d_a-z][\w'’-]+ ?){{1,2}}(?<! )"
    )
    text, times = titled.subn(BLOT, text)
    found = found or times > 0
    if known.street.search(text) and re.search(r"\b\d{1,4}[a-z]?\b", text):
        found = True
    named = any(
        word.lower() in first_names() and word[0].isupper() and not word.isupper()
        for word in re.findall(r"[^\W\d_]+", text)
    )
    return text, found or named

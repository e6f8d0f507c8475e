"""The last step before sending: one person's fields put into an approved mail.

Nothing is compiled and no template language runs: each ``{{field}}`` is replaced once, in one
pass, and what was put in is never looked at again. A value that is no name (a script, a link, a
placeholder, direction marks) counts as missing, so that its fallback stands there instead.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from domain.customer import Contact
from domain.frozen import Frozen
from domain.publication import RenderedVariant
from tools.render.errors import RenderError

MOST_NAME_CHARACTERS = 40

_FIELD = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
# What goes or stays with an empty field, before and after it.
_GAP_BEFORE = re.compile(r",?\s*\Z")
_GAP_AFTER = re.compile(r"([,.;:?!]?\s*)([^\W\d_]?)")
_NAME_MARKS = frozenset(" -'’.·")


class Filled(Frozen):
    """One person's mail. Personal: never logged and never stored."""

    subject: str
    html: str
    text: str


def fill(rendered: RenderedVariant, contact: Contact, *, unsubscribe_url: str) -> Filled:
    """The mail for one person.

    Raises RenderError ``unknown_field`` where a placeholder is neither personal nor the
    unsubscribe link, and ``bad_address`` where that link is not a web address.
    """
    if urlsplit(unsubscribe_url).scheme not in ("https", "http") or re.search(
        r"[\s<>\"'{}]", unsubscribe_url
    ):
        raise RenderError(
            "bad_address",
            "the unsubscribe link is not a web address",
            next_step="set public_url in mainspring.toml to the address of the unsubscribe page",
        )
    fallbacks = dict(rendered.fallbacks)
    values = {
        field: clean_name(getattr(contact, field)) or fallbacks.get(field, "")
        for field in ("first_name", "last_name")
    }
    values["unsubscribe_url"] = unsubscribe_url
    return Filled(
        subject=" ".join(_put(rendered.subject, values, str).split()),
        html=_put(rendered.html, values, lambda value: html.escape(value, quote=True)),
        text=_put(rendered.text, values, str),
    )


def fields(text: str) -> tuple[str, ...]:
    """The names of the placeholders in a text, in order, repeats included."""
    return tuple(_FIELD.findall(text))


def clean_name(value: str) -> str:
    """A name as a mail may say it; empty where the value is no name."""
    name = " ".join(unicodedata.normalize("NFC", value).split())
    if not name or len(name) > MOST_NAME_CHARACTERS:
        return ""
    letters = [c for c in name if unicodedata.category(c)[0] == "L"]
    if not letters:
        return ""
    # Letters and their marks only: no digits, symbols, control, format or direction characters.
    if not all(unicodedata.category(c)[0] in "LM" or c in _NAME_MARKS for c in name):
        return ""
    # "shop.example" would become a link in most mail programs; "J. R." and "Dr. Weiss" are names.
    if re.search(r"\.[^\W\d_]{2,}", name):
        return ""
    # Scripts that look alike are mixed to pass for another name.
    scripts = {unicodedata.name(c, "?").split(" ", 1)[0] for c in letters}
    if len(scripts & {"LATIN", "CYRILLIC", "GREEK", "CHEROKEE", "ARMENIAN"}) > 1:
        return ""
    return name


def _put(text: str, values: Mapping[str, str], escape: Callable[[str], str]) -> str:
    parts: list[str] = []
    at = 0
    for found in _FIELD.finditer(text):
        field = found[1]
        if field not in values:
            raise RenderError(
                "unknown_field",
                "the mail holds a placeholder that nobody can fill",
                thing=field,
                next_step="use first_name or last_name, or write the words out",
            )
        lead, at_end = text[at : found.start()], found.end()
        if values[field]:
            parts += [lead, escape(values[field])]
        else:
            gap = _GAP_AFTER.match(text, at_end)
            after, letter = (gap[1], gap[2]) if gap else ("", "")
            # All that stands before, since a field just before this one may be empty too.
            parts = [_closed("".join([*parts, lead]), after, letter)]
            at_end += len(after) + len(letter)
        at = at_end
    return "".join([*parts, text[at:]])


def _closed(lead: str, after: str, letter: str) -> str:
    """The words round an empty field, joined to a whole sentence again."""
    gap = _GAP_BEFORE.search(lead[-64:])
    before = gap[0] if gap else ""
    kept = lead[: len(lead) - len(before)]
    opens = kept[-1:] in ("", ">") or "\n" in before
    if opens:  # "{{first_name}}, your watch …" → "Your watch …"
        return f"{lead}{letter.upper()}"
    if after.strip():  # "Good morning {{first_name}}, …" → "Good morning, …"
        return f"{kept}{after}{letter}"
    return f"{kept}{before or after}{letter}"

"""The mail as it will go out: alt texts, legal lines, way out, size, nothing that runs."""

from __future__ import annotations

import html as html_entities
import re

from agents.rules.review import Findings, Review, finding
from domain.publication import RenderedVariant

MOST_BYTES = 102 * 1024
"""Gmail cuts longer mails off, and the unsubscribe link with them."""
_IMG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_ACTIVE = re.compile(
    r"<script\b|<iframe\b|<object\b|<embed\b|<form\b|\son\w+\s*=\s*[\"']|javascript:", re.I
)
_TAG = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]+>", re.IGNORECASE | re.DOTALL)
_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_KNOWN = {"first_name", "last_name", "unsubscribe_url"}


def check(review: Review) -> Findings:
    for mail in review.rendered:
        yield from _pictures(mail)
        yield from _footer(review, mail)
        yield from _whole(mail)


def _pictures(mail: RenderedVariant) -> Findings:
    for tag in _IMG.findall(mail.html):
        alt = _ALT.search(tag)
        if alt is None or not (alt.group(1) or alt.group(2) or "").strip():
            yield finding(
                "rendered.alt", "serious", "A picture has no words for those who do not see it.",
                "Give the photo an alt text in the product's facts.",
                variant=mail.id, place="html", text=tag[:120],
            )  # fmt: skip


def _footer(review: Review, mail: RenderedVariant) -> Findings:
    seen = _squeezed(html_entities.unescape(_TAG.sub(" ", mail.html)))
    for line in review.guide.legal:
        if line.language != review.language:
            continue
        wanted = _squeezed(line.text)
        for place, text in (("html", seen), ("text", _squeezed(mail.text))):
            if wanted not in text:
                yield finding(
                    "rendered.legal", "blocking", f"The legal line {line.id} is missing.",
                    "Every mail of this language must carry it.",
                    variant=mail.id, place=place, text=line.text,
                )  # fmt: skip
    address = _squeezed(review.guide.postal_address)
    if address and address not in seen:
        yield finding(
            "rendered.address", "blocking", "The postal address is missing.",
            "Every mail must carry it.", variant=mail.id, place="html",
        )  # fmt: skip
    for place, text in (("html", mail.html), ("text", mail.text)):
        if "{{unsubscribe_url}}" not in text:
            yield finding(
                "rendered.unsubscribe", "blocking", "There is no way out of further mails.",
                "Keep the unsubscribe link in both parts.", variant=mail.id, place=place,
            )  # fmt: skip


def _whole(mail: RenderedVariant) -> Findings:
    size = len(mail.html.encode())
    if size >= MOST_BYTES:
        yield finding(
            "rendered.size", "blocking", f"{size:,} bytes; mail programs cut at {MOST_BYTES:,}.",
            "Shorten the mail.", variant=mail.id, place="html",
        )  # fmt: skip
    active = _ACTIVE.search(mail.html)
    if active:
        yield finding(
            "rendered.active", "blocking", "The mail holds something that runs.",
            "Take it out, and look at where it came from.",
            variant=mail.id, place="html", text=active.group(),
        )  # fmt: skip
    if not mail.text.strip():
        yield finding(
            "rendered.no_text", "serious", "There is no plain-text part.", "Render it again.",
            variant=mail.id, place="text",
        )  # fmt: skip
    given = {name for name, _ in mail.fallbacks} | {"unsubscribe_url"}
    for name in sorted({*_FIELD.findall(mail.html), *_FIELD.findall(mail.text)}):
        if name not in _KNOWN or name not in given:
            yield finding(
                "rendered.field", "blocking", f"The placeholder {name} cannot be filled.",
                "Use a known personal field with a fallback.",
                variant=mail.id, place="html", text=name,
            )  # fmt: skip


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()

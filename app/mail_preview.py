"""One mail of an approval as a page for a sandboxed frame: on a desk, on a phone, in the dark.

Numbers mark the claims where a reader asks for them. They stand on the brand's canvas in a form
that no mail of ours has, and are not part of what was approved or is sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Literal

from app.previews import NOWHERE, READER, with_pictures
from domain.customer import Contact
from domain.publication import RenderedVariant
from tools.render.fill import MOST_NAME_CHARACTERS, Filled, fill

Form = Literal["desktop", "phone", "dark", "text"]
Reader = Literal["known", "nameless", "longest"]

READERS: dict[Reader, Contact] = {
    "known": READER,
    "nameless": Contact(customer_id="preview"),
    "longest": Contact(
        customer_id="preview",
        first_name="Wolfeschlegelsteinhausenbergerdorff-Anne"[:MOST_NAME_CHARACTERS],
        last_name="Hubert-Blaine Wolfeschlegelsteinhausen"[:MOST_NAME_CHARACTERS],
    ),
}
"""Whom a preview greets; the longest name is the longest that a mail takes up."""

_MARKS = (
    ".ms-claim{background:#fcf2df;color:#151a20;box-shadow:inset 0 -2px 0 #b47819}"
    ".ms-claim sup{font:600 10px/1 system-ui,sans-serif;color:#704803;padding-left:1px}"
)
_DARK_MARKS = (
    ".ms-claim{background:#2f2412;color:#e7eaed;box-shadow:inset 0 -2px 0 #d9a347}"
    ".ms-claim sup{font:600 10px/1 system-ui,sans-serif;color:#eac07a;padding-left:1px}"
)
_TEXT_STYLE = (
    ":root{color-scheme:light dark}body{margin:0;padding:24px;background:#fff;color:#151a20}"
    "pre{font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;margin:0}"
    "@media(prefers-color-scheme:dark){body{background:#15181c;color:#e7eaed}}"
)
_TAG = re.compile(r"(<[^>]*>)")
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_HIDDEN = re.compile(r"<div[^>]*display:\s*none[^>]*>.*?</div>", re.IGNORECASE | re.DOTALL)
_TRACKING = re.compile(r"\?utm_\S+")


def mail_page(
    variant: RenderedVariant,
    *,
    form: Form,
    reader: Reader,
    claims: Sequence[str],
    brand_folder: Path,
) -> str:
    """The page of one preview. ``claims`` are marked by their numbers, from 1; empty: no marks."""
    if form == "text":
        text = _TRACKING.sub("", filled(variant, reader).text).strip()
        return (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>Plain text</title>'
            f"<style>{_TEXT_STYLE}</style><pre>{escape(text)}</pre></html>"
        )
    marked = variant.model_copy(update={"html": with_marks(variant.html, claims)})
    html = with_pictures(filled(marked, reader).html, brand_folder)
    return _framed(_as_seen(html, form), form)


def filled(variant: RenderedVariant, reader: Reader) -> Filled:
    """The mail with a preview reader's name in it."""
    return fill(variant, READERS[reader], unsubscribe_url=NOWHERE)


def with_marks(html: str, claims: Sequence[str]) -> str:
    """The mail with each claim's words marked by its number, wherever they stand as text."""
    patterns = {
        number: re.compile(re.escape(_as_printed(claim)))
        for number, claim in enumerate(claims, start=1)
        if claim.strip()
    }
    opens = _BODY.search(html)
    if not patterns or opens is None:
        return html
    head, body = html[: opens.end()], html[opens.end() :]
    hidden = _HIDDEN.match(body.lstrip())
    at = body.index(hidden.group()) + len(hidden.group()) if hidden else 0
    pieces = _TAG.split(body[at:])
    for index, piece in enumerate(pieces):
        if piece and not piece.startswith("<"):
            pieces[index] = _mark(piece, patterns)
    return head + body[:at] + "".join(pieces)


def _mark(text: str, patterns: dict[int, re.Pattern[str]]) -> str:
    """Claims that overlap are marked once, the longest first."""
    found = sorted(
        (
            (match.start(), match.end(), number)
            for number, pattern in patterns.items()
            for match in pattern.finditer(text)
        ),
        key=lambda span: (span[0] - span[1], span[0]),
    )
    taken: list[tuple[int, int, int]] = []
    for start, end, number in found:
        if all(end <= s or start >= e for s, e, _ in taken):
            taken.append((start, end, number))
    for start, end, number in sorted(taken, reverse=True):
        mark = f'<span class="ms-claim">{text[start:end]}<sup>{number}</sup></span>'
        text = text[:start] + mark + text[end:]
    return text


def _as_printed(claim: str) -> str:
    """The claim's words as the renderer writes them into a mail."""
    curly = re.sub(r"(?<=\w)'(?=\w|\s|$)", "’", claim.strip())
    return escape(re.sub(r"[^\S\u00a0\u202f]+", " ", curly), quote=True)


def _as_seen(html: str, form: Form) -> str:
    """Width and light are the form's, not those of the screen that the card is on."""
    dark, phone = form == "dark", form != "desktop"
    answers = {
        r"\(prefers-color-scheme:\s*dark\)": dark,
        r"only screen and \(max-width:\s*479px\)": phone,
        r"only screen and \(min-width:\s*480px\)": not phone,
    }
    for condition, holds in answers.items():
        html = re.sub(rf"@media {condition}", f"@media {'all' if holds else 'not all'}", html)
    return html.replace("color-scheme:light dark", f"color-scheme:{'dark' if dark else 'light'}")


def _framed(html: str, form: Form) -> str:
    """With the style of the marks, and links that open nowhere."""
    style = _DARK_MARKS if form == "dark" else _MARKS
    extra = f'<base target="_blank"><style>{style}</style>'
    return html.replace("</head>", f"{extra}</head>", 1)


def height_of(variant: RenderedVariant, pictures: int) -> int:
    """About how tall the mail is on a card, in pixels; a frame cannot be asked."""
    body, _, foot = variant.text.partition("\n-- \n")
    height = 200 + pictures * 262
    for paragraph in body.split("\n\n"):
        said = " ".join(line for line in paragraph.splitlines() if not line.startswith("http"))
        height += 18 + 25 * max(1, -(-len(said) // 46))
    for line in foot.splitlines():
        height += 19 * -(-len(line) // 66)
    return height

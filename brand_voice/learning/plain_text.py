"""Plain text and Markdown: front matter, lines that name the subject, paragraphs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from brand_voice.learning.documents import Block
from brand_voice.learning.html_text import HtmlText, read_html
from brand_voice.learning.personal import known_fields

_FRONT = re.compile(r"\A---\s*\n(.*?)\n(?:---|\.\.\.)\s*(?:\n|\Z)", re.DOTALL)
_NAMED = re.compile(
    r"\A(?P<name>subject|betreff|preheader|vorschau|title|titel)\s*:\s*(?P<value>\S.*)$",
    re.IGNORECASE,
)
_NAMES = {"betreff": "subject", "titel": "title", "vorschau": "preheader"}
# Further variants of a message in a brand folder say what differs, and are no text of their own.
_VARIANT = re.compile(r"^## Variant [a-z]\s*$", re.MULTILINE)
_LINK = re.compile(r"https?://[^\s<>()\[\]\"']+")
_TAG = re.compile(r"<(?:!--|!doctype|/?[a-z][\w-]*[\s/>])", re.IGNORECASE)


@dataclass
class PlainText:
    """What a plain file says, with what stands before the text about it."""

    about: dict[str, str] = field(default_factory=dict)
    text: HtmlText = field(default_factory=HtmlText)


def read_markdown(text: str) -> PlainText:
    """Read Markdown; quotations in it are somebody else's words."""
    from markdown_it import MarkdownIt

    # Some merge fields would be read as emphasis.
    about, rest = _before(known_fields(text))
    html = (
        MarkdownIt("commonmark", {"html": True, "linkify": False})
        .enable("table")
        .render(_VARIANT.split(rest)[0])
    )
    return PlainText(about, read_html(html))


def read_plain(text: str) -> PlainText:
    """Read paragraphs with empty lines between them."""
    about, rest = _before(text)
    return PlainText(about, paragraphs(rest))


def paragraphs(text: str) -> HtmlText:
    """Plain paragraphs, or HTML where the text is that (a cell of a table can be either)."""
    if _TAG.search(text):
        return read_html(text)
    parts = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n"))]
    blocks = [
        Block(kind="prose", text=part, place=f"paragraph {number}")
        for number, part in enumerate((p for p in parts if p), 1)
    ]
    return HtmlText(blocks=blocks, links=_LINK.findall(text))


def _before(text: str) -> tuple[dict[str, str], str]:
    """What front matter and the lines "Subject: …" say, and the rest."""
    about: dict[str, str] = {}
    rest = text.replace("\r\n", "\n")
    front = _FRONT.match(rest)
    if front:
        try:
            said = yaml.safe_load(front[1])
        except yaml.YAMLError:
            said = None
        if isinstance(said, dict):
            about = {str(k).lower(): str(v) for k, v in said.items() if isinstance(v, str | int)}
            rest = rest[front.end() :]
    lines = rest.lstrip("\n").split("\n")
    while lines and (named := _NAMED.match(lines[0])):
        name = named["name"].lower()
        about[_NAMES.get(name, name)] = named["value"].strip()
        lines.pop(0)
    return about, "\n".join(lines)

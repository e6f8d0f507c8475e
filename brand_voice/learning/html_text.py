"""The text of an HTML mail or page: blocks, links, and what is in it that nobody sees."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from brand_voice.learning.documents import Block, BlockKind


def _tags(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _tags(
    "address article aside body center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th "
    "thead tr ul mj-text mj-button mj-section mj-column"
)
_SKIPPED = _tags("script style head template noscript svg math iframe object")
_VOID = _tags("area base br col embed hr img input link meta source track wbr")
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|max-height\s*:\s*0(?![.\d]*[1-9])|mso-hide\s*:\s*all|text-indent\s*:\s*-\d{3,}"
)
_CONDITIONAL = re.compile(r"^\s*\[?(?:if|endif)\b|\[endif\]", re.IGNORECASE)
_BUTTON = re.compile(r"\b(?:btn|button|cta)\b", re.IGNORECASE)
MOST_DEEP = 400
BUTTON_WORDS = 6


@dataclass
class HtmlText:
    """What one page or mail says."""

    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    """Text out of sight, comments, and descriptions of pictures: never copy to learn from."""
    quoted: list[str] = field(default_factory=list)
    """Somebody else's words."""

    def unlearnt(self) -> list[str]:
        """All that is looked at for orders, and learnt from in no case."""
        return [*self.hidden, *self.quoted]


def read_html(text: str) -> HtmlText:
    """Read HTML as a browser would show it, whatever is broken about it."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.end_block()
    return reader.found


def host_of(link: str) -> str:
    """The host that a link leads to, lower case; empty where it is none that copy links to."""
    try:
        parts = urlsplit(link.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    fine = parts.scheme in ("http", "https") and re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", host)
    return host.removeprefix("www.") if fine else ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = HtmlText()
        self._open: list[tuple[str, str]] = []
        """(tag, what it does to its text: "", skipped, hidden or title)"""
        self._text: list[str] = []
        self._linked = 0
        """Characters of the block that stand in a link."""
        self._button = False
        self._kind: BlockKind = "prose"
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self.end_block()
            self._end_implied(tag)
        if tag == "br":
            self._text.append("\n")
        if tag == "a" and values.get("href"):
            self.found.links.append(values["href"])
            self._button = self._button or bool(_BUTTON.search(values.get("class", "")))
        if tag == "mj-button":
            self._button = True
            self.found.links.append(values.get("href", ""))
        if tag in ("img", "area") and values.get("alt", "").strip():
            self.found.hidden.append(values["alt"].strip())
        if tag in _VOID or len(self._open) >= MOST_DEEP:
            return
        if tag == "li":
            self._kind = "item"
        elif re.fullmatch(r"h[1-6]", tag):
            self._kind = "heading"
        self._open.append((tag, self._effect(tag, values)))

    def _end_implied(self, tag: str) -> None:
        """What a browser ends by itself: a paragraph before a block, an item before an item, the
        head before the body."""
        while self._open and (self._open[-1][0] == "p" or self._open[-1][0] == tag == "li"):
            self.handle_endtag(self._open[-1][0])
        if tag == "body":
            self._open = [one for one in self._open if one[0] != "head"]

    def _effect(self, tag: str, values: dict[str, str]) -> str:
        style = values.get("style", "").casefold()
        if tag == "title":
            return "title"
        if tag in _SKIPPED:
            return "skipped"
        if tag == "blockquote" or "gmail_quote" in values.get("class", ""):
            return "quoted"
        if _UNSEEN.search(style) or "hidden" in values:
            return "hidden"
        return ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.end_block()
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at][0] == tag:
                effect = self._open[at][1]
                del self._open[at:]
                if effect == "hidden" and not self._within("hidden"):
                    self._keep_unseen()
                return

    def handle_data(self, data: str) -> None:
        if self._within("title"):
            self.found.title += data
        elif self._within("skipped"):
            return
        elif self._within("quoted"):
            if data.strip():
                self.found.quoted.append(" ".join(data.split()))
        elif self._within("hidden"):
            self._unseen.append(data)
        else:
            self._text.append(data)
            if any(tag in ("a", "button") for tag, _ in self._open):
                self._linked += len(data.strip())

    def handle_comment(self, data: str) -> None:
        if data.strip() and not _CONDITIONAL.search(data):
            self.found.hidden.append(" ".join(data.split()))

    def close(self) -> None:
        super().close()
        self._keep_unseen()
        self.found.title = " ".join(self.found.title.split())

    def end_block(self) -> None:
        """What was read since the last block's end is a block."""
        lines = (" ".join(line.split()) for line in "".join(self._text).split("\n"))
        text = "\n".join(line for line in lines if line)
        if text:
            few = len(text.split()) <= BUTTON_WORDS
            linked = self._linked >= 0.9 * len(text.replace("\n", ""))
            kind: BlockKind = "button" if few and linked and self._kind != "heading" else self._kind
            place = f"paragraph {len(self.found.blocks) + 1}"
            self.found.blocks.append(Block(kind=kind, text=text, place=place))
        self._text, self._linked, self._button, self._kind = [], 0, False, "prose"

    def _within(self, effect: str) -> bool:
        return any(one == effect for _, one in self._open)

    def _keep_unseen(self) -> None:
        text = " ".join("".join(self._unseen).split())
        if text:
            self.found.hidden.append(text)
        self._unseen = []

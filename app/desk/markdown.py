"""Markdown as a page shows it: drawn on the server, and cleaned of all that could act.

What a model wrote may carry what somebody else wrote. So there is no HTML of its own, no picture
(asking for one would tell another host), and no link that leads out of the desk.
"""

from __future__ import annotations

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {
    "p", "br", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "hr",
    "h3", "h4", "table", "thead", "tbody", "tr", "th", "td", "a",
}  # fmt: skip
_HEADING = re.compile(r"<(/?)h[1256]>")
_INSIDE = re.compile(r"/(?![/\\])[\x21-\x7e]*|#[\w-]*")


def markdown(text: str) -> Markup:
    """A text as HTML of a few plain elements."""
    drawn = _HEADING.sub(r"<\1h3>", _reader().render(text))
    return Markup(  # noqa: S704
        nh3.clean(
            drawn,
            tags=TAGS,
            attributes={"a": {"href"}, "ol": {"start"}},
            attribute_filter=_inside,
            link_rel=None,
        )
    )


def _inside(tag: str, name: str, value: str) -> str | None:
    """Links lead to pages of this desk only."""
    if (tag, name) == ("a", "href") and not _INSIDE.fullmatch(value):
        return None
    return value


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(
        ["table", "strikethrough"]
    )

"""Copy as markup that shows exactly it, and as lines of plain text."""

from __future__ import annotations

import html
import re
import textwrap

TEXT_WIDTH = 66


def wrap(text: str, indent: str = "") -> str:
    """Plain text in lines of at most 66 characters; ``indent`` before all but the first."""
    lines = text.splitlines() or [""]
    return "\n".join(
        textwrap.fill(
            line,
            TEXT_WIDTH,
            break_long_words=False,
            break_on_hyphens=False,
            subsequent_indent=indent,
        )
        for line in lines
    )


def safe(text: str) -> str:
    """Plain text as markup of one line; control characters, which XML forbids, go."""
    clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", "", text)
    return html.escape(one_line(clean), quote=True)


def prose(text: str) -> str:
    """Copy as markup that shows exactly it, with the apostrophes that print would have."""
    curly = re.sub(r"(?<=\w)'(?=\w|\s|$)", "’", text.strip())
    return "<br/>".join(safe(line) for line in curly.splitlines())


def one_line(text: str) -> str:
    """White space as single spaces; the spaces that hold 2.450 € together stay."""
    return re.sub(r"[^\S\u00a0\u202f]+", " ", text).strip()

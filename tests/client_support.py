"""What mail programs support, read from caniemail's tables (MIT), beside the project.

A feature is a CSS property or an HTML element. The newest version tested of each program counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal, cast

Support = Literal["y", "a", "n", "u"]
"""yes, almost (with a note), no, unknown."""

BIG = (
    "apple-mail/macos", "apple-mail/ios", "gmail/desktop-webmail", "gmail/ios", "gmail/android",
    "outlook/windows", "outlook/outlook-com", "outlook/ios", "yahoo/desktop-webmail",
    "gmx/desktop-webmail", "web-de/desktop-webmail",
)  # fmt: skip
"""Where nearly everybody reads, with the two large ones of Germany."""

_VERSION = re.compile(r'"[^"]*"\s*:\s*"([yanu])\b')


@dataclass(frozen=True)
class Feature:
    name: str
    """css-border-radius, html-style, …"""
    support: dict[str, Support]
    """Program and platform → what its newest version does."""

    def without(self) -> tuple[str, ...]:
        """The big programs that do not have it."""
        return tuple(one for one in BIG if self.support.get(one) == "n")


def read_features(folder: Path) -> dict[str, Feature]:
    """Every feature of the tables by its name."""
    return {
        file.stem: Feature(file.stem, _support(file.read_text("utf-8")))
        for file in sorted(folder.glob("*.md"))
        if not file.stem.startswith("_")
    }


def _support(text: str) -> dict[str, Support]:
    """The tables are nearly JSON: program, platform, version, each a level deeper."""
    found: dict[str, Support] = {}
    path: list[str] = []
    for line in text[text.index("stats:") :].splitlines()[1:]:
        opened = re.match(r"\s*([\w-]+):\s*\{", line)
        if opened:
            path.append(opened[1])
        said = _VERSION.search(line)
        if said and len(path) == 2:
            found["/".join(path)] = cast(Support, said[1])
        if "}" in line:
            if not path:
                break
            path.pop()
    return found


class Used(HTMLParser):
    """The CSS properties and HTML elements of a mail, as names of features. Comments, which only
    old Outlooks read, are not looked at."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inline: set[str] = set()
        """Properties in style attributes, and elements: what every program meets."""
        self.sheet: set[str] = set()
        """Properties in style sheets, which are for those that read them."""
        self._in_style = False
        self.feed(re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inline.add(f"html-{tag}")
        self._in_style = tag == "style"
        for name, value in attrs:
            if name == "style":
                self.inline |= {f"css-{one}" for one in _properties(value or "")}

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            for body in re.findall(r"\{([^{}]*)\}", data):
                self.sheet |= {f"css-{one}" for one in _properties(body)}
            self.sheet |= {f"css-at-{one}" for one in re.findall(r"@([\w-]+)", data)}


def _properties(style: str) -> set[str]:
    names = (part.partition(":")[0].strip().lower() for part in style.split(";"))
    return {name for name in names if name and not name.startswith(("mso-", "-"))}

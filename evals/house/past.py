"""The brand's own past copy, read from the letters beside its library."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

_LINK = re.compile(r"^\[([^\]]+)\]\([^)]*\)$")


@dataclass(frozen=True)
class Letter:
    id: str
    language: str
    text: str
    """Subject, preheader, paragraphs and call, without greeting and sign-off."""


def letters(folder: Path) -> tuple[Letter, ...]:
    """Every letter of a brand folder's ``messages``, in their first form."""
    return tuple(_letter(path) for path in sorted((folder / "messages").glob("*.md")))


def _letter(path: Path) -> Letter:
    _, head, body = path.read_text("utf-8").split("---\n", 2)
    meta = yaml.safe_load(head)
    first = body.split("\n## ")[0].strip()
    blocks = [block.strip() for block in first.split("\n\n") if block.strip()]
    lines = [line.split(": ", 1)[1] for line in blocks[0].splitlines()]
    inner = [m[1] if (m := _LINK.match(block)) else block for block in blocks[2:-1]]
    return Letter(str(meta["id"]), str(meta["language"]), "\n".join([*lines, *inner]))

"""Whose copy is whose: the brand's own past messages, and what others write."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from brand_voice.brand import Brand, BrandError
from brand_voice.style.masking import guess_language

READ = (".txt", ".md", ".html")
"""Endings of files that are read from a folder of others' texts."""
MOST_OTHERS = 2_000
"""Paragraphs taken from such a folder, in the order of the files' names."""
_FRONT = re.compile(r"\A---\s*\n.*?\n---\s*\n", re.DOTALL)
_LABEL = re.compile(r"^(?:Subject|Preheader|Betreff|Vorschautext):\s*", re.MULTILINE)
_SLOT = re.compile(r"\{(?:product|offer)\.\w+\}")
_LEAST_WORDS = 25
"""Of a paragraph of others' texts."""


@dataclass(frozen=True)
class Message:
    """One whole message; its lines are its parts (subject, preheader, paragraphs, button)."""

    id: str
    text: str


def own_messages(brand: Brand, language: str) -> list[Message]:
    """The brand's past messages of a language: the files that its passages were cut from, where
    they lie in its folder, and otherwise the passages of each put together again."""
    parts: dict[str, list[str]] = defaultdict(list)
    for passage in brand.passages:
        if passage.language == language:
            parts[passage.source].append(_SLOT.sub("0", passage.text))
    return [
        Message(source, _whole(brand.folder, source) or "\n".join(texts))
        for source, texts in sorted(parts.items())
    ]


def plain_message(text: str) -> str:
    """A message file without its front matter and the labels of its parts."""
    return _LABEL.sub("", _FRONT.sub("", text)).strip()


def background(language: str) -> list[Message]:
    """What many brands send, written for this program (``background/<language>.txt``); the id's
    part before the slash is the manner."""
    file = files("brand_voice.style") / "background" / f"{language}.txt"
    if not file.is_file():
        return []
    found: list[Message] = []
    manner = ""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("["):
            manner = line.strip("[] ")
        elif line.strip() and not line.startswith("#"):
            found.append(Message(f"{manner}/{len(found)}", line.replace(" | ", "\n")))
    return found


def others(folder: Path, language: str) -> list[Message]:
    """Paragraphs of the texts in a folder that the team supplies: competitors, agencies, earlier
    selves. Raises BrandError where the folder or a file cannot be read."""
    if not folder.is_dir():
        raise _unreadable("there is no such folder", folder)
    found: list[Message] = []
    for file in sorted(f for f in folder.rglob("*") if f.suffix.lower() in READ and f.is_file()):
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable("it cannot be read as UTF-8 text", file) from error
        for part in re.split(r"\n\s*\n", _FRONT.sub("", text)):
            if len(part.split()) >= _LEAST_WORDS and guess_language(part) == language:
                found.append(Message(f"{file.name}/{len(found)}", part))
    return found[:MOST_OTHERS]


def _whole(folder: Path, source: str) -> str:
    """The message file that a passage names; empty where it is none of this folder's."""
    root = folder.resolve()
    file = (root / source).resolve()
    if not source or not file.is_relative_to(root) or not file.is_file():
        return ""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    return plain_message(text)


def _unreadable(what: str, where: Path) -> BrandError:
    return BrandError(
        "unreadable_file",
        what,
        thing=str(where),
        next_step="mend it, or take `others` out of [style] in mainspring.toml",
    )

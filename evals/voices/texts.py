"""Texts of several authors, read from a file and cut into pieces of a length.

The file has one JSON object a line with ``brand`` (the author), ``path`` (the document that the
text stands in) and ``text``; whatever else a line says is left unread.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from brand_voice.style.masking import guess_language, word_classes
from domain.errors import WrongUsage

MOST_AUTHORS = 60
LEAST_DOCUMENTS = 2
"""Of an author: one to learn from, one to be tried on."""
LEAST_WORDS = 300
"""Of an author; with less, a figure would say nothing."""
MOST_PIECES = 4_000
"""Of a length, in all; beyond, documents are left out by chance, from the longest shelf first."""
WHOLE_FROM = 0.75
"""The last piece of a document counts from this part of the length on."""
_LEAST_KNOWN = 0.2
"""Share of a text's words that its language's list must know; ordinary prose has about half."""


@dataclass(frozen=True)
class Text:
    author: str
    document: str
    text: str


@dataclass(frozen=True)
class Shelf:
    """What is tried: authors with enough text, each with the language they write."""

    texts: tuple[Text, ...]
    languages: dict[str, str]
    left_out: tuple[str, ...]
    """Authors with too little text, each with why."""

    @property
    def authors(self) -> tuple[str, ...]:
        return tuple(sorted(self.languages))


@dataclass(frozen=True)
class Piece:
    author: str
    document: str
    """Unique over all authors."""
    text: str


def read_shelf(file: Path) -> Shelf:
    """Read a file of texts. Raises WrongUsage where it is unfit, with what it lacks."""
    texts = tuple(dict.fromkeys(_rows(file)))
    by_author: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        by_author[text.author].append(text)
    left_out, kept = [], {}
    for author, own in sorted(by_author.items()):
        words = sum(len(text.text.split()) for text in own)
        documents = len({text.document for text in own})
        if documents < LEAST_DOCUMENTS or words < LEAST_WORDS:
            left_out.append(f"{author}: {documents} documents, {words:,} words")
        else:
            kept[author] = _language(author, own, file)
    if len(kept) < 2:
        raise _unfit(
            file,
            f"It holds {len(kept)} {'author' if len(kept) == 1 else 'authors'} with at least "
            f"{LEAST_DOCUMENTS} documents and {LEAST_WORDS} words; telling apart takes two"
            + (f" ({'; '.join(left_out[:5])})." if left_out else "."),
        )
    if len(kept) > MOST_AUTHORS:
        raise _unfit(file, f"It holds {len(kept)} authors; at most {MOST_AUTHORS} are tried.")
    return Shelf(tuple(t for t in texts if t.author in kept), kept, tuple(left_out))


def cut(shelf: Shelf, words: int, most: int = MOST_PIECES) -> list[Piece]:
    """Every document cut into pieces of so many words, in its order; the rest falls off.

    Where that makes more than ``most``, every author keeps an equal number of whole documents'
    pieces as far as they have them.
    """
    documents: dict[tuple[str, str], list[str]] = defaultdict(list)
    for text in shelf.texts:
        documents[text.author, text.document].extend(text.text.split())
    by_author: dict[str, list[list[Piece]]] = defaultdict(list)
    for (author, document), said in sorted(documents.items()):
        parts = [said[at : at + words] for at in range(0, len(said), words)]
        whole = [part for part in parts if len(part) >= WHOLE_FROM * words]
        name = f"{author}\n{document}"
        if whole:
            by_author[author].append([Piece(author, name, " ".join(part)) for part in whole])
    fair = _fair([sum(map(len, own)) for own in by_author.values()], most)
    return [piece for own in by_author.values() for piece in _some(own, fair)]


def names(authors: Iterable[str]) -> tuple[str, ...]:
    """What an author's id may look like in a text: ``open-food-facts``, “Open Food Facts”."""
    found = set()
    for author in authors:
        found |= {author, " ".join(re.split(r"[\W_]+", author))}
    return tuple(sorted(name for name in found if name.strip()))


def _fair(sizes: Sequence[int], most: int) -> int:
    """The largest number that each may keep so that all together are at most ``most``."""
    low, high = 1, max(sizes, default=1)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(size, middle) for size in sizes) <= most:
            low = middle
        else:
            high = middle - 1
    return low


def _some(documents: list[list[Piece]], most: int) -> list[Piece]:
    if sum(map(len, documents)) <= most:
        return [piece for document in documents for piece in document]
    shuffled = random.Random(0).sample(documents, len(documents))
    kept: list[Piece] = []
    for document in shuffled:
        kept += document[: most - len(kept)]
    return kept


def _language(author: str, own: Sequence[Text], file: Path) -> str:
    said = " ".join(text.text for text in own)[:200_000]
    language = guess_language(said)
    words = re.findall(r"[^\W\d_]+", said.casefold())
    known = sum(word in word_classes(language) for word in words)
    if known < _LEAST_KNOWN * len(words):
        raise _unfit(
            file, f"The texts of {author} are in a language that has no list of words here."
        )
    return language


def _rows(file: Path) -> Iterable[Text]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _unfit(file, "It cannot be read as UTF-8 text.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise _unfit(file, f"Line {number} is no JSON: {error.msg}.") from error
        fields = (
            [row.get(name) for name in ("brand", "path", "text")] if isinstance(row, dict) else []
        )
        author, document, text = fields or (None, None, None)
        if not (isinstance(author, str) and isinstance(document, str) and isinstance(text, str)):
            raise _unfit(file, f"Line {number} lacks brand, path or text.")
        if author.strip() and text.strip():
            yield Text(author.strip(), document, text)


def _unfit(file: Path, what: str) -> WrongUsage:
    return WrongUsage(
        "unfit_texts",
        what,
        thing=str(file),
        next_step='Give a file with one object a line, such as {"brand": "acme", "path": '
        '"blog/first.md", "text": "…"}, in English or German.',
    )

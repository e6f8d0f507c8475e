"""The search that proves an erasure: every byte of the workspace, as it lies there and decoded.

It shares nothing with the erasing but the identifiers. Bytes are searched as they are (free pages
of databases and what is left of their logs included), in UTF-8, UTF-16 and Latin-1; Parquet,
packed files, mails and databases also as what they hold.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.privacy import reading
from app.privacy.person import Found
from app.privacy.reading import Unread
from app.privacy.records import ID_COLUMN, records
from domain.frozen import Frozen
from domain.identifiers import IdentifierKind, spellings

OVERLAP = 1024
_DEEPEST = 4
"""Packed files in packed files are looked into so deep."""


class Left(Frozen):
    """A place where something of the person was found."""

    file: str
    place: str = ""
    """Column, member or "bytes"."""
    kinds: tuple[str, ...]


class Searched(Frozen):
    """What was searched, and what was found."""

    files: int = 0
    bytes: int = 0
    unpacked: int = 0
    databases: int = 0
    tables: int = 0
    """Parquet files."""
    mails: int = 0
    left: tuple[Left, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    """Files that could not be looked into, and why; their bytes were searched all the same."""


@dataclass
class _Search:
    found: Found
    folder: Path
    counts: dict[str, int] = field(default_factory=dict)
    left: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    unread: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._raw = _byte_patterns(self.found)
        self._needles = _needles(self.found)

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def hit(self, file: str, place: str, kinds: Sequence[str]) -> None:
        if kinds:
            self.left.setdefault((file, place), set()).update(kinds)

    def in_file(self, path: Path) -> None:
        name = str(path.relative_to(self.folder))
        self.count("files")
        start = reading.starts(path)
        for piece in _pieces(path):
            self.hit(name, "bytes", self._in_bytes(piece))
        for lines in _lines(path):
            self.hit(name, "text", self.found.who.find(lines))
        self.count("bytes", path.stat().st_size)
        try:
            if reading.is_sqlite(start):
                self.count("databases")
                for place, value in reading.sqlite_values(path):
                    self._in_value(name, place, value)
            elif start.startswith(b"PAR1"):
                self.count("tables")
                self._in_parquet(name, path)
            elif start.startswith((b"\x1f\x8b", b"PK\x03\x04")):
                self._in_packed(name, name, path.read_bytes(), 1)
            elif path.suffix == ".eml":
                self._in_mail(name, path.read_bytes())
            elif self.found.weak and path.suffix in (".json", ".jsonl", ".csv"):
                self._in_rows(name, path.read_bytes())
        except Unread as why:
            self.unread.append((name, str(why)))

    def _in_packed(self, file: str, name: str, data: bytes, depth: int) -> None:
        for member, content in reading.members(name, data):
            self.count("unpacked")
            self.hit(file, member, self._in_bytes(content))
            if b"\0" not in content:
                self.hit(file, member, self.found.who.find(reading.decoded(content)[0]))
            if content.startswith(b"PAR1"):
                self._in_parquet(file, content, member)
            elif content.startswith((b"\x1f\x8b", b"PK\x03\x04")):
                if depth >= _DEEPEST:
                    raise Unread(f"{member} is packed too often to be looked into")
                self._in_packed(file, member, content, depth + 1)

    def _in_parquet(self, file: str, source: Path | bytes, member: str = "") -> None:
        for column, values in reading.parquet_texts(source):
            place = f"{member} {column}".strip()
            self.hit(file, place, self.found.who.find("\n".join(values)))
            if ID_COLUMN.search(column) and not values.isdisjoint(self.found.weak):
                self.hit(file, place, ("customer id",))

    def _in_mail(self, file: str, data: bytes) -> None:
        self.count("mails")
        for text in reading.mail_texts(data):
            self.hit(file, "mail", self.found.who.find(text))

    def _in_value(self, file: str, place: str, value: str | bytes) -> None:
        if isinstance(value, bytes):
            self.hit(file, place, self._in_bytes(value))
            return
        self.hit(file, place, self.found.who.find(value))
        if value in self.found.weak and ID_COLUMN.search(place):
            self.hit(file, place, ("customer id",))

    def _in_rows(self, file: str, data: bytes) -> None:
        """Short ids in the rows of a text file, where a column of ids says them."""
        text, _ = reading.decoded(data)
        if any(r.is_theirs for r in records(text, Path(file).suffix, self.found)):
            self.hit(file, "rows", ("customer id",))

    def _in_bytes(self, data: bytes) -> list[str]:
        lowered = data.lower()
        return [
            kind
            for kind, pattern in self._raw.items()
            # Looking for each by itself is much quicker than for any of them.
            if any(needle in lowered for needle in self._needles[kind])
            and any(match.lastgroup == "hit" for match in pattern.finditer(lowered))
        ]


def search(folder: Path, found: Found, *, without: Sequence[Path] = ()) -> Searched:
    """Look for a person in every file below a folder. ``without``: files that hold the search's
    own question."""
    looking = _Search(found, folder)
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or path in without:
            continue
        try:
            looking.in_file(path)
        except FileNotFoundError:
            continue  # a log of a database that ended, or a part of a file that is in its place now
        except OSError as error:
            looking.unread.append((str(path.relative_to(folder)), error.strerror or str(error)))
    return Searched(
        **looking.counts,
        left=tuple(
            Left(file=file, place=place, kinds=tuple(sorted(kinds)))
            for (file, place), kinds in _telling_first(looking.left)
        ),
        unread=tuple(looking.unread),
    )


def _telling_first(
    left: dict[tuple[str, str], set[str]],
) -> Iterator[tuple[tuple[str, str], set[str]]]:
    """Of each file the places that tell most: a column or a member, else its text or bytes."""
    vague = {"bytes": 0, "text": 1}
    best: dict[str, int] = {}
    for file, place in left:
        best[file] = max(best.get(file, 0), vague.get(place, 2))
    for (file, place), kinds in sorted(left.items()):
        if vague.get(place, 2) == best[file]:
            yield (file, place), kinds


def _byte_patterns(found: Found) -> dict[IdentifierKind, re.Pattern[bytes]]:
    """By kind: longer identifiers of others first, which are no hit, then the person's own."""
    excused = {one for text in found.longer for one in _encoded(text)}
    patterns: dict[IdentifierKind, re.Pattern[bytes]] = {}
    for kind, needles in _needles(found).items():
        if not needles:
            continue
        mine = b"|".join(map(re.escape, sorted(needles, key=len, reverse=True)))
        others = b"|".join(map(re.escape, sorted(excused, key=len, reverse=True)))
        alternatives = (others + b"|" if others else b"") + b"(?P<hit>" + mine + b")"
        patterns[kind] = re.compile(alternatives)
    return patterns


def _needles(found: Found) -> dict[IdentifierKind, set[bytes]]:
    return {
        kind: {one for text in texts for one in _encoded(text)}
        for kind, texts in spellings(found.who).items()
    }


def _encoded(text: str) -> Iterator[bytes]:
    """A text as it may lie in bytes whose ASCII letters are lowered."""
    for cased in {text, text.lower(), text.upper(), text.title()}:
        escaped = json.dumps(cased)[1:-1]
        for spelt in {cased, escaped, cased.replace("@", "%40"), cased.replace("@", "\\u0040")}:
            yield spelt.encode().lower()
            yield spelt.encode("utf-16-le").lower()
            yield spelt.encode("utf-16-be").lower()
            with contextlib.suppress(UnicodeEncodeError):
                yield spelt.encode("latin-1").lower()


def _lines(path: Path) -> Iterator[str]:
    """A text file's lines, many at once, so that no word is cut in two; nothing of other files."""
    with path.open("rb") as file:
        if b"\0" in file.read(reading.PIECE):
            return
        file.seek(0)
        while lines := file.readlines(reading.PIECE):
            yield b"".join(lines).decode("utf-8", "replace")


def _pieces(path: Path) -> Iterator[bytes]:
    """A file's bytes in pieces that overlap, so that nothing is cut in two."""
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(reading.PIECE):
            yield rest + piece
            rest = (rest + piece)[-OVERLAP:]

"""Erasing a person from the files of a workspace that are not the store's and no database.

Of tables and lines the person's records are removed, in texts they are blacked out, and mails,
archives and uploads of theirs are removed whole. Settings, brand and tracking plan are written by
people and are left to them; the index of the brand's voice is made of them, and goes.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from app.privacy import reading
from app.privacy.person import Found
from app.privacy.records import ID_COLUMN, JSON_LINES, TABLES, records

LINES = (*JSON_LINES, *TABLES, ".log", ".txt")
TEXTS = (".json", ".html", ".md", ".svg", ".xml", ".yaml", ".yml")
OF_PEOPLE = ("brand", "tracking_plan", "mainspring.toml")
"""What people wrote: reported, and theirs to change."""
ELSEWHERE = ("data", "voice", "spool")
"""What is erased in its own way, or made anew."""
BUILD_SECONDS = 60.0
"""So long an index that is being built is waited for; the search tells what is left in it."""


def erase(folder: Path, found: Found, *, uploads: Path, without: Path) -> Counter[str]:
    """Take a person out of the files below a folder; what was done, by words for it."""
    done: Counter[str] = Counter()
    done.update(_uploads(uploads, found))
    for path in _files(folder, without):
        done.update(_file(path, found))
    done.update(_voice(folder / "voice"))
    return done


def _files(folder: Path, without: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        first = path.relative_to(folder).parts[0]
        if first in (*OF_PEOPLE, *ELSEWHERE) or path.is_symlink() or not path.is_file():
            continue
        if without not in path.parents and not reading.is_sqlite(reading.starts(path)):
            yield path


def _file(path: Path, found: Found) -> Iterator[str]:
    start = reading.starts(path)
    suffix = path.suffix.lower()
    if suffix == ".eml":
        if any(found.who.find(text) for text in reading.mail_texts(path.read_bytes())):
            path.unlink()
            yield "mails removed"
    elif start.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        yield from _packed(path, found)
    elif start.startswith(b"PAR1"):
        if _parquet(path, found):
            yield "files changed"
    else:
        mended = _text(path.read_bytes(), suffix, found)
        if mended is not None:
            _write(path, mended)
            yield "files changed"


def _packed(path: Path, found: Found) -> Iterator[str]:
    """One packed text is written anew; whatever else is packed and holds the person goes whole."""
    data = path.read_bytes()
    try:
        if not _holds(path.name, data, found):
            return
        inner = [content for _, content in reading.members(path.name, data)]
    except reading.Unread:
        return  # the search says that it could not be looked into
    mended = None
    if data.startswith(b"\x1f\x8b") and b"\0" not in inner[0]:
        mended = _text(inner[0], Path(path.stem).suffix.lower() or ".txt", found)
    if mended is None:
        path.unlink()
        yield "archives removed"
    else:
        _write(path, gzip.compress(mended, mtime=0))
        yield "files changed"


def _holds(name: str, data: bytes, found: Found) -> bool:
    """Whether anything packed holds the person, however often it is packed. Raises Unread."""
    for member, content in reading.members(name, data):
        if content.startswith((b"PK\x03\x04", b"\x1f\x8b")):
            if _holds(member, content, found):
                return True
        elif _has(content, Path(name).stem if member.endswith("(unpacked)") else member, found):
            return True
    return False


def _text(data: bytes, suffix: str, found: Found) -> bytes | None:
    """The text without the person; None: it says nothing of them, or is no text.

    What is of no kind that we know, such as a part of a file that a killed process left, is
    blacked out as texts are.
    """
    text, encoding = reading.decoded(data)
    if suffix not in LINES:
        if suffix not in TEXTS and (encoding == "latin-1" or "\0" in text):
            return None
        read = _without_escapes(text) if suffix == ".json" else text
        mended = found.who.black_out(read)
        if mended == read:
            return None
        # What blacks out is no letter of Latin-1.
        return mended.encode("utf-8" if encoding == "latin-1" else encoding)
    kept = [record.text for record in records(text, suffix, found) if not record.is_theirs]
    mended = "".join(kept)
    return None if mended == text else mended.encode(encoding)


def _without_escapes(text: str) -> str:
    r"""A JSON text with letters for \u00fc, where it has any."""
    if "\\u" not in text:
        return text
    with contextlib.suppress(ValueError):
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    return text


def _parquet(path: Path, found: Found) -> bool:
    """Rewrite a Parquet file without the person's rows."""
    table = pq.read_table(path)
    keep = []
    for row in table.to_pylist():
        theirs = any(
            isinstance(value, str)
            and (found.who.find(value) or (value in found.weak and ID_COLUMN.search(name)))
            for name, value in row.items()
        )
        keep.append(not theirs)
    if all(keep):
        return False
    part = path.with_name(path.name + ".part")
    pq.write_table(table.filter(pa.array(keep)), part, compression="zstd")
    part.replace(path)
    return True


def _uploads(folder: Path, found: Found) -> Iterator[str]:
    """Files that were given and not imported yet: whoever gave them gives them again, without."""
    for place in sorted(folder.glob("*/")):
        texts = [p for p in sorted(place.rglob("*")) if p.is_file()]
        if any(_upload_has(path, found) for path in texts):
            lock = FileLock(place / "lock", timeout=0)
            with contextlib.suppress(Timeout), lock:  # being read just now: the search says so
                shutil.rmtree(place)
                yield "uploads removed"


def _upload_has(path: Path, found: Found) -> bool:
    data = path.read_bytes()
    try:
        if data.startswith((b"PK\x03\x04", b"\x1f\x8b")):
            return _holds(path.name, data, found)
        return _has(data, path.name, found)
    except reading.Unread:
        return False


def _has(data: bytes, name: str, found: Found) -> bool:
    """Whether a table or a text holds the person. Raises Unread."""
    if data.startswith(b"PAR1"):
        return any(
            found.who.find("\n".join(values))
            or (ID_COLUMN.search(column) and not values.isdisjoint(found.weak))
            for column, values in reading.parquet_texts(data)
        )
    text, _ = reading.decoded(data)
    return any(record.is_theirs for record in records(text, Path(name).suffix.lower(), found))


def _voice(folder: Path) -> Iterator[str]:
    """Indexes of the brand's voice and the vectors kept for them, which may be of texts that named
    the person and name them no more. They are made anew when they are next asked."""
    if not folder.is_dir():
        return
    with contextlib.suppress(Timeout), FileLock(folder / "build.lock", timeout=BUILD_SECONDS):
        for place in sorted(folder.iterdir()):
            if place.is_dir():
                shutil.rmtree(place)
                yield "indexes of the voice removed"
            elif place.name != "build.lock":
                place.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    """Instead of what is there; durable before the old one goes."""
    if path.suffix.lower() == ".log":  # a server that has it open goes on writing to this very file
        with path.open("r+b") as log:
            log.write(data)
            log.truncate()
            log.flush()
            os.fsync(log.fileno())
        return
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    shutil.copymode(path, part)
    part.replace(path)

"""Erasing a person from the files of a workspace that are not the store's and no database.

Of tables and lines the person's records are removed, in texts they are blacked out, and mails,
archives and uploads of theirs are removed whole. Settings, brand and tracking plan are written by
people and are left to them.
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


def erase(folder: Path, found: Found, *, uploads: Path, without: Path) -> Counter[str]:
    """Take a person out of the files below a folder; what was done, by words for it."""
    done: Counter[str] = Counter()
    done.update(_uploads(uploads, found))
    for path in _files(folder, without):
        done.update(_file(path, found))
    done.update(_index(folder / "voice", found))
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
    elif start.startswith(b"PK\x03\x04"):
        if _archive_has(path, found):
            path.unlink()
            yield "archives removed"
    elif start.startswith(b"\x1f\x8b"):
        with gzip.open(path) as opened:
            content = opened.read(reading.MOST_UNPACKED)
        mended = _text(content, Path(path.stem).suffix.lower() or ".txt", found)
        if mended is not None:
            _write(path, gzip.compress(mended, mtime=0))
            yield "files changed"
    elif start.startswith(b"PAR1"):
        if _parquet(path, found):
            yield "files changed"
    elif suffix in (*LINES, *TEXTS):
        mended = _text(path.read_bytes(), suffix, found)
        if mended is not None:
            _write(path, mended)
            yield "files changed"


def _text(data: bytes, suffix: str, found: Found) -> bytes | None:
    """The text without the person; None: it says nothing of them."""
    text, encoding = reading.decoded(data)
    if suffix in TEXTS:
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


def _archive_has(path: Path, found: Found) -> bool:
    try:
        return any(
            found.who.find(reading.decoded(content)[0])
            for _, content in reading.members(path.name, path.read_bytes())
        )
    except reading.Unread:
        return False  # the search says that it could not be looked into


def _uploads(folder: Path, found: Found) -> Iterator[str]:
    """Files that were given and not imported yet: whoever gave them gives them again, without."""
    for place in sorted(folder.glob("*/")):
        texts = [p for p in sorted(place.rglob("*")) if p.is_file()]
        if any(_has(path, found) for path in texts):
            with contextlib.suppress(Timeout):  # being read just now: the search says so
                with FileLock(place / "lock", timeout=0):
                    shutil.rmtree(place)
                yield "uploads removed"


def _has(path: Path, found: Found) -> bool:
    if reading.starts(path).startswith(b"PAR1"):
        try:
            return any(
                found.who.find("\n".join(values))
                or (ID_COLUMN.search(column) and not values.isdisjoint(found.weak))
                for column, values in reading.parquet_texts(path)
            )
        except reading.Unread:
            return False
    text, _ = reading.decoded(path.read_bytes())
    return any(record.is_theirs for record in records(text, path.suffix.lower(), found))


def _index(folder: Path, found: Found) -> Iterator[str]:
    """The index of the brand's voice is made anew when it is next asked, so it is removed."""
    for place in sorted(folder.glob("*")) if folder.is_dir() else ():
        files = [place] if place.is_file() else [p for p in place.rglob("*") if p.is_file()]
        for path in files:
            if not reading.is_sqlite(reading.starts(path)):
                continue
            values = (
                value if isinstance(value, str) else value.decode("utf-8", "replace")
                for _, value in reading.sqlite_values(path)
            )
            if any(found.who.find(value) for value in values):
                shutil.rmtree(place) if place.is_dir() else place.unlink()
                yield "indexes removed"
                break


def _write(path: Path, data: bytes) -> None:
    """Instead of what is there; durable before the old one goes."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    shutil.copymode(path, part)
    part.replace(path)

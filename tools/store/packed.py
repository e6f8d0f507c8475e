"""Packed files: a table as .gz, or alone in a .zip."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

from domain.errors import WrongUsage

CHUNK = 1 << 20
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


def is_packed(path: Path) -> bool:
    """By its first bytes, whatever its name says."""
    with path.open("rb") as file:
        return file.read(4).startswith((_GZIP, _ZIP))


def chunks(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


@contextmanager
def unpacking(path: Path, name: str = "") -> Iterator[Iterable[bytes]]:
    """The content of a packed file, piece by piece. ``name``: what people call it.

    Raises WrongUsage: ``unreadable_file`` where it is damaged or cut off, ``no_table`` where it is
    an archive of several files or a workbook.
    """
    name = name or path.name
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start.startswith(_GZIP):
            with gzip.open(path) as opened:
                yield chunks(opened)
        else:
            with zipfile.ZipFile(path) as archive, archive.open(_member(archive, name)) as member:
                yield chunks(member)
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        raise WrongUsage(
            "unreadable_file",
            f"The packed file is damaged or cut off: {error}.",
            thing=name,
            next_step="Fetch it again; its download may have broken off.",
        ) from error


@contextmanager
def plain_file(path: Path) -> Iterator[Path]:
    """The file itself, or what is packed in it, for as long as the block lasts."""
    if not path.is_file() or not is_packed(path):
        yield path
        return
    folder = Path(mkdtemp(prefix="mainspring-unpacked-"))
    try:
        plain = folder / path.with_suffix("").name
        with unpacking(path) as content, plain.open("xb") as out:
            for chunk in content:
                out.write(chunk)
        yield plain
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _member(archive: zipfile.ZipFile, name: str) -> str:
    """The one table in an archive."""
    files = [f for f in archive.namelist() if not f.endswith("/") and "__MACOSX" not in f]
    if any(f.startswith("xl/") for f in files):
        raise no_table("an Excel workbook", name, "Save the sheet as CSV, and give that.")
    if len(files) != 1:
        raise no_table(
            f"an archive of {len(files)} files", name, "Unpack it, and give its files one by one."
        )
    return files[0]


def no_table(what: str, name: str, next_step: str = "") -> WrongUsage:
    return WrongUsage(
        "no_table",
        f"This is {what}, not a table.",
        thing=name,
        next_step=next_step or "Give a CSV, JSONL or Parquet file, also packed as .gz or .zip.",
    )

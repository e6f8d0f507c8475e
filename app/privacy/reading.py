"""Files of a workspace as what they hold: text, packed files, mails, tables, databases."""

from __future__ import annotations

import email
import email.errors
import email.header
import email.policy
import gzip
import io
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MOST_UNPACKED = 2 * 1024 * 1024 * 1024
"""Bytes of one packed file that are looked at."""
SQLITE = b"SQLite format 3\x00"
PIECE = 4 * 1024 * 1024


class Unread(Exception):
    """A file that cannot be looked into, with the reason in words."""


def starts(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)


def is_sqlite(start: bytes) -> bool:
    return start.startswith(SQLITE)


def encoding_of(start: bytes) -> str:
    """Of a text, by its first bytes. Latin-1 reads any bytes, and writes the same ones back."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "utf-8-sig" if start.startswith(b"\xef\xbb\xbf") else "utf-8"


def decoded(data: bytes) -> tuple[str, str]:
    """A text and the encoding that it was read by."""
    encoding = encoding_of(data[:4])
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def members(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """What a packed file holds, by name. Raises Unread."""
    try:
        if data.startswith(b"\x1f\x8b"):
            with gzip.open(io.BytesIO(data)) as opened:
                yield f"{name} (unpacked)", _at_most(opened.read(MOST_UNPACKED + 1), name)
        elif data.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in archive.infolist():
                    if not member.is_dir():
                        with archive.open(member) as opened:
                            read = _at_most(opened.read(MOST_UNPACKED + 1), name)
                        yield f"{name}/{member.filename}", read
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        raise Unread(f"it is packed and damaged: {error}") from error


def mail_texts(data: bytes) -> Iterator[str]:
    """A mail's headers and parts, decoded."""
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for name, value in message.items():
        yield f"{name}: {_header(str(value))}"
    for part in message.walk():
        if part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield payload.decode(part.get_content_charset() or "utf-8", "replace")


def _header(value: str) -> str:
    """A header's value in letters: =?utf-8?q?M=C3=BCller?= is Müller."""
    if "=?" not in value:
        return value
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except (LookupError, ValueError, email.errors.HeaderParseError):
        return value  # no encoding that there is


def parquet_texts(source: Path | bytes) -> Iterator[tuple[str, set[str]]]:
    """Column and values of every text of a Parquet file, piece by piece. Raises Unread."""
    try:
        file = pq.ParquetFile(io.BytesIO(source) if isinstance(source, bytes) else source)
        for batch in file.iter_batches():
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                    yield name, {value for value in column.unique().to_pylist() if value}
    except (pa.ArrowException, OSError) as error:
        raise Unread(f"it is no Parquet file that can be read: {error}") from error


def sqlite_values(path: Path) -> Iterator[tuple[str, str | bytes]]:
    """Table and column, and value, of every text and blob of a database. Raises Unread."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=30)) as connection:
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            tables = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
            ).fetchall()
            for (table,) in tables:
                quoted = '"' + table.replace('"', '""') + '"'
                cursor = connection.execute(f"SELECT * FROM {quoted}")  # noqa: S608
                names = [column[0] for column in cursor.description]
                for row in cursor:
                    for name, value in zip(names, row, strict=True):
                        if isinstance(value, str | bytes) and value:
                            yield f"{table}.{name}", value
    except sqlite3.Error as error:
        raise Unread(f"it is a database that cannot be read: {error}") from error


def _at_most(data: bytes, name: str) -> bytes:
    if len(data) > MOST_UNPACKED:
        raise Unread(f"{name} is larger than {MOST_UNPACKED // 1024**3} GB unpacked")
    return data

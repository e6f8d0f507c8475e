"""CSV, JSONL and Parquet as batches of text columns, each row with its line number.

Everything becomes text here and is judged in one place afterwards, whatever the file's kind. A
row that is no row (too few fields, broken JSON) is handed to the caller's ``refuse`` with its
line, the reason and the text.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from domain.errors import WrongUsage

LINE = "_line"
"""The column of line numbers; for Parquet the row's number, from 1."""
BATCH_ROWS = 50_000
LONGEST_FIELD = 8_000_000
"""Characters of one CSV field; beyond it a quote was left open."""
MOST_COLUMNS = 400

Refuse = Callable[[int, str, object], None]
"""Called with the line, the reason and what stood there."""


def read_batches(path: Path, refuse: Refuse, *, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """The file's rows as batches of at most ``rows``; by its ending, else by its first bytes.

    Raises WrongUsage where the file as a whole is none of these.
    """
    if path.is_dir():
        raise WrongUsage(
            "not_a_file",
            "This is a folder, and files are read one by one",
            thing=str(path),
            next_step="Name a CSV, JSONL or Parquet file in it.",
        )
    if not path.is_file():
        raise WrongUsage(
            "no_such_file",
            "There is no such file",
            thing=str(path),
            next_step="Check the path; a relative one begins at the folder where you stand.",
        )
    match path.suffix.lower():
        case ".parquet" | ".pq":
            return _parquet(path, rows)
        case ".jsonl" | ".ndjson":
            return _jsonl(path, refuse, rows)
        case ".csv" | ".tsv" | ".txt":
            return _csv(path, refuse, rows)
        case _:
            return _by_content(path, refuse, rows)


def columns_of(path: Path) -> tuple[str, ...]:
    """The names of the file's columns; of JSONL those of its first rows. Raises WrongUsage."""
    return tuple(name for name in first_rows(path, 0).schema.names if name != LINE)


def first_rows(path: Path, most: int) -> pa.RecordBatch:
    """The file's first rows. Raises WrongUsage."""
    batch = next(read_batches(path, lambda *_: None, rows=max(most, 100)))
    return batch.slice(0, most)


def _by_content(path: Path, refuse: Refuse, most: int) -> Iterator[pa.RecordBatch]:
    with path.open("rb") as file:
        start = file.read(64)
    if start.startswith(b"PAR1"):
        return _parquet(path, most)
    if start.lstrip().startswith(b"{"):
        return _jsonl(path, refuse, most)
    if start.lstrip().startswith(b"["):
        raise WrongUsage(
            "unknown_format",
            "The file is one JSON list; it is read one object a line",
            thing=str(path),
            next_step="write it as JSONL: jq -c '.[]' FILE > FILE.jsonl",
        )
    return _csv(path, refuse, most)


# --- CSV ------------------------------------------------------------------------------------------


def encoding_of(path: Path) -> str:
    """``utf-8-sig`` (with or without its mark), ``utf-16``, ``cp1252`` or ``latin-1``."""
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            with path.open(encoding=encoding) as text:
                while text.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def delimiter_of(header: str) -> str:
    """The sign that separates the columns of a header line."""
    outside = "".join(header.split('"')[::2])
    return max((",", ";", "\t", "|"), key=outside.count)


def _csv(path: Path, refuse: Refuse, most: int) -> Iterator[pa.RecordBatch]:
    encoding = encoding_of(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        delimiter = delimiter_of(file.readline(LONGEST_FIELD))
        file.seek(0)
        csv.field_size_limit(LONGEST_FIELD)
        reader = csv.reader(file, delimiter=delimiter)
        try:
            header = _distinct(next(reader, []))
        except csv.Error as error:
            raise WrongUsage(
                "unreadable_file",
                f"Its first line cannot be read as the names of columns: {error}",
                thing=str(path),
                next_step="Export it again as CSV, with the names of the columns as its first "
                "line.",
            ) from error
        if not any(header):
            raise WrongUsage(
                "empty_file",
                "The file has no header line",
                thing=str(path),
                next_step="Export it again, with the names of the columns as its first line.",
            )
        rows: list[list[str]] = []
        lines: list[int] = []
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader, None)
            except csv.Error as error:
                refuse(line, f"not CSV from here to line {reader.line_num}: {error}", "")
                continue
            if row is None:
                break
            if not row:
                continue  # an empty line
            if len(row) != len(header):
                refuse(line, f"{len(row)} fields where the header has {len(header)}", row)
                continue
            rows.append(row)
            lines.append(line)
            if len(rows) == most:
                yield _batch(header, [list(c) for c in zip(*rows, strict=True)], lines)
                rows, lines = [], []
        columns: list[list[str]] = [list(c) for c in zip(*rows, strict=True)] or [
            [] for _ in header
        ]
        yield _batch(header, columns, lines)


def _distinct(header: list[str]) -> list[str]:
    """The header's names, each once and none empty."""
    names: list[str] = []
    for number, raw in enumerate(header, start=1):
        name = raw.strip() or f"column {number}"
        names.append(name if name not in names and name != LINE else f"{name} {number}")
    return names


# --- JSONL ----------------------------------------------------------------------------------------


def _jsonl(path: Path, refuse: Refuse, most: int) -> Iterator[pa.RecordBatch]:
    columns: dict[str, None] = {}
    rows: list[dict[str, str | None]] = []
    lines: list[int] = []
    # A byte that is no UTF-8 spoils its own value alone.
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        for line, text in enumerate(file, start=1):
            if not text.strip():
                continue
            row = _object(line, text, refuse)
            if row is None:
                continue
            for key in row:
                if key not in columns and len(columns) < MOST_COLUMNS:
                    columns[key] = None
            rows.append(row)
            lines.append(line)
            if len(rows) == most:
                yield _batch(list(columns), [[r.get(c) for r in rows] for c in columns], lines)
                rows, lines = [], []
    yield _batch(list(columns), [[r.get(c) for r in rows] for c in columns], lines)


def _object(line: int, text: str, refuse: Refuse) -> dict[str, str | None] | None:
    try:
        value: Any = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        refuse(line, f"not JSON: {error}", text)
        return None
    if not isinstance(value, dict):
        refuse(line, "not a JSON object", text)
        return None
    return {key: as_text(item) for key, item in value.items() if key != LINE}


def as_text(value: Any) -> str | None:
    """One value as text: nothing stays nothing, lists and objects become JSON."""
    match value:
        case None:
            return None
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)


# --- Parquet --------------------------------------------------------------------------------------


def _parquet(path: Path, most: int) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(path) as file:
            line = 1
            if not file.metadata.num_rows:
                names = _distinct(list(file.schema_arrow.names))
                yield _batch(names, [[] for _ in names], [])
            for batch in file.iter_batches(most):
                names = _distinct(list(batch.schema.names))
                columns = [_text_column(column) for column in batch.columns]
                numbers = pa.array(range(line, line + batch.num_rows), pa.int64())
                line += batch.num_rows
                yield pa.record_batch([numbers, *columns], names=[LINE, *names])
    except (pa.ArrowInvalid, OSError) as error:
        raise WrongUsage(
            "unreadable_file",
            f"It cannot be read as Parquet: {error}",
            thing=str(path),
            next_step="Export it again, or write it as CSV and import that.",
        ) from error


def _text_column(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text_column(column.dictionary_decode())
    if pa.types.is_string(kind):
        return column
    if pa.types.is_nested(kind):
        return pa.array([as_text(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        texts = [None if v is None else v.decode(errors="replace") for v in column.to_pylist()]
        return pa.array(texts, pa.string())
    return pc.cast(column, pa.string())


def _batch(names: list[str], columns: list[Any], lines: list[int]) -> pa.RecordBatch:
    arrays = [pa.array(lines, pa.int64())]
    for column in columns:
        try:
            arrays.append(pa.array(column, pa.string()))
        except UnicodeEncodeError:  # half of a surrogate pair, from a JSON escape
            clean = [None if v is None else v.encode(errors="replace").decode() for v in column]
            arrays.append(pa.array(clean, pa.string()))
    return pa.record_batch(arrays, names=[LINE, *names])

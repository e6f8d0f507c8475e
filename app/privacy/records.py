"""The records of a text file, one by one: which of them are a person's."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.privacy.person import Found
from domain.identifiers import texts_of

ID_COLUMN = re.compile(
    r"(?:^|\.)(?:id|value)$"
    r"|(?:customer|user|client|person|profile|contact|member|subscriber|anonymous|device|previous"
    r"|external|kunde|kunden)[_ ]?(?:id|nummer|nr|number|no)?\.?$",
    re.IGNORECASE,
)
"""Columns in which a short id alone means a person; that of an order or a product means none."""
JSON_LINES = (".jsonl", ".ndjson", ".spool")
TABLES = (".csv", ".tsv")


@dataclass(frozen=True)
class Record:
    """A line, or of a CSV file the lines of one row."""

    text: str
    is_theirs: bool


def records(text: str, suffix: str, found: Found) -> Iterator[Record]:
    """Each record in order, with its line's end; put together they are the text again."""
    if suffix in TABLES:
        yield from _of_table(text, found)
        return
    for line in text.splitlines(keepends=True):
        theirs = bool(found.who.find(line))
        if not theirs and suffix in JSON_LINES and found.weak:
            theirs = _says_weak(_json(line), found, "")
        yield Record(line, theirs or (suffix in JSON_LINES and _escaped(line, found)))


def _of_table(text: str, found: Found) -> Iterator[Record]:
    columns: list[int] | None = None
    open_quote, gathered = False, ""
    for line in text.splitlines(keepends=True):
        gathered += line
        open_quote ^= line.count('"') % 2 == 1
        if open_quote:
            continue
        theirs = bool(found.who.find(gathered))
        if found.weak:
            cells = _cells(gathered)
            if columns is None:
                columns = [i for i, name in enumerate(cells) if ID_COLUMN.search(name)]
            else:
                theirs |= any(cells[i] in found.weak for i in columns if i < len(cells))
        yield Record(gathered, theirs)
        gathered = ""
    if gathered:
        yield Record(gathered, bool(found.who.find(gathered)))


def _cells(record: str) -> list[str]:
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(record[:2000], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    return next(csv.reader(io.StringIO(record), dialect), [])


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _escaped(line: str, found: Found) -> bool:
    r"""Whether a line of JSON says it with escapes: \u00fc."""
    return "\\u" in line and any(found.who.find(text) for text in texts_of(_json(line)))


def _says_weak(value: Any, found: Found, name: str) -> bool:
    """Whether a JSON value has a short id where an id stands."""
    match value:
        case dict():
            return any(_says_weak(one, found, str(key)) for key, one in value.items())
        case list():
            return any(_says_weak(one, found, name) for one in value)
        case str() | int():
            return str(value) in found.weak and bool(ID_COLUMN.search(name))
        case _:
            return False

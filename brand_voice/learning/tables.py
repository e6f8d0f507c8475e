"""Tables of copy: CSV with a column of text, and JSON Lines of passages."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import get_args

from brand_voice.learning.documents import Found, Language, SetAside
from brand_voice.learning.html_text import host_of
from brand_voice.learning.plain_text import paragraphs
from domain.voice import VoiceChannel

TEXT = ("text", "body", "copy", "content", "message", "html", "plain", "inhalt", "nachricht")
SUBJECT = ("subject", "subject_line", "betreff", "headline", "title", "titel")
PREHEADER = ("preheader", "preview_text", "preview", "vorschau")
MOST_CELL = 1_000_000
"""Characters of one cell; the csv module refuses longer ones."""

_CHANNELS = {name: name for name in get_args(VoiceChannel)} | {
    "mail": "email", "e-mail": "email", "newsletter": "email", "text message": "sms",
    "landing page": "landing_page", "page": "landing_page", "blog": "article",
}  # fmt: skip


def read_csv(text: str, source: str, column: str = "") -> Iterator[Found | SetAside]:
    """A row is a text. ``column`` names the text's column where its name does not tell."""
    csv.field_size_limit(MOST_CELL)
    sample = text[:20_000]
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(sample.split("\n")[0], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    rows = csv.reader(io.StringIO(text), dialect)
    try:
        names = [name.strip().lower() for name in next(rows)]
    except (StopIteration, csv.Error):
        yield SetAside(source=source, why="empty", what="there is no row in it")
        return
    wanted = column.strip().lower()
    if not (wanted in names if wanted else set(TEXT) & set(names)):
        yield _no_column(source, names, column)
        return
    number = 1
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield SetAside(source=f"{source}, row {number}", why="unreadable", what=str(error))
            continue
        if any(cell.strip() for cell in cells):
            row = dict(zip(names, cells, strict=False))
            yield from of_row(row, f"{source}, row {number}", wanted)


def read_jsonl(text: str, source: str, column: str = "") -> Iterator[Found | SetAside]:
    """A line is an object with a text; ``source`` or ``path`` in it says where that stood."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        place = f"{source}, line {number}"
        try:
            row = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            yield SetAside(source=place, why="unreadable", what="it is no JSON")
            continue
        if not isinstance(row, dict):
            yield SetAside(source=place, why="unreadable", what="it is JSON, but no object")
            continue
        flat = {str(k).lower(): v for k, v in row.items() if isinstance(v, str)}
        if not (column.lower() in flat if column else set(TEXT) & set(flat)):
            yield _no_column(place, sorted(flat), column)
            continue
        yield from of_row(flat, place, column.lower())


def of_row(row: Mapping[str, str], source: str, column: str = "") -> Iterator[Found | SetAside]:
    """The text of one row, with what the row says about it."""
    body = row.get(column, "") if column else _first(row, TEXT)
    text = paragraphs(body)
    if not text.blocks and not text.unlearnt():
        yield SetAside(source=source, why="empty", what="its text is empty")
        return
    yield Found(
        source=source,
        channel=channel_of(row.get("channel", "")),
        language=language_named(row.get("language", "")),
        subject=_first(row, SUBJECT),
        preheader=_first(row, PREHEADER),
        blocks=tuple(text.blocks),
        hosts=tuple(dict.fromkeys(host for link in text.links if (host := host_of(link)))),
        hidden=tuple(text.unlearnt()),
    )


def channel_of(name: str) -> VoiceChannel | None:
    """The channel of a name in a file; None for one that we do not know."""
    found = _CHANNELS.get(name.strip().lower())
    return next((one for one in get_args(VoiceChannel) if one == found), None)


def language_named(name: str) -> Language | None:
    """English or German, from "en-GB", "de"."""
    match name.strip().lower()[:2]:
        case "en":
            return "en"
        case "de":
            return "de"
        case _:
            return None


def _first(row: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((row[name].strip() for name in names if row.get(name, "").strip()), "")


def _no_column(source: str, names: list[str], column: str) -> SetAside:
    listed = ", ".join(name for name in names[:12] if name) or "none"
    what = f"no column is called {column}" if column else "no column is called text, body or copy"
    return SetAside(
        source=source,
        why="no_text_column",
        what=f"{what}; there are: {listed}",
        next_step="say which column holds the copy: --column NAME",
    )

"""Past copy as people hand it in: files and folders, each read by what it is.

What cannot be read is set aside with a reason, and the rest is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from brand_voice.learning.documents import Found, SetAside
from brand_voice.learning.html_text import HtmlText, host_of, read_html
from brand_voice.learning.mails import is_maildir, read_mail, split_mbox, split_preheader
from brand_voice.learning.plain_text import PlainText, read_markdown, read_plain
from brand_voice.learning.tables import channel_of, language_named, read_csv, read_jsonl
from domain.errors import WrongUsage

MOST_BYTES = 200_000_000
"""A larger file is no copy but an archive; mailboxes are exported year by year."""
MOST_TEXT_BYTES = 20_000_000
"""Of a file that is one text or table."""

_ADDRESS = re.compile(r"^(?:https?://|www\.)\S+$", re.IGNORECASE)
_TEXTS = {
    ".md",
    ".markdown",
    ".txt",
    ".text",
    ".html",
    ".htm",
    ".mjml",
    ".csv",
    ".tsv",
    ".jsonl",
    ".ndjson",
}
_KINDS = {*_TEXTS, ".eml", ".mbox"}
_MAGIC = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a packed file (Word, Excel, zip)"),
    (b"\xd0\xcf\x11\xe0", "an old Office or Outlook file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a packed file"),
)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A file to read, and what to call it."""

    path: Path
    name: str


def refuse_addresses(given: Sequence[str]) -> None:
    """Raises WrongUsage address where something handed in is a page's address."""
    found = next((one for one in given if _ADDRESS.match(one.strip())), None)
    if found is not None:
        raise WrongUsage(
            "address",
            "A voice is learnt from files, not from addresses: a page may change between learning "
            "and approving, carries other people's words, and is read by no one you could ask",
            thing=found,
            next_step="save the page as HTML, or export the mails, and name those files",
        )


def sources(given: Iterable[Path]) -> Iterator[Source | SetAside]:
    """Every file in what was handed in, folders through and through, by name."""
    for one in given:
        if not one.exists():
            raise WrongUsage(
                "missing_file",
                "There is no such file or folder.",
                thing=str(one),
                next_step="name a file or a folder of past copy",
            )
        if one.is_file():
            yield Source(one, one.name)
            continue
        for path in sorted(one.rglob("*")):
            inside = path.relative_to(one)
            if any(part.startswith(".") for part in inside.parts) or not path.is_file():
                continue
            mail = path.parent.name in ("cur", "new") and is_maildir(path.parents[1])
            if mail or path.suffix.lower() in _KINDS:
                yield Source(path, str(inside))
            elif path.parent.name != "tmp":
                yield SetAside(
                    source=str(inside), why="unreadable", what="its kind is not one that we read",
                    next_step="export it as Markdown, HTML, CSV, JSONL, mbox or eml",
                )  # fmt: skip


def read_source(source: Source, column: str = "") -> Iterator[Found | SetAside]:
    """The texts of one file. ``column``: where the copy stands in tables."""
    try:
        size = source.path.stat().st_size
        data = source.path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        why = (error.strerror or "the system refused").lower()
        yield SetAside(source=source.name, why="unreadable", what=f"it cannot be opened: {why}")
        return
    kind = source.path.suffix.lower()
    if size > (MOST_TEXT_BYTES if kind in _TEXTS else MOST_BYTES):
        yield SetAside(
            source=source.name,
            why="too_large",
            what=f"it holds {size / 1e6:,.0f} MB, more than copy does",
            next_step="hand in a part of it",
        )
        return
    packed = next((what for magic, what in _MAGIC if data.startswith(magic)), None)
    if packed is None and b"\0" in data[:8000] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        packed = "no text"
    if packed is not None:
        yield SetAside(
            source=source.name, why="binary", what=f"it is {packed}",
            next_step="save its text as Markdown, HTML or CSV",
        )  # fmt: skip
        return
    kind = kind if kind in _KINDS else _kind_of(data)
    if kind == ".mbox":
        for number, message in enumerate(split_mbox(data), 1):
            yield read_mail(message, f"{source.name}, message {number}")
    elif kind == ".eml":
        yield read_mail(data, source.name)
    else:
        yield from _texts(source.name, kind, data, column)


def _texts(name: str, kind: str, data: bytes, column: str) -> Iterator[Found | SetAside]:
    text = _decoded(data, html=kind in (".html", ".htm"))
    if text is None:
        yield SetAside(
            source=name, why="encoding", what="it is not UTF-8, and does not say what else it is",
            next_step="save it as UTF-8",
        )  # fmt: skip
        return
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines and sum(bool(_ADDRESS.match(line)) for line in lines) >= 0.8 * len(lines):
        yield SetAside(
            source=name, why="address", what="it lists addresses instead of copy",
            next_step="save those pages as HTML and name the files; pages change and hold others' "
            "words, so none is fetched",
        )  # fmt: skip
        return
    if kind in (".csv", ".tsv"):
        yield from read_csv(text, name, column)
    elif kind in (".jsonl", ".ndjson"):
        yield from read_jsonl(text, name, column)
    elif kind in (".html", ".htm", ".mjml"):
        page = read_html(text)
        yield of_text(name, PlainText({"subject": page.title}, page))
    else:
        yield of_text(name, read_plain(text) if kind in (".txt", ".text") else read_markdown(text))


def of_text(name: str, read: PlainText) -> Found:
    """A text with what its file says about it."""
    about, text = read.about, read.text
    preheader, hidden = split_preheader(text)
    return Found(
        source=name,
        channel=channel_of(about.get("channel", "")),
        language=language_named(about.get("language", "")),
        subject=about.get("subject", "") or about.get("title", ""),
        preheader=about.get("preheader", "") or preheader,
        blocks=tuple(text.blocks),
        hosts=_hosts(text),
        hidden=(*hidden, *text.quoted),
    )


def _hosts(text: HtmlText) -> tuple[str, ...]:
    return tuple(dict.fromkeys(host for link in text.links if (host := host_of(link))))


def _decoded(data: bytes, *, html: bool) -> str | None:
    """The file's text; None where its encoding cannot be known."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        named = "utf-16"
    else:
        declared = _CHARSET.search(data[:4000]) if html else None
        named = declared[1].decode("ascii") if declared else "utf-8-sig"
    try:
        return data.decode(named)
    except (UnicodeDecodeError, LookupError):
        return None


def _kind_of(data: bytes) -> str:
    """What a file without a telling name is."""
    head = data[:2000].lstrip()
    if re.match(rb"From \S+.*\d{4}\r?\n", head):
        return ".mbox"
    if re.match(rb"(?:[A-Za-z-]+: .*\r?\n(?:[ \t].*\r?\n)*){2,}", head):
        return ".eml"
    return ".html" if re.match(rb"(?i)<!doctype html|<html", head) else ".md"

"""Mails as mailboxes hold them: one message, an mbox file, a maildir.

Read with ``email``'s older policy, which keeps what it cannot read instead of raising; text whose
character set is unknown or wrong is read with marks in place of what is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from pathlib import Path

from brand_voice.learning.documents import Found
from brand_voice.learning.html_text import HtmlText, host_of, read_html
from brand_voice.learning.plain_text import paragraphs

_FROM_LINE = re.compile(rb"^From \S+.*\d{4}\s*$")
PREHEADER_MOST = 200


def split_mbox(data: bytes) -> Iterator[bytes]:
    """The messages of an mbox file (RFC 4155, with ``>From`` quoting undone)."""
    lines: list[bytes] = []
    begun, blank = False, True
    for line in data.splitlines(keepends=True):
        if blank and _FROM_LINE.match(line.rstrip(b"\r\n")):
            if begun:
                yield b"".join(lines)
            lines, begun = [], True
        elif begun:
            lines.append(line[1:] if re.match(rb">+From ", line) else line)
        blank = not line.strip()
    if begun:
        yield b"".join(lines)


def is_maildir(folder: Path) -> bool:
    return (folder / "cur").is_dir() and (folder / "new").is_dir()


def read_mail(data: bytes, source: str) -> Found:
    """One message: its newest part in HTML where there is one, else its plain text."""
    message = message_from_bytes(data)
    text = _body(message)
    sender = parseaddr(_header(message, "from"))[1].lower()
    written_to = getaddresses([_header(message, name) for name in ("to", "cc", "reply-to")])
    preheader, hidden = split_preheader(text)
    return Found(
        source=source,
        channel="email",
        subject=_header(message, "subject"),
        preheader=preheader,
        blocks=tuple(text.blocks),
        hosts=tuple(dict.fromkeys(host for link in text.links if (host := host_of(link)))),
        hidden=(*hidden, *text.quoted),
        sender=sender,
        people=tuple(name for name, _ in written_to if name),
    )


def split_preheader(text: HtmlText) -> tuple[str, list[str]]:
    """Mails hide the line that an inbox shows beside the subject: the first hidden text, if short;
    and what is hidden besides."""
    first = text.hidden[0] if text.hidden else ""
    line = re.sub(r"[\s\u00ad\u034f\u200b-\u200f\u2007\ufeff]+", " ", first).strip()
    if line and len(line) <= PREHEADER_MOST and len(line.split()) >= 3:
        return line, text.hidden[1:]
    return "", text.hidden


def _body(message: Message) -> HtmlText:
    plain: HtmlText | None = None
    for part in message.walk():
        if (
            part.is_multipart()
            or part.get_filename()
            or part.get_content_disposition() == "attachment"
        ):
            continue
        kind = part.get_content_type()
        if kind == "text/html":
            return read_html(_decoded(part))
        if kind == "text/plain" and plain is None:
            plain = paragraphs(_flowed(_decoded(part), part))
    return plain or HtmlText()


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        named = part.get_content_charset() or "utf-8"
        return payload.decode(named, errors="replace")
    except (LookupError, UnicodeError, ValueError):
        return payload.decode("utf-8", errors="replace")


def _flowed(text: str, part: Message) -> str:
    """Soft line breaks of format=flowed (RFC 3676) are joined."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    return re.sub(r"(?<!^-- )(?<=\S) \r?\n(?!>)", " ", text, flags=re.MULTILINE)


def _header(message: Message, name: str) -> str:
    """A header in words; empty where it is missing."""
    raw = message.get(name)
    if raw is None:
        return ""
    try:
        parts = decode_header(str(raw))
    except (HeaderParseError, ValueError):
        return str(raw)
    found = ""
    for part, charset in parts:
        if isinstance(part, str):
            found += part
            continue
        try:
            found += part.decode(charset or "latin-1", errors="replace")
        except (LookupError, ValueError):
            found += part.decode("utf-8", errors="replace")
    return " ".join(found.split())

"""Bounces and complaints as they come back: a mailbox folder of reports, or a webhook's file.

``read_mailbox`` reads delivery reports (RFC 3464) and abuse reports (RFC 5965) from ``.eml``
files or a Maildir; ``read_webhook`` reads JSON lines. Each row names the mail by its key, taken
from the Message-ID. What cannot be read is named with its reason, never dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal

from domain.frozen import Frozen
from tools.esp.mime import key_of

BounceKind = Literal["hard", "soft", "complaint"]
"""hard: for good (5.x.x); soft: for now (4.x.x); complaint: marked as unwanted."""


class Bounce(Frozen):
    """One mail that came back. ``address`` is personal: for the suppression list alone."""

    key: str
    message_id: str
    kind: BounceKind
    status: str = ""
    """The enhanced status code, 5.1.1, where there was one."""
    address: str = ""
    at: datetime
    source: str
    """The file, and line where it has lines."""


class BounceReading(Frozen):
    bounces: tuple[Bounce, ...]
    unread: tuple[tuple[str, str], ...]
    """File (and line) and why it could not be read, or that it is not about a mail of ours."""


_MESSAGE_ID_LINE = re.compile(rb"(?im)^message-id:\s*(<[^>\r\n]{1,300}>)")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


def read_mailbox(folder: Path) -> BounceReading:
    """Every report in ``folder``, or in its ``new`` and ``cur`` where it is a Maildir."""
    bounces: list[Bounce] = []
    unread: list[tuple[str, str]] = []
    for path in _mails(folder):
        try:
            mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
            found = tuple(_from_report(mail, path.name))
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            unread.append((path.name, f"could not be read: {type(error).__name__}"))
            continue
        if found:
            bounces.extend(found)
        else:
            unread.append((path.name, "not a report about a mail of ours"))
    return BounceReading(bounces=tuple(bounces), unread=tuple(unread))


def read_webhook(path: Path) -> BounceReading:
    """JSON lines with ``event`` (bounce, soft_bounce, complaint), ``message_id`` and, where
    known, ``status``, ``email`` and ``at`` (RFC 3339)."""
    bounces: list[Bounce] = []
    unread: list[tuple[str, str]] = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            place = f"{path.name}:{number}"
            try:
                found = _from_webhook(json.loads(line), place)
            except (ValueError, RecursionError) as error:
                unread.append((place, str(error)[:200]))
                continue
            bounces.append(found)
    return BounceReading(bounces=tuple(bounces), unread=tuple(unread))


def _mails(folder: Path) -> list[Path]:
    boxes = [folder / "new", folder / "cur"]
    if any(box.is_dir() for box in boxes):
        return sorted(p for box in boxes if box.is_dir() for p in box.iterdir() if p.is_file())
    return sorted(p for p in folder.glob("*.eml") if p.is_file())


def _from_report(mail: Message, source: str) -> Iterator[Bounce]:
    at = _moment(mail)
    original = _original_message_id(mail)
    key = key_of(original) if original else None
    if key is None or original is None:
        return
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for block in _blocks(part):
                action = str(block.get("Action", "")).strip().lower()
                status = _status(block)
                if action not in ("failed", "delayed") and not status.startswith(("4", "5")):
                    continue
                hard = status.startswith("5") or (not status and action == "failed")
                yield Bounce(
                    key=key,
                    message_id=original,
                    kind="hard" if hard and action != "delayed" else "soft",
                    status=status,
                    address=_recipient(block),
                    at=at,
                    source=source,
                )
        elif kind == "message/feedback-report":
            for block in _blocks(part):
                if block.get("Feedback-Type"):
                    address = str(block.get("Original-Rcpt-To", "")).strip().strip("<>")
                    yield Bounce(
                        key=key,
                        message_id=original,
                        kind="complaint",
                        address=address,
                        at=at,
                        source=source,
                    )


def _blocks(part: Message) -> list[Message]:
    """The groups of fields of a report: the parser gives each as a message of its own, or the
    whole as text where it knows no better."""
    payload = part.get_payload()
    if isinstance(payload, list):
        blocks = [b for b in payload if isinstance(b, Message)]
        if len(blocks) == 1 and not blocks[0].keys():
            text = str(blocks[0].get_payload())
        else:
            return blocks
    else:
        text = str(payload)
    parser = BytesParser(_class=EmailMessage, policy=policy.default)
    groups = re.split(r"\r?\n\s*\r?\n", text)
    return [parser.parsebytes(group.strip().encode()) for group in groups if group.strip()]


def _original_message_id(mail: Message) -> str | None:
    """The Message-ID of the mail that the report is about: from the returned mail or its
    headers, else from the words of the report."""
    for part in mail.walk():
        kind = part.get_content_type()
        if part is mail:
            continue
        if kind in ("message/rfc822", "text/rfc822-headers", "message/global"):
            payload = part.get_payload()
            raw = (
                payload[0].as_bytes()
                if isinstance(payload, list) and isinstance(payload[0], Message)
                else str(payload).encode()
            )
            match = _MESSAGE_ID_LINE.search(raw)
            if match:
                return match.group(1).decode("ascii", "replace")
    for name in ("X-Original-Message-ID", "Original-Message-ID", "In-Reply-To", "References"):
        for word in str(mail.get(name, "")).split():
            if key_of(word):
                return word
    return None


def _status(block: Message) -> str:
    match = _STATUS.search(str(block.get("Status", "")))
    if match is None:
        match = _STATUS.search(str(block.get("Diagnostic-Code", "")))
    return match.group(1) if match else ""


def _recipient(block: Message) -> str:
    value = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
    return value.partition(";")[2].strip().strip("<>") if ";" in value else value.strip()


def _moment(mail: Message) -> datetime:
    try:
        when = parsedate_to_datetime(str(mail.get("Date", "")))
    except (ValueError, TypeError, IndexError):
        return datetime.fromtimestamp(0, UTC)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)


_WEBHOOK_KINDS: dict[str, BounceKind] = {
    "bounce": "hard",
    "bounced": "hard",
    "hard_bounce": "hard",
    "soft_bounce": "soft",
    "deferred": "soft",
    "complaint": "complaint",
    "spam": "complaint",
    "marked as spam": "complaint",
}


def _from_webhook(row: object, place: str) -> Bounce:
    if not isinstance(row, dict):
        raise ValueError("the line is not a JSON object")
    event = str(row.get("event", "")).strip().lower()
    kind = _WEBHOOK_KINDS.get(event)
    if kind is None:
        raise ValueError(f"the event {event[:40]!r} is neither a bounce nor a complaint")
    message = str(row.get("message_id", "")).strip()
    key = key_of(message)
    if key is None:
        raise ValueError("the message_id is not one of ours")
    status = str(row.get("status", "") or "")
    if kind == "hard" and status.startswith("4"):
        kind = "soft"
    said = row.get("at")
    at = datetime.fromisoformat(str(said)) if said else datetime.fromtimestamp(0, UTC)
    if at.tzinfo is None:
        raise ValueError("the time has no zone: write it as 2026-11-24T10:00:00+01:00")
    return Bounce(
        key=key,
        message_id=message,
        kind=kind,
        status=status[:20],
        address=str(row.get("email", "") or ""),
        at=at.astimezone(UTC),
        source=place,
    )

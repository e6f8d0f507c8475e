"""What a mail says to its reader: whom it reached, whose it is, and what it asks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from email import policy
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from evals.market.world import Asks

CAMPAIGN_HEADER = "X-Mainspring-Campaign"
_HEAD_BYTES = 4096
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_SERVICE = re.compile(r"\bservice[nd]?\b|watchmaker's appointment|revision|wartung", re.IGNORECASE)
_VIEWING = re.compile(
    r"viewing|half an hour|half-hour|visit|appointment|boutique|halbe stunde|termin|besuch|ansehen",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ReceivedMail:
    """One mail as it arrived."""

    to: str
    campaign_id: str
    sent: int
    """Its Date header, in seconds UTC."""
    subject: str
    asks: Asks


def read_mails(paths: Iterable[Path]) -> list[ReceivedMail]:
    """Read .eml files. The body is read once for each campaign and subject: it is theirs."""
    asks: dict[tuple[str, str], Asks] = {}
    found = []
    for path in paths:
        with path.open("rb") as file:
            head = BytesHeaderParser(policy=policy.compat32).parsebytes(file.read(_HEAD_BYTES))
        campaign, subject = str(head[CAMPAIGN_HEADER] or ""), str(head["Subject"] or "")
        about = (campaign, subject)
        if about not in asks:
            asks[about] = asks_for(text_of(path))
        sent = parsedate_to_datetime(str(head["Date"])).astimezone(UTC)
        found.append(
            ReceivedMail(
                to=str(head["To"]).strip("<> ").lower(),
                campaign_id=campaign,
                sent=int(sent.timestamp()),
                subject=subject,
                asks=asks[about],
            )
        )
    return found


def text_of(path: Path) -> str:
    """The plain-text part."""
    mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    part = mail.get_body(("plain", "html"))
    return "" if part is None else str(part.get_content())


_CALL = re.compile(r"^(?P<words>[^\n]+):\n+https?://", re.MULTILINE)
"""A call to action of a plain-text part: its words, and its link on the next line."""


def asks_for(text: str) -> Asks:
    """What the mail asks for: by where its links lead first, then by the words of its call to
    action, and by all of its words otherwise."""
    paths = " ".join(urlsplit(link).path for link in _LINK.findall(text)).lower()
    for pattern, ask in ((r"service", "service"), (r"viewing|visit|termin|book", "viewing")):
        if re.search(pattern, paths):
            return ask  # type: ignore[return-value]
    for call in _CALL.finditer(text):
        if _VIEWING.search(call["words"]):
            return "viewing"
        if _SERVICE.search(call["words"]):
            return "service"
    services, viewings = len(_SERVICE.findall(text)), len(_VIEWING.findall(text))
    if services > viewings:
        return "service"
    return "viewing" if viewings else "shop"

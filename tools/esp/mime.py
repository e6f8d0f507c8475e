"""The mail as it goes over the wire: headers, a text part and an HTML part.

``build`` writes the bytes, ``message_id`` and ``key_of`` tie a mail to its idempotency key and
back. Values come in filled; whatever could break out of its header is made harmless here, so
that one poisoned name never keeps the other recipients from being served.
"""

from __future__ import annotations

import binascii
import ipaddress
import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from domain.publication import Message
from tools.esp.port import SendError

CAMPAIGN_HEADER = "X-Mainspring-Campaign"
_KEY = re.compile(r"[0-9A-Za-z_-]{8,128}")
_MESSAGE_ID = re.compile(r"<?ms\.([0-9A-Za-z_-]{8,128})@[^\s<>]+>?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_OWN_HEADERS = frozenset(
    (
        "from to cc bcc reply-to sender return-path subject date message-id mime-version "
        "content-type content-transfer-encoding list-unsubscribe list-unsubscribe-post "
        "dkim-signature received " + CAMPAIGN_HEADER.lower()
    ).split()
)


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a key: the same on every try, so that a delivered mail can be found."""
    if not _KEY.fullmatch(key):
        raise ValueError("an idempotency key holds letters, digits, - and _ only")
    return f"<ms.{key}@{domain}>"


def key_of(found: str) -> str | None:
    """The idempotency key inside a Message-ID of ours; None for anybody else's."""
    match = _MESSAGE_ID.fullmatch(found.strip())
    return match.group(1) if match else None


def one_line(value: str) -> str:
    """A value without control characters or line breaks of any alphabet."""
    return _CONTROL.sub(" ", value).strip()


def ascii_address(address: str) -> str:
    """The address as an envelope and a header can carry it, its domain in IDNA form.

    Raises SendError refused_recipient where it is not one address, so that nothing left.
    """
    local, _, host = address.strip().rpartition("@")
    try:
        if not local or not host or _CONTROL.search(address):
            raise ValueError("not one address")
        parsed = Address(addr_spec=f"{local}@{host.encode('idna').decode('ascii')}")
        spec = parsed.addr_spec
        spec.encode("ascii")
        if len(spec) > 254 or not re.fullmatch(r"[A-Za-z0-9.-]+", parsed.domain):
            raise ValueError("not an address that can be mailed")
    except (ValueError, MessageError, IndexError, AttributeError) as error:
        raise SendError(
            "refused_recipient",
            "An address cannot be written into a mail, so nothing was sent to it.",
            next_step="Correct the address in the customer data.",
        ) from error
    return spec


def one_click_headers(url: str) -> tuple[tuple[str, str], ...]:
    """RFC 8058's two headers. Only https is taken, or http on this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _CONTROL.search(url) or " " in url or ">" in url or not host:
        raise ValueError("the unsubscribe address is not a URL")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError("one-click unsubscribe needs an https address")
    return (
        ("List-Unsubscribe", f"<{url}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )


def is_loopback(host: str) -> bool:
    """True for an address of this machine, or the name ``localhost``; never looks a name up."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def build(message: Message) -> bytes:
    """The whole mail, CRLF lines, 7-bit clean. Raises SendError for an unusable address."""
    to_address = ascii_address(message.to_address)
    from_address = ascii_address(message.sender.address)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=one_line(message.sender.name), addr_spec=from_address)
    mail["To"] = Address(addr_spec=to_address)
    if message.sender.reply_to:
        mail["Reply-To"] = Address(addr_spec=ascii_address(message.sender.reply_to))
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = format_datetime((message.written_at or datetime.now(UTC)).astimezone(UTC))
    mail["Message-ID"] = message_id(message.key, from_address.rpartition("@")[2])
    mail[CAMPAIGN_HEADER] = one_line(message.campaign_id)
    if message.unsubscribe_url:
        for name, value in one_click_headers(message.unsubscribe_url):
            mail[name] = value
    for name, value in message.headers:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name) or name.lower() in _OWN_HEADERS:
            raise ValueError(f"{name!r} is not a header that a message may add")
        mail[name] = one_line(value)
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = "multipart/alternative"
    mail.set_payload([_part("plain", message.text), _part("html", message.html)])
    return mail.as_bytes()


def _part(subtype: str, text: str) -> MIMEPart:
    """One UTF-8 part in quoted-printable, by the C codec: the library's own takes ten times
    as long, which is felt at some hundred mails a second."""
    lines = re.sub(r"\r\n?|\n", "\n", text)
    part = MIMEPart(policy=SMTP)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(binascii.b2a_qp(lines.encode(), istext=True).decode("ascii"))
    return part

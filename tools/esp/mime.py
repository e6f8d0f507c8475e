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
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime
from urllib.parse import urlsplit

from domain.publication import Message
from tools.esp.port import SendError

CAMPAIGN_HEADER = "X-Mainspring-Campaign"
_KEY = re.compile(r"[0-9A-Za-z_-]{8,128}")
_MESSAGE_ID = re.compile(r"<?ms\.([0-9A-Za-z_-]{8,128})@[^\s<>]+>?")
# What needs no parser to be known as one address; every other spelling goes through it.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
PLAIN = rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}})*"
_PLAIN = re.compile(PLAIN)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
LONGEST_ADDRESS = 254
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
    if len(address) <= LONGEST_ADDRESS and _PLAIN.fullmatch(address):
        return address
    local, _, host = address.strip().rpartition("@")
    try:
        if not local or not host or _CONTROL.search(address):
            raise ValueError("not one address")
        parsed = Address(addr_spec=f"{local}@{host.encode('idna').decode('ascii')}")
        spec = parsed.addr_spec
        spec.encode("ascii")
        if len(spec) > LONGEST_ADDRESS or not re.fullmatch(r"[A-Za-z0-9.-]+", parsed.domain):
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
    """The whole mail, CRLF lines, 7-bit clean. Raises SendError for an unusable address.

    Written out by hand: the library's own generator takes ten times as long, which is felt at
    some hundred mails a second. Only what people wrote needs encoding, and there it is used.
    """
    to_address = ascii_address(message.to_address)
    from_address = ascii_address(message.sender.address)
    moment = (message.written_at or datetime.now(UTC)).astimezone(UTC)
    headers = [
        ("From", _mailbox(message.sender.name, from_address)),
        ("To", to_address),
        ("Subject", _words("Subject", one_line(message.subject))),
        ("Date", format_datetime(moment)),
        ("Message-ID", message_id(message.key, from_address.rpartition("@")[2])),
        (CAMPAIGN_HEADER, _words(CAMPAIGN_HEADER, one_line(message.campaign_id))),
    ]
    if message.sender.reply_to:
        headers.append(("Reply-To", ascii_address(message.sender.reply_to)))
    if message.unsubscribe_url:
        headers += one_click_headers(message.unsubscribe_url)
    for name, value in message.headers:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name) or name.lower() in _OWN_HEADERS:
            raise ValueError(f"{name!r} is not a header that a message may add")
        headers.append((name, _words(name, one_line(value))))
    # Quoted-printable never holds "=_", so no text can end its part.
    boundary = f"=_{message.key[:48]}"
    headers.append(("MIME-Version", "1.0"))
    headers.append(("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    parts = (_part("plain", message.text), _part("html", message.html))
    opened = f"--{boundary}\r\n".encode()
    body = b"".join(opened + part for part in parts)
    return head.encode("ascii") + b"\r\n" + body + f"--{boundary}--\r\n".encode()


def _part(subtype: str, text: str) -> bytes:
    """One UTF-8 part in quoted-printable, by the C codec."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    coded = binascii.b2a_qp(lines.encode(), istext=True).replace(b"\n", b"\r\n")
    head = (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode("ascii") + coded + (b"" if coded.endswith(b"\r\n") else b"\r\n")


def _words(name: str, value: str) -> str:
    """A header's text, encoded and folded where it must be."""
    if value.isascii() and "=?" not in value and len(name) + len(value) < 76:
        return value
    charset = "us-ascii" if value.isascii() and "=?" not in value else "utf-8"
    header = Header(value, charset, maxlinelen=76, header_name=name, continuation_ws=" ")
    return header.encode(linesep="\r\n")


def _mailbox(name: str, address: str) -> str:
    plain = one_line(name)
    if not plain:
        return address
    if plain.isascii() and "=?" not in plain and len(plain) < 60:
        quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    coded = Header(plain, "utf-8", maxlinelen=76, header_name="From").encode(linesep="\r\n")
    return f"{coded} <{address}>"

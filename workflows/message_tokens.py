"""The signed tokens in the links of a mail: which message a link is of, and what it is for.

A token holds the key of one message and an HMAC-SHA256, so a link can neither be guessed nor
altered. Nothing in it says who the recipient is: their address stands there as the keyed hash by
which it would be suppressed, so that a click counts even where the ledger was restored from
before the mail was sent.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["message", "probe", "open", "click"]
"""message: unsubscribing and choosing; probe: our own check whether the endpoint answers; open
and click: what is recorded of a mail."""

_PURPOSE = b"mainspring unsubscribe 1|"
_KEY = re.compile(r"[0-9a-f]{64}")
_SEAL_BYTES = 32
_LONGEST = 200
MOST_LINKS = 2**16
"""Links of one mail that a token can name."""

# The first byte says what follows it, and how much.
_FORMS: dict[bytes, tuple[TokenKind, int]] = {
    b"m": ("message", 32),  # of mails sent before addresses were carried
    b"n": ("message", 64),
    b"p": ("probe", 32),
    b"o": ("open", 32),
    b"c": ("click", 34),
}


@dataclass(frozen=True)
class Token:
    """What a valid token says."""

    kind: TokenKind
    key: str
    """The key of the message; of a probe, its own random value."""
    address_hash: str = ""
    """The recipient's address as the suppression list has it; empty where it is not carried."""
    link: int = 0
    """Of a click: which of the mail's links, counted from 0."""


def message_token(key: str, signing: bytes, address_hash: str = "") -> str:
    """The token of one message: 64 hexadecimal digits of key, and as many of address hash."""
    if address_hash:
        return _sealed(b"n", _digits(key) + _digits(address_hash), signing)
    return _sealed(b"m", _digits(key), signing)


def probe_token(value: bytes, signing: bytes) -> str:
    """The token of a check of our own; ``value`` are 32 bytes."""
    return _sealed(b"p", value, signing)


def open_token(key: str, signing: bytes) -> str:
    """The token of one message's picture."""
    return _sealed(b"o", _digits(key), signing)


def click_token(key: str, link: int, signing: bytes) -> str:
    """The token of one link of one message."""
    return _sealed(b"c", _digits(key) + link.to_bytes(2, "big"), signing)


def read_token(token: str, signing: bytes) -> Token | None:
    """What a token says; None where it is not ours. Takes the same time for any wrong one."""
    if len(token) > _LONGEST:
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    said, seal = raw[:-_SEAL_BYTES], raw[-_SEAL_BYTES:]
    right = hmac.compare_digest(seal, _seal(said, signing))
    form = _FORMS.get(said[:1])
    if not right or form is None or len(said) != 1 + form[1] or _written(raw) != token:
        return None
    kind, value = form[0], said[1:]
    return Token(
        kind=kind,
        key=value[:32].hex(),
        address_hash=value[32:].hex() if kind == "message" else "",
        link=int.from_bytes(value[32:], "big") if kind == "click" else 0,
    )


def _digits(text: str) -> bytes:
    if not _KEY.fullmatch(text):
        raise ValueError("a message's key has 64 hexadecimal digits")
    return bytes.fromhex(text)


def _sealed(form: bytes, value: bytes, signing: bytes) -> str:
    said = form + value
    return _written(said + _seal(said, signing))


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _seal(said: bytes, signing: bytes) -> bytes:
    return hmac.new(signing, _PURPOSE + said, hashlib.sha256).digest()

"""What mail providers deliver about messages: whether it is theirs, and what it says.

Two forms. ``standard`` is Standard Webhooks (HMAC-SHA256 over id, time and body), with our own
words for what happened; ``sendgrid`` is SendGrid's signed event webhook (ECDSA over time and
body). Both are checked before a byte of the body is parsed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from domain.errors import MainspringError
from domain.frozen import Frozen
from tools.esp.mime import key_of

SENDGRID = "sendgrid"
TOLERANCE = timedelta(minutes=5)
"""Between a delivery's signature and its arrival, either way."""
MOST_EVENTS = 5000
"""Of one delivery."""

WebhookErrorCode = Literal["bad_signature", "stale", "malformed"]
Happened = Literal[
    "delivered", "bounced", "bounced_softly", "complained", "opened", "clicked", "unsubscribed"
]

_STANDARD: dict[str, Happened] = {
    "email.delivered": "delivered",
    "email.bounced": "bounced",
    "email.soft_bounced": "bounced_softly",
    "email.complained": "complained",
    "email.opened": "opened",
    "email.clicked": "clicked",
    "email.unsubscribed": "unsubscribed",
}
_SENDGRID: dict[str, Happened] = {
    "delivered": "delivered",
    "bounce": "bounced",
    "spamreport": "complained",
    "open": "opened",
    "click": "clicked",
    "unsubscribe": "unsubscribed",
    "group_unsubscribe": "unsubscribed",
}
_LONGEST_ID = 200
_LONGEST_LINK = 2000


class WebhookError(MainspringError):
    """A delivery that is not taken. ``code`` says why; nothing of it is kept."""

    code: WebhookErrorCode


class HookEvent(Frozen):
    """One thing that happened to one of our messages."""

    key: str
    happened: Happened
    at: datetime
    id: str = ""
    """The provider's own id of it; empty: it gives none."""
    link: str = ""
    by_machine: bool = False


class Delivery(Frozen):
    """A delivery whose signature holds."""

    id: str
    """The same only for the very same delivery."""
    events: tuple[HookEvent, ...]
    ignored: int = 0
    """Things that this program has no use for, or that are not about a message of ours."""


def read(
    source: str, headers: Mapping[str, str], body: bytes, secret: str, now: datetime
) -> Delivery:
    """Check and read one delivery. ``headers`` by lower-case name; ``now`` is real time.

    Raises WebhookError: stale, bad_signature, malformed. What it says is parsed only after both
    the time and the signature hold.
    """
    if not usable_secret(source, secret):
        raise _refused("bad_signature", "What it is to be checked with cannot be read.")
    if source == SENDGRID:
        delivery_id = _check_sendgrid(headers, body, secret, now)
        return _events(delivery_id, body, _from_sendgrid)
    delivery_id = _check_standard(headers, body, secret, now)
    return _events(delivery_id, body, _from_standard)


def sign(delivery_id: str, at: datetime, body: bytes, secret: str) -> dict[str, str]:
    """The three headers of a Standard Webhooks delivery. Raises ValueError on a bad secret."""
    stamp = str(int(at.timestamp()))
    signature = base64.b64encode(_standard_mac(delivery_id, stamp, body, secret)).decode()
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature}",
    }


def usable_secret(source: str, secret: str) -> bool:
    """Whether signatures can be checked with it."""
    try:
        if source == SENDGRID:
            _public_key(secret)
        else:
            _secret_bytes(secret)
    except ValueError:
        return False
    return True


def _check_standard(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> str:
    delivery_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    if not (delivery_id and stamp and given) or len(delivery_id) > _LONGEST_ID:
        raise _refused(
            "bad_signature",
            "The headers webhook-id, webhook-timestamp and webhook-signature are needed.",
        )
    _check_time(stamp, now)
    right = _standard_mac(delivery_id, stamp, body, secret)
    fits = False
    for one in given.split(" ")[:10]:  # several while a secret is being exchanged
        version, _, value = one.partition(",")
        try:
            found = base64.b64decode(value, validate=True) if version == "v1" else b""
        except (binascii.Error, ValueError):
            found = b""
        fits |= hmac.compare_digest(found, right)
    if not fits:
        raise _refused("bad_signature", "The signature is not made with the secret we share.")
    return delivery_id


def _standard_mac(delivery_id: str, stamp: str, body: bytes, secret: str) -> bytes:
    said = f"{delivery_id}.{stamp}.".encode() + body
    return hmac.new(_secret_bytes(secret), said, hashlib.sha256).digest()


def _secret_bytes(secret: str) -> bytes:
    """The bytes of a secret as providers show it: whsec_ and base64."""
    raw = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    if len(raw) < 16:
        raise ValueError("a secret has at least 16 bytes")
    return raw


def _check_sendgrid(headers: Mapping[str, str], body: bytes, public_key: str, now: datetime) -> str:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256

    stamp = headers.get("x-twilio-email-event-webhook-timestamp", "")
    given = headers.get("x-twilio-email-event-webhook-signature", "")
    if not stamp or not given:
        raise _refused("bad_signature", "The delivery is not signed.")
    _check_time(stamp, now)
    try:
        signature = base64.b64decode(given, validate=True)
        _public_key(public_key).verify(signature, stamp.encode() + body, ec.ECDSA(SHA256()))
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise _refused("bad_signature", "The signature is not SendGrid's.") from error
    # A signature can be written anew for the same words, so the words name the delivery.
    return hashlib.sha256(stamp.encode() + b"." + body).hexdigest()


def _public_key(text: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    found = load_der_public_key(base64.b64decode(text, validate=True))
    if not isinstance(found, EllipticCurvePublicKey):
        raise ValueError("not an elliptic curve's key")
    return found


def _check_time(stamp: str, now: datetime) -> None:
    try:
        if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
            raise ValueError("no time")
        at = datetime.fromtimestamp(int(stamp), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise _refused("stale", "The delivery's time cannot be read.") from error
    if abs(now - at) > TOLERANCE:
        minutes = int(TOLERANCE.total_seconds() // 60)
        raise _refused("stale", f"It was signed more than {minutes} minutes from now.")


def _events(delivery_id: str, body: bytes, read_one: Callable[[Any], HookEvent | None]) -> Delivery:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _refused("malformed", "The body is not JSON.") from error
    rows = said if isinstance(said, list) else [said]
    if len(rows) > MOST_EVENTS:
        raise _refused("malformed", f"One delivery holds at most {MOST_EVENTS} events.")
    events: list[HookEvent] = []
    for number, row in enumerate(rows):
        try:
            event = read_one(row)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise _refused("malformed", f"Event {number} cannot be read: {error}"[:200]) from error
        if event is not None:
            events.append(event)
    return Delivery(id=delivery_id, events=tuple(events), ignored=len(rows) - len(events))


def _from_standard(row: Any) -> HookEvent | None:
    happened = _STANDARD.get(_text(row, "type"))
    if happened is None:
        return None
    data = row["data"]
    key = _text(data, "key") or key_of(_text(data, "message_id")) or ""
    if not key:
        return None
    at = datetime.fromisoformat(_text(row, "timestamp"))
    if at.tzinfo is None:
        raise ValueError("its timestamp has no time zone")
    return HookEvent(
        key=key,
        happened=happened,
        at=at.astimezone(UTC),
        id=_text(data, "event_id")[:_LONGEST_ID],
        link=_text(data, "link")[:_LONGEST_LINK],
        by_machine=data.get("machine") is True,
    )


def _from_sendgrid(row: Any) -> HookEvent | None:
    happened = _SENDGRID.get(_text(row, "event"))
    key = key_of(_text(row, "smtp-id")) or _text(row, "mainspring_key")
    if happened is None or not key:
        return None
    if happened == "bounced" and row.get("type") == "blocked":
        happened = "bounced_softly"  # the provider turned it away for now
    return HookEvent(
        key=key,
        happened=happened,
        at=datetime.fromtimestamp(int(row["timestamp"]), UTC),
        id=_text(row, "sg_event_id")[:_LONGEST_ID],
        link=_text(row, "url")[:_LONGEST_LINK],
        by_machine=row.get("sg_machine_open") is True,
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value


def _refused(code: WebhookErrorCode, what: str) -> WebhookError:
    return WebhookError(code, what)

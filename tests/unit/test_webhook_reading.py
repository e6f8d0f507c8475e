"""Deliveries of mail providers: signed, fresh and readable, or refused with the reason."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from tools.esp.webhooks import SENDGRID, WebhookError, read, sign, usable_secret

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"s" * 24).decode()
KEY = "ab" * 32
EVENT = {
    "type": "email.clicked",
    "timestamp": "2026-11-25T11:59:00Z",
    "data": {"message_id": f"<ms.{KEY}@halden.example>", "link": "https://halden.example/w"},
}
BODY = json.dumps(EVENT).encode()


def code(source: str, headers: dict[str, str], body: bytes, secret: str = SECRET) -> str:
    with pytest.raises(WebhookError) as caught:
        read(source, headers, body, secret, NOW)
    return caught.value.code


def test_a_signed_delivery_is_read() -> None:
    delivery = read("esp", sign("d1", NOW, BODY, SECRET), BODY, SECRET, NOW)
    assert delivery.id == "d1"
    (event,) = delivery.events
    assert (event.key, event.happened) == (KEY, "clicked")
    assert event.link == "https://halden.example/w"
    assert event.at == datetime(2026, 11, 25, 11, 59, tzinfo=UTC)


def test_the_example_of_the_specification_is_signed_as_there() -> None:
    body = b'{"test": 2432232314}'
    at = datetime.fromtimestamp(1614265330, UTC)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, body, secret)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_one_changed_byte_is_refused(place: int, by: int) -> None:
    changed = bytearray(BODY)
    changed[place] ^= by
    assert code("esp", sign("d1", NOW, BODY, SECRET), bytes(changed)) == "bad_signature"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"webhook-signature": "v1,AAAA"}, "bad_signature"),
        ({"webhook-signature": "v1,ä"}, "bad_signature"),
        ({"webhook-signature": ""}, "bad_signature"),
        ({"webhook-id": "d2"}, "bad_signature"),
        ({"webhook-timestamp": "soon"}, "stale"),
        ({"webhook-timestamp": "9" * 30}, "stale"),
        ({"webhook-timestamp": str(int((NOW - timedelta(minutes=6)).timestamp()))}, "stale"),
        ({"webhook-timestamp": str(int((NOW + timedelta(minutes=6)).timestamp()))}, "stale"),
        (
            {"webhook-timestamp": str(int((NOW - timedelta(minutes=4)).timestamp()))},
            "bad_signature",
        ),
    ],
)
def test_headers_that_do_not_hold(change: dict[str, str], expected: str) -> None:
    assert code("esp", {**sign("d1", NOW, BODY, SECRET), **change}, BODY) == expected


def test_one_of_several_signatures_is_enough() -> None:
    headers = sign("d1", NOW, BODY, SECRET)
    headers["webhook-signature"] = f"v1a,AAAA v1,AAAA {headers['webhook-signature']}"
    assert read("esp", headers, BODY, SECRET, NOW).events


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing",
        b'{"type": 3}',
        b'[{"type": "email.opened"}]',
        b'[{"type": "email.opened", "data": {"key": "x"}, "timestamp": "yesterday"}]',
        b'[{"type": "email.opened", "data": {"key": "x"}, "timestamp": "2026-11-25T00:00:00"}]',
        b"[" * 100_000,
        b"\xff\xfe",
        b"[1]",
    ],
)
def test_signed_nonsense_is_malformed(body: bytes) -> None:
    assert code("esp", sign("d1", NOW, body, SECRET), body) == "malformed"


def test_what_is_not_ours_is_ignored() -> None:
    body = json.dumps([{"type": "email.sent"}, {**EVENT, "data": {"message_id": "<x@y>"}}]).encode()
    delivery = read("esp", sign("d1", NOW, body, SECRET), body, SECRET, NOW)
    assert (delivery.events, delivery.ignored) == ((), 2)


def test_sendgrid() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    public = base64.b64encode(
        private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()
    rows = [
        {"event": "bounce", "type": "bounce", "timestamp": 1795600000, "sg_event_id": "e1"},
        {"event": "bounce", "type": "blocked", "timestamp": 1795600000, "sg_event_id": "e2"},
        {"event": "processed", "timestamp": 1795600000, "sg_event_id": "e3"},
    ]
    body = json.dumps([{**row, "smtp-id": f"<ms.{KEY}@halden.example>"} for row in rows]).encode()
    stamp = str(int(NOW.timestamp()))
    signature = base64.b64encode(private.sign(stamp.encode() + body, ec.ECDSA(SHA256())))
    headers = {
        "x-twilio-email-event-webhook-timestamp": stamp,
        "x-twilio-email-event-webhook-signature": signature.decode(),
    }
    delivery = read(SENDGRID, headers, body, public, NOW)
    assert [(e.happened, e.id) for e in delivery.events] == [
        ("bounced", "e1"),
        ("bounced_softly", "e2"),
    ]
    assert delivery.ignored == 1
    again = base64.b64encode(private.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode()
    headers["x-twilio-email-event-webhook-signature"] = again
    assert read(SENDGRID, headers, body, public, NOW).id == delivery.id
    assert code(SENDGRID, headers, body + b" ", public) == "bad_signature"
    assert code(SENDGRID, {}, body, public) == "bad_signature"
    assert usable_secret(SENDGRID, public)
    assert not usable_secret(SENDGRID, "nonsense")


def test_which_secrets_can_be_used() -> None:
    assert code("esp", sign("d1", NOW, BODY, SECRET), BODY, "short") == "bad_signature"
    assert usable_secret("esp", SECRET)
    assert not usable_secret("esp", "short")

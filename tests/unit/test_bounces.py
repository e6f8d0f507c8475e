"""Reports of mails that came back, from a mailbox folder or a webhook's file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.esp.bounces import read_mailbox, read_webhook
from tools.esp.mime import message_id

KEY = "cd" * 32
DSN = """\
From: MAILER-DAEMON@mx.example
To: shop@halden.example
Subject: Undelivered Mail Returned to Sender
Date: Tue, 24 Nov 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

Your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Tue, 24 Nov 2026 09:59:00 +0100

Final-Recipient: rfc822; p@example.test
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--B
Content-Type: {kind}

From: shop@halden.example
To: p@example.test
Message-ID: {id}
Subject: A watch

--B--
"""
ARF = """\
From: fbl@provider.example
Subject: complaint
Date: Tue, 24 Nov 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

A person marked this as unwanted.

--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
Original-Rcpt-To: <p@example.test>

--B
Content-Type: message/rfc822

Message-ID: {id}
Subject: A watch

hello
--B--
"""


def dsn(
    action: str = "failed",
    status: str = "5.1.1",
    kind: str = "message/rfc822",
    id_: str | None = None,
) -> str:
    found = id_ if id_ is not None else message_id(KEY, "halden.example")
    return DSN.format(action=action, status=status, kind=kind, id=found)


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize("crlf", [False, True])
def test_a_delivery_report(tmp_path: Path, kind: str, crlf: bool) -> None:
    text = dsn(kind=kind)
    (tmp_path / "1.eml").write_bytes((text.replace("\n", "\r\n") if crlf else text).encode())
    reading = read_mailbox(tmp_path)
    assert reading.unread == ()
    (bounce,) = reading.bounces
    assert (bounce.key, bounce.kind, bounce.status) == (KEY, "hard", "5.1.1")
    assert bounce.address == "p@example.test"
    assert bounce.at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_soft_complaint_and_foreign(tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "1").write_text(dsn(action="delayed", status="4.2.2"))
    (new / "2").write_text(ARF.format(id=message_id(KEY, "halden.example")))
    (new / "3").write_text(dsn(id_="<other@elsewhere.example>"))
    (new / "4").write_text("Subject: Re: hello\n\nThank you!")
    reading = read_mailbox(tmp_path)
    assert [b.kind for b in reading.bounces] == ["soft", "complaint"]
    assert reading.bounces[1].address == "p@example.test"
    assert [name for name, _ in reading.unread] == ["3", "4"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=400), st.integers(0, 900))
def test_no_mail_breaks_the_reader(tmp_path: Path, noise: bytes, place: int) -> None:
    raw = dsn().encode()
    (tmp_path / "1.eml").write_bytes(raw[:place] + noise + raw[place:])
    reading = read_mailbox(tmp_path)
    assert len(reading.bounces) + len(reading.unread) >= 1


def test_a_webhook_file(tmp_path: Path) -> None:
    path = tmp_path / "hook.jsonl"
    ours = message_id(KEY, "halden.example")
    rows = [
        {"event": "bounce", "message_id": ours, "status": "5.1.1", "at": "2026-11-24T10:00:00Z"},
        {"event": "bounce", "message_id": ours, "status": "4.2.2", "at": "2026-11-24T10:00:00Z"},
        {"event": "complaint", "message_id": ours, "email": "p@example.test"},
        {"event": "open", "message_id": ours},
        {"event": "bounce", "message_id": "<x@y.test>"},
        {"event": "bounce", "message_id": ours, "at": "2026-11-24T10:00:00"},
        ["no object"],
    ]
    path.write_text("\n".join([json.dumps(row) for row in rows] + ["{", "", "[" * 5000]))
    reading = read_webhook(path)
    assert [b.kind for b in reading.bounces] == ["hard", "soft", "complaint"]
    assert [place for place, _ in reading.unread] == [
        f"hook.jsonl:{n}" for n in (4, 5, 6, 7, 8, 10)
    ]

"""The mail on the wire: headers that cannot be broken out of, and a key that comes back."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email import policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.publication import Message, Sender
from tools.esp.mime import build, key_of, message_id, one_click_headers
from tools.esp.port import SendError

KEY = "ab" * 32


def message(**changed: object) -> Message:
    base: dict[str, object] = {
        "key": KEY,
        "campaign_id": "c1",
        "to_address": "p@example.test",
        "sender": Sender(address="shop@halden.example", name="Halden München"),
        "subject": "A watch",
        "html": "<p>one</p>",
        "text": "one",
        "unsubscribe_url": "https://halden.example/u/t",
        "written_at": datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    }
    return Message.model_validate({**base, **changed})


def read(raw: bytes) -> email.message.EmailMessage:
    found = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, email.message.EmailMessage)
    return found


def test_headers() -> None:
    found = read(build(message(headers=(("X-Extra", "1"),))))
    assert found["From"] == "Halden München <shop@halden.example>"
    assert found["To"] == "p@example.test"
    assert found["Message-ID"] == message_id(KEY, "halden.example")
    assert found["X-Mainspring-Campaign"] == "c1"
    assert found["List-Unsubscribe"] == "<https://halden.example/u/t>"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["Date"].datetime == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert [p.get_content_type() for p in found.iter_parts()] == ["text/plain", "text/html"]


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=400))
def test_no_value_breaks_out_of_its_place(subject: str, name: str, body: str) -> None:
    text = subject.encode("utf-8", "ignore").decode()
    raw = build(
        message(
            subject=text,
            sender=Sender(address="shop@halden.example", name=name),
            text=body,
            html=body,
        )
    )
    assert raw.isascii()
    head = raw.split(b"\r\n\r\n", 1)[0]
    names = [line.split(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert sorted(names) == sorted(set(names))
    assert set(names) <= {
        b"from", b"to", b"subject", b"date", b"message-id", b"x-mainspring-campaign",
        b"list-unsubscribe", b"list-unsubscribe-post", b"mime-version", b"content-type",
    }  # fmt: skip
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    part = read(raw).get_body(("plain",))
    assert part is not None
    lines = body.replace("\r\n", "\n").replace("\r", "\n")
    assert part.get_content().replace("\r\n", "\n").rstrip("\n") == lines.rstrip("\n")


@pytest.mark.parametrize("name", ["Bcc", "List-Unsubscribe", "X-A\r\nBcc", "", "From", "X A"])
def test_a_message_adds_no_header_of_ours(name: str) -> None:
    with pytest.raises(ValueError, match="not a header"):
        build(message(headers=((name, "x@y.test"),)))


@pytest.mark.parametrize(
    "url",
    [
        "http://halden.example/u",
        "ftp://halden.example/u",
        "https://",
        "javascript:1",
        "https://a.test/>\r\nBcc: x",
        "",
    ],
)
def test_one_click_needs_https_beyond_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match=r"one-click|not a URL"):
        one_click_headers(url)
    assert one_click_headers("http://127.0.0.1:8000/u/t")[0][1] == "<http://127.0.0.1:8000/u/t>"


@given(st.from_regex(r"[0-9a-f]{64}", fullmatch=True))
def test_the_key_comes_back(key: str) -> None:
    assert key_of(message_id(key, "halden.example")) == key
    assert key_of(f"<{key}@elsewhere.example>") is None


@given(st.text(max_size=80))
def test_any_address_is_taken_or_refused(address: str) -> None:
    refused: SendError | None = None
    try:
        assert build(message(to_address=address)).isascii()
    except SendError as error:
        refused = error
    assert refused is None or (refused.code == "refused_recipient" and "@" not in str(refused))


def test_an_international_domain() -> None:
    assert read(build(message(to_address="p@münchen.example")))["To"] == "p@xn--mnchen-3ya.example"

"""The inbox is a real SMTP server that keeps what it receives, on this machine alone."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from evals.market.inbox import InboxError, running_inbox, serve


def written(number: int) -> EmailMessage:
    made = EmailMessage()
    made["From"] = "haus@halden.example"
    made["To"] = f"reader{number}@mail.example.test"
    made["Subject"] = "A 1968 dress watch"
    made["Message-ID"] = f"<ms.key-{number}@halden.example>"
    made.set_content("Half an hour.\n.\nA line that is a dot, and one after it.")
    return made


async def test_every_mail_becomes_a_file(tmp_path: Path) -> None:
    with running_inbox(tmp_path / "inbox") as inbox:

        async def hand_over(numbers: range) -> None:
            client = aiosmtplib.SMTP(hostname="127.0.0.1", port=inbox.port)
            async with client:
                for number in numbers:
                    await client.send_message(written(number))

        await asyncio.gather(hand_over(range(10)), hand_over(range(10, 20)))
        kept = inbox.received()
    assert len(kept) == 20
    text = kept[0].read_bytes()
    assert b"A line that is a dot, and one after it." in text
    assert {path.name.split("-", 1)[1].split("@")[0] for path in kept} == {
        f"key-{number}" for number in range(20)
    }


def test_it_listens_on_this_machine_alone(tmp_path: Path) -> None:
    with pytest.raises(InboxError):
        serve(tmp_path, host="192.0.2.1")

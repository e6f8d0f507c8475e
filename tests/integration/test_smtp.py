"""SMTP against a real server: every failure falls on one side of the moment a mail left."""

from __future__ import annotations

import asyncio
import email
from email import policy

import pytest

from domain.publication import Message, Sender
from tests.mailserver import Answer, Behave, MailServer
from tools.esp.mime import key_of
from tools.esp.port import SendError
from tools.esp.smtp import SmtpSending, SmtpSettings


def mail(number: int = 1, to: str = "") -> Message:
    return Message(
        key=f"{number:064x}",
        campaign_id="c1",
        to_address=to or f"p{number}@example.test",
        sender=Sender(address="shop@halden.example", name="Halden"),
        subject="Grüße",
        html="<p>Über uns</p>",
        text=".dot\n.\nEnde",
        unsubscribe_url="http://127.0.0.1:8000/u/token",
    )


def sending(server: MailServer, **changed: object) -> SmtpSending:
    return SmtpSending(
        SmtpSettings.model_validate(
            {"port": server.port, "timeout_seconds": 0.4, "connections": 1, **changed}
        )
    )


def at(step: str, said: str, once: bool = False) -> Behave:
    done: list[str] = []

    def behave(now: str, argument: str) -> Answer:
        if now == step and not (once and done):
            done.append(argument)
            return said
        return None

    return behave


async def test_a_mail_arrives_whole_and_the_line_is_kept() -> None:
    async with MailServer() as server:
        sender = sending(server)
        receipts = [await sender.send(mail(n)) for n in range(1, 6)]
        await sender.close()
        assert server.connections == 1
        assert server.recipients == [f"p{n}@example.test" for n in range(1, 6)]
        read = email.message_from_bytes(
            server.mails[0].replace(b"\r\n..", b"\r\n."), policy=policy.default
        )
        assert read["Message-ID"] == receipts[0].message_id
        assert key_of(receipts[0].message_id) == f"{1:064x}"
        assert read["Subject"] == "Grüße"
        text = read.get_body(("plain",))
        assert text is not None
        assert text.get_content().splitlines() == [".dot", ".", "Ende"]


async def test_it_reconnects_between_mails_where_the_server_hung_up() -> None:
    async with MailServer(at("mail", "421 too many mails", once=True)) as server:
        sender = sending(server)
        with pytest.raises(SendError) as caught:
            await sender.send(mail(1))
        assert caught.value.code == "try_later"
        await sender.send(mail(2))
        server.behave = at("mail", "421 too many mails", once=True)
        await sender.send(mail(3))
        server.behave = at("mail", "drop", once=True)
        await sender.send(mail(4))
        await sender.close()
        assert len(server.recipients) == 3
        assert server.connections == 4


async def test_a_line_carries_a_bounded_number_of_mails() -> None:
    async with MailServer() as server:
        sender = sending(server, messages_per_connection=2)
        for n in range(1, 6):
            await sender.send(mail(n))
        await sender.close()
        assert server.connections == 3


@pytest.mark.parametrize(
    ("step", "said", "code", "kept"),
    [
        ("greet", "554 go away", "not_allowed", 0),
        ("greet", "421 later", "unreachable", 0),
        ("greet", "hang", "unreachable", 0),
        ("greet", "drop", "unreachable", 0),
        ("mail", "550 no such sender", "not_allowed", 0),
        ("mail", "451 later", "try_later", 0),
        ("mail", "hang", "try_later", 0),
        ("rcpt", "550 5.1.1 unknown", "refused_recipient", 0),
        ("rcpt", "450 greylisted", "try_later", 0),
        ("rcpt", "550 5.7.1 relaying denied", "not_allowed", 0),
        ("rcpt", "drop", "try_later", 0),
        ("data", "451 later", "try_later", 0),
        ("data", "554 no", "refused_recipient", 0),
        ("data", "drop", "try_later", 0),
        ("data", "hang", "try_later", 0),
        ("end", "451 later", "try_later", 0),
        ("end", "421 closing", "try_later", 0),
        ("end", "550 5.7.515 access denied", "not_allowed", 0),
        ("end", "552 too big", "refused_recipient", 0),
        ("end", "hang", "outcome_unknown", 0),
        ("end", "drop", "outcome_unknown", 0),
        ("end", "drop_after", "outcome_unknown", 1),
        ("end", "garbage", "outcome_unknown", 1),
    ],
)
async def test_every_failure_has_its_word(step: str, said: str, code: str, kept: int) -> None:
    async with MailServer(at(step, said)) as server:
        sender = sending(server)
        with pytest.raises(SendError) as caught:
            await sender.send(mail())
        assert caught.value.code == code
        assert len(server.recipients) == kept
        server.behave = at("nothing", "")
        await sender.send(mail(2))
        assert server.recipients[-1] == "p2@example.test"
        await sender.close()


async def test_nobody_listening_is_unreachable() -> None:
    async with MailServer() as server:
        port = server.port
    sender = SmtpSending(SmtpSettings(port=port, timeout_seconds=0.4))
    with pytest.raises(SendError) as caught:
        await sender.send(mail())
    assert caught.value.code == "unreachable"
    assert len(await sender.check()) == 1


@pytest.mark.parametrize("address", ["", "a", "a@", "a b@x.test", "a@x.test\r\nRCPT TO:<b@x.test>"])
async def test_an_address_that_cannot_be_mailed_is_refused_alone(address: str) -> None:
    async with MailServer() as server:
        sender = sending(server)
        message = mail().model_copy(update={"to_address": address})
        with pytest.raises(SendError) as caught:
            await sender.send(message)
        assert caught.value.code == "refused_recipient"
        assert server.connections == 0


async def test_a_cancelled_mail_never_spoils_the_next() -> None:
    async with MailServer(at("end", "hang", once=True)) as server:
        sender = sending(server, timeout_seconds=5)
        first = asyncio.create_task(sender.send(mail(1)))
        await asyncio.sleep(0.1)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        await sender.send(mail(2))
        assert server.recipients == ["p2@example.test"]
        await sender.close()


async def test_several_lines_at_once() -> None:
    async with MailServer() as server:
        sender = sending(server, connections=4, timeout_seconds=5)
        await asyncio.gather(*(sender.send(mail(n)) for n in range(1, 41)))
        await sender.close()
        assert sorted(server.recipients) == sorted(f"p{n}@example.test" for n in range(1, 41))
        assert server.connections <= 4


def test_one_sender_in_several_loops() -> None:
    sender: list[SmtpSending] = []

    async def once() -> None:
        async with MailServer() as server:
            if not sender:
                sender.append(sending(server))
            object.__setattr__(sender[0].settings, "port", server.port)
            await sender[0].send(mail())
            assert server.connections == 1

    asyncio.run(once())
    asyncio.run(once())


@pytest.mark.parametrize("login", [{}, {"username": "u", "password": "p"}])
async def test_nothing_crosses_the_network_in_the_clear(login: dict[str, str]) -> None:
    settings = SmtpSettings.model_validate({"host": "mail.example", **login})
    sender = SmtpSending(settings)
    (problem,) = await sender.check()
    assert "unencrypted" in problem
    assert "starttls" in problem
    with pytest.raises(SendError) as caught:
        await sender.send(mail())
    assert caught.value.code == "not_allowed"
    assert "'p'" not in repr(settings)
    assert not sender.traits.loopback_only
    assert sender.traits.in_the_clear
    assert SmtpSending(SmtpSettings()).traits.loopback_only


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("rcpt", "550 5.7.1 <person@example.test>: blocked"),
        ("rcpt", "550 5.1.1 person@example.test unknown"),
        ("rcpt", '450 4.2.0 <"per son"@example.test>: greylisted'),
        ("mail", "550 5.7.1 no <person@example.test> here"),
        ("data", "554 5.7.1 mailto:person@example.test"),
        ("end", '552 5.3.4 "per son"@example.test is full'),
        ("end", "451 4.0.0 " + "person@example.test " * 25),
        ("greet", "554 person@example.test is not welcome"),
    ],
)
async def test_what_a_server_says_about_a_person_is_not_kept(step: str, said: str) -> None:
    async with MailServer(at(step, said)) as server:
        sender = sending(server)
        with pytest.raises(SendError) as caught:
            await sender.send(mail())
        await sender.close()
        assert "<address>" in str(caught.value)
        assert "example" not in str(caught.value)
        assert "son" not in str(caught.value)


async def test_a_receipt_does_not_say_whose_it_is() -> None:
    async with MailServer(at("end", "250 2.0.0 queued for <person@example.test>")) as server:
        sender = sending(server)
        receipt = await sender.send(mail())
        await sender.close()
        assert receipt.response == "250 2.0.0 queued for <address>"

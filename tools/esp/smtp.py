"""Sending over SMTP, to any server, with an exact word on what became of each mail.

``SmtpSending`` keeps a few connections open over many mails. The envelope, DATA's go-ahead and
the mail itself are separate steps here, so that every failure falls on one side of the moment
at which the mail left: before it, trying again is safe; after it, only the server's answer
counts, and without one the outcome is unknown.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from typing import Literal

import aiosmtplib
from pydantic import Field, SecretStr

from domain.frozen import Frozen
from domain.publication import Message
from tools.esp.mime import ascii_address, build, is_loopback, message_id
from tools.esp.port import Receipt, SendError, SenderTraits

_BROKEN = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError)
_POLICY = re.compile(r"^5\.7\.")
_ADDRESS = re.compile(r"<[^<>]*@[^<>]*>|\"[^\"]*\"@[^\s<>]+|[^\s<>]+@[^\s<>]+")
_LONGEST_ANSWER = 300


class SmtpSettings(Frozen):
    """Where mails are handed over."""

    host: str = "127.0.0.1"
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "none"
    username: str = ""
    password: SecretStr = SecretStr("")
    timeout_seconds: float = Field(default=30, gt=0)
    """For one answer of the server; the lease of a claimed mail must be longer."""
    connections: int = Field(default=4, ge=1, le=64)
    messages_per_connection: int = Field(default=200, ge=1)
    """Many servers close after a number of mails; ours closes first, between two mails."""
    local_hostname: str = ""
    """The name said in EHLO; empty: this machine's."""
    bounce_address: str = ""
    """Envelope sender, where bounces go; empty: the sender's own address."""


class _Line:
    """One connection and how many mails went over it."""

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        self.client: aiosmtplib.SMTP | None = None
        self.carried = 0

    async def open(self) -> aiosmtplib.SMTP:
        """The connection, made and logged in. Raises SendError: nothing has left by then."""
        if self.client is not None and self.client.is_connected:
            if self.carried < self.settings.messages_per_connection:
                return self.client
            await self.close()
        self.drop()
        made = _client(self.settings)
        try:
            await made.connect()
            if made.is_ehlo_or_helo_needed:
                await _greet(made)
        except aiosmtplib.SMTPAuthenticationError as error:
            raise _not_allowed(self.settings, "did not accept the login", error) from error
        except aiosmtplib.SMTPResponseException as error:
            if 500 <= error.code < 600:
                raise _not_allowed(self.settings, "does not take our mail", error) from error
            raise _unreachable(self.settings, error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _unreachable(self.settings, error) from error
        peer = made.get_transport_info("peername")
        if is_loopback(self.settings.host) and peer and not is_loopback(str(peer[0])):
            made.close()
            raise _not_allowed(self.settings, "is not on this machine after all", None)
        self.client, self.carried = made, 0
        return made

    def drop(self) -> None:
        """Close without a word: after a failure nothing more may be said on the line."""
        if self.client is not None:
            self.client.close()
            self.client = None

    async def close(self) -> None:
        if self.client is not None and self.client.is_connected:
            # A server that has hung up already is what we wanted.
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await self.client.quit()
        self.drop()


class SmtpSending:
    """The Sending port over SMTP."""

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        self.traits = SenderTraits(
            name="smtp",
            loopback_only=is_loopback(settings.host),
            in_the_clear=settings.security == "none",
        )
        self._idle: list[_Line] = []
        self._places = asyncio.Semaphore(settings.connections)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def send(self, message: Message) -> Receipt:
        """Hand over one mail; at most ``connections`` at a time. Raises SendError."""
        body = build(message)
        sender = ascii_address(self.settings.bounce_address or message.sender.address)
        to_address = ascii_address(message.to_address)
        self._follow_loop()
        async with self._places:
            line = self._idle.pop() if self._idle else _Line(self.settings)
            try:
                client = await self._envelope(line, sender, to_address)
                response = await self._hand_over(line, client, body)
            except BaseException:  # a cancelled wait, too, leaves the line in no known state
                if line.client is not None and not line.client.is_connected:
                    line.drop()
                raise
            finally:
                self._idle.append(line)
        domain = ascii_address(message.sender.address).rpartition("@")[2]
        return Receipt(
            key=message.key, message_id=message_id(message.key, domain), response=response
        )

    async def find(self, key: str) -> Receipt | None:
        """SMTP cannot be asked afterwards: always None, as the traits say."""
        return None

    async def check(self) -> tuple[str, ...]:
        """Connect, log in and leave again; each problem with its mend."""
        problems = []
        line = _Line(self.settings)
        try:
            await line.open()
        except SendError as error:
            problems.append(str(error))
        finally:
            await line.close()
        return tuple(problems)

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        lines, self._idle = self._idle, []
        for line in lines:
            await line.close()

    def _follow_loop(self) -> None:
        """Connections belong to the event loop they were made in; a command line that runs
        several loops one after the other starts afresh in each."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            self._idle = []
            self._places = asyncio.Semaphore(self.settings.connections)

    async def _envelope(self, line: _Line, sender: str, to_address: str) -> aiosmtplib.SMTP:
        """Sender, recipient and DATA's go-ahead. Whatever fails here, the mail is still ours."""
        for attempt in (1, 2):
            used = line.client is not None
            client = await line.open()
            try:
                await _envelope_step(client, b"MAIL FROM:", sender)
                await _envelope_step(client, b"RCPT TO:", to_address)
                go_ahead = await client.execute_command(b"DATA")
            except aiosmtplib.SMTPSenderRefused as error:
                await _reset(line, client)
                if error.code == 421 and used and attempt == 1:
                    continue  # it wanted to end this connection, not to refuse us
                if error.code < 500:
                    raise _try_later(self.settings, error) from error
                raise _not_allowed(self.settings, "refuses the sender", error) from error
            except aiosmtplib.SMTPRecipientRefused as error:
                await _reset(line, client)
                raise _refusal(self.settings, error.code, error.message) from error
            except aiosmtplib.SMTPResponseException as error:
                line.drop()
                raise _try_later(self.settings, error) from error
            except _BROKEN as error:
                line.drop()
                if used and attempt == 1:
                    continue  # an idle connection that the server had closed meanwhile
                raise _try_later(self.settings, error) from error
            except BaseException:
                line.drop()
                raise
            if go_ahead.code == 354:
                return client
            await _reset(line, client)
            raise _refusal(self.settings, go_ahead.code, go_ahead.message)
        raise AssertionError("the second attempt either returns or raises")

    async def _hand_over(self, line: _Line, client: aiosmtplib.SMTP, body: bytes) -> str:
        """The mail itself and the server's answer to it."""
        protocol = client.protocol
        if protocol is None:
            line.drop()
            raise _try_later(self.settings, None)
        # A line that begins with a full stop is given another; ``build`` ends lines with CRLF.
        wire = body.replace(b"\r\n.", b"\r\n..") + b".\r\n"
        try:
            protocol.write(wire)
        except aiosmtplib.SMTPServerDisconnected as error:
            line.drop()  # the line was down before the first byte: write() refuses then
            raise _try_later(self.settings, error) from error
        try:
            answer = await protocol.read_response(timeout=self.settings.timeout_seconds)
        except (aiosmtplib.SMTPException, OSError) as error:
            line.drop()
            raise _unknown(self.settings, error) from error
        except BaseException:
            line.drop()
            raise
        line.carried += 1
        if 200 <= answer.code < 300:
            return _said(answer.code, answer.message)
        if answer.code == 421:
            line.drop()
        if 400 <= answer.code < 600:
            raise _refusal(self.settings, answer.code, answer.message)
        line.drop()
        raise _unknown(self.settings, None)


def _client(settings: SmtpSettings) -> aiosmtplib.SMTP:
    encrypted = settings.security != "none"
    if not encrypted and not is_loopback(settings.host):
        raise SendError(
            "not_allowed",
            f"Mails to {settings.host}, and any login, would cross the network unencrypted.",
            next_step='Set security = "starttls" or "tls" for the mail server.',
        )
    return aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        username=settings.username or None,
        password=settings.password.get_secret_value() or None,
        timeout=settings.timeout_seconds,
        use_tls=settings.security == "tls",
        start_tls=settings.security == "starttls",
        tls_context=ssl.create_default_context() if encrypted else None,
        local_hostname=settings.local_hostname or _ehlo_name(settings),
    )


def _ehlo_name(settings: SmtpSettings) -> str | None:
    # Looking up this machine's full name can take seconds; a server on this machine
    # does not care.
    return "localhost" if is_loopback(settings.host) else None


async def _greet(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()  # a server that knows no extensions


async def _envelope_step(client: aiosmtplib.SMTP, verb: bytes, address: str) -> None:
    """MAIL or RCPT. The library's own would parse the address again, which costs more than the
    answer takes; ``ascii_address`` has done so. Raises as the library does."""
    answer = await client.execute_command(verb + b"<" + address.encode("ascii") + b">")
    if answer.code in (250, 251):
        return
    if verb.startswith(b"MAIL"):
        raise aiosmtplib.SMTPSenderRefused(answer.code, answer.message, address)
    raise aiosmtplib.SMTPRecipientRefused(answer.code, answer.message, address)


async def _reset(line: _Line, client: aiosmtplib.SMTP) -> None:
    """Clear the envelope for the next mail; a line that cannot is given up."""
    try:
        await client.rset()
    except (aiosmtplib.SMTPException, OSError):
        line.drop()


def _said(code: int, message: str) -> str:
    """A server's answer as it may be kept and shown: servers like to repeat the recipient's
    address, and what is written down about a mail never says whose it was."""
    return _ADDRESS.sub("<address>", f"{code} {message[:4000]}")[:_LONGEST_ANSWER]


def _answer(error: Exception | None) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f" It said: {_said(error.code, error.message)}"
    return f" ({type(error).__name__})" if error is not None else ""


def _refusal(settings: SmtpSettings, code: int, message: str) -> SendError:
    """What a 4xx or 5xx answer to one recipient or one mail means."""
    said = aiosmtplib.SMTPResponseException(code, message)
    if code < 500:
        return _try_later(settings, said)
    if _POLICY.match(message):
        return _not_allowed(settings, "refuses this mail by its rules", said)
    return SendError(
        "refused_recipient",
        f"The mail server {settings.host} refused one recipient for good.{_answer(said)}",
        next_step="The address is left out; the others go on.",
    )


def _try_later(settings: SmtpSettings, error: Exception | None) -> SendError:
    return SendError(
        "try_later",
        f"The mail server {settings.host} did not take a mail for now.{_answer(error)}",
        next_step="It is tried again by itself.",
    )


def _unreachable(settings: SmtpSettings, error: Exception) -> SendError:
    return SendError(
        "unreachable",
        f"The mail server {settings.host}:{settings.port} cannot be reached.{_answer(error)}",
        next_step="Check host, port and security in the mail server's settings.",
    )


def _not_allowed(settings: SmtpSettings, what: str, error: Exception | None) -> SendError:
    return SendError(
        "not_allowed",
        f"The mail server {settings.host} {what}.{_answer(error)}",
        next_step="Check the login and the sender's address; `mainspring doctor` shows more.",
    )


def _unknown(settings: SmtpSettings, error: Exception | None) -> SendError:
    return SendError(
        "outcome_unknown",
        f"A mail left for {settings.host}, but no answer came.{_answer(error)}",
        next_step="A person decides whether it is sent again.",
    )

"""One-click unsubscribing: the signed token in every mail, and what it does.

A token holds the key of one message and an HMAC-SHA256, so a link can neither be guessed nor
read: nothing in it says who the recipient is.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Literal

import httpx

from domain.customer import Suppression
from domain.errors import Refused
from ledger import consent, sends, subjects, suppression
from workflows.stack import Keys, Stack

PATH = "/u/"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
_PURPOSE = b"mainspring unsubscribe 1|"
_PROBE = b"mainspring unsubscribe probe 1|"
_KEY = re.compile(r"[0-9a-f]{64}")

UnsubscribeErrorCode = Literal[
    "no_answer",  # public_url does not answer, or not with our endpoint's word
]


class UnsubscribeError(Refused):
    code: UnsubscribeErrorCode


@dataclass(frozen=True)
class Token:
    """What a valid token says. ``probe``: our own check whether the endpoint answers."""

    kind: Literal["message", "probe"]
    value: bytes

    @property
    def key(self) -> str:
        """The key of the message."""
        return self.value.hex()


def make_token(key: str, signing: bytes) -> str:
    """The token of the message with that key (64 hexadecimal digits)."""
    if not _KEY.fullmatch(key):
        raise ValueError("a message's key has 64 hexadecimal digits")
    return _sealed(b"m", bytes.fromhex(key), signing)


def read_token(token: str, signing: bytes) -> Token | None:
    """What a token says; None where it is not ours. Takes the same time for any wrong one."""
    if len(token) > 200:
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    said, seal = raw[:33], raw[33:]
    right = hmac.compare_digest(seal, _seal(said, signing))
    if not right or len(said) != 33 or said[:1] not in (b"m", b"p"):
        return None
    return Token("message" if said[:1] == b"m" else "probe", said[1:])


def link(base: str, key: str, signing: bytes) -> str:
    """The unsubscribe address of one message."""
    return f"{base.rstrip('/')}{PATH}{make_token(key, signing)}"


def probe_answer(token: Token, signing: bytes) -> str:
    """What only our own endpoint can say to a probe."""
    return hmac.new(signing, _PROBE + token.value, hashlib.sha256).hexdigest()


async def unsubscribe(stack: Stack, token: str) -> Token | None:
    """Do what a one-click POST asks. Doing it twice changes nothing. None: not our token."""
    read = read_token(token, stack.keys.signing)
    if read is None or read.kind == "probe":
        return read
    customer_id = await asyncio.to_thread(_record, stack, read.key)
    if customer_id is None:
        return None
    if customer_id:
        contacts = await stack.people.contacts([customer_id])
        addresses = [contact.email for contact in contacts if contact.email]
        await asyncio.to_thread(_suppress, stack, addresses)
    return read


def _record(stack: Stack, key: str) -> str | None:
    """Write the no down before anything else can fail; whose it was, empty where they were
    erased, None where no such mail is known."""
    with stack.ledger.write() as tx:
        send = sends.get(tx, key)
        if send is None:
            return None
        # A second click finds the first one's no, which is still the latest answer.
        answer = consent.latest(tx, [send.pseudonym], "email_marketing").get(send.pseudonym)
        if answer is None or answer[0]:
            consent.unsubscribe(tx, send.pseudonym, send.campaign_id, tx.now)
        return subjects.customer_ids(tx, [send.pseudonym]).get(send.pseudonym, "")


def _suppress(stack: Stack, addresses: list[str]) -> None:
    with stack.ledger.write() as tx:
        marks = [Suppression(address=a, reason="unsubscribed", at=tx.now) for a in addresses]
        suppression.add(tx, marks, stack.keys.suppression)


async def check_public_url(public_url: str, keys: Keys, *, timeout_seconds: float = 10) -> None:
    """POST one click to ``public_url`` as a mail provider would, without changing anything.

    Raises UnsubscribeError no_answer: until it answers, nothing is sent beyond this machine.
    """
    token = _sealed(b"p", secrets.token_bytes(32), keys.signing)
    problem = ""
    try:
        async with httpx.AsyncClient(timeout=timeout_seconds, follow_redirects=False) as client:
            answer = await client.post(f"{public_url.rstrip('/')}{PATH}{token}", data=ONE_CLICK)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        problem = f"it cannot be reached ({type(error).__name__})"
    else:
        read = read_token(token, keys.signing)
        assert read is not None
        if answer.status_code != 200:
            problem = f"it answers {answer.status_code}, not 200"
        elif not hmac.compare_digest(answer.text.strip(), probe_answer(read, keys.signing)):
            problem = "something else than this workspace's endpoint answers there"
    if problem:
        raise UnsubscribeError(
            "no_answer",
            f"One-click unsubscribe does not work at the public address: {problem}.",
            thing=public_url,
            next_step="Run the worker, and let your https proxy pass this address on to it; "
            "`mainspring doctor` tries it again.",
        )


def _sealed(kind: bytes, value: bytes, signing: bytes) -> str:
    said = kind + value
    return base64.urlsafe_b64encode(said + _seal(said, signing)).decode("ascii").rstrip("=")


def _seal(said: bytes, signing: bytes) -> bytes:
    return hmac.new(signing, _PURPOSE + said, hashlib.sha256).digest()

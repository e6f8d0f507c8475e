"""One-click unsubscribing: the link in every mail, and what it does.

Whoever holds a valid link is never mailed again, also where the ledger does not know the message:
the link carries the hash by which its recipient's address is suppressed.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from typing import Literal

import httpx

from domain.customer import Suppression
from domain.errors import Refused
from ledger import consent, sends, subjects, suppression
from ledger.database import Transaction
from workflows.message_tokens import Token, message_token, probe_token, read_token
from workflows.stack import Keys, Stack

PATH = "/u/"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
_PROBE = b"mainspring unsubscribe probe 1|"

UnsubscribeErrorCode = Literal[
    "no_answer",  # public_url does not answer, or not with our endpoint's word
]


class UnsubscribeError(Refused):
    code: UnsubscribeErrorCode


def link(base: str, key: str, keys: Keys, address: str) -> str:
    """The unsubscribe address of one message to one address."""
    hashed = suppression.address_hash(address, keys.suppression)
    return f"{base.rstrip('/')}{PATH}{message_token(key, keys.signing, hashed)}"


def link_of_nobody(base: str, key: str, keys: Keys) -> str:
    """The unsubscribe address of a test mail: right in its form, and of no message and no
    address, so that it changes nothing."""
    return f"{base.rstrip('/')}{PATH}{message_token(key, keys.signing)}"


def probe_answer(token: Token, signing: bytes) -> str:
    """What only our own endpoint can say to a probe."""
    return hmac.new(signing, _PROBE + bytes.fromhex(token.key), hashlib.sha256).hexdigest()


async def unsubscribe(stack: Stack, token: str) -> Token | None:
    """Do what a one-click POST asks. Doing it twice changes nothing. None: not our token, or an
    old one of a message that nobody knows here."""
    read = read_token(token, stack.keys.signing)
    if read is None or read.kind == "probe":
        return read
    if read.kind != "message":
        return None
    customer_id = await asyncio.to_thread(_record, stack, read)
    if customer_id is None:
        return None
    if customer_id:
        # The address may have changed since, and both stand for the same no.
        contacts = await stack.people.contacts([customer_id])
        addresses = [contact.email for contact in contacts if contact.email]
        await asyncio.to_thread(_suppress, stack, addresses)
    return read


def withdraw(tx: Transaction, key: str, address_hash: str = "") -> str | None:
    """Write down the no of a message's recipient, and suppress the address that it went to. The
    customer's id, empty where it is not known; None where nothing could be written."""
    send = sends.get(tx, key)
    hashes = [h for h in (address_hash, sends.address_hash_of(tx, key)) if h]
    suppression.add_hashes(tx, hashes, "unsubscribed")
    if send is None:
        return "" if hashes else None
    # A second click finds the first one's no, which is still the latest answer. A no under another
    # of the person's ids is no reason to keep none here: the two may be told apart again.
    answer = consent.latest_of_id(tx, send.pseudonym, "email_marketing")
    if answer is None or answer[0]:
        consent.unsubscribe(tx, send.pseudonym, send.campaign_id, tx.now)
    return subjects.customer_ids(tx, [send.pseudonym]).get(send.pseudonym, "")


def _record(stack: Stack, token: Token) -> str | None:
    """Write the no down before anything else can fail."""
    with stack.ledger.write() as tx:
        return withdraw(tx, token.key, token.address_hash)


def _suppress(stack: Stack, addresses: list[str]) -> None:
    with stack.ledger.write() as tx:
        marks = [Suppression(address=a, reason="unsubscribed", at=tx.now) for a in addresses]
        suppression.add(tx, marks, stack.keys.suppression)


async def check_public_url(public_url: str, keys: Keys, *, timeout_seconds: float = 10) -> None:
    """POST one click to ``public_url`` as a mail provider would, without changing anything.

    Raises UnsubscribeError no_answer: until it answers, nothing is sent beyond this machine.
    """
    token = probe_token(secrets.token_bytes(32), keys.signing)
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

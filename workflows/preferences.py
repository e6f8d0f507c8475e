"""What a recipient wants: mails or none, and whether their opens and clicks are recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.customer import Consent, ConsentPurpose
from ledger import consent, sends, subjects, suppression
from ledger.database import Transaction
from workflows.message_tokens import Token
from workflows.stack import Stack
from workflows.transactions import read, write
from workflows.unsubscribe import unsubscribe


@dataclass(frozen=True)
class Preferences:
    """The answers that count for a person now."""

    mails: bool
    recording: bool
    recording_asked: bool
    """Whether it is a question: opens and clicks are recorded here, or were agreed to before."""
    stopped: bool
    """Their address came back or complained; a yes does not change that."""


@dataclass(frozen=True)
class Answer:
    """A yes or no, and the words that it was given to."""

    given: bool
    wording: str


async def preferences(stack: Stack, token: Token) -> Preferences | None:
    """Of a message's recipient; None where the message or its person is not known any more."""
    return await read(stack.ledger, lambda tx: _preferences(tx, stack, token))


async def choose(
    stack: Stack, token: Token, written: str, mails: Answer, recording: Answer | None
) -> Preferences | None:
    """Keep what a person chose, each answer that is new with its wording. ``written`` is the token
    as it stood in the link. A no to mails is an unsubscription like any other; a yes takes one
    back, and nothing else. ``recording`` None: it was not asked. None as above: nothing was
    kept."""
    if not await write(stack.ledger, lambda tx: _keep(tx, stack, token, mails, recording)):
        return None
    if not mails.given:
        await unsubscribe(stack, written)
    return await preferences(stack, token)


def _preferences(tx: Transaction, stack: Stack, token: Token) -> Preferences | None:
    send = sends.get(tx, token.key)
    if send is None or not subjects.customer_ids(tx, [send.pseudonym]):
        return None

    def says(purpose: ConsentPurpose) -> bool:
        return consent.latest(tx, [send.pseudonym], purpose).get(send.pseudonym, (False, ""))[0]

    recording = says("email_tracking")
    reasons = set(suppression.reasons(tx, _hashes(tx, token)).values())
    return Preferences(
        mails=says("email_marketing") and not reasons,
        recording=recording,
        recording_asked=recording or stack.tracking.any,
        stopped=bool(reasons - {"unsubscribed"}),
    )


def _keep(
    tx: Transaction, stack: Stack, token: Token, mails: Answer, recording: Answer | None
) -> bool:
    now = _preferences(tx, stack, token)
    send = sends.get(tx, token.key)
    if now is None or send is None:
        return False
    customer_id = subjects.customer_ids(tx, [send.pseudonym])[send.pseudonym]
    at: datetime = tx.now
    answers: list[Consent] = []
    if recording is not None and _is_new(tx, send.pseudonym, recording, now.recording):
        answers.append(_consent(customer_id, "email_tracking", recording, at))
    if mails.given and not now.mails:
        answers.append(_consent(customer_id, "email_marketing", mails, at))
        suppression.lift(tx, _hashes(tx, token))
    consent.record(tx, answers)
    return True


def _is_new(tx: Transaction, pseudonym: str, answer: Answer, counts: bool) -> bool:
    """Whether an answer changes anything: what counts for the person, or, of a no, what this one
    of their ids said."""
    if answer.given or counts:
        return answer.given != counts
    own = consent.latest_of_id(tx, pseudonym, "email_tracking")
    return own is not None and own[0]


def _consent(customer_id: str, purpose: ConsentPurpose, answer: Answer, at: datetime) -> Consent:
    return Consent(
        customer_id=customer_id,
        purpose=purpose,
        given=answer.given,
        at=at,
        source=consent.OWN_HAND,
        wording=answer.wording,
    )


def _hashes(tx: Transaction, token: Token) -> list[str]:
    found = (token.address_hash, sends.address_hash_of(tx, token.key))
    return sorted({hashed for hashed in found if hashed})

"""What a recipient wants: by which channels, none at all, and whether their opens and clicks are
recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.customer import PURPOSE_OF, Consent, ConsentPurpose, ContactChannel
from ledger import consent, no_contact, sends, subjects, suppression
from ledger.database import Transaction
from workflows.message_tokens import Token
from workflows.stack import Stack
from workflows.transactions import read, write
from workflows.unsubscribe import unsubscribe


@dataclass(frozen=True)
class Preferences:
    """The answers that count for a person now."""

    channels: Mapping[ContactChannel, bool]
    """Mail, and whatever else they were ever asked about."""
    recording: bool
    recording_asked: bool
    """Whether it is a question: opens and clicks are recorded here, or were agreed to before."""
    stopped: bool
    """Their address came back or complained; a yes does not change that."""
    no_contact: bool
    """They asked that nobody contacts them, on any channel."""


@dataclass(frozen=True)
class Answer:
    """A yes or no, and the words that it was given to."""

    given: bool
    wording: str


async def preferences(stack: Stack, token: Token) -> Preferences | None:
    """Of a message's recipient; None where the message or its person is not known any more."""
    return await read(stack.ledger, lambda tx: _preferences(tx, stack, token))


@dataclass(frozen=True)
class Chosen:
    """What a person chose; what was not asked is not in it."""

    channels: Mapping[ContactChannel, Answer]
    recording: Answer | None = None
    contact: bool | None = None
    """False: nobody shall contact them, on any channel."""


async def choose(stack: Stack, token: Token, written: str, chosen: Chosen) -> Preferences | None:
    """Keep what a person chose, each answer that is new with its wording. ``written`` is the token
    as it stood in the link. A no to mails is an unsubscription like any other; a yes takes one
    back, and nothing else. None as above: nothing was kept."""
    if not await write(stack.ledger, lambda tx: _keep(tx, stack, token, chosen)):
        return None
    mails = chosen.channels.get("email")
    if chosen.contact is False or (mails is not None and not mails.given):
        await unsubscribe(stack, written)
    return await preferences(stack, token)


def _preferences(tx: Transaction, stack: Stack, token: Token) -> Preferences | None:
    send = sends.get(tx, token.key)
    if send is None or not subjects.customer_ids(tx, [send.pseudonym]):
        return None

    def says(purpose: ConsentPurpose) -> bool | None:
        found = consent.latest(tx, [send.pseudonym], purpose).get(send.pseudonym)
        return None if found is None else found[0]

    recording = says("email_tracking") or False
    reasons = set(suppression.reasons(tx, _hashes(tx, token)).values())
    barred = no_contact.reasons(tx, [send.pseudonym]).get(send.pseudonym)
    answers = {channel: says(purpose) for channel, purpose in PURPOSE_OF.items()}
    answers["email"] = bool(answers["email"]) and not reasons
    return Preferences(
        channels={
            channel: given and barred is None
            for channel, given in answers.items()
            if given is not None
        },
        recording=recording,
        recording_asked=recording or stack.tracking.any,
        stopped=bool(reasons - {"unsubscribed"}) or barred == "complained",
        no_contact=barred == "asked",
    )


def _keep(tx: Transaction, stack: Stack, token: Token, chosen: Chosen) -> bool:
    now = _preferences(tx, stack, token)
    send = sends.get(tx, token.key)
    if now is None or send is None:
        return False
    who = send.pseudonym
    customer_id = subjects.customer_ids(tx, [who])[who]
    at: datetime = tx.now
    answers: list[Consent] = []
    recording = chosen.recording
    if recording is not None and _is_new(tx, who, "email_tracking", recording, now.recording):
        answers.append(_consent(customer_id, "email_tracking", recording, at))
    if chosen.contact is False:
        no_contact.add(tx, [who], "asked")
    elif now.no_contact and chosen.contact:
        no_contact.lift(tx, [who])
    for channel, answer in chosen.channels.items():
        if answer.given and chosen.contact is False:
            continue  # "none at all" goes before what was ticked above it
        if channel == "email" and not answer.given:
            continue  # kept as an unsubscription
        purpose = PURPOSE_OF[channel]
        if _is_new(tx, who, purpose, answer, now.channels.get(channel, False)):
            answers.append(_consent(customer_id, purpose, answer, at))
            if channel == "email":
                suppression.lift(tx, _hashes(tx, token))
    consent.record(tx, answers, own_hand=True)
    return True


def _is_new(
    tx: Transaction, pseudonym: str, purpose: ConsentPurpose, answer: Answer, counts: bool
) -> bool:
    """Whether an answer changes anything: what counts for the person, or, of a no, what this one
    of their ids said."""
    if answer.given or counts:
        return answer.given != counts
    own = consent.latest_of_id(tx, pseudonym, purpose)
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

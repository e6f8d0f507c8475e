"""A test mail: the very content of an approval, to the person who asks for it and to nobody else.

It is no message of the campaign: its key is nobody's, its unsubscribe link changes nothing, and
nothing of it is counted. ``workflows.publish.send_test`` hands it over.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Literal

from domain.customer import Contact
from domain.errors import Refused
from domain.publication import Content, Message
from ledger import approvals, events, journal, people, sending
from ledger.approvals import Approval
from ledger.database import Transaction
from ledger.people import Person
from tools.render.fill import fill
from workflows.stack import Stack
from workflows.unsubscribe import link_of_nobody

MOST_AN_HOUR = 5
"""Test mails to one person, in real time."""
MARK = "[Test]"


class TrialError(Refused):
    code: Literal["nothing_to_test", "too_many_tests", "paused"]


def prepare(
    tx: Transaction, stack: Stack, approval: Approval, person: Person, variant_id: str
) -> Message:
    """The test mail of one variant, counted and in the journal before it leaves. Needs write.

    Raises LedgerError not_allowed, TrialError, RenderError.
    """
    person = people.require_now(tx, person, "write")
    now = approvals.get(tx, approval.id)
    content = _content(now)
    if sending.is_paused(tx):
        raise TrialError(
            "paused",
            "All sending is paused, test mails too.",
            thing=person.email,
            next_step="Resume sending first.",
        )
    _count(tx, person)
    variant = next((v for v in content.variants if v.id == variant_id), None)
    if variant is None:
        raise TrialError(
            "nothing_to_test",
            f"There is no variant {variant_id!r} in it.",
            thing=approval.id,
            next_step=f"Its variants are {', '.join(v.id for v in content.variants)}.",
        )
    first, _, last = person.name.partition(" ")
    reader = Contact(
        customer_id="test", email=person.email, first_name=first, last_name=last.strip()
    )
    key = secrets.token_hex(32)
    url = link_of_nobody(stack.unsubscribe_base, key, stack.keys)
    filled = fill(variant, reader, unsubscribe_url=url)
    data = {"run_id": now.run_id, "content_hash": now.content_hash, "variant": variant.id}
    journal.append(tx, "test_mail", person_id=person.id, thing=now.id, data=data)
    return Message(
        key=key,
        campaign_id=content.campaign_id,
        to_address=person.email,
        sender=content.sender,
        subject=f"{MARK} {filled.subject}",
        html=filled.html,
        text=filled.text,
        unsubscribe_url=url,
        written_at=tx.now,
    )


def _content(approval: Approval) -> Content:
    """What waits or is approved, as its hash says."""
    if approval.gate == "publish" and approval.status in ("pending", "approved"):
        content = Content.model_validate(approval.content)
        if content.hash() == approval.content_hash:
            return content
    raise TrialError(
        "nothing_to_test",
        "There is no mail here that waits for a yes or has one.",
        thing=approval.id,
        next_step="Look at what waits now: `mainspring approvals list`.",
    )


def _count(tx: Transaction, person: Person) -> None:
    """Raises TrialError too_many_tests. In real time: a simulated clock may stand still."""
    stream = f"tests:{person.id}"
    end = events.ends(tx, [stream]).get(stream, 0)
    last = events.after(tx, stream, max(0, end - MOST_AN_HOUR))
    if len(last) == MOST_AN_HOUR and last[0].at > tx.real_now - timedelta(hours=1):
        raise TrialError(
            "too_many_tests",
            f"{person.name} has had {MOST_AN_HOUR} test mails in the last hour.",
            thing=person.email,
            next_step="Look at the previews meanwhile, or try again in an hour.",
        )
    events.append(tx, stream, "test_mail", {})

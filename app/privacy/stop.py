"""What a person told the team, and not a page of ours: no more of one channel, or of any."""

from __future__ import annotations

from typing import Literal, get_args

from app.privacy import person
from app.workspace import Workspace
from domain.customer import PURPOSE_OF, Consent, ConsentPurpose, ContactChannel, Suppression
from domain.frozen import Frozen
from ledger import consent, journal, no_contact, people, subjects, suppression
from ledger.people import Person

Stoppable = ContactChannel | Literal["tracking"]
STOPPABLE: tuple[str, ...] = (*get_args(ContactChannel), "tracking")
SOURCE = "told to the team"


class Stopped(Frozen):
    channels: tuple[Stoppable, ...]
    """Empty: all of them, for ever."""
    ids: int
    """Customer ids of the person."""


def stop(
    workspace: Workspace,
    asked: str,
    who: Person,
    channels: tuple[Stoppable, ...] = (),
    how: str = "",
) -> Stopped:
    """Write down that a person wants no more of these channels; of none named: that nobody shall
    contact them at all. It counts for the next recipient of a running send.

    ``how``: the words and the way in which they said it, kept as evidence. Needs the right to
    write. Raises WrongUsage unknown_person, ambiguous_person.
    """
    people.require(who, "write")
    found = person.find(workspace, asked)
    if not person.is_known(workspace, found.who):
        raise person.unknown(asked)
    ids = found.who.customer_ids
    with workspace.ledger.write() as tx:
        people.require_now(tx, who, "write")
        names = subjects.pseudonyms(tx, ids)
        if not channels:
            no_contact.add(tx, names.values(), "asked")
        purposes: list[ConsentPurpose] = [
            "email_tracking" if channel == "tracking" else PURPOSE_OF[channel]
            for channel in channels or get_args(ContactChannel)
        ]
        answers = [
            Consent(
                customer_id=customer_id,
                purpose=purpose,
                given=False,
                at=tx.now,
                source=SOURCE,
                wording=how,
            )
            for customer_id in ids
            for purpose in purposes
        ]
        consent.record(tx, answers)
        if not channels or "email" in channels:
            marks = [
                Suppression(address=address, reason="unsubscribed", at=tx.now)
                for address in found.who.addresses
            ]
            suppression.add(tx, marks, workspace.secrets.suppression_key)
        journal.append(
            tx,
            "contact_stopped",
            person_id=who.id,
            thing=sorted(names.values())[0],
            data={"channels": list(channels), "ids": len(ids)},
        )
    return Stopped(channels=channels, ids=len(ids))

"""People whom nobody contacts, on any channel, whatever they agreed to.

Two things reach across channels: a person asked for it, or reported one of our messages as spam.
A bounce says something of one address alone, and an unsubscription of one channel.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import sqlalchemy as sa

from ledger import journal
from ledger import tables as t
from ledger.database import Transaction, in_chunks, insert_new
from ledger.same_people import Groups, groups

Reason = Literal["asked", "complained"]

_c = t.no_contact.c
_AMONG = (  # made once: it runs before every group of mails
    sa.select(_c.pseudonym, _c.reason).where(
        _c.pseudonym.in_(sa.bindparam("people", expanding=True))
    )
)


def add(tx: Transaction, pseudonyms: Iterable[str], reason: Reason) -> int:
    """From now on nobody contacts these people; how many that was new for."""
    people = list(dict.fromkeys(pseudonyms))
    rows = [{"pseudonym": p, "reason": reason, "at": tx.now} for p in people]
    new = insert_new(tx, t.no_contact, rows)
    if reason == "complained":  # goes before what they asked for, which they may take back
        for some in in_chunks(people):
            theirs = _c.pseudonym.in_(some)
            tx.connection.execute(sa.update(t.no_contact).where(theirs).values(reason=reason))
    if new:
        thing = people[0] if len(people) == 1 else "no_contact"
        data = {"new": new, "reason": reason}
        journal.append(tx, "no_contact", person_id=None, thing=thing, data=data)
    return new


def lift(tx: Transaction, pseudonyms: Iterable[str]) -> int:
    """Take back what people asked for themselves, under any of their ids; never what a complaint
    said. How many it was."""
    people = sorted(set(pseudonyms))
    lifted = 0
    for some in groups(tx, people).chunks(people):
        theirs = sa.and_(_c.pseudonym.in_(some), _c.reason == "asked")
        lifted += tx.connection.execute(sa.delete(t.no_contact).where(theirs)).rowcount
    if lifted:
        thing = people[0] if len(people) == 1 else "no_contact"
        data = {"lifted": lifted}
        journal.append(tx, "no_contact_lifted", person_id=None, thing=thing, data=data)
    return lifted


def reasons(
    tx: Transaction, pseudonyms: Iterable[str], who: Groups | None = None
) -> dict[str, str]:
    """Pseudonym → why nobody contacts their person, of those for whom that is so.

    ``who``: the groups of these people, where the caller knows them already.
    """
    people = sorted(set(pseudonyms))
    who = groups(tx, people) if who is None else who
    found: dict[str, str] = {}
    for some in who.chunks(people):
        for pseudonym, reason in tx.connection.execute(_AMONG, {"people": list(some)}):
            found[who.of(pseudonym)] = reason
    return {p: found[who.of(p)] for p in people if who.of(p) in found}

"""What bars a person whatever they agreed to: erased, no contact, an open complaint.

One statement for all three, made once: it runs before every group of mails.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from ledger import tables as t
from ledger.database import Transaction, in_chunks
from ledger.same_people import NOBODY, Groups, groups

_complaint = t.complaints.c
_subject = t.subjects.c
_same = t.same_people.c
_OPEN = sa.exists().where(
    _complaint.pseudonym == _subject.pseudonym,
    _complaint.opened_at <= sa.bindparam("now"),
    sa.or_(_complaint.closed_at.is_(None), _complaint.closed_at > sa.bindparam("now")),
)
_BARS = (  # nobody's person is told where they have but one id
    sa.select(_subject.pseudonym, _same.person, t.no_contact.c.reason, _OPEN)
    .outerjoin(t.same_people, _same.pseudonym == _subject.pseudonym)
    .outerjoin(t.no_contact, t.no_contact.c.pseudonym == _subject.pseudonym)
    .where(_subject.pseudonym.in_(sa.bindparam("people", expanding=True)))
)


class Bars(NamedTuple):
    """What bars one person, under any of their ids."""

    no_contact: str = ""
    """Why nobody contacts them (``ledger.no_contact``); empty: they may be contacted."""
    complaint: bool = False
    """A complaint is open: no promotions."""


def bars(tx: Transaction, pseudonyms: Iterable[str]) -> tuple[dict[str, Bars], Groups]:
    """What bars each of these people, and which of them have other ids. Who was erased is not in
    the answer."""
    people = sorted(set(pseudonyms))
    found, several = _look(tx, people)
    if not several:
        return found, NOBODY
    who = groups(tx, several)
    others, _ = _look(tx, sorted(set(who.person) - set(found)))
    together: dict[str, Bars] = {}
    for pseudonym, one in (found | others).items():
        said = together.get(who.of(pseudonym), Bars())
        together[who.of(pseudonym)] = Bars(
            said.no_contact or one.no_contact, said.complaint or one.complaint
        )
    return {pseudonym: together[who.of(pseudonym)] for pseudonym in found}, who


def _look(tx: Transaction, people: Sequence[str]) -> tuple[dict[str, Bars], list[str]]:
    """What bars each of these ids, and those that are not their person's only one."""
    found: dict[str, Bars] = {}
    several: list[str] = []
    for some in in_chunks(people):
        asked = {"people": list(some), "now": tx.now}
        for pseudonym, person, reason, complaint in tx.connection.execute(_BARS, asked):
            found[pseudonym] = Bars(reason or "", bool(complaint))
            if person is not None:
                several.append(pseudonym)
    return found, several

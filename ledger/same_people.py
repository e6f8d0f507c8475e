"""Who is who, as a send must know it: pseudonyms of one person, counted together.

Everybody who has several pseudonyms is listed under each of them, the one that stands for the
person included; so one look-up by pseudonym tells whether there is anything to count together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from ledger import journal
from ledger import tables as t
from ledger.database import Transaction, in_chunks

CHUNK = 900

_c = t.same_people.c
_ANYBODY = sa.select(_c.person).limit(1)
_mine = t.same_people.alias("mine")
_OF = sa.select(_c.pseudonym, _c.person).where(  # made once: sends run it
    _c.person.in_(
        sa.select(_mine.c.person).where(
            _mine.c.pseudonym.in_(sa.bindparam("people", expanding=True))
        )
    )
)


@dataclass(frozen=True)
class Groups:
    """Of some pseudonyms: those whose person has others too."""

    person: Mapping[str, str] = field(default_factory=dict)
    """Pseudonym → the one that stands for the person; of everybody who has several."""

    def of(self, pseudonym: str) -> str:
        """The pseudonym that stands for this one's person."""
        return self.person.get(pseudonym, pseudonym)

    def chunks(self, pseudonyms: Sequence[str]) -> Iterator[Sequence[str]]:
        """These and every other one of the same people, in pieces that fit into one statement; all
        of one person in one piece."""
        if not self.person:
            yield from in_chunks(pseudonyms)
            return
        some: list[str] = []
        for theirs in self.among({*pseudonyms, *self.person}).values():
            some += theirs
            if len(some) >= CHUNK:
                yield some
                some = []
        if some:
            yield some

    def among(self, pseudonyms: Iterable[str]) -> dict[str, list[str]]:
        """Person → those of the pseudonyms that are theirs."""
        found: dict[str, list[str]] = {}
        for pseudonym in pseudonyms:
            found.setdefault(self.of(pseudonym), []).append(pseudonym)
        return found


NOBODY = Groups()


def groups(tx: Transaction, pseudonyms: Sequence[str]) -> Groups:
    """All pseudonyms of each one's person. One cheap look where nobody has several."""
    if tx.connection.execute(_ANYBODY).first() is None:
        return NOBODY
    found: dict[str, str] = {}
    for some in in_chunks(pseudonyms):
        rows = tx.connection.execute(_OF, {"people": list(some)})
        found.update((row[0], row[1]) for row in rows)
    return Groups(found)


def everybody(tx: Transaction) -> dict[str, str]:
    """Pseudonym → person, of everybody who has several."""
    rows = tx.connection.execute(sa.select(_c.pseudonym, _c.person))
    return {row[0]: row[1] for row in rows}


def replace(tx: Transaction, same: Mapping[str, str]) -> bool:
    """Say who is who from now on: pseudonym → the one that stands for the person. False where it
    was so before. Rows that stay are not touched."""
    wanted = {**{person: person for person in same.values()}, **same}
    before = everybody(tx)
    gone = [p for p in before if p not in wanted]
    changed = {p: person for p, person in wanted.items() if before.get(p) != person}
    if not gone and not changed:
        return False
    for some in in_chunks([*gone, *(p for p in changed if p in before)]):
        tx.connection.execute(sa.delete(t.same_people).where(_c.pseudonym.in_(some)))
    if changed:
        rows = [{"pseudonym": p, "person": person} for p, person in sorted(changed.items())]
        tx.connection.execute(t.same_people.insert(), rows)
    data = {
        "people": len(set(wanted.values())),
        "ids": len(wanted),
        "changed": len(changed),
        "apart_again": len(gone),
    }
    journal.append(tx, "same_people_said", person_id=None, thing="who is who", data=data)
    return True


def joined(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """Whoever is one person by either map is one by this. Where either of the two may be the one
    that holds, checks that go by this are on the safe side."""
    above: dict[str, str] = {}

    def top(pseudonym: str) -> str:
        while above.get(pseudonym, pseudonym) != pseudonym:
            pseudonym = above[pseudonym]
        return pseudonym

    for pseudonym, person in (*one.items(), *other.items()):
        a, b = top(pseudonym), top(person)
        above[max(a, b)] = above[min(a, b)] = min(a, b)
    return {pseudonym: top(pseudonym) for pseudonym in above}


def forget(tx: Transaction, pseudonyms: Sequence[str]) -> list[str]:
    """Of people who are erased: that several ids were one, and what was decided of them. All their
    pseudonyms, those asked about included."""
    d = t.identity_decisions.c
    everyone = sorted({*pseudonyms, *groups(tx, pseudonyms).person})
    for some in in_chunks(everyone):
        tx.connection.execute(sa.delete(t.same_people).where(_c.pseudonym.in_(some)))
        either = sa.or_(d.one.in_(some), d.other.in_(some))
        tx.connection.execute(sa.delete(t.identity_decisions).where(either))
    return everyone

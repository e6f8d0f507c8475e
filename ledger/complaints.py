"""Complaints of the support system: an open one keeps its person out of promotions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.customer import Complaint
from domain.frozen import content_hash
from ledger import journal, subjects
from ledger import tables as t
from ledger.database import Transaction, in_chunks, insert_new
from ledger.same_people import Groups, groups

_c = t.complaints.c
_OPEN = (  # made once: it runs before every group of mails
    sa.select(_c.pseudonym)
    .where(_c.pseudonym.in_(sa.bindparam("people", expanding=True)))
    .where(_c.opened_at <= sa.bindparam("now"))
    .where(sa.or_(_c.closed_at.is_(None), _c.closed_at > sa.bindparam("now")))
)
_CLOSE = (
    sa.update(t.complaints)
    .where(_c.id == sa.bindparam("case"))
    .values(closed_at=sa.bindparam("closing"))
)


def record(tx: Transaction, complaints: Iterable[Complaint]) -> int:
    """Keep complaints; how many were new or changed. Of a case that is known, its closing is
    taken over: closed, or open again. Needs a write transaction."""
    cases = {_id(case): case for case in complaints}
    known = _closings(tx, list(cases))
    new = {i: case for i, case in cases.items() if i not in known}
    changed = [
        {"case": i, "closing": case.closed_at}
        for i, case in cases.items()
        if i in known and known[i] != case.closed_at
    ]
    people = subjects.pseudonyms(tx, (case.customer_id for case in new.values()))
    rows: list[dict[str, Any]] = [
        {
            "id": i,
            "pseudonym": people[case.customer_id],
            "source": case.source,
            "opened_at": case.opened_at,
            "closed_at": case.closed_at,
        }
        for i, case in new.items()
    ]
    insert_new(tx, t.complaints, rows)
    if changed:
        tx.connection.execute(_CLOSE, changed)
    if rows or changed:
        data = {"new": len(rows), "changed": len(changed)}
        journal.append(tx, "complaints_recorded", person_id=None, thing="complaints", data=data)
    return len(rows) + len(changed)


def open_for(tx: Transaction, pseudonyms: Iterable[str], who: Groups | None = None) -> set[str]:
    """Those whose person has a complaint open now.

    ``who``: the groups of these people, where the caller knows them already.
    """
    people = sorted(set(pseudonyms))
    who = groups(tx, people) if who is None else who
    found: set[str] = set()
    for some in who.chunks(people):
        asked = {"people": list(some), "now": tx.now}
        found.update(who.of(p) for p in tx.connection.execute(_OPEN, asked).scalars())
    return {p for p in people if who.of(p) in found}


def _id(case: Complaint) -> str:
    return content_hash([case.source, case.case_id])


def _closings(tx: Transaction, ids: Sequence[str]) -> dict[str, datetime | None]:
    found: dict[str, datetime | None] = {}
    for some in in_chunks(ids):
        query = sa.select(_c.id, _c.closed_at).where(_c.id.in_(some))
        found.update((row[0], row[1]) for row in tx.connection.execute(query))
    return found
